// The name of an entry's file: a digest of its key, so that one key has one file and a new one takes the old one's place by
// renaming.

import Cryptography
import HTTPCaching

/// The first sixteen bytes of a SHA-256.
struct ShortDigest: Hashable, Sendable {
    static let byteCount = 16

    let high: UInt64
    let low: UInt64

    init(_ bytes: some Collection<UInt8>) {
        var words = (UInt64(0), UInt64(0))
        for (index, byte) in bytes.prefix(Self.byteCount).enumerated() {
            if index < 8 { words.0 = words.0 << 8 | UInt64(byte) } else { words.1 = words.1 << 8 | UInt64(byte) }
        }
        (high, low) = words
    }

    init(of bytes: UnsafeRawBufferPointer) { self.init(DigestAlgorithm.sha256.digest(of: bytes)) }

    init(of bytes: some Collection<UInt8>) { self.init(DigestAlgorithm.sha256.digest(of: bytes)) }

    init(_ key: CacheKey) { self.init(of: key.bytes) }

    /// From 32 hexadecimal digits in lower case.
    init?(name: String) {
        let digits = Array(name.utf8)
        guard digits.count == 2 * Self.byteCount, digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            let high = UInt64(String(decoding: digits[..<16], as: UTF8.self), radix: 16),
            let low = UInt64(String(decoding: digits[16...], as: UTF8.self), radix: 16)
        else { return nil }
        (self.high, self.low) = (high, low)
    }

    var name: String { Self.hex(high) + Self.hex(low) }

    /// Which of 256 directories the file lies in.
    var directory: UInt8 { UInt8(high >> 56) }

    func append(to bytes: inout [UInt8]) {
        for word in [high, low] { for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift))) } }
    }

    private static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
