import ConfigurationReading
import DistributionModel
import Testing

/// CloudFront's quotas on one file, each at its bound and one beyond, enforced and lifted.
@Suite struct QuotaTests {
    /// One quota: how a file with so many looks, how many there may be, and what is said beyond.
    struct Quota: Sendable, CustomTestStringConvertible {
        var name: String
        var max: Int
        var complaint: String
        var lines: @Sendable (Int) -> (top: String, distribution: String, origin: String)

        var testDescription: String { name }
    }

    private static func list(_ count: Int, _ item: (Int) -> String) -> String { "[\((0..<count).map(item).joined(separator: ", "))]" }

    private static func policy(_ keys: String) -> (top: String, distribution: String, origin: String) {
        ("cache_policies: [{name: p, \(keys)}]", "", "")
    }

    private static let quotas: [Quota] = [
        Quota(name: "behaviors", max: 25, complaint: "distributions[0].cache_behaviors: found 26 entries, expected at most 25") { count in
            ("", "cache_behaviors: \(list(count) { "{path_pattern: /\($0)/*, target_origin_id: web}" })", "")
        },
        Quota(name: "origin groups", max: 10, complaint: "distributions[0].origin_groups: found 11 entries, expected at most 10") { count in
            ("", "origin_groups: \(list(count) { "{id: g\($0), members: [web, spare], failover_status_codes: [500]}" })", "")
        },
        Quota(name: "aliases", max: 100, complaint: "distributions[0].aliases: found a list of 101, expected a list of at most 100") { count in
            ("", "aliases: \(list(count) { "a\($0).localhost" })", "")
        },
        Quota(name: "headers of a cache policy", max: 10, complaint: "cache_policies[0].headers: found a list of 11, expected a list of at most 10") { count in
            policy("header_behavior: whitelist, headers: \(list(count) { "X-\($0)" })")
        },
        Quota(name: "cookies of a cache policy", max: 10, complaint: "cache_policies[0].cookies: found a list of 11, expected a list of at most 10") { count in
            policy("cookie_behavior: whitelist, cookies: \(list(count) { "c\($0)" })")
        },
        Quota(name: "query strings of a cache policy", max: 10, complaint: "cache_policies[0].query_strings: found a list of 11, expected a list of at most 10") { count in
            policy("query_string_behavior: whitelist, query_strings: \(list(count) { "q\($0)" })")
        },
        Quota(name: "characters of a policy's names", max: 1024, complaint: "cache_policies[0].cookies: found 1025 characters, expected names of at most 1024 together") { count in
            policy("cookie_behavior: whitelist, cookies: [\(String(repeating: "a", count: count / 2)), \(String(repeating: "b", count: count - count / 2))]")
        },
        Quota(name: "cache policies", max: 20, complaint: "cache_policies: found 21 entries, expected at most 20") { count in
            ("cache_policies: \(list(count) { "{name: p\($0)}" })", "", "")
        },
        Quota(name: "custom headers", max: 10, complaint: "custom_headers: found a mapping of 11 keys, expected a mapping of at most 10 names") { count in
            ("", "", ", custom_headers: {\((0..<count).map { "X-\($0): a" }.joined(separator: ", "))}")
        },
        Quota(name: "characters of custom headers", max: 10_240, complaint: "custom_headers: found 10241 characters, expected names and values of at most 10240 characters together") { count in
            // Ten headers of three characters' name; nine full values and the rest.
            let values = (0..<6).map { index in index < 5 ? 1_783 : count - 5 * 1_783 - 6 * 3 }
            return ("", "", ", custom_headers: {\(values.enumerated().map { "X-\($0.offset): \(String(repeating: "v", count: $0.element))" }.joined(separator: ", "))}")
        },
    ]

    private static func problems(_ quota: Quota, _ count: Int, lifted: Bool) -> String {
        let parts = quota.lines(count)
        let yaml = """
            limits: {cloudfront_quotas: \(lifted ? "lifted" : "enforced")}
            \(parts.top)
            distributions:
              - id: EONE
                origins: [{id: web, domain_name: a, custom_origin_config: {}\(parts.origin)}, {id: spare, domain_name: b, custom_origin_config: {}}]
                default_cache_behavior: {target_origin_id: web}
                \(parts.distribution)
            """
        do throws(ConfigurationErrors) {
            return try EdgeConfiguration.read(yaml: yaml, file: "edge.conf").warnings.map(\.description).joined(separator: "\n")
        } catch {
            return error.description
        }
    }

    @Test(arguments: quotas)
    func `a quota holds at its bound and one beyond it, unless it is lifted`(quota: Quota) {
        #expect(Self.problems(quota, quota.max, lifted: false) == "")
        let beyond = Self.problems(quota, quota.max + 1, lifted: false)
        #expect(beyond.contains(quota.complaint), "\(beyond)")
        #expect(Self.problems(quota, quota.max + 1, lifted: true) == "")
    }

    @Test func `lifted quotas still have an end`() {
        let yaml = "limits: {cloudfront_quotas: lifted}\ncache_policies: \(Self.list(2_001) { "{name: p\($0)}" })\ndistributions: []"
        #expect(throws: ConfigurationErrors.self) { try EdgeConfiguration.read(yaml: yaml, file: "edge.conf") }
    }

    @Test func `a group has two members whatever is lifted`() {
        let three = Quota(name: "", max: 0, complaint: "") { _ in ("", "origin_groups: [{id: g, members: [web, spare, web2], failover_status_codes: [500]}]", "") }
        #expect(Self.problems(three, 0, lifted: true).contains("distributions[0].origin_groups[0].members: found 3 origins, expected two"))
    }
}
