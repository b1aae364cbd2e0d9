// What CloudFront refuses in a response headers policy (Developer Guide, "Understand response headers policies" and its list
// of headers that cannot be removed; quotas as of that guide).

import HTTPSemantics
package import HTTPTypes

extension ResponseHeadersPolicy {
    /// Custom headers in one policy, and headers one policy removes.
    package static let headersMax = 10
    /// Characters of a custom header's or Content-Security-Policy's value.
    package static let valueLengthMax = 1783
    /// Names in each of the lists of a CORS part.
    package static let corsNamesMax = 100

    private static let fixedNames: Set<String> = [
        "connection", "content-encoding", "content-length", "expect", "host", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "via", "warning", "x-cache",
        "x-forwarded-proto", "x-real-ip",
    ]
    private static let fixedPrefixes = ["x-accel-", "x-amz-cf-", "x-amzn-", "x-edge-"]

    /// Whether a header is the edge's or the connection's own: a policy neither removes nor adds it.
    package static func isFixed(_ name: HTTPField.Name) -> Bool {
        let text = name.canonicalName
        return fixedNames.contains(text) || fixedPrefixes.contains { text.hasPrefix($0) }
    }

    /// Headers that have a part of the policy to themselves.
    package static func hasOwnPart(_ name: HTTPField.Name) -> Bool {
        let text = name.canonicalName
        return text.hasPrefix("access-control-") || text == "server-timing"
    }
}
