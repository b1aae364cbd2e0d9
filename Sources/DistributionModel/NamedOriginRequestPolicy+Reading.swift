// One entry of `origin_request_policies` -> NamedOriginRequestPolicy.

import ConfigurationReading
import HTTPCaching
import HTTPTypes

extension NamedOriginRequestPolicy {
    static func read(_ section: ConfigurationSection) -> (name: Located<String>, value: NamedOriginRequestPolicy)? {
        let name = section.text("name", resourceName)
        let comment = section.text("comment")
        let headers = readHeaders(section)
        let cookies = NameSelection.read(section, behavior: "cookie_behavior", names: "cookies")
        let queryStrings = NameSelection.read(section, behavior: "query_string_behavior", names: "query_strings")
        if let name, OriginRequestPolicy.managed(named: name) != nil {
            section.report("name", found: quoted(name), expected: "a name no managed policy has")
        }
        section.finish()
        guard let name else { return nil }
        let policy = OriginRequestPolicy(
            headers: headers ?? .none, cookies: cookies ?? .none, queryStrings: queryStrings ?? .none)
        if headers != nil, cookies != nil, queryStrings != nil {
            var problems = policy.problems
            if case .allExcept = policy.headers {} else {
                problems += GeneratedHeaders.problems(policy.headers.names, inCachePolicy: false)
            }
            for problem in problems { problem.report(in: section) }
        }
        let place = Located(name, at: section.valueLocation(of: "name"), section.path("name"))
        return (place, NamedOriginRequestPolicy(name: name, comment: comment ?? "", policy: policy))
    }

    private static func readHeaders(_ section: ConfigurationSection) -> OriginRequestPolicy.Headers? {
        let behavior = section.choice("header_behavior", as: HeaderBehavior.self)
        let names: [HTTPField.Name] = section.texts("headers", form: "a header name") { HTTPField.Name($0) }.map(\.value)
        guard let behavior else { return nil }
        if behavior == .none || behavior == .allViewer, section.has("headers") {
            section.report(
                "headers", found: "names",
                expected: "header_behavior: whitelist, allViewerAndWhitelistCloudFront or allExcept beside them")
        }
        switch behavior {
        case .none: return OriginRequestPolicy.Headers.none
        case .whitelist: return .whitelist(names)
        case .allViewer: return .allViewer
        case .allViewerAndWhitelistCloudFront:
            if names.isEmpty { section.report("headers", found: "no name", expected: "the CloudFront headers to add") }
            return .allViewerAndWhitelistCloudFront(names)
        case .allExcept: return .allExcept(names)
        }
    }
}

private enum HeaderBehavior: String { case none, whitelist, allViewer, allViewerAndWhitelistCloudFront, allExcept }
