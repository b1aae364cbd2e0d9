// Lines out of pieces of bytes. A line within one piece is given as a slice of it, without a copy.

/// Cuts a stream of bytes into lines that end with LF or CRLF.
struct LineSplitter: Sendable {
    private var pending: [UInt8] = []
    private var lines = 0

    mutating func read(
        _ piece: ArraySlice<UInt8>, _ line: (ArraySlice<UInt8>, Int) throws(TraceError) -> Void
    ) throws(TraceError) {
        var start = piece.startIndex
        while let end = piece[start...].firstIndex(of: 0x0A) {
            lines += 1
            if pending.isEmpty {
                try give(piece[start..<end], line)
            } else {
                pending += piece[start..<end]
                try give(pending[...], line)
                pending.removeAll(keepingCapacity: true)
            }
            start = end + 1
        }
        pending += piece[start...]
        guard pending.count <= TraceParser.lineBytesMax else { throw tooLong(lines + 1) }
    }

    /// The last line, if it has no end.
    mutating func finish(_ line: (ArraySlice<UInt8>, Int) throws(TraceError) -> Void) throws(TraceError) {
        guard !pending.isEmpty else { return }
        lines += 1
        try give(pending[...], line)
        pending = []
    }

    private func give(_ bytes: ArraySlice<UInt8>, _ line: (ArraySlice<UInt8>, Int) throws(TraceError) -> Void) throws(TraceError) {
        guard bytes.count <= TraceParser.lineBytesMax else { throw tooLong(lines) }
        try line(bytes.last == 0x0D ? bytes.dropLast() : bytes, lines)
    }

    private func tooLong(_ number: Int) -> TraceError { TraceError(.line(number), .lineTooLong(bytesMax: TraceParser.lineBytesMax)) }
}
