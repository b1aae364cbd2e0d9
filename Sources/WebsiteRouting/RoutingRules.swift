// Routing rules: the first that matches, and where it sends the client.

import HTTPSemantics
import S3Model

enum RoutingRules {
    /// HttpRedirectCode when a rule names none.
    static let statusDefault = 301

    /// The redirect of the first rule that applies before the object is looked up (`status` nil) or to a failure.
    ///
    /// A rule without an error code applies before, one with an error code applies to failures with that code only.
    static func redirect(_ request: WebsiteRequest, _ rules: [WebsiteConfiguration.RoutingRule], status: Int?) -> WebsiteDecision? {
        for (index, rule) in rules.enumerated() {
            guard rule.condition?.httpErrorCodeReturnedEquals == status else { continue }
            let prefix = rule.condition?.keyPrefixEquals ?? ""
            guard request.key.utf8.starts(with: prefix.utf8) else { continue }
            return .redirect(
                status: rule.redirect.httpRedirectCode ?? statusDefault,
                location: location(request, rule.redirect, matchedPrefix: prefix), .routingRule(index))
        }
        return nil
    }

    private static func location(_ request: WebsiteRequest, _ redirect: WebsiteConfiguration.Redirect, matchedPrefix: String) -> String {
        let key: String
        switch redirect.replacement {
        case .wholeKey(let replacement): key = replacement
        case .prefix(let replacement): key = replacement + String(decoding: request.key.utf8.dropFirst(matchedPrefix.utf8.count), as: UTF8.self)
        case nil: key = request.key
        }
        let scheme = (redirect.scheme ?? request.scheme).rawValue
        let host = redirect.hostName ?? request.authority
        let query = request.rawQuery.map { (key.contains("?") ? "&" : "?") + $0 } ?? ""
        return "\(scheme)://\(host)/\(Location.path(key, keepsQuery: redirect.replacement != nil))\(query)"
    }
}

/// Keys as a Location field writes them.
enum Location {
    /// A key as a path. A replacement from a rule may bring a query or fragment (`?page=` and `#!/` are common in rules
    /// for single-page applications); S3 leaves those as they are written.
    static func path(_ key: String, keepsQuery: Bool = false) -> String {
        guard keepsQuery, let mark = key.firstIndex(where: { $0 == "?" || $0 == "#" }) else {
            return PercentCoding.encoded(key.utf8, as: .path)
        }
        let tail = key[mark...].utf8.map { byte in
            byte > 0x20 && byte < 0x7F ? String(UnicodeScalar(byte)) : PercentCoding.encoded([byte], as: .path)
        }
        return PercentCoding.encoded(key[..<mark].utf8, as: .path) + tail.joined()
    }
}
