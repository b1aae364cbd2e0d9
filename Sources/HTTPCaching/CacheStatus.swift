// The Cache-Status field (RFC 9211): how this cache handled a request, as one member of a list to which every cache on the
// way adds its own at the end.

import HTTPSemantics

/// What this cache says of one answer.
package struct CacheStatus: Hashable, Sendable {
    /// Why a request went to the origin (section 2.2).
    package enum Forward: String, Hashable, Sendable, CaseIterable {
        /// This cache is configured not to handle it.
        case bypass
        /// The method's semantics require it.
        case method
        /// Nothing is stored for the URI.
        case uriMiss = "uri-miss"
        /// What is stored for the URI is for other selecting fields.
        case varyMiss = "vary-miss"
        case miss
        /// What is stored is fresh, but the request's directives ask for more.
        case request
        case stale
        /// What is stored is only a part of what is asked for.
        case partial
    }

    /// Answered without going to the origin.
    package var isHit = false
    package var forward: Forward?
    /// The origin's status, where it differs from what the viewer gets or says more.
    package var forwardStatus: Int?
    /// Seconds of freshness left; negative for a stale response.
    package var ttl: Int64?
    /// Whether the origin's answer was stored.
    package var isStored = false
    /// Whether it waited for another request's fetch.
    package var isCollapsed = false
    /// The key, in words.
    package var key: String?
    /// A word or two more.
    package var detail: String?

    package init(isHit: Bool = false, forward: Forward? = nil) { (self.isHit, self.forward) = (isHit, forward) }

    /// The member of the list, such as `skerry; fwd=stale; fwd-status=304; stored`.
    package var fieldValue: String {
        var text = AnswerMarks.name
        if isHit { text += "; hit" } else if let forward { text += "; fwd=\(forward.rawValue)" }
        if !isHit, let forwardStatus { text += "; fwd-status=\(forwardStatus)" }
        if let ttl { text += "; ttl=\(ttl)" }
        if !isHit, isStored { text += "; stored" }
        if !isHit, isCollapsed { text += "; collapsed" }
        if let key { text += "; key=\(StructuredDictionary.quoted(key))" }
        if let detail { text += "; detail=\(Self.item(detail))" }
        return text
    }

    /// A token where the text is one, else a string.
    private static func item(_ text: String) -> String {
        let isToken = FieldSyntax.isToken(text.utf8) && (text.utf8.first.map { $0 | 0x20 &- 0x61 < 26 || $0 == UInt8(ascii: "*") } ?? false)
        return isToken ? text : StructuredDictionary.quoted(text)
    }
}
