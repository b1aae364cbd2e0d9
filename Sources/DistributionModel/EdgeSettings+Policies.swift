// The settings of origin request policies and response headers policies.

import ConfigurationReading

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
}
