// Whole numbers in ASCII digits, as every text format has them.

enum DecimalNumber {
    /// The number, if it is digits alone and fits; a fraction of zeros or any other digits after a point is cut off.
    static func parse(_ text: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        var digits = 0
        for byte in text {
            guard byte >= 0x30, byte <= 0x39 else {
                guard byte == 0x2E, digits > 0 else { return nil }
                let fraction = text[(text.startIndex + digits + 1)...]
                return fraction.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? value : nil
            }
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(byte & 15))
            guard !overflowed, !carried else { return nil }
            value = sum
            digits += 1
        }
        return digits == 0 ? nil : value
    }
}

/// Names as numbers: FNV-1a of 64 bits, spread.
enum NameHash {
    static func hash(_ parts: ArraySlice<UInt8>...) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for part in parts {
            for byte in part { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            // Keeps "ab", "c" apart from "a", "bc".
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        hash ^= hash >> 32
        return hash &* 0xD6E8_FEB8_6659_FD93
    }
}
