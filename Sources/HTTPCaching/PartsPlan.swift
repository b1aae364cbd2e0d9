// What to ask an origin for when some of a stored object is missing, in pieces that become entries of their own. Boundaries
// lie at multiples of the part size, so that whoever asks finds the pieces of others; nothing that is stored is asked for again.

/// The next fetch for an object of which a byte is missing.
package struct PartsPlan: Hashable, Sendable {
    /// What is stored as one entry and fetched once for all who want any of it.
    package var piece: Range<Int64>
    /// How far one request may go on, over pieces that are missing too; at least the piece's end.
    package var runEnd: Int64

    /// - Parameters:
    ///   - position: a missing byte.
    ///   - wantedEnd: end of what the viewer wants; more than `position`.
    ///   - extents: what is stored.
    ///   - complete: length of the object.
    ///   - partBytes: length of a part, at least 1.
    ///   - aligns: whether pieces are widened to part boundaries.
    package init(
        at position: Int64, wantedEnd: Int64, extents: ByteExtents, complete: Int64, partBytes: Int64, aligns: Bool
    ) {
        let boundary = position / partBytes * partBytes
        let limit = min(extents.next(from: position)?.lowerBound ?? complete, complete)
        let start = aligns ? max(boundary, extents.previous(to: position)?.upperBound ?? 0) : position
        let end = min(complete, aligns ? Self.roundedUp(wantedEnd, partBytes) : wantedEnd)
        piece = start..<min(boundary.addingSaturating(partBytes), end, limit)
        runEnd = min(end, limit)
    }

    /// The Range field for a request up to `runEnd`. Up to the very end it is left open, as clients write it.
    package func rangeField(complete: Int64) -> String {
        runEnd == complete ? "bytes=\(piece.lowerBound)-" : "bytes=\(piece.lowerBound)-\(runEnd - 1)"
    }

    private static func roundedUp(_ value: Int64, _ unit: Int64) -> Int64 {
        let rest = value % unit
        return rest == 0 ? value : value.addingSaturating(unit - rest)
    }
}

extension Int64 {
    fileprivate func addingSaturating(_ other: Int64) -> Int64 {
        let (sum, overflowed) = addingReportingOverflow(other)
        return overflowed ? .max : sum
    }
}
