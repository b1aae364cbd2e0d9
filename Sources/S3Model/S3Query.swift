// The query string of an S3 request, decoded once. Order is kept, the first of equal names wins, a name without `=`
// has an empty value (`?policy` and `?policy=` are the same sub-resource).

import HTTPSemantics

package struct S3Query: Sendable, Equatable {
    package struct Item: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    package private(set) var items: [Item] = []

    package static let itemsMax = 256

    /// Decodes the text after `?`; InvalidURI for broken escapes or more than `itemsMax` items.
    package init(_ text: some StringProtocol) throws(S3Error) {
        for piece in text.split(separator: "&", omittingEmptySubsequences: true) {
            guard items.count < Self.itemsMax else { throw S3Error(.invalidURI, "More than \(Self.itemsMax) query parameters") }
            let equals = piece.firstIndex(of: "=")
            let name = PercentCoding.decode(piece[..<(equals ?? piece.endIndex)], plusIsSpace: true)
            let value = equals.map { PercentCoding.decode(piece[piece.index(after: $0)...], plusIsSpace: true) } ?? ""
            guard let name, let value else { throw S3Error(.invalidURI, "The query string has a broken percent escape") }
            items.append(Item(name: name, value: value))
        }
    }

    package init() {}

    package subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    package func has(_ name: String) -> Bool { items.contains { $0.name == name } }

    /// A whole number in a range; InvalidArgument when present and anything else.
    package func number(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws(S3Error) -> Int {
        guard let text = self[name], !text.isEmpty else { return standard }
        guard let number = Int(text), text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }) else {
            throw .invalidArgument(name, text, "Provided \(name) not an integer or within integer range")
        }
        guard number >= range.lowerBound else {
            throw .invalidArgument(name, text, "Argument \(name) must be an integer of at least \(range.lowerBound)")
        }
        return min(number, range.upperBound)
    }
}
