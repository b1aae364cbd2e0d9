// The settings of origin request policies and response headers policies.

import ConfigurationReading
import HTTPCaching

extension EdgeSettings {
    static let originRequestPolicies: [Setting] = [
        Setting("origin_request_policies[].name", .text(1...128, form: nameForm), .required, "What behaviours call it."),
        Setting("origin_request_policies[].comment", .text(0...128, form: ""), .byDefault(""), "For people."),
        Setting(
            "origin_request_policies[].header_behavior",
            .choice(["none", "whitelist", "allViewer", "allViewerAndWhitelistCloudFront", "allExcept"]), .byDefault("none"),
            "Which request headers reach the origin beside those of the cache key; a bucket always gets its own Host."),
        Setting(
            "origin_request_policies[].headers", .texts(max: 10, form: "a header name"), .optional,
            "For `whitelist`, `allExcept`, and the `CloudFront-*` headers to add for `allViewerAndWhitelistCloudFront`."),
        Setting(
            "origin_request_policies[].cookie_behavior", .choice(nameBehaviors), .byDefault("none"),
            "Which cookies reach the origin beside those of the cache key."),
        Setting(
            "origin_request_policies[].cookies", .texts(max: 10, form: "a cookie name"), .optional,
            "For `whitelist` and `allExcept`."),
        Setting(
            "origin_request_policies[].query_string_behavior", .choice(nameBehaviors), .byDefault("none"),
            "Which query parameters reach the origin beside those of the cache key."),
        Setting(
            "origin_request_policies[].query_strings", .texts(max: 10, form: "a parameter name"), .optional,
            "For `whitelist` and `allExcept`."),
    ]

    private static let corsForm = "*, or a host with an optional scheme and port whose leftmost label may be *"
    private static let overrideMeaning = "Whether it replaces the origin's header of that name."

    static let responseHeadersPolicies: [Setting] =
        [
            Setting("response_headers_policies[].name", .text(1...128, form: nameForm), .required, "What behaviours call it."),
            Setting("response_headers_policies[].comment", .text(0...128, form: ""), .byDefault(""), "For people."),
            Setting("response_headers_policies[].cors", .section, .optional, "Headers for requests that carry Origin."),
            Setting("response_headers_policies[].security_headers", .section, .optional, "Headers that make browsers careful."),
            Setting(
                "response_headers_policies[].custom_headers", .sections(max: ResponseHeadersPolicy.headersMax), .optional,
                "Headers with fixed values."),
            Setting(
                "response_headers_policies[].remove_headers", .texts(max: ResponseHeadersPolicy.headersMax, form: "a header name"),
                .optional, "Removed before anything is added; for Server and Date the edge writes its own."),
            Setting("response_headers_policies[].server_timing", .section, .optional, "The Server-Timing header."),
            Setting(
                "response_headers_policies[].server_timing.enabled", .boolean, .byDefault("true"),
                "Whether `Pragma: server-timing` and the sampling get the header."),
            Setting(
                "response_headers_policies[].server_timing.sampling_rate", .text(1...8, form: "0 to 100 with at most four decimals"),
                .byDefault("0"), "Percent of responses that get the header unasked."),
        ] + cors("response_headers_policies[].cors") + security("response_headers_policies[].security_headers") + [
            Setting(
                "response_headers_policies[].custom_headers[].header", .text(1...256, form: "a header name"), .required,
                "Its name; headers that have a part of their own are refused."),
            Setting(
                "response_headers_policies[].custom_headers[].value",
                .text(0...ResponseHeadersPolicy.valueLengthMax, form: "text without control characters, at most 1783"), .required,
                "Its value, which may be empty (`\"\"`)."),
            Setting("response_headers_policies[].custom_headers[].override", .boolean, .required, overrideMeaning),
        ]

    private static func cors(_ section: String) -> [Setting] {
        let names = SettingType.texts(max: ResponseHeadersPolicy.corsNamesMax, form: "a header name, or * alone")
        return [
            Setting(
                "\(section).access_control_allow_origins", .texts(max: ResponseHeadersPolicy.corsNamesMax, form: corsForm), .required,
                "Origins that get these headers; without a scheme both http and https."),
            Setting("\(section).access_control_allow_headers", names, .optional, "Told to preflights."),
            Setting(
                "\(section).access_control_allow_methods", .texts(max: 7, form: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or ALL"),
                .optional, "Told to preflights."),
            Setting(
                "\(section).access_control_allow_credentials", .boolean, .byDefault("false"),
                "Not together with `*` in the other lists."),
            Setting("\(section).access_control_expose_headers", names, .optional, "Response headers that scripts may read."),
            Setting(
                "\(section).access_control_max_age", .duration(0...ttlMax), .optional,
                "How long browsers remember a preflight's answer."),
            Setting(
                "\(section).origin_override", .boolean, .required,
                "Whether these replace the origin's; if not, any CORS header from the origin keeps all of these out."),
        ]
    }

    private static func security(_ section: String) -> [Setting] {
        func part(_ key: String, _ meaning: String, _ settings: [Setting]) -> [Setting] {
            [Setting("\(section).\(key)", .section, .optional, meaning)] + settings + [
                Setting("\(section).\(key).override", .boolean, .required, overrideMeaning)
            ]
        }
        let value = SettingType.text(1...ResponseHeadersPolicy.valueLengthMax, form: "text without control characters, at most 1783")
        return part(
            "content_security_policy", "Content-Security-Policy.",
            [Setting("\(section).content_security_policy.content_security_policy", value, .required, "Its value.")])
            + part("content_type_options", "X-Content-Type-Options: nosniff.", [])
            + part(
                "frame_options", "X-Frame-Options.",
                [Setting("\(section).frame_options.frame_option", .choice(["DENY", "SAMEORIGIN"]), .required, "Its value.")])
            + part(
                "referrer_policy", "Referrer-Policy.",
                [
                    Setting(
                        "\(section).referrer_policy.referrer_policy",
                        .choice([
                            "no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin",
                            "strict-origin", "strict-origin-when-cross-origin", "unsafe-url",
                        ]), .required, "Its value.")
                ])
            + part(
                "strict_transport_security", "Strict-Transport-Security.",
                [
                    Setting(
                        "\(section).strict_transport_security.access_control_max_age", .duration(0...ttlMax), .required,
                        "How long browsers insist on HTTPS."),
                    Setting("\(section).strict_transport_security.include_subdomains", .boolean, .byDefault("false"), "Adds includeSubDomains."),
                    Setting("\(section).strict_transport_security.preload", .boolean, .byDefault("false"), "Adds preload."),
                ])
            + part(
                "xss_protection", "X-XSS-Protection.",
                [
                    Setting("\(section).xss_protection.protection", .boolean, .required, "1 or 0."),
                    Setting("\(section).xss_protection.mode_block", .boolean, .byDefault("false"), "Adds mode=block; not beside `report_uri`."),
                    Setting("\(section).xss_protection.report_uri", value, .optional, "Adds report=."),
                ])
    }
}
