/// Bytes held in memory as shared, immutable chunks; copies and parts share the chunks.
package struct MemoryContent: ObjectContent {
    package let chunks: [ArraySlice<UInt8>]
    package let size: Int64

    package init(_ chunks: [ArraySlice<UInt8>]) {
        self.chunks = chunks.filter { !$0.isEmpty }
        self.size = chunks.reduce(0) { $0 + Int64($1.count) }
    }

    /// The chunks that make up `range`, cut to it.
    func cut(_ range: Range<Int64>) -> [ArraySlice<UInt8>] {
        precondition(range.lowerBound >= 0 && range.upperBound <= size, "a range of content lies within it")
        var cut: [ArraySlice<UInt8>] = []
        var offset: Int64 = 0
        for chunk in chunks {
            let low = max(range.lowerBound - offset, 0)
            let high = min(range.upperBound - offset, Int64(chunk.count))
            if low < high { cut.append(chunk.dropFirst(Int(low)).prefix(Int(high - low))) }
            offset += Int64(chunk.count)
        }
        return cut
    }

    package func slices(_ range: Range<Int64>) -> any ContentSlices { MemorySlices(cut(range)) }

    package func read(_ range: Range<Int64>) async throws(ObjectStoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for chunk in cut(range) { bytes += chunk }
        return bytes
    }
}
