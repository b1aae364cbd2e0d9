// What may be added to origin requests (CloudFront Developer Guide, "Add custom headers to origin requests").

import HTTPTypes

/// Names CloudFront refuses as origin custom headers, and their limits.
package enum CustomHeaderRules {
    package static let countMax = 10
    /// In characters.
    package static let nameLengthMax = 256
    package static let valueLengthMax = 1783
    /// Names and values of one origin together.
    package static let totalLengthMax = 10_240

    private static let forbiddenNames: Set<String> = [
        "cache-control", "connection", "content-length", "cookie", "host", "if-match", "if-modified-since", "if-none-match",
        "if-range", "if-unmodified-since", "max-forwards", "pragma", "proxy-authenticate", "proxy-authorization",
        "proxy-connection", "range", "request-range", "te", "trailer", "transfer-encoding", "upgrade", "via", "x-real-ip",
    ]
    private static let forbiddenPrefixes = ["x-amz-", "x-edge-"]

    /// Whether CloudFront refuses to add a header of this name. Without regard to case.
    package static func forbids(_ name: String) -> Bool {
        let name = name.lowercased()
        return forbiddenNames.contains(name) || forbiddenPrefixes.contains { name.hasPrefix($0) }
    }

    /// Why a header cannot be added, as what was expected instead; nil when it can.
    package static func objection(name: String, value: String) -> String? {
        guard HTTPField.Name(name) != nil else { return "a header name of letters, digits and !#$%&'*+-.^_`|~" }
        guard name.utf8.count <= nameLengthMax else { return "a name of at most \(nameLengthMax) characters" }
        guard !forbids(name) else { return "a header CloudFront lets one add (not \(name))" }
        guard value.utf8.count <= valueLengthMax else { return "a value of at most \(valueLengthMax) characters" }
        guard HTTPField.isValidValue(value) else { return "a value without control characters" }
        return nil
    }
}
