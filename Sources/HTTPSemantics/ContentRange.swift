// The Content-Range field for bytes (RFC 9110 section 14.4).

/// Where the enclosed part belongs, or the length of what could not be cut.
package enum ContentRange: Hashable, Sendable, CustomStringConvertible {
    /// `bytes first-last/length`; `complete` is nil for `*`.
    case part(Range<Int64>, complete: Int64?)
    /// `bytes */length`, sent with 416.
    case unsatisfied(complete: Int64)

    /// Reads a field value; nil for other units, empty parts, and parts reaching beyond the complete length.
    package init?(_ value: String) {
        guard let parsed = ByteScanner.scanning(value, { Self.read(&$0) }) else { return nil }
        self = parsed
    }

    package var description: String {
        switch self {
        case .part(let range, let complete):
            "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(complete.map(String.init) ?? "*")"
        case .unsatisfied(let complete): "bytes */\(complete)"
        }
    }

    private static func read(_ scanner: inout ByteScanner) -> ContentRange? {
        guard scanner.consume("bytes ", exactly: false) else { return nil }
        if scanner.consume("*/") {
            guard let complete = scanner.length(), scanner.isAtEnd else { return nil }
            return .unsatisfied(complete: complete)
        }
        guard let first = scanner.length(), scanner.consume("-"), let last = scanner.length(), scanner.consume("/"), first <= last
        else { return nil }
        if scanner.consume("*") { return scanner.isAtEnd ? .part(first..<last + 1, complete: nil) : nil }
        guard let complete = scanner.length(), scanner.isAtEnd, last < complete else { return nil }
        return .part(first..<last + 1, complete: complete)
    }
}

extension ByteScanner {
    /// A byte position or length; nil when there are no digits or they do not fit.
    fileprivate mutating func length() -> Int64? {
        let range = take { $0 &- 0x30 < 10 }
        guard let value = FieldSyntax.digits(self[range], saturatingAt: .max), value < .max else { return nil }
        return value
    }
}
