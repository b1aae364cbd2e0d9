// A strict reader: one value, UTF-8, no repeated names, no lone surrogates, bounded depth, whole numbers only.

extension JSONValue {
    /// Reads a whole document. Cost: linear; a name is looked for among its siblings by a set.
    package init(reading bytes: [UInt8]) throws(JSONError) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONError("not UTF-8") }
        var reader = JSONReader(bytes: bytes)
        reader.skipSpace()
        self = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.failure("nothing more is expected") }
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    func failure(_ reason: String) -> JSONError { JSONError("\(reason) (at byte \(position))") }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < JSONValue.depthMax else { throw failure("nested deeper than \(JSONValue.depthMax)") }
        guard let byte = next else { throw failure("a value is expected") }
        switch byte {
        case UInt8(ascii: "{"): return .object(try members(depth: depth))
        case UInt8(ascii: "["): return .array(try elements(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw failure("a value is expected")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let count = text.utf8CodeUnitCount
        let fits =
            bytes.count - position >= count && text.withUTF8Buffer { $0.elementsEqual(bytes[position..<(position + count)]) }
        guard fits else { throw failure("a value is expected") }
        position += count
        return value
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard next == byte else { throw failure("\(String(UnicodeScalar(byte))) is expected") }
        position += 1
    }

    private mutating func members(depth: Int) throws(JSONError) -> [JSONMember] {
        var members: [JSONMember] = []
        var names: Set<String> = []
        position += 1
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return members
        }
        while true {
            guard next == UInt8(ascii: "\"") else { throw failure("a name in quotes is expected") }
            let name = try string()
            guard names.insert(name).inserted else { throw failure("the name \"\(name)\" appears twice") }
            skipSpace()
            try expect(UInt8(ascii: ":"))
            skipSpace()
            members.append(JSONMember(name, try value(depth: depth + 1)))
            skipSpace()
            if next == UInt8(ascii: ",") {
                position += 1
                skipSpace()
                continue
            }
            try expect(UInt8(ascii: "}"))
            return members
        }
    }

    private mutating func elements(depth: Int) throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        position += 1
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if next == UInt8(ascii: ",") {
                position += 1
                skipSpace()
                continue
            }
            try expect(UInt8(ascii: "]"))
            return elements
        }
    }

    private mutating func integer() throws(JSONError) -> Int64 {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        let digits = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        guard position > digits, bytes[digits] != 0x30 || position == digits + 1 else { throw failure("a number is expected") }
        if let byte = next, byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") {
            throw failure("only whole numbers are read")
        }
        guard let number = Int64(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            throw failure("the number is too large")
        }
        return number
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        // The usual case: no escapes, so the bytes are the text.
        while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
        if next == UInt8(ascii: "\"") {
            defer { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        var text = Array(bytes[start..<position])
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw failure("a control character in a text")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw failure("a text does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        position += 1
        guard let byte = next else { throw failure("a text does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var value = UInt32(try unit())
            if (0xD800...0xDBFF).contains(value), next == UInt8(ascii: "\\") {
                position += 1
                try expect(UInt8(ascii: "u"))
                let low = UInt32(try unit())
                guard (0xDC00...0xDFFF).contains(low) else { throw failure("half of a surrogate pair") }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { throw failure("half of a surrogate pair") }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: throw failure("an escape that JSON does not have")
        }
    }

    private mutating func unit() throws(JSONError) -> UInt16 {
        guard bytes.count - position >= 4, let value = Self.hexadecimal(bytes[position..<(position + 4)]) else {
            throw failure("four hexadecimal digits are expected")
        }
        position += 4
        return value
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt16? {
        var value: UInt16 = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt16(digit - 0x30)
            case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt16((digit | 0x20) - 0x61 + 10)
            default: return nil
            }
        }
        return value
    }
}
