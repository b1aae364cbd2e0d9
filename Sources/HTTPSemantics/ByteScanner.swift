// A forward cursor over the bytes of one field value, shared by the readers in this target.
// It borrows the bytes through a closure, copies nothing and allocates nothing.

/// A forward cursor over borrowed bytes; valid only inside the closure that supplied them.
struct ByteScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Runs `body` with a cursor over the UTF-8 bytes of `text`.
    static func scanning<Result>(_ text: String, _ body: (inout ByteScanner) -> Result) -> Result {
        var text = text
        return text.withUTF8 { buffer in
            var scanner = ByteScanner(buffer)
            return body(&scanner)
        }
    }

    /// Runs `body` with a cursor over `span`.
    static func scanning<Result>(_ span: Span<UInt8>, _ body: (inout ByteScanner) -> Result) -> Result {
        span.withUnsafeBufferPointer { buffer in
            var scanner = ByteScanner(buffer)
            return body(&scanner)
        }
    }

    var isAtEnd: Bool { position == bytes.count }
    var remaining: Int { bytes.count - position }
    var peek: UInt8? { isAtEnd ? nil : bytes[position] }

    subscript(range: Range<Int>) -> Slice<UnsafeBufferPointer<UInt8>> { bytes[range] }

    func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    mutating func next() -> UInt8? {
        guard !isAtEnd else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    /// Advances over `byte` when it comes next.
    mutating func consume(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    /// Advances over `text` when it comes next, comparing ASCII case only when `exactly` is true.
    mutating func consume(_ text: StaticString, exactly: Bool = true) -> Bool {
        guard remaining >= text.utf8CodeUnitCount else { return false }
        for offset in 0..<text.utf8CodeUnitCount {
            let (have, want) = (bytes[position + offset], text.utf8Start[offset])
            guard exactly ? have == want : FieldSyntax.lowercased(have) == FieldSyntax.lowercased(want) else { return false }
        }
        position += text.utf8CodeUnitCount
        return true
    }

    /// Advances while `predicate` holds and returns the range passed over.
    @discardableResult
    mutating func take(while predicate: (UInt8) -> Bool) -> Range<Int> {
        let start = position
        while position < bytes.count, predicate(bytes[position]) { position += 1 }
        return start..<position
    }

    mutating func skipWhitespace() { take(while: FieldSyntax.isWhitespace) }

    /// Reads a token; nil (and no movement) when none starts here.
    mutating func token() -> Range<Int>? {
        let range = take(while: FieldSyntax.isTokenByte)
        return range.isEmpty ? nil : range
    }

    /// Reads a quoted-string (RFC 9110 section 5.6.4) with escapes resolved; nil when malformed.
    mutating func quotedString() -> String? {
        guard consume(UInt8(ascii: "\"")) else { return nil }
        var content: [UInt8] = []
        while let byte = next() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = next(), FieldSyntax.isFieldValueByte(escaped) else { return nil }
                content.append(escaped)
            default:
                guard FieldSyntax.isFieldValueByte(byte) else { return nil }
                content.append(byte)
            }
        }
        return nil
    }

    /// Advances to the next comma outside quotes, or to the end, and returns the range passed over.
    @discardableResult
    mutating func takeListElement() -> Range<Int> {
        let start = position
        var quoted = false
        while let byte = peek {
            if quoted, byte == UInt8(ascii: "\\") {
                position = min(position + 2, bytes.count)
                continue
            }
            if byte == UInt8(ascii: "\"") { quoted.toggle() }
            if byte == UInt8(ascii: ","), !quoted { break }
            position += 1
        }
        return start..<position
    }

    /// A cursor over a part of the same bytes.
    func scanner(over range: Range<Int>) -> ByteScanner { ByteScanner(UnsafeBufferPointer(rebasing: bytes[range])) }

    /// `range` without whitespace at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, FieldSyntax.isWhitespace(bytes[start]) { start += 1 }
        while end > start, FieldSyntax.isWhitespace(bytes[end - 1]) { end -= 1 }
        return start..<end
    }
}
