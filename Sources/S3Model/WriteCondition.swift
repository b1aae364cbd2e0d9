// Conditional writes: `If-None-Match: *` and `If-Match: "etag"` on put, copy, complete and delete.

package import HTTPTypes

/// When a write may happen, judged by the store together with the write itself.
package enum WriteCondition: Sendable, Hashable {
    case none
    /// Only while no object has the key.
    case ifAbsent
    /// Only while the object exists; any entity tag (`If-Match: *`).
    case ifPresent
    /// Only while the object has that entity tag (without quotes).
    case ifMatch(String)

    package init(_ fields: HTTPFields, allowsIfNoneMatch: Bool = true) throws(S3Error) {
        let match = fields[.ifMatch]
        let noneMatch = fields[.ifNoneMatch]
        guard match == nil || noneMatch == nil else {
            throw .notImplemented("If-Match together with If-None-Match on a write")
        }
        if let noneMatch {
            guard allowsIfNoneMatch, noneMatch.trimmingSpaces() == "*" else {
                throw .notImplemented("If-None-Match other than * on a write").with("Header", "If-None-Match")
            }
            self = .ifAbsent
        } else if let match {
            let text = match.trimmingSpaces()
            guard !text.contains(",") else { throw .notImplemented("If-Match with several entity tags on a write").with("Header", "If-Match") }
            self = text == "*" ? .ifPresent : .ifMatch(Self.unquoted(text))
        } else {
            self = .none
        }
    }

    /// An entity tag without the quotes that clients may leave out.
    package static func unquoted(_ tag: some StringProtocol) -> String {
        var text = Substring(tag)
        if text.hasPrefix("\""), text.hasSuffix("\""), text.utf8.count >= 2 { text = text.dropFirst().dropLast() }
        return String(text)
    }
}
