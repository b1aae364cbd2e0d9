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
        let cookies = readSelection(section, behavior: "cookie_behavior", names: "cookies")
        let queryStrings = readSelection(section, behavior: "query_string_behavior", names: "query_strings")
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
        if isWhole { for problem in policy.problems { report(problem, in: section) } }
        let place = Located(name, at: section.valueLocation(of: "name"), section.path("name"))
        return (place, NamedCachePolicy(name: name, comment: comment ?? "", policy: policy))
    }

    private static func readHeaders(_ section: ConfigurationSection) -> [HTTPField.Name]? {
        enum Behavior: String { case none, whitelist }
        let behavior = section.choice("header_behavior", as: Behavior.self)
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

    private static func readSelection(
        _ section: ConfigurationSection, behavior: String, names key: String
    ) -> NameSelection? {
        enum Behavior: String { case none, whitelist, allExcept, all }
        let chosen = section.choice(behavior, as: Behavior.self)
        let names: [String] = section.texts(key, form: "a name") { $0.isEmpty ? nil : $0 }.map(\.value)
        guard let chosen else { return nil }
        if chosen == .none || chosen == .all, section.has(key) {
            section.report(key, found: "names", expected: "\(behavior): whitelist or allExcept beside them")
        }
        switch chosen {
        case .none: return NameSelection.none
        case .all: return .all
        case .whitelist: return .whitelist(names)
        case .allExcept: return .allExcept(names)
        }
    }

    /// A refusal of the policy as a whole, put at the key it is about.
    private static func report(_ problem: PolicyProblem, in section: ConfigurationSection) {
        switch problem {
        case .negativeTTL(let name, let seconds):
            section.report(name, found: String(seconds), expected: "0 seconds or more")
        case .unorderedTTLs(let least, let standard, let most):
            section.report(
                section.has("max_ttl") ? "max_ttl" : "default_ttl",
                found: "min_ttl \(least), default_ttl \(standard), max_ttl \(most)",
                expected: "min_ttl no more than default_ttl, and default_ttl no more than max_ttl")
        case .acceptEncodingWithoutCaching:
            section.report(
                section.has("enable_accept_encoding_gzip") ? "enable_accept_encoding_gzip" : "enable_accept_encoding_brotli",
                found: "true", expected: "false where every TTL is 0")
        case .tooManyNames(let kind, let count, let limit):
            section.report(key(of: kind), found: "\(count) names", expected: "at most \(limit)")
        case .namesTooLong(let kind, let characters, let limit):
            section.report(key(of: kind), found: "\(characters) characters", expected: "names of at most \(limit) together")
        case .emptyList(let kind):
            section.report(key(of: kind), found: "no name", expected: "at least one name for this behavior")
        case .repeatedName(let kind, let name):
            section.report(key(of: kind), found: quoted(name) + " a second time", expected: "each name once")
        case .refusedName(let kind, let name):
            section.report(key(of: kind), found: quoted(name), expected: "a \(kind) that CloudFront lets a policy name")
        }
    }

    private static func key(of kind: String) -> String {
        switch kind {
        case "header": "headers"
        case "cookie": "cookies"
        default: "query_strings"
        }
    }
}
