// The parser behind `XMLElement.read`: one pass, recursive as deep as `depthMax`.

struct XMLParser {
    let bytes: [UInt8]
    var position = 0
    var elements = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    mutating func document() throws(XMLError) -> XMLElement {
        if starts(with: "<?xml") {
            guard let end = find("?>") else { throw failure("the declaration does not end") }
            position = end + 2
        }
        try skipMisc()
        let root = try element(depth: 1)
        try skipMisc()
        guard position == bytes.count else { throw failure("something follows the root element") }
        return root
    }

    private mutating func skipMisc() throws(XMLError) {
        while true {
            skipSpace()
            guard starts(with: "<!--") else { return }
            try skipComment()
        }
    }

    private mutating func skipComment() throws(XMLError) {
        position += 4
        guard let end = find("--") else { throw failure("a comment does not end") }
        position = end
        guard starts(with: "-->") else { throw failure("a comment holds two dashes") }
        position += 3
    }

    private mutating func element(depth: Int) throws(XMLError) -> XMLElement {
        guard depth <= XMLElement.depthMax else { throw failure("elements nest deeper than \(XMLElement.depthMax)") }
        elements += 1
        guard elements <= XMLElement.elementsMax else { throw failure("more than \(XMLElement.elementsMax) elements") }
        guard take("<") else { throw failure("an element is expected") }
        let qualified = try name()
        if try attributesEndEmpty() { return XMLElement(name: Self.local(qualified), text: "", children: []) }

        var text: [UInt8] = []
        var children: [XMLElement] = []
        while true {
            guard position < bytes.count else { throw failure("\(qualified) does not end") }
            if starts(with: "</") {
                position += 2
                guard try name() == qualified else { throw failure("the end tag of \(qualified) does not match") }
                skipSpace()
                guard take(">") else { throw failure("the end tag of \(qualified) is broken") }
                return XMLElement(name: Self.local(qualified), text: String(decoding: text, as: UTF8.self), children: children)
            } else if starts(with: "<!--") {
                try skipComment()
            } else if starts(with: "<![CDATA[") {
                position += 9
                guard let end = find("]]>") else { throw failure("a CDATA section does not end") }
                text.append(contentsOf: bytes[position..<end])
                position = end + 3
            } else if bytes[position] == UInt8(ascii: "<") {
                children.append(try element(depth: depth + 1))
            } else {
                try character(into: &text)
            }
        }
    }

    /// Reads attributes up to `>` (false) or `/>` (true).
    private mutating func attributesEndEmpty() throws(XMLError) -> Bool {
        while true {
            let before = position
            skipSpace()
            if take("/>") { return true }
            if take(">") { return false }
            guard position > before else { throw failure("a start tag is broken") }
            _ = try name()
            skipSpace()
            guard take("=") else { throw failure("an attribute has no value") }
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'") else {
                throw failure("an attribute value is not quoted")
            }
            let quote = bytes[position]
            position += 1
            var value: [UInt8] = []
            while position < bytes.count, bytes[position] != quote {
                guard bytes[position] != UInt8(ascii: "<") else { throw failure("an attribute holds a <") }
                try character(into: &value)
            }
            guard position < bytes.count else { throw failure("an attribute does not end") }
            position += 1
        }
    }

    private mutating func character(into text: inout [UInt8]) throws(XMLError) {
        let byte = bytes[position]
        guard byte == UInt8(ascii: "&") else {
            guard byte >= 0x20 || Self.isSpace(byte) else { throw failure("a control character") }
            // XML 1.0 section 2.11: CR LF and lone CR are read as LF.
            if byte == 0x0D {
                text.append(0x0A)
                if position + 1 < bytes.count, bytes[position + 1] == 0x0A { position += 1 }
            } else {
                text.append(byte)
            }
            position += 1
            return
        }
        guard let end = bytes[position...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else { throw failure("a reference does not end") }
        let reference = String(decoding: bytes[(position + 1)..<end], as: UTF8.self)
        switch reference {
        case "lt": text.append(UInt8(ascii: "<"))
        case "gt": text.append(UInt8(ascii: ">"))
        case "amp": text.append(UInt8(ascii: "&"))
        case "quot": text.append(UInt8(ascii: "\""))
        case "apos": text.append(UInt8(ascii: "'"))
        default:
            guard reference.hasPrefix("#") else { throw failure("the entity \(reference) is not defined") }
            let isHex = reference.hasPrefix("#x")
            let digits = reference.dropFirst(isHex ? 2 : 1)
            guard let first = digits.utf8.first, first.isHexDigit,
                let number = UInt32(digits, radix: isHex ? 16 : 10), number != 0, let scalar = Unicode.Scalar(number)
            else { throw failure("the reference \(reference) names no character") }
            text.append(contentsOf: String(Character(scalar)).utf8)
        }
        position = end + 1
    }

    private mutating func name() throws(XMLError) -> String {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            let isNameByte =
                (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || (0x30...0x39).contains(byte) || byte >= 0x80
                || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            guard isNameByte else { break }
            position += 1
        }
        guard position > start, !(0x30...0x39).contains(bytes[start]), bytes[start] != UInt8(ascii: "-"), bytes[start] != UInt8(ascii: ".")
        else { throw failure("a name is expected") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func local(_ qualified: String) -> String {
        guard let colon = qualified.lastIndex(of: ":") else { return qualified }
        return String(qualified[qualified.index(after: colon)...])
    }

    private mutating func skipSpace() {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    }

    private func starts(with text: StaticString) -> Bool {
        guard bytes.count - position >= text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { $0.elementsEqual(bytes[position..<(position + $0.count)]) }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        guard starts(with: text) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    private func find(_ text: StaticString) -> Int? {
        let count = text.utf8CodeUnitCount
        guard bytes.count >= count, position <= bytes.count - count else { return nil }
        return text.withUTF8Buffer { wanted in
            (position...(bytes.count - count)).first { wanted.elementsEqual(bytes[$0..<($0 + count)]) }
        }
    }

    private func failure(_ reason: String) -> XMLError { XMLError("\(reason) (at byte \(position))") }
}

extension UInt8 {
    /// Whether it is an ASCII hexadecimal digit: what a numeric reference starts with, so that no sign gets in.
    fileprivate var isHexDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
    }
}
