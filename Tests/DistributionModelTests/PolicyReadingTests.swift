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

    @Test func `a managed policy that names what cannot be made is taken with a warning`() {
        let found = Self.problems("", behavior: ", origin_request_policy: 33f36d7e-f396-46d9-90e0-52428a34d9dc")
        #expect(found.hasPrefix("e:5:76: warning: distributions[0].default_cache_behavior.origin_request_policy: found 33f36d7e"))
        #expect(found.contains("CloudFront-Viewer-City") && !found.contains("CloudFront-Viewer-Address"))
    }
}
