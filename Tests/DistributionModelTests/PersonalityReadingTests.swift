import ConfigurationReading
import DistributionModel
import Foundation
import HTTPCaching
import Testing

private func file(_ distribution: String = "", behavior: String = "", top: String = "") -> String {
    """
    distributions:
      - id: EONE
        origins: [{id: web, domain_name: "localhost:9000", custom_origin_config: {}}]
        \(distribution)
        default_cache_behavior:
          target_origin_id: web
          \(behavior)
    \(top)
    """
}

private func problems(_ yaml: String) -> String {
    do throws(ConfigurationErrors) {
        return try EdgeConfiguration.read(yaml: yaml, file: "edge.conf").warnings.map(\.description).joined(separator: "\n")
    } catch {
        return error.description
    }
}

private let policy = "cache_policies: [{name: p, default_ttl: 0, query_string_behavior: all}]"

@Suite struct PersonalityReadingTests {
    @Test func `the configuration for outside suites passes everything on and leaves lifetimes to the origin`() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: tests.appending(path: "EndToEndTests/rfc9111-suite.edge.conf"), encoding: .utf8)
        let read = try EdgeConfiguration.read(yaml: text, file: "edge.conf")
        #expect(read.warnings == [])
        let distribution = read.value.distributions[0]
        let behavior = distribution.defaultCacheBehavior
        #expect(distribution.personality == .rfc9111)
        #expect(behavior.allowedMethods == .all)
        #expect(behavior.cachePolicy == CachePolicy(minTTL: 0, defaultTTL: 0, maxTTL: 3_153_600_000, queryStrings: .all))
        #expect(behavior.originRequestPolicy == OriginRequestPolicy(headers: .allViewer, cookies: .all, queryStrings: .all))
        #expect(!behavior.compress)
    }

    @Test(arguments: [("", Personality.Name.cloudfront), ("personality: cloudfront", .cloudfront), ("personality: rfc9111", .rfc9111)])
    func `a distribution has the personality that the file names`(line: String, name: Personality.Name) throws {
        let read = try EdgeConfiguration.read(yaml: file(line, behavior: "cache_policy: p", top: policy), file: "edge.conf")
        #expect(read.value.distributions[0].personality.name == name)
        #expect(read.warnings == [])
    }

    @Test(arguments: [
        (
            file("personality: rfc7234"),
            "edge.conf:4:18: error: distributions[0].personality: found \"rfc7234\", expected one of cloudfront, rfc9111"
        ),
        (
            file(
                "personality: rfc9111", behavior: "cache_policy: p\n      allowed_methods: [GET, HEAD, OPTIONS]\n      cached_methods: [GET, HEAD, OPTIONS]",
                top: policy),
            "edge.conf:9:23: error: distributions[0].default_cache_behavior.cached_methods: found OPTIONS, expected GET, HEAD under personality rfc9111: RFC 9110 lets no one cache OPTIONS"
        ),
        (
            file(
                "personality: rfc9111\n    custom_error_responses: [{error_code: 404, error_caching_min_ttl: 5}, {error_code: 403}]", behavior: "cache_policy: p",
                top: policy),
            "edge.conf:5:71: error: distributions[0].custom_error_responses[0].error_caching_min_ttl: found 5, expected no such key under personality rfc9111: an error is kept as long as its own fields say"
        ),
        (
            file("personality: rfc9111", behavior: "cache_policy: CachingOptimized"),
            "edge.conf:7:21: warning: distributions[0].default_cache_behavior.cache_policy: found a Minimum TTL of 1 seconds, expected 0 under personality rfc9111, which else keeps responses for longer than their origin allows"
        ),
        (file("personality: rfc9111", behavior: "cache_policy: CachingDisabled"), ""),
    ])
    func `what would mean nothing under it is refused`(yaml: String, expected: String) { #expect(problems(yaml) == expected) }
}
