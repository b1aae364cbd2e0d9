// The directives that a response has for this cache: those of CDN-Cache-Control when it is there and well formed, else those
// of Cache-Control (RFC 9213 section 2, RFC 9111 section 5.2.2). One set or the other, never a mixture.

import HTTPSemantics
package import HTTPTypes

/// A response's caching directives for a shared cache.
package struct ResponseDirectives: Hashable, Sendable {
    /// Whether they come from the targeted field, beside which Cache-Control and Expires count for nothing.
    package var isTargeted = false
    package var noStore = false
    /// Without field names.
    package var noCache = false
    /// Without field names.
    package var isPrivate = false
    package var isPublic = false
    package var mustRevalidate = false
    package var proxyRevalidate = false
    package var mustUnderstand = false
    package var immutable = false
    /// Seconds; 0 when malformed or contradictory.
    package var sMaxage: Int64?
    /// Seconds; 0 when malformed or contradictory.
    package var maxAge: Int64?
    package var staleWhileRevalidate: Int64?
    package var staleIfError: Int64?
    /// Fields that `private="…"` and `no-cache="…"` name: they are for the response's own requester.
    package var unsharedFields: [HTTPField.Name] = []

    package init(_ fields: HTTPFields) {
        if let targeted = StructuredDictionary(fields, name: .cdnCacheControl), let directives = Self(targeted) {
            self = directives
        } else {
            self.init(CacheControl(fields))
        }
    }

    init(_ directives: CacheControl) {
        noStore = directives.noStore
        noCache = directives.noCache && directives.noCacheFields == nil
        isPrivate = directives.isPrivate && directives.privateFields == nil
        unsharedFields = (directives.noCacheFields ?? []) + (directives.privateFields ?? [])
        isPublic = directives.isPublic
        mustRevalidate = directives.mustRevalidate
        proxyRevalidate = directives.proxyRevalidate
        mustUnderstand = directives.mustUnderstand
        immutable = directives.immutable
        sMaxage = directives.restrictive("s-maxage")
        maxAge = directives.restrictive("max-age")
        staleWhileRevalidate = directives.restrictive("stale-while-revalidate")
        staleIfError = directives.restrictive("stale-if-error")
    }

    /// The targeted field's members; nil when one of a known name is of the wrong type, which makes all of it void.
    private init?(_ members: StructuredDictionary) {
        isTargeted = true
        var isVoid = false
        func flag(_ name: String) -> Bool {
            switch members[name] {
            case nil: return false
            case .boolean(let value): return value
            default:
                isVoid = true
                return false
            }
        }
        /// A flag that may have field names behind it, as a string.
        func qualifiable(_ name: String, into names: inout [HTTPField.Name]) -> Bool {
            guard case .string(let list)? = members[name] else { return flag(name) }
            let listed = list.split(separator: ",").map { HTTPField.Name(String($0).trimmingWhitespace()) }
            // Names that can't be read: the whole response is meant.
            guard !listed.isEmpty, !listed.contains(where: { $0 == nil }) else { return true }
            names += listed.compactMap { $0 }
            return false
        }
        func seconds(_ name: String) -> Int64? {
            switch members[name] {
            case nil: return nil
            case .integer(let value): return min(max(0, value), CacheControl.deltaSecondsMax)
            default:
                isVoid = true
                return nil
            }
        }
        noStore = flag("no-store")
        noCache = qualifiable("no-cache", into: &unsharedFields)
        isPrivate = qualifiable("private", into: &unsharedFields)
        isPublic = flag("public")
        mustRevalidate = flag("must-revalidate")
        proxyRevalidate = flag("proxy-revalidate")
        mustUnderstand = flag("must-understand")
        immutable = flag("immutable")
        sMaxage = seconds("s-maxage")
        maxAge = seconds("max-age")
        staleWhileRevalidate = seconds("stale-while-revalidate")
        staleIfError = seconds("stale-if-error")
        if isVoid { return nil }
    }
}

extension CacheControl {
    /// A directive's seconds: 0 when malformed, and when it occurs with different values (RFC 9111 section 4.2.1 lets such a
    /// response be considered stale).
    fileprivate func restrictive(_ name: String) -> Int64? {
        isContradictory(name) ? 0 : deltaSeconds(name).secondsOrZero
    }
}

extension String {
    fileprivate func trimmingWhitespace() -> String {
        var text = self[...]
        while let first = text.utf8.first, FieldSyntax.isWhitespace(first) { text = text.dropFirst() }
        while let last = text.utf8.last, FieldSyntax.isWhitespace(last) { text = text.dropLast() }
        return String(text)
    }
}
