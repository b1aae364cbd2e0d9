// Structured Fields, as far as caching needs them (RFC 9651): dictionaries are read, strings are written. The reader is as
// strict as section 4.2 asks: one mistake anywhere, and the whole field counts as absent. Members that are inner lists,
// byte sequences, dates or display strings are checked and told apart, but not kept.

package import HTTPTypes

/// A dictionary: keys in lower case, each with the value and parameters given last.
package struct StructuredDictionary: Hashable, Sendable {
    /// A bare item.
    package enum Value: Hashable, Sendable {
        case integer(Int64)
        case decimal
        case string(String)
        case token(String)
        case boolean(Bool)
        case byteSequence
        case date(Int64)
        case displayString
        case innerList
    }

    private var members: [(key: String, value: Value)] = []

    /// Members beyond this count make the field unreadable; RFC 9651 section 3.2 asks for at least this many.
    package static let membersMax = 1_024

    /// Reads all lines of a field as one; nil when it is absent, empty or breaks the syntax anywhere.
    package init?(_ fields: HTTPFields, name: HTTPField.Name) {
        let lines = fields[values: name]
        guard !lines.isEmpty else { return nil }
        self.init(lines.joined(separator: ", "))
    }

    /// Reads one field value.
    package init?(_ text: String) {
        let read = ByteScanner.scanning(text) { scanner in
            var parser = StructuredFieldParser(scanner)
            return parser.dictionary()
        }
        guard let read, !read.isEmpty else { return nil }
        members = read
    }

    package subscript(key: String) -> Value? { members.first { $0.key == key }?.value }

    package static func == (left: Self, right: Self) -> Bool {
        left.members.elementsEqual(right.members) { $0.key == $1.key && $0.value == $1.value }
    }

    package func hash(into hasher: inout Hasher) { for member in members { hasher.combine(member.key) } }

    /// A string as a structured field writes it; bytes that it can't hold become `?`.
    package static func quoted(_ text: String) -> String {
        var result = "\""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                result.append("\\")
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case 0x20..<0x7F: result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result.append("?")
            }
        }
        return result + "\""
    }
}

/// The parsing algorithms of RFC 9651 section 4.2, each nil on the first mistake.
private struct StructuredFieldParser {
    typealias Value = StructuredDictionary.Value
    var scanner: ByteScanner

    init(_ scanner: ByteScanner) { self.scanner = scanner }

    mutating func dictionary() -> [(key: String, value: Value)]? {
        var members: [(key: String, value: Value)] = []
        scanner.take { $0 == 0x20 }
        while !scanner.isAtEnd {
            guard let key = key(), let value = member() else { return nil }
            members.removeAll { $0.key == key }
            guard members.count < StructuredDictionary.membersMax else { return nil }
            members.append((key, value))
            let before = scanner.position
            scanner.skipWhitespace()
            if scanner.isAtEnd { return endsInSpaces(from: before) ? members : nil }
            guard scanner.consume(UInt8(ascii: ",")) else { return nil }
            scanner.skipWhitespace()
            // Nothing may follow a comma but a member.
            if scanner.isAtEnd { return nil }
        }
        return members
    }

    /// Behind the last member only spaces are discarded, tabs are not.
    private func endsInSpaces(from start: Int) -> Bool { scanner[start..<scanner.position].allSatisfy { $0 == 0x20 } }

    private mutating func key() -> String? {
        guard let first = scanner.peek, Self.isLower(first) || first == UInt8(ascii: "*") else { return nil }
        let range = scanner.take { Self.isLower($0) || Self.isDigit($0) || "_-.*".utf8.contains($0) }
        return scanner.string(range)
    }

    private mutating func member() -> Value? {
        guard scanner.consume(UInt8(ascii: "=")) else { return parameters() ? .boolean(true) : nil }
        let value = scanner.peek == UInt8(ascii: "(") ? innerList() : bareItem()
        guard let value, parameters() else { return nil }
        return value
    }

    private mutating func innerList() -> Value? {
        guard scanner.consume(UInt8(ascii: "(")) else { return nil }
        while true {
            let gap = scanner.take { $0 == 0x20 }
            if scanner.consume(UInt8(ascii: ")")) { return .innerList }
            // Items are apart by a space at least; before the first there need not be one.
            let previous = gap.lowerBound == 0 ? nil : scanner[gap.lowerBound - 1..<gap.lowerBound].first
            guard !gap.isEmpty || previous == UInt8(ascii: "("), bareItem() != nil, parameters() else { return nil }
        }
    }

    private mutating func parameters() -> Bool {
        while scanner.consume(UInt8(ascii: ";")) {
            scanner.take { $0 == 0x20 }
            guard key() != nil else { return false }
            if scanner.consume(UInt8(ascii: "=")), bareItem() == nil { return false }
        }
        return true
    }

    private mutating func bareItem() -> Value? {
        guard let first = scanner.peek else { return nil }
        switch first {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: ":"): return byteSequence()
        case UInt8(ascii: "?"):
            _ = scanner.next()
            if scanner.consume(UInt8(ascii: "1")) { return .boolean(true) }
            return scanner.consume(UInt8(ascii: "0")) ? .boolean(false) : nil
        case UInt8(ascii: "@"):
            _ = scanner.next()
            guard case .integer(let seconds)? = number() else { return nil }
            return .date(seconds)
        case UInt8(ascii: "%"):
            return displayString()
        case UInt8(ascii: "*"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            let range = scanner.take { FieldSyntax.isTokenByte($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "/") }
            return .token(scanner.string(range))
        default: return nil
        }
    }

    /// At most 15 digits, or 12 before and 3 behind a point.
    private mutating func number() -> Value? {
        let isNegative = scanner.consume(UInt8(ascii: "-"))
        let whole = scanner.take(while: Self.isDigit)
        guard !whole.isEmpty, whole.count <= 15 else { return nil }
        if scanner.consume(UInt8(ascii: ".")) {
            let fraction = scanner.take(while: Self.isDigit)
            return whole.count <= 12 && (1...3).contains(fraction.count) ? .decimal : nil
        }
        guard let magnitude = FieldSyntax.digits(scanner[whole], saturatingAt: .max) else { return nil }
        return .integer(isNegative ? -magnitude : magnitude)
    }

    private mutating func string() -> String? {
        _ = scanner.next()
        var content: [UInt8] = []
        while let byte = scanner.next() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = scanner.next(), escaped == UInt8(ascii: "\"") || escaped == UInt8(ascii: "\\") else { return nil }
                content.append(escaped)
            case 0x20..<0x7F: content.append(byte)
            default: return nil
            }
        }
        return nil
    }

    private mutating func byteSequence() -> Value? {
        _ = scanner.next()
        scanner.take { Self.isDigit($0) || Self.isLower($0 | 0x20) || "+/=".utf8.contains($0) }
        return scanner.consume(UInt8(ascii: ":")) ? .byteSequence : nil
    }

    private mutating func displayString() -> Value? {
        _ = scanner.next()
        guard scanner.consume(UInt8(ascii: "\"")) else { return nil }
        while let byte = scanner.next() {
            if byte == UInt8(ascii: "\"") { return .displayString }
            guard (0x20..<0x7F).contains(byte) else { return nil }
            if byte == UInt8(ascii: "%") {
                guard scanner.remaining >= 2, let high = scanner.next(), let low = scanner.next(),
                    Self.isLowerHex(high), Self.isLowerHex(low)
                else { return nil }
            }
        }
        return nil
    }

    private static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
    private static func isLowerHex(_ byte: UInt8) -> Bool { isDigit(byte) || byte &- 0x61 < 6 }
}
