// Base 64 (RFC 4648 sections 4 and 5), strict on reading: no white space, no missing or surplus padding, no bits left
// over in the last character. Two texts that differ never decode to the same bytes.

/// Base 64 text over one of the two RFC 4648 alphabets.
package struct Base64: Sendable {
    private let characters: [UInt8]
    private let values: [UInt8]
    /// The character that fills up the last group of four; nil for text without padding.
    private let padding: UInt8?

    /// `+` and `/`, padded with `=`: HTTP and S3 checksums.
    package static let standard = Base64("+", "/", padding: "=")
    /// `-` and `_`, padded with `=`.
    package static let urlSafe = Base64("-", "_", padding: "=")
    /// `-` and `_` without padding: tokens in URLs.
    package static let urlSafeUnpadded = Base64("-", "_", padding: nil)
    /// `-` and `~`, padded with `_`: signed URLs and cookies of CloudFront.
    package static let cloudFront = Base64("-", "~", padding: "_")

    private init(_ character62: Character, _ character63: Character, padding: Character?) {
        characters = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\(character62)\(character63)".utf8)
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
        self.values = values
        self.padding = padding?.asciiValue
    }

    package func encode(_ bytes: some Collection<UInt8>) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { output in
            var at = 0
            var bits: UInt32 = 0
            var pending = 0
            for byte in bytes {
                bits = bits << 8 | UInt32(byte)
                pending += 8
                while pending >= 6 {
                    pending -= 6
                    output[at] = characters[Int(bits >> UInt32(pending) & 63)]
                    at += 1
                }
            }
            if pending > 0 {
                output[at] = characters[Int(bits << UInt32(6 - pending) & 63)]
                at += 1
            }
            while let padding, !at.isMultiple(of: 4) {
                output[at] = padding
                at += 1
            }
            return at
        }
    }

    /// The bytes, or nil unless the text is exactly what `encode` writes for them.
    package func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(text.utf8)
    }

    /// The bytes, or nil unless the ASCII text is exactly what `encode` writes for them.
    package func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var digits = text.count
        if let padding {
            guard digits.isMultiple(of: 4) else { return nil }
            digits -= text.suffix(2).reversed().prefix { $0 == padding }.count
        }
        guard digits % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits * 3 / 4)
        var bits: UInt32 = 0
        var pending = 0
        for character in text.prefix(digits) {
            let value = values[Int(character)]
            guard value < 64 else { return nil }
            bits = bits << 6 | UInt32(value)
            pending += 6
            if pending >= 8 {
                pending -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(pending)))
            }
        }
        guard bits & (1 << UInt32(pending) - 1) == 0 else { return nil }
        return bytes
    }
}
