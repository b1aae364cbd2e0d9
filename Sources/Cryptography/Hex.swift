// Base 16 (RFC 4648 section 8): written in lower case as AWS writes it, read in either case.

/// Hexadecimal text.
package enum Hex {
    /// Lower-case hexadecimal, two characters a byte.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        let digits = StaticTables.lowerHexDigits
        return String(unsafeUninitializedCapacity: bytes.count * 2) { output in
            var at = 0
            for byte in bytes {
                output[at] = digits[Int(byte >> 4)]
                output[at + 1] = digits[Int(byte & 15)]
                at += 2
            }
            return at
        }
    }

    /// The bytes, or nil unless the text is an even number of hexadecimal digits and nothing else.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(text.utf8)
    }

    /// The bytes, or nil unless the ASCII text is an even number of hexadecimal digits and nothing else.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var high: UInt8?
        for character in text {
            guard let digit = value(of: character) else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }

    /// The value of one hexadecimal digit in ASCII.
    package static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

enum StaticTables {
    static let lowerHexDigits: [UInt8] = Array("0123456789abcdef".utf8)
}
