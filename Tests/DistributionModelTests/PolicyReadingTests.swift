import ConfigurationReading
import DistributionModel
import HTTPCaching
import Testing

/// What is said about policies that cannot be.
@Suite struct PolicyReadingTests {
    static func problems(_ top: String, behavior: String = "") -> String {
        let yaml = """
            \(top)
            distributions:
              - id: EONE
                origins: [{id: web, domain_name: "localhost:9000", custom_origin_config: {}}]
                default_cache_behavior: {target_origin_id: web\(behavior)}
            """
        do throws(ConfigurationErrors) {
            return try EdgeConfiguration.read(yaml: yaml, file: "e").warnings.map(\.description).joined(separator: "\n")
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("header_behavior: whitelist", "e:1:27: error: origin_request_policies[0].headers: found no name, expected at least one name for this behavior"),
        ("headers: [A]", "e:1:46: error: origin_request_policies[0].headers: found names, expected header_behavior: whitelist, allViewerAndWhitelistCloudFront or allExcept beside them"),
        ("header_behavior: whitelist, headers: [Authorization]", "e:1:74: error: origin_request_policies[0].headers: found \"Authorization\", expected a header that CloudFront lets a policy name"),
        ("header_behavior: allViewerAndWhitelistCloudFront, headers: [CloudFront-Viewer-Country]", "e:1:96: error: origin_request_policies[0].headers: found \"CloudFront-Viewer-Country\", expected a header that can be made here (the edge has no table of places by address)"),
        ("header_behavior: allViewerAndWhitelistCloudFront, headers: [Accept]", "e:1:96: error: origin_request_policies[0].headers: found \"Accept\", expected a header that CloudFront lets a policy name"),
        ("cookie_behavior: all, cookies: [a]", "e:1:68: error: origin_request_policies[0].cookies: found names, expected cookie_behavior: whitelist or allExcept beside them"),
    ])
    func `an origin request policy that cannot be is refused`(keys: String, problem: String) {
        #expect(Self.problems("origin_request_policies: [{name: a, \(keys)}]") == problem)
    }

    @Test func `a cache policy does not take what is different for each viewer`() {
        #expect(
            Self.problems("cache_policies: [{name: a, header_behavior: whitelist, headers: [CloudFront-Viewer-Address]}]")
                == "e:1:65: error: cache_policies[0].headers: found \"CloudFront-Viewer-Address\", expected it in an origin request policy, not in the cache key")
    }

    @Test func `a name that stands for no policy is answered with the nearest`() {
        #expect(
            Self.problems("", behavior: ", origin_request_policy: AllViewers")
                == "e:5:76: error: distributions[0].default_cache_behavior.origin_request_policy: found \"AllViewers\", expected an origin request policy (did you mean AllViewer?)")
    }

    @Test(arguments: [
        ("remove_headers: [Via]", "remove_headers[0]: found \"Via\", expected a header CloudFront lets a policy remove"),
        ("custom_headers: [{header: X-Cache, value: a, override: true}]", "custom_headers[0].header: found \"X-Cache\", expected a header CloudFront lets a policy add"),
        ("custom_headers: [{header: Access-Control-Max-Age, value: a, override: true}]", "custom_headers[0].header: found \"Access-Control-Max-Age\", expected it through the policy's own part for it, such as cors"),
        ("custom_headers: [{header: X-A, value: a, override: true}, {header: x-a, value: b, override: true}]", "custom_headers[1].header: found \"x-a\" a second time, expected each header once in a policy"),
        ("custom_headers: [{header: X-A, value: a}]", "custom_headers[0].override: found no such key, expected true or false"),
        ("cors: {access_control_allow_origins: [\"*\"], access_control_allow_credentials: true, origin_override: true}", "cors.access_control_allow_origins: found \"*\", expected names, as access_control_allow_credentials is true"),
        ("cors: {access_control_allow_origins: [\"a.*.com\"], origin_override: true}", "cors.access_control_allow_origins[0]: found \"a.*.com\", expected *, or a host with an optional scheme and port whose leftmost label may be *"),
        ("cors: {access_control_allow_origins: [a], access_control_allow_methods: [ALL, GET], origin_override: true}", "cors.access_control_allow_methods: found ALL beside others, expected ALL alone, or the others"),
        ("security_headers: {xss_protection: {protection: true, mode_block: true, report_uri: /r, override: true}}", "security_headers.xss_protection.report_uri: found it beside mode_block: true, expected only one of them"),
        ("security_headers: {frame_options: {frame_option: ALLOW, override: true}}", "security_headers.frame_options.frame_option: found \"ALLOW\", expected one of DENY, SAMEORIGIN"),
        ("server_timing: {sampling_rate: 100.5}", "server_timing.sampling_rate: found \"100.5\", expected 0 to 100 with at most four decimals"),
    ])
    func `a response headers policy that cannot be is refused`(keys: String, problem: String) {
        let found = Self.problems("response_headers_policies: [{name: a, \(keys)}]")
        #expect(found.hasPrefix("e:1:"))
        #expect(found.hasSuffix(": error: response_headers_policies[0]." + problem), "\(found)")
    }

    @Test(arguments: [(10, true), (11, false)])
    func `ten custom headers and ten removals are the limit`(count: Int, isAccepted: Bool) {
        let custom = (0..<count).map { "{header: X-\($0), value: \"\", override: true}" }.joined(separator: ", ")
        let removed = (0..<count).map { "Y-\($0)" }.joined(separator: ", ")
        #expect(Self.problems("response_headers_policies: [{name: a, custom_headers: [\(custom)]}]").isEmpty == isAccepted)
        #expect(Self.problems("response_headers_policies: [{name: a, remove_headers: [\(removed)]}]").isEmpty == isAccepted)
    }

    @Test func `a managed policy that names what cannot be made is taken with a warning`() {
        let found = Self.problems("", behavior: ", origin_request_policy: 33f36d7e-f396-46d9-90e0-52428a34d9dc")
        #expect(found.hasPrefix("e:5:76: warning: distributions[0].default_cache_behavior.origin_request_policy: found 33f36d7e"))
        #expect(found.contains("CloudFront-Viewer-City") && !found.contains("CloudFront-Viewer-Address"))
    }
}
