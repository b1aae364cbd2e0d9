// `sites/seed.conf`: what the buckets of the demo sites need besides their files.

package import ConfigurationReading

/// The whole of `seed.conf`.
package struct SeedConfiguration: Sendable, Hashable {
    package var buckets: [Bucket] = []
    package var cacheControl: [CacheControl] = []

    package struct Bucket: Sendable, Hashable {
        package var name: String
        package var isPublic: Bool
        package var website: Website?
        package var redirects: [Redirect]

        package init(name: String, isPublic: Bool, website: Website?, redirects: [Redirect]) {
            self.name = name
            self.isPublic = isPublic
            self.website = website
            self.redirects = redirects
        }
    }

    package struct Redirect: Sendable, Hashable {
        package var key: String
        package var location: String

        package init(key: String, location: String) {
            self.key = key
            self.location = location
        }
    }

    package struct CacheControl: Sendable, Hashable {
        package var pattern: String
        package var value: String

        package init(pattern: String, value: String) {
            self.pattern = pattern
            self.value = value
        }
    }

    package init(buckets: [Bucket] = [], cacheControl: [CacheControl] = []) {
        self.buckets = buckets
        self.cacheControl = cacheControl
    }

    package func bucket(_ name: String) -> Bucket? { buckets.first { $0.name == name } }

    /// The first fitting pattern's value, else the rule for the name.
    package func cacheControl(forKey key: String) -> String {
        cacheControl.first { wildcardMatches($0.pattern, key) }?.value ?? CacheControlRule.of(fileName: key).rawValue
    }

    package static func read(yaml: String, file: String) throws(ConfigurationErrors) -> CheckedConfiguration<SeedConfiguration> {
        let root = try ConfigurationNode.parse(yaml: yaml, file: file)
        let reader = ConfigurationReader(file: file, table: SeedSettings.table)
        let top = ConfigurationSection(root, reader: reader)
        let buckets = top.sections("buckets").compactMap(Bucket.read)
        let rules = top.sections("cache_control").compactMap(CacheControl.read)
        top.finish()
        var seen: Set<String> = []
        for bucket in buckets where !seen.insert(bucket.value.name).inserted {
            reader.report(
                at: bucket.location, bucket.keyPath, found: quoted(bucket.value.name) + " a second time", expected: "each bucket once")
        }
        return try reader.conclude(SeedConfiguration(buckets: buckets.map(\.value), cacheControl: rules))
    }
}

extension SeedConfiguration.Bucket {
    static func read(_ section: ConfigurationSection) -> Located<SeedConfiguration.Bucket>? {
        let name = section.text("name") { text -> String? in
            text.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789.-".utf8.contains($0) } ? text : nil
        }
        let isPublic = section.boolean("public")
        let website = section.section("website").map(Website.read)
        let redirects = section.sections("redirects").compactMap(SeedConfiguration.Redirect.read)
        section.finish()
        guard let name, let isPublic else { return nil }
        let bucket = SeedConfiguration.Bucket(name: name, isPublic: isPublic, website: website ?? nil, redirects: redirects)
        return Located(bucket, at: section.location, section.keyPath)
    }
}

extension Website {
    static func read(_ section: ConfigurationSection) -> Website? {
        let index = section.text("index_document") { $0.contains("/") ? nil : $0 }
        let error = section.text("error_document")
        let rules = section.sections("routing_rules").map(RoutingRule.read)
        section.finish()
        guard let index else { return nil }
        return Website(indexDocument: index, errorDocument: error, routingRules: rules)
    }
}

extension Website.RoutingRule {
    static func read(_ section: ConfigurationSection) -> Website.RoutingRule {
        enum Scheme: String { case http, https }
        let rule = Website.RoutingRule(
            keyPrefixEquals: section.text("key_prefix_equals"),
            errorCodeEquals: section.integer("http_error_code_returned_equals"), hostName: section.text("host_name"),
            scheme: section.choice("protocol", as: Scheme.self)?.rawValue,
            replaceKeyPrefixWith: section.text("replace_key_prefix_with"), replaceKeyWith: section.text("replace_key_with"),
            redirectCode: section.integer("http_redirect_code"))
        if rule.replaceKeyPrefixWith != nil, rule.replaceKeyWith != nil {
            section.report(
                "replace_key_with", found: "it beside replace_key_prefix_with", expected: "only one of them")
        }
        section.finish()
        return rule
    }
}

extension SeedConfiguration.Redirect {
    static func read(_ section: ConfigurationSection) -> SeedConfiguration.Redirect? {
        let key = section.text("key")
        let location = section.text("location") { text -> String? in
            ["/", "http://", "https://"].contains { text.hasPrefix($0) } && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
                ? text : nil
        }
        section.finish()
        guard let key, let location else { return nil }
        return Self(key: key, location: location)
    }
}

extension SeedConfiguration.CacheControl {
    static func read(_ section: ConfigurationSection) -> SeedConfiguration.CacheControl? {
        let pattern = section.text("pattern")
        let value = section.text("value") { text -> String? in
            text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? text : nil
        }
        section.finish()
        guard let pattern, let value else { return nil }
        return Self(pattern: pattern, value: value)
    }
}

/// Whether a pattern with `*` for any characters fits a text as a whole. Remembers only the last star.
func wildcardMatches(_ pattern: String, _ text: String) -> Bool {
    let pattern = Array(pattern.utf8)
    let text = Array(text.utf8)
    var p = 0
    var t = 0
    var afterStar: Int?
    var retryAt = 0
    while t < text.count {
        if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
            p += 1
            afterStar = p
            retryAt = t
        } else if p < pattern.count, pattern[p] == text[t] {
            p += 1
            t += 1
        } else if let star = afterStar {
            retryAt += 1
            t = retryAt
            p = star
        } else {
            return false
        }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
}
