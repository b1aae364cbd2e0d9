// One entry of `cache_policies` -> NamedCachePolicy. What CloudFront refuses about a policy as a whole is HTTPCaching's rule.

import ConfigurationReading
import HTTPCaching
import HTTPTypes

extension NamedCachePolicy {
    static func read(_ section: ConfigurationSection) -> (name: Located<String>, value: NamedCachePolicy)? {
        let name = section.text("name", resourceName)
        let comment = section.text("comment")
        let minTTL = section.seconds("min_ttl")
        let defaultTTL = section.seconds("default_ttl")
        let maxTTL = section.seconds("max_ttl")
        let gzip = section.boolean("enable_accept_encoding_gzip")
        let brotli = section.boolean("enable_accept_encoding_brotli")
        let headers = readHeaders(section)
        let cookies = NameSelection.read(section, behavior: "cookie_behavior", names: "cookies")
        let queryStrings = NameSelection.read(section, behavior: "query_string_behavior", names: "query_strings")
        if let name, CachePolicy.managed(named: name) != nil {
            section.report("name", found: quoted(name), expected: "a name no managed policy has")
        }
        section.finish()
        guard let name else { return nil }
        // What could not be read has been reported; the policy still exists, so that references to it aren't reported too.
        let policy = CachePolicy(
            minTTL: Int64(minTTL ?? 0), defaultTTL: defaultTTL.map { Int64($0) }, maxTTL: maxTTL.map { Int64($0) },
            enableAcceptEncodingGzip: gzip ?? false, enableAcceptEncodingBrotli: brotli ?? false, headers: headers ?? [],
            cookies: cookies ?? .none, queryStrings: queryStrings ?? .none)
        let isWhole = minTTL != nil && gzip != nil && brotli != nil && headers != nil && cookies != nil && queryStrings != nil
        if isWhole {
            let problems = policy.problems + GeneratedHeaders.problems(policy.headers, inCachePolicy: true)
            for problem in problems { problem.report(in: section) }
        }
        let place = Located(name, at: section.valueLocation(of: "name"), section.path("name"))
        return (place, NamedCachePolicy(name: name, comment: comment ?? "", policy: policy))
    }

    private static func readHeaders(_ section: ConfigurationSection) -> [HTTPField.Name]? {
        let behavior = section.choice("header_behavior", as: HeaderBehavior.self)
        let names: [Located<HTTPField.Name>] = section.texts("headers", form: "a header name") { HTTPField.Name($0) }
        guard let behavior else { return nil }
        switch behavior {
        case .none:
            if section.has("headers") {
                section.report("headers", found: "names", expected: "header_behavior: whitelist beside them")
            }
            return []
        case .whitelist:
            if names.isEmpty { section.report("headers", found: "no name", expected: "the names to whitelist") }
            return names.map(\.value)
        }
    }
}

private enum HeaderBehavior: String { case none, whitelist }
