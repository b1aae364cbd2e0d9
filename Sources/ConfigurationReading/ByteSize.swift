/// Sizes as people write them: a whole number of bytes, or of `KiB`, `MiB`, `GiB`, `TiB`.
package enum ByteSize {
    private static let units: [(suffix: String, bytes: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// Nil for anything else, overflow included. A space before the unit is accepted.
    package static func parse(_ text: String) -> Int? {
        for unit in units where text.hasSuffix(unit.suffix) {
            var digits = text.dropLast(unit.suffix.count)
            if digits.hasSuffix(" ") { digits = digits.dropLast() }
            return wholeNumber(digits).flatMap { number in
                let (bytes, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
                return overflow ? nil : bytes
            }
        }
        return wholeNumber(text[...])
    }

    /// The shortest exact form: `256MiB`, `1000`.
    package static func text(_ bytes: Int) -> String {
        guard bytes > 0 else { return String(bytes) }
        for unit in units where unit.bytes > 1 && bytes.isMultiple(of: unit.bytes) {
            return "\(bytes / unit.bytes)\(unit.suffix)"
        }
        return String(bytes)
    }
}

/// Time spans as people write them: whole seconds, with or without an `s`.
package enum Seconds {
    package static func parse(_ text: String) -> Int? {
        wholeNumber(text.hasSuffix("s") ? text.dropLast() : text[...])
    }
}

/// Digits only: no sign, no spaces, no overflow.
package func wholeNumber(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
}
