// Cache tags (CloudFront Developer Guide, "Invalidating content by cache tags"): words that an origin gives an object, and by which
// invalidations find it whatever its path. Compared without regard to case, whole, and without wildcards.

package import HTTPTypes

/// One tag, in lower case.
package struct CacheTag: Hashable, Sendable, CustomStringConvertible {
    /// Characters of one tag.
    package static let lengthMax = 256

    package let text: String

    /// Nil unless the text is 1 to 256 visible ASCII characters, none of them a comma.
    package init?(_ text: some StringProtocol) {
        guard (1...Self.lengthMax).contains(text.utf8.count), text.utf8.allSatisfy({ (33...126).contains($0) && $0 != UInt8(ascii: ",") })
        else { return nil }
        self.text = text.lowercased()
    }

    package var description: String { text }
}

/// The tags of one object.
package struct CacheTags: Hashable, Sendable {
    /// Tags of one object; further ones are not kept.
    package static let countMax = 50
    package static let none = CacheTags([])

    /// In the order in which the origin gave them, each once.
    package let tags: [CacheTag]

    package init(_ tags: [CacheTag]) { self.tags = Array(tags.prefix(Self.countMax)) }

    /// Reads a comma-separated list from every line of a field. What is no tag is passed over.
    package init(_ fields: HTTPFields, in name: HTTPField.Name) {
        var tags: [CacheTag] = []
        for value in fields[values: name] {
            for element in value.split(separator: ",") where tags.count < Self.countMax {
                if let tag = CacheTag(element.trimmingSpaces()), !tags.contains(tag) { tags.append(tag) }
            }
        }
        self.tags = tags
    }

    package var isEmpty: Bool { tags.isEmpty }

    /// Bytes of all tags together.
    package var byteCount: Int { tags.reduce(0) { $0 + $1.text.utf8.count + 16 } }

    package func isDisjoint(with others: Set<CacheTag>) -> Bool { !tags.contains(where: others.contains) }
}
