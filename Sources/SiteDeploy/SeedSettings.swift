// Every setting of `sites/seed.conf`.

package import ConfigurationReading

/// The settings table of `sites/seed.conf`.
package enum SeedSettings {
    package static let table = SettingsTable(
        file: "seed.conf",
        settings: [
            Setting("buckets", .sections(max: 1000), .optional, "Buckets, each with the files of the folder of its name."),
            Setting(
                "cache_control", .sections(max: 100), .optional, "Cache-Control by key; the first pattern that fits decides."),
            Setting("buckets[].name", .text(3...63, form: "a bucket name"), .required, "Bucket and folder."),
            Setting("buckets[].public", .boolean, .byDefault("false"), "Whether everyone may read its objects."),
            Setting("buckets[].website", .section, .optional, "Its website configuration."),
            Setting("buckets[].redirects", .sections(max: 1000), .optional, "Objects without content whose metadata redirects."),
            Setting(
                "buckets[].website.index_document", .text(1...1024, form: "a name without a slash"), .required,
                "Shown for a folder."),
            Setting("buckets[].website.error_document", .text(1...1024, form: ""), .optional, "Shown for errors."),
            Setting("buckets[].website.routing_rules", .sections(max: 50), .optional, "Redirect rules, in order."),
            Setting("buckets[].website.routing_rules[].key_prefix_equals", .text(1...1024, form: ""), .optional, "Condition."),
            Setting(
                "buckets[].website.routing_rules[].http_error_code_returned_equals", .integer(400...599), .optional, "Condition."),
            Setting("buckets[].website.routing_rules[].host_name", .text(1...255, form: ""), .optional, "Host to go to."),
            Setting(
                "buckets[].website.routing_rules[].protocol", .choice(["http", "https"]), .optional, "Protocol to go to."),
            Setting(
                "buckets[].website.routing_rules[].replace_key_prefix_with", .text(0...1024, form: ""), .optional,
                "In place of the prefix."),
            Setting(
                "buckets[].website.routing_rules[].replace_key_with", .text(1...1024, form: ""), .optional,
                "In place of the key."),
            Setting(
                "buckets[].website.routing_rules[].http_redirect_code", .integer(300...399), .optional, "Absent: 301."),
            Setting("buckets[].redirects[].key", .text(1...1024, form: ""), .required, "Object."),
            Setting(
                "buckets[].redirects[].location", .text(1...2048, form: "a path that starts with /, or an http(s) URL"),
                .required, "Where it leads."),
            Setting("cache_control[].pattern", .text(1...1024, form: ""), .required, "`*` stands for any characters."),
            Setting("cache_control[].value", .text(1...1024, form: "printable characters"), .required, "The header's value."),
        ])
}
