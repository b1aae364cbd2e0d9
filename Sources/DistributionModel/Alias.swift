// Alternate domain names of a distribution (CNAMEs): exact, or with `*` as the whole leftmost label.

/// A host name a distribution answers for, kept in lower case.
package struct Alias: Sendable, Hashable, CustomStringConvertible {
    /// Longest DNS name in presentation form, in bytes (RFC 1035 section 2.3.4).
    package static let lengthMax = 253

    /// `www.example.com`, or `*.example.com` for a wildcard.
    package let name: String

    /// Nil unless each label is 1 to 63 letters, digits, `-` or `_`, with `*` alone allowed as the leftmost of several.
    package init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= Self.lengthMax else { return nil }
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for (position, label) in labels.enumerated() {
            if position == 0, labels.count > 1, label.elementsEqual("*".utf8) { continue }
            guard (1...63).contains(label.count), label.allSatisfy(Self.isLabelByte) else { return nil }
        }
        name = text.lowercased()
    }

    package var isWildcard: Bool { name.hasPrefix("*.") }

    package var description: String { name }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
