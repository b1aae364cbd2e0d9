// The path of an invalidation (CloudFront Developer Guide, "Invalidate files"). A path names one object in all its
// header and cookie variants; a trailing `*` names everything that starts with the text before it. A query string
// belongs to the path as far as it is in the cache key. Tags are in `CacheTags.swift`.

import HTTPSemantics

/// Why an invalidation path is refused.
package enum InvalidationPatternError: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    case tooLong(characters: Int, limit: Int)
    case missingLeadingSlash
    /// `*` before the end, at this offset.
    case wildcardNotLast(offset: Int)
    /// A byte that must be percent-encoded, at this offset.
    case byteNeedsEncoding(UInt8, offset: Int)
    /// `%` without two hexadecimal digits, at this offset.
    case malformedEscape(offset: Int)

    package var description: String {
        switch self {
        case .empty: "the invalidation path is empty"
        case .tooLong(let characters, let limit): "the invalidation path has \(characters) characters; at most \(limit) are allowed"
        case .missingLeadingSlash: "the invalidation path must start with /"
        case .wildcardNotLast(let offset): "* may only be the last character; found at offset \(offset)"
        case .byteNeedsEncoding(let byte, let offset): "byte \(byte) at offset \(offset) must be percent-encoded"
        case .malformedEscape(let offset): "% at offset \(offset) is not followed by two hexadecimal digits"
        }
    }
}

/// A path, or all paths with one beginning.
package struct InvalidationPattern: Hashable, Sendable, CustomStringConvertible {
    /// Characters of a path, the wildcard included.
    package static let charactersMax = 4000

    /// Bytes to compare, without the wildcard.
    private let literal: [UInt8]
    package let isWildcard: Bool
    /// Set when normalisation changes the literal; compared with normalised paths only.
    private let normalizedLiteral: [UInt8]

    /// Reads a path as the API takes it.
    package init(_ text: String) throws(InvalidationPatternError) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first else { throw .empty }
        guard bytes.count <= Self.charactersMax else { throw .tooLong(characters: bytes.count, limit: Self.charactersMax) }
        guard first == UInt8(ascii: "/") else { throw .missingLeadingSlash }
        for (offset, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "*"):
                guard offset == bytes.count - 1 else { throw .wildcardNotLast(offset: offset) }
            case UInt8(ascii: "%"):
                guard offset + 2 < bytes.count, PercentCoding.hexValue(bytes[offset + 1]) != nil,
                    PercentCoding.hexValue(bytes[offset + 2]) != nil
                else { throw .malformedEscape(offset: offset) }
            default:
                guard PercentCoding.isPathByte(byte) || byte == UInt8(ascii: "?") else {
                    throw .byteNeedsEncoding(byte, offset: offset)
                }
            }
        }
        isWildcard = bytes.last == UInt8(ascii: "*")
        literal = isWildcard ? Array(bytes.dropLast()) : bytes
        normalizedLiteral = Self.normalized(literal)
    }

    /// The path as it was given.
    package var description: String { String(decoding: literal, as: UTF8.self) + (isWildcard ? "*" : "") }

    /// Whether an object is named by the pattern.
    ///
    /// - Parameters:
    ///   - path: the raw path under which the object was stored.
    ///   - query: its query string as far as it is in the cache key; nil or empty when none of it is.
    package func matches(path: some Collection<UInt8>, query: (some Collection<UInt8>)?) -> Bool {
        if let query, !query.isEmpty {
            var target = Array(path)
            target.append(UInt8(ascii: "?"))
            target.append(contentsOf: query)
            return matches(target)
        }
        return matches(path)
    }

    /// Whether an object is named by the pattern; see `matches(path:query:)` over bytes.
    package func matches(path: String, query: String? = nil) -> Bool { matches(path: path.utf8, query: query?.utf8) }

    private func matches(_ target: some Collection<UInt8>) -> Bool {
        if Self.compare(literal, target, isWildcard: isWildcard) { return true }
        if literal == normalizedLiteral, PathNormalization.isNormalized(target.prefix { $0 != UInt8(ascii: "?") }) { return false }
        return Self.compare(normalizedLiteral, Self.normalized(Array(target)), isWildcard: isWildcard)
    }

    private static func compare(_ literal: [UInt8], _ target: some Collection<UInt8>, isWildcard: Bool) -> Bool {
        isWildcard ? target.starts(with: literal) : target.elementsEqual(literal)
    }

    /// The path part normalised, the query part as it is.
    private static func normalized(_ target: [UInt8]) -> [UInt8] {
        let pathEnd = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        return (PathNormalization.normalized(target[..<pathEnd]) ?? Array(target[..<pathEnd])) + target[pathEnd...]
    }
}
