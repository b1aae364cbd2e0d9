// Range requests for bytes (RFC 9110 section 14.1.2 and 14.2). Reading gives the set as written, resolving
// against a length gives the parts that exist; whether several parts are joined, answered as multipart or
// answered whole is the caller's decision, helped by `ResolvedRanges.isAscendingAndDisjoint`.

package import HTTPTypes

/// One range as written by the client.
package enum ByteRange: Hashable, Sendable {
    /// `first-`
    case from(Int64)
    /// `first-last`, both inclusive, first <= last.
    case closed(first: Int64, last: Int64)
    /// `-length`: the last bytes.
    case suffix(length: Int64)

    /// The part of a representation of `length` bytes that the range names; nil when none of it exists.
    package func resolved(length: Int64) -> Range<Int64>? {
        switch self {
        case .from(let first): first < length ? first..<length : nil
        case .closed(let first, let last): first < length ? first..<(min(last, length - 1) + 1) : nil
        case .suffix(let suffix): suffix > 0 && length > 0 ? max(0, length - suffix)..<length : nil
        }
    }
}

/// The Range field of one request.
package enum RangeRequest: Hashable, Sendable {
    /// No Range field.
    case absent
    /// There is a field that the server must or may ignore: the whole representation is served.
    case ignored(Reason)
    /// At least one syntactically valid range, in the client's order.
    case bytes([ByteRange])

    package enum Reason: Hashable, Sendable {
        /// A unit other than bytes (RFC 9110 section 14.2).
        case unknownUnit
        /// Not a ranges-specifier: an empty set, letters, or last before first (section 14.1.1).
        case malformed
        /// Several Range lines.
        case repeated
        /// More ranges than `rangesMax`.
        case tooMany
    }

    /// Ranges accepted in one request; more are a sign of an attack (RFC 9110 section 17.15).
    package static let rangesMax = 32

    /// Reads the Range field of a request.
    package init(_ fields: HTTPFields) {
        guard let value = fields.first(.range) else {
            self = .absent
            return
        }
        guard fields.single(.range) != nil else {
            self = .ignored(.repeated)
            return
        }
        self.init(value)
    }

    /// Reads a Range field value such as `bytes=0-499, -500`. The unit is case-insensitive (section 14.1).
    package init(_ value: String) {
        self = ByteScanner.scanning(value) { Self.read(&$0) }
    }

    /// Reads a Range field value from raw bytes without building strings.
    package init(_ value: Span<UInt8>) {
        self = ByteScanner.scanning(value) { Self.read(&$0) }
    }

    private static func read(_ scanner: inout ByteScanner) -> RangeRequest {
        guard let unit = scanner.token(), scanner.consume(UInt8(ascii: "=")) else { return .ignored(.malformed) }
        guard FieldSyntax.equalsIgnoringCase(scanner[unit], "bytes".utf8) else { return .ignored(.unknownUnit) }
        var ranges: [ByteRange] = []
        repeat {
            let element = scanner.trimmed(scanner.takeListElement())
            if element.isEmpty { continue }
            guard let range = byteRange(scanner[element]) else { return .ignored(.malformed) }
            guard ranges.count < rangesMax else { return .ignored(.tooMany) }
            ranges.append(range)
        } while scanner.consume(UInt8(ascii: ","))
        return ranges.isEmpty ? .ignored(.malformed) : .bytes(ranges)
    }

    private static func byteRange(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> ByteRange? {
        guard let dash = bytes.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        let (left, right) = (bytes[..<dash], bytes[bytes.index(after: dash)...])
        // One below the maximum, so that `last + 1` cannot overflow.
        let limit = Int64.max - 1
        if left.isEmpty { return FieldSyntax.digits(right, saturatingAt: limit).map { .suffix(length: $0) } }
        guard let first = FieldSyntax.digits(left, saturatingAt: limit) else { return nil }
        if right.isEmpty { return .from(first) }
        guard let last = FieldSyntax.digits(right, saturatingAt: limit), first <= last else { return nil }
        return .closed(first: first, last: last)
    }

    /// The parts of a representation of `length` bytes that are to be sent.
    package func resolved(length: Int64) -> ResolvedRanges {
        guard case .bytes(let ranges) = self else { return .whole }
        let parts = ranges.compactMap { $0.resolved(length: length) }
        return parts.isEmpty ? .unsatisfiable : .parts(parts)
    }
}

/// A Range field applied to a representation of known length.
package enum ResolvedRanges: Hashable, Sendable {
    /// 200 with everything.
    case whole
    /// 206 with these non-empty parts, in the client's order; unsatisfiable members were dropped.
    case parts([Range<Int64>])
    /// 416 with `Content-Range: bytes */length`.
    case unsatisfiable

    /// Whether the parts ascend without overlap; CloudFront answers any other set with the whole object.
    package var isAscendingAndDisjoint: Bool {
        guard case .parts(let parts) = self else { return true }
        return zip(parts, parts.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }
    }

    /// Parts in ascending order with overlapping and touching ones joined; empty unless `.parts`.
    package var coalesced: [Range<Int64>] {
        guard case .parts(let parts) = self else { return [] }
        var joined: [Range<Int64>] = []
        for part in parts.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, part.lowerBound <= last.upperBound {
                joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, part.upperBound)
            } else {
                joined.append(part)
            }
        }
        return joined
    }
}
