// Percent-encoding of paths and queries (RFC 3986 sections 2.1 to 2.3), strict both ways. `+` is an ordinary byte
// here; form encoding is the business of whoever reads forms.

/// Percent-decoding and encoding of URI components.
package enum PercentCoding {
    /// Decodes every `%XX`; nil when a percent sign is not followed by two hexadecimal digits.
    package static func decoded(_ bytes: some Collection<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue) else { return nil }
            result.append(high << 4 | low)
        }
        return result
    }

    /// Decodes text that must come out as UTF-8; nil for a bad escape or bytes that are not UTF-8.
    package static func decodedText(_ text: some StringProtocol) -> String? {
        guard let bytes = decoded(text.utf8) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Which bytes stay as they are; all others become `%XX` in upper case.
    package enum Component: Sendable {
        /// Unreserved bytes only; what SigV4 and query names and values need.
        case unreserved
        /// Unreserved bytes and `/`: a key as a path.
        case key
        /// All of RFC 3986's `pchar` and `/`: the mildest escaping that makes a valid path.
        case path
    }

    /// Encodes raw bytes.
    package static func encoded(_ bytes: some Sequence<UInt8>, as component: Component) -> String {
        var result: [UInt8] = []
        for byte in bytes {
            if keeps(byte, component) {
                result.append(byte)
            } else {
                append(escapeOf: byte, to: &result)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    static func append(escapeOf byte: UInt8, to result: inout [UInt8]) {
        result.append(UInt8(ascii: "%"))
        result.append(hexDigit(byte >> 4))
        result.append(hexDigit(byte & 15))
    }

    private static func keeps(_ byte: UInt8, _ component: Component) -> Bool {
        if isUnreserved(byte) { return true }
        switch component {
        case .unreserved: return false
        case .key: return byte == UInt8(ascii: "/")
        case .path: return isPathByte(byte)
        }
    }

    /// RFC 3986 section 2.3.
    package static func isUnreserved(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2D || byte == 0x2E || byte == 0x5F || byte == 0x7E
    }

    /// A byte that may stand unescaped in a path: `pchar` without `%`, or `/` (RFC 3986 section 3.3).
    package static func isPathByte(_ byte: UInt8) -> Bool {
        if isUnreserved(byte) { return true }
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: ":"),
            UInt8(ascii: "@"), UInt8(ascii: "/"):
            return true
        default: return false
        }
    }

    package static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }
}
