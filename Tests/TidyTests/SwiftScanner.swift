/// Reads Swift source far enough to know what is code: comments and string literals are set apart.
///
/// The model: a stream of tokens (identifiers, or single punctuation characters) with their lines. Comments nest,
/// strings come plain, raw (`#"..."#`) and in three quotes, and code inside `\( )` is code again. Left out:
/// regex literals between slashes (a quote inside one would start a string) and anything about meaning.

struct Token: Equatable, Sendable {
    var text: String
    var line: Int
    /// Whether white space or a comment stands between this token and the one before.
    var spaceBefore = false
}

struct SwiftScanner {
    private(set) var tokens: [Token] = []
    private var bytes: [UInt8]
    private var at = 0
    private var line = 1
    private var space = true

    /// The tokens of `source`, comments and the text of string literals left out.
    static func tokens(of source: String) -> [Token] {
        var scanner = SwiftScanner(bytes: Array(source.utf8))
        scanner.scanCode(closing: nil)
        return scanner.tokens
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func peek(_ ahead: Int = 0) -> UInt8? { at + ahead < bytes.count ? bytes[at + ahead] : nil }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where at < bytes.count {
            if bytes[at] == UInt8(ascii: "\n") { line += 1 }
            at += 1
        }
    }

    /// Scans code up to the end, or up to the parenthesis that ends an interpolation.
    private mutating func scanCode(closing: UInt8?) {
        var depth = 0
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                space = true
                advance()
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
                skipLine()
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
                skipBlockComment()
            case UInt8(ascii: "\""), UInt8(ascii: "#"):
                if !scanString() { take(1) }
            case UInt8(ascii: "("):
                depth += 1
                take(1)
            case UInt8(ascii: ")"):
                if closing != nil, depth == 0 {
                    advance()
                    return
                }
                depth -= 1
                take(1)
            case UInt8(ascii: "`"):
                // An identifier in backticks may hold blanks: test names do. It is a name, never a call.
                advance()
                while let inner = peek(), inner != UInt8(ascii: "`"), inner != UInt8(ascii: "\n") { advance() }
                advance()
                tokens.append(Token(text: "`", line: line, spaceBefore: space))
                space = false
            default:
                take(identifierLength())
            }
        }
    }

    private mutating func take(_ count: Int) {
        let text = String(decoding: bytes[at..<min(at + max(count, 1), bytes.count)], as: UTF8.self)
        tokens.append(Token(text: text, line: line, spaceBefore: space))
        space = false
        advance(max(count, 1))
    }

    private func identifierLength() -> Int {
        var count = 0
        while let byte = peek(count), Self.isIdentifier(byte) { count += 1 }
        return count
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xFF: true
        default: false
        }
    }

    private mutating func skipLine() {
        space = true
        while let byte = peek(), byte != UInt8(ascii: "\n") { advance() }
    }

    private mutating func skipBlockComment() {
        space = true
        var depth = 0
        repeat {
            if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                depth += 1
                advance(2)
            } else if peek() == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                depth -= 1
                advance(2)
            } else {
                advance()
            }
        } while depth > 0 && at < bytes.count
    }

    /// Skips a string literal that starts here, scanning the code of its interpolations; false when none starts.
    private mutating func scanString() -> Bool {
        var hashes = 0
        while peek(hashes) == UInt8(ascii: "#") { hashes += 1 }
        guard peek(hashes) == UInt8(ascii: "\"") else { return false }
        let triple = peek(hashes + 1) == UInt8(ascii: "\"") && peek(hashes + 2) == UInt8(ascii: "\"")
        let quotes = triple ? 3 : 1
        tokens.append(Token(text: "\"", line: line, spaceBefore: space))
        space = false
        advance(hashes + quotes)
        while let byte = peek() {
            if byte == UInt8(ascii: "\\"), matches(UInt8(ascii: "#"), count: hashes, from: 1) {
                let interpolation = peek(1 + hashes) == UInt8(ascii: "(")
                advance(2 + hashes)
                if interpolation { scanCode(closing: UInt8(ascii: ")")) }
            } else if matches(UInt8(ascii: "\""), count: quotes, from: 0),
                matches(UInt8(ascii: "#"), count: hashes, from: quotes)
            {
                advance(quotes + hashes)
                return true
            } else if byte == UInt8(ascii: "\n"), !triple {
                return true  // unterminated: the compiler will say so
            } else {
                advance()
            }
        }
        return true
    }

    private func matches(_ byte: UInt8, count: Int, from start: Int) -> Bool {
        for offset in 0..<count where peek(start + offset) != byte { return false }
        return true
    }
}
