// Path patterns: which cache behaviour a request path selects (CloudFront Developer Guide, "Path pattern").
//
// Matching works on the bytes of the request path as it stands on the wire (percent-encoding is not undone). The query
// string is no part of it. `*` crosses slashes, `?` is exactly one byte, a leading slash in the pattern is optional.

/// A CloudFront path pattern such as `/img/*` or `*.jp?g`.
///
/// Case-sensitive; at most 255 characters out of `A-Z a-z 0-9 _ - . * $ / ~ " ' @ : + & ?`.
package struct PathPattern: Sendable, Hashable, CustomStringConvertible {
    /// Longest pattern CloudFront takes, in characters.
    package static let lengthMax = 255

    /// The pattern as it was written.
    package let text: String
    /// The pattern without its optional leading slash, runs of `*` folded to one.
    private let bytes: [UInt8]

    /// The pattern of the default behaviour, which matches every path.
    package static let everything = PathPattern(text: "*", bytes: [star])

    private init(text: String, bytes: [UInt8]) {
        self.text = text
        self.bytes = bytes
    }

    /// Checks length and characters.
    package init(_ text: String) throws(PathPatternError) {
        guard !text.isEmpty else { throw .empty }
        guard text.unicodeScalars.count <= Self.lengthMax else { throw .tooLong(characters: text.unicodeScalars.count) }
        for scalar in text.unicodeScalars where !Self.isAllowed(scalar) { throw .character(scalar) }
        var bytes: [UInt8] = []
        for byte in text.utf8.drop(while: { $0 == slash }, atMost: 1) where byte != star || bytes.last != star {
            bytes.append(byte)
        }
        self.init(text: text, bytes: bytes)
    }

    package var description: String { text }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9": true
        case "_", "-", ".", "*", "$", "/", "~", "\"", "'", "@", ":", "+", "&", "?": true
        default: false
        }
    }

    /// Whether this pattern selects a request path, given as the raw bytes before any `?`.
    ///
    /// Cost: at most pattern length times path length, in constant space; linear for patterns with a single `*`.
    package func matches(_ path: borrowing Span<UInt8>) -> Bool {
        let start = !path.isEmpty && path[0] == slash ? 1 : 0
        return Glob.matches(pattern: bytes.span, from: 0, text: path, from: start) { $0 == question || $0 == $1 }
    }

    /// Whether this pattern selects a request path.
    package func matches(_ path: String) -> Bool { matches(path.utf8Span.span) }

    /// Whether every path that `other` matches is matched by this pattern too.
    ///
    /// Compares the patterns symbol by symbol: this pattern's `*` may stand for anything in `other`, wildcards included, and
    /// its `?` for any one byte or another `?`. True is always right; false can be wrong only where `other` spells
    /// out the same language in a roundabout way (`?*` against `*?`).
    package func covers(_ other: PathPattern) -> Bool {
        Glob.matches(pattern: bytes.span, from: 0, text: other.bytes.span, from: 0) { mine, theirs in
            mine == question ? theirs != star : mine == theirs
        }
    }
}

/// Why a text is no path pattern.
package enum PathPatternError: Error, Equatable {
    case empty
    case tooLong(characters: Int)
    case character(Unicode.Scalar)
}

private let star = UInt8(ascii: "*")
private let question = UInt8(ascii: "?")
private let slash = UInt8(ascii: "/")

private enum Glob {
    /// Greedy matching that remembers only the last `*`: a mismatch gives that star one more byte. Earlier stars never
    /// need revisiting, so there is no exponential case.
    static func matches(
        pattern: borrowing Span<UInt8>, from patternStart: Int, text: borrowing Span<UInt8>, from textStart: Int,
        symbol: (UInt8, UInt8) -> Bool
    ) -> Bool {
        var p = patternStart
        var t = textStart
        var afterStar = -1
        var retryAt = 0
        while t < text.count {
            if p < pattern.count, pattern[p] == star {
                p += 1
                afterStar = p
                retryAt = t
            } else if p < pattern.count, symbol(pattern[p], text[t]) {
                p += 1
                t += 1
            } else if afterStar >= 0 {
                retryAt += 1
                t = retryAt
                p = afterStar
            } else {
                return false
            }
        }
        while p < pattern.count, pattern[p] == star { p += 1 }
        return p == pattern.count
    }
}

extension String.UTF8View {
    /// The view without its first bytes that satisfy `predicate`, dropping no more than `limit` of them.
    fileprivate func drop(while predicate: (UInt8) -> Bool, atMost limit: Int) -> Substring.UTF8View {
        var index = startIndex
        var dropped = 0
        while dropped < limit, index < endIndex, predicate(self[index]) {
            formIndex(after: &index)
            dropped += 1
        }
        return self[index...]
    }
}
