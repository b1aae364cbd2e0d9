// How large a simulated cache shall be: in bytes, or as a share of what the trace asks for.

import ConfigurationReading

/// A cache's size.
package enum CacheSize: Hashable, Sendable, CustomStringConvertible {
    case bytes(Int)
    /// A share of the working set, which is the sizes of all distinct objects; above 0.
    case share(Double)

    /// Reads `100MB`, `2GiB`, `1000000`, `1%` or `0.1%`.
    package init(_ text: String) throws(ReplayError) {
        if text.hasSuffix("%"), let percent = Double(text.dropLast()), percent > 0, percent <= 1000 {
            self = .share(percent / 100)
        } else if let bytes = Self.decimal(text) ?? ByteSize.parse(text), bytes > 0 {
            self = .bytes(bytes)
        } else {
            throw .badSize(text: text)
        }
    }

    /// The bytes of a cache of this size for a working set; rounded down, at least one.
    package func bytes(ofWorkingSet workingSetBytes: Int) -> Int {
        switch self {
        case .bytes(let bytes): bytes
        case .share(let share): max(1, Int(Double(workingSetBytes) * share))
        }
    }

    package var description: String {
        switch self {
        case .bytes(let bytes): ByteSize.text(bytes)
        case .share(let share): Self.percent(share)
        }
    }

    private static func percent(_ share: Double) -> String {
        let text = String((share * 100 * 1e6).rounded() / 1e6)
        return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + "%"
    }

    /// Units of a thousand: kB, MB, GB, TB.
    private static func decimal(_ text: String) -> Int? {
        for (unit, bytes) in [("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000)] where text.hasSuffix(unit) {
            let (product, overflow) = (wholeNumber(text.dropLast(2)) ?? 0).multipliedReportingOverflow(by: bytes)
            return overflow ? nil : product
        }
        return nil
    }
}
