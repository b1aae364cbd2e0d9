// Entity tags and lists of them (RFC 9110 sections 8.8.3, 13.1.1, 13.1.2). Opaque text is compared byte by byte.
// A strict reader by default; S3's clients also send tags without quotes, which the caller must ask for.

package import HTTPTypes

/// An entity tag: opaque text and whether it is weak.
package struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    /// Text between the quotes.
    package var opaque: String
    package var isWeak: Bool

    /// A tag from parts known to be valid.
    package init(opaque: String, isWeak: Bool = false) { (self.opaque, self.isWeak) = (opaque, isWeak) }

    /// Reads exactly one tag, such as `"a"` or `W/"a"`; nil for anything else.
    package init?(_ text: String) {
        let tag = ByteScanner.scanning(text) { scanner -> EntityTag? in
            guard let tag = scanner.entityTag(), scanner.isAtEnd else { return nil }
            return tag
        }
        guard let tag else { return nil }
        self = tag
    }

    /// The tag as a field value.
    package var description: String { (isWeak ? "W/\"" : "\"") + opaque + "\"" }

    /// The weak tag with the same text, for a representation that is equivalent but not byte-identical.
    package var weakened: EntityTag { EntityTag(opaque: opaque, isWeak: true) }

    /// Strong comparison (RFC 9110 section 8.8.3.2): equal text and both strong.
    package func matchesStrongly(_ other: EntityTag) -> Bool { !isWeak && !other.isWeak && opaque == other.opaque }

    /// Weak comparison (RFC 9110 section 8.8.3.2): equal text.
    package func matchesWeakly(_ other: EntityTag) -> Bool { opaque == other.opaque }
}

/// The value of If-Match or If-None-Match.
package enum EntityTagCondition: Hashable, Sendable {
    /// `*`: any current representation.
    case any
    /// The listed tags; a list with a malformed element holds the tags that could be read.
    case tags([EntityTag])

    /// How text without quotes is treated.
    package enum Syntax: Sendable {
        /// Quotes are required (RFC 9110); elements without them are dropped.
        case strict
        /// An element without quotes is taken as the opaque text of a strong tag, as S3 does.
        case allowingUnquoted
    }

    /// Tags beyond this count are ignored.
    package static let tagsMax = 256

    /// Reads all lines of `name`; nil when the field is absent. A field in which nothing could be read gives
    /// `.tags([])`, which matches nothing: If-Match then fails and If-None-Match then holds.
    package init?(_ fields: HTTPFields, name: HTTPField.Name, syntax: Syntax = .strict) {
        var tags: [EntityTag] = []
        var present = false
        for field in fields where field.name == name {
            present = true
            let isAny = ByteScanner.scanning(field.value) { $0.entityTags(into: &tags, syntax: syntax) }
            if isAny {
                self = .any
                return
            }
        }
        guard present else { return nil }
        self = .tags(tags)
    }

    /// Whether `tag`, the current one, is matched under weak comparison; nil means there is no current representation.
    package func matchesWeakly(_ tag: EntityTag?, exists: Bool) -> Bool {
        switch self {
        case .any: exists
        case .tags(let tags): tag.map { tag in tags.contains { $0.matchesWeakly(tag) } } ?? false
        }
    }

    /// Whether `tag`, the current one, is matched under strong comparison.
    package func matchesStrongly(_ tag: EntityTag?, exists: Bool) -> Bool {
        switch self {
        case .any: exists
        case .tags(let tags): tag.map { tag in tags.contains { $0.matchesStrongly(tag) } } ?? false
        }
    }
}

extension ByteScanner {
    /// `[W/]"etagc*"`; restores the position when there is none.
    fileprivate mutating func entityTag() -> EntityTag? {
        let start = self
        let isWeak = consume("W/")
        guard consume(UInt8(ascii: "\"")) else {
            self = start
            return nil
        }
        let text = take { $0 == 0x21 || ($0 >= 0x23 && $0 != 0x7F) }
        guard consume(UInt8(ascii: "\"")) else {
            self = start
            return nil
        }
        return EntityTag(opaque: string(text), isWeak: isWeak)
    }

    /// Appends the tags of one line; returns true when the line is `*`.
    fileprivate mutating func entityTags(into tags: inout [EntityTag], syntax: EntityTagCondition.Syntax) -> Bool {
        skipWhitespace()
        if peek == UInt8(ascii: "*") {
            let start = self
            _ = next()
            skipWhitespace()
            if isAtEnd { return true }
            self = start
        }
        while !isAtEnd, tags.count < EntityTagCondition.tagsMax {
            skipWhitespace()
            if consume(UInt8(ascii: ",")) { continue }
            if let tag = entityTag() {
                skipWhitespace()
                if isAtEnd || peek == UInt8(ascii: ",") {
                    tags.append(tag)
                    continue
                }
            }
            // Something else: take it up to the next comma.
            let raw = trimmed(take { $0 != UInt8(ascii: ",") })
            let isPlain = !raw.isEmpty && self[raw].allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x7F }
            if syntax == .allowingUnquoted, isPlain { tags.append(EntityTag(opaque: string(raw))) }
        }
        return false
    }
}
