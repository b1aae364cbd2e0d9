// The settings that are about origins in company: groups of them, and edges in front of them.

import ConfigurationReading

extension EdgeSettings {
    static let originGroups: [Setting] = [
        Setting("distributions[].origin_groups[].id", .text(1...128, form: ""), .required, "What behaviours call it; no origin has it."),
        Setting(
            "distributions[].origin_groups[].members", .texts(max: 2, form: "the id of an origin"), .required,
            "The primary, which is always asked first, and the secondary. GET, HEAD and OPTIONS fail over; other methods reach the primary alone."),
        Setting(
            "distributions[].origin_groups[].failover_status_codes",
            .texts(max: OriginGroup.statusCodes.count, form: OriginGroup.statusForm), .required,
            "Answers of the primary that send the request to the secondary, as no connection and no answer in time always do."),
        Setting(
            "distributions[].origin_groups[].selection_criteria",
            .choice(["default"], refused: ["media-quality-based"], because: "media quality is not measured"), .byDefault("default"),
            "How a member is chosen."),
    ]

    static let shield: [Setting] = [
        Setting(
            "listen.shield", .text(3...64, form: "a numeric address and port, such as 127.0.0.1:8090, or off"), .byDefault("off"),
            "For other edges, whose shield this one is, or `off`. Plain HTTP, every request signed with the secret; a private network is its place."),

        Setting(
            "shield.secret_file", .text(1...1024, form: ""), .optional,
            "Secrets that the edges of a group share, one a line, each of 32 characters or more: the first signs, all are accepted. Needed with `listen.shield` or an `origin_shield`; a relative path starts at the folder of this file."),
        Setting("shield.regions", .sections(max: 20), .optional, "The edges that origins may name as their shield."),
        Setting("shield.regions[].name", .text(1...64, form: "1 to 64 letters, digits, - or _"), .required, "What `origin_shield_region` calls it."),
        Setting("shield.regions[].address", .text(1...260, form: "a host name or address, with :port where it is not 80"), .required, "That edge's `listen.shield`."),
        Setting(
            "shield.own_region", .text(1...64, form: "1 to 64 letters, digits, - or _"), .optional,
            "The region whose shield this edge is: it asks the origins of that region itself. One of `shield.regions`, or one that an origin names."),
        Setting(
            "shield.connection_timeout", .duration(1...10), .byDefault("2"),
            "For the one try to connect to a shield; then the origin itself is asked."),
        Setting(
            "shield.response_timeout", .duration(1...60), .byDefault("10"),
            "For the first byte of a shield's answer; then the origin itself is asked. An invalidation waits for a shield as long as this and `connection_timeout` together."),
        Setting(
            "shield.rest", .duration(1...3600), .byDefault("10"),
            "How long a shield that failed is passed over. Then one request tries it again, while the others still pass it over."),
    ]
}
