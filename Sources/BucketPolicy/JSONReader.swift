// A strict reader of JSON (RFC 8259) that remembers where each value stands. It exists because a policy must be refused
// with a position, and because leniency would hide rules: a duplicate member, a trailing comma or bytes after the
// document are errors. Numbers keep their text; nothing here needs their value.

/// A JSON value and the byte offset it starts at.
struct JSONNode: Sendable {
    let value: JSONValue
    let offset: Int
}

enum JSONValue: Sendable {
    case object([JSONMember])
    case array([JSONNode])
    case string(String)
    case number(String)
    case bool(Bool)
    case null

    /// The kind of value, for messages.
    var kind: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .bool: "a boolean"
        case .null: "null"
        }
    }
}

struct JSONMember: Sendable {
    let name: String
    let nameOffset: Int
    let node: JSONNode
}

/// What is wrong with the text, and at which byte.
struct JSONSyntaxError: Error {
    let reason: String
    let offset: Int
}

struct JSONReader {
    /// Deepest nesting accepted; a policy needs six levels.
    static let depthMax = 16

    private let bytes: [UInt8]
    private var at = 0

    /// The document in `bytes`, which must hold nothing else but white space.
    static func read(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONNode {
        var reader = JSONReader(bytes: bytes)
        let node = try reader.value(depth: 0)
        reader.skipWhiteSpace()
        guard reader.at == bytes.count else { throw reader.error("text follows the document") }
        return node
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func error(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(reason: reason, offset: at) }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipWhiteSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func take(_ character: UInt8) -> Bool {
        guard next == character else { return false }
        at += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONNode {
        guard depth < Self.depthMax else { throw error("values are nested more than \(Self.depthMax) deep") }
        skipWhiteSpace()
        let start = at
        guard let first = next else { throw error("the text ends where a value should start") }
        switch first {
        case UInt8(ascii: "{"): return JSONNode(value: .object(try members(depth)), offset: start)
        case UInt8(ascii: "["): return JSONNode(value: .array(try elements(depth)), offset: start)
        case UInt8(ascii: "\""): return JSONNode(value: .string(try string()), offset: start)
        case UInt8(ascii: "t"): return JSONNode(value: try literal("true", .bool(true)), offset: start)
        case UInt8(ascii: "f"): return JSONNode(value: try literal("false", .bool(false)), offset: start)
        case UInt8(ascii: "n"): return JSONNode(value: try literal("null", .null), offset: start)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return JSONNode(value: .number(try number()), offset: start)
        default: throw error("a value cannot start here")
        }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let matches = text.withUTF8Buffer { bytes[at...].starts(with: $0) }
        guard matches else { throw error("a value cannot start here") }
        at += text.utf8CodeUnitCount
        return value
    }

    private mutating func members(_ depth: Int) throws(JSONSyntaxError) -> [JSONMember] {
        at += 1
        var members: [JSONMember] = []
        skipWhiteSpace()
        if take(UInt8(ascii: "}")) { return members }
        repeat {
            skipWhiteSpace()
            let nameOffset = at
            guard next == UInt8(ascii: "\"") else { throw error("a member name in quotes is expected") }
            let name = try string()
            guard !members.contains(where: { $0.name == name }) else {
                throw JSONSyntaxError(reason: "the member \"\(name)\" appears twice", offset: nameOffset)
            }
            skipWhiteSpace()
            guard take(UInt8(ascii: ":")) else { throw error("':' is expected") }
            members.append(JSONMember(name: name, nameOffset: nameOffset, node: try value(depth: depth + 1)))
            skipWhiteSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw error("',' or '}' is expected") }
        return members
    }

    private mutating func elements(_ depth: Int) throws(JSONSyntaxError) -> [JSONNode] {
        at += 1
        var elements: [JSONNode] = []
        skipWhiteSpace()
        if take(UInt8(ascii: "]")) { return elements }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipWhiteSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw error("',' or ']' is expected") }
        return elements
    }
}

// MARK: - Scalars

extension JSONReader {
    private mutating func number() throws(JSONSyntaxError) -> String {
        let start = at
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = at
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
        guard at > start else { throw error("a digit is expected") }
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        let start = at
        at += 1
        var text: [UInt8] = []
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw JSONSyntaxError(reason: "a string is not UTF-8", offset: start)
                }
                return string
            case UInt8(ascii: "\\"): text += Array(String(Character(try escape())).utf8)
            case 0..<0x20: throw JSONSyntaxError(reason: "a control character in a string must be escaped", offset: at - 1)
            default: text.append(byte)
            }
        }
        throw JSONSyntaxError(reason: "a string does not end", offset: start)
    }

    private mutating func escape() throws(JSONSyntaxError) -> Unicode.Scalar {
        guard let byte = next else { throw error("a string does not end") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try codeUnit()
            if let scalar = Unicode.Scalar(first) { return scalar }
            guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw error("half of a surrogate pair") }
            let second = try codeUnit()
            guard (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + UInt32(second) - 0xDC00)
            else { throw error("half of a surrogate pair") }
            return scalar
        default: throw JSONSyntaxError(reason: "an unknown escape", offset: at - 1)
        }
    }

    private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
        guard at + 4 <= bytes.count, bytes[at..<at + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
        else { throw error("four hexadecimal digits are expected") }
        at += 4
        return unit
    }
}
