// Which stretches of an object are stored: ascending and apart, each an entry of its own. Arithmetic only; how many there may
// be is the caller's limit.

/// Stored stretches of one object, in bytes from its start.
package struct ByteExtents: Hashable, Sendable {
    /// Ascending, non-empty, without overlap; touching ones stay apart, because each is stored under its own start.
    package private(set) var ranges: [Range<Int64>]

    package init() { ranges = [] }

    /// Takes stretches as they were recorded; nil when they aren't ascending and apart.
    package init?(recorded ranges: [Range<Int64>]) {
        guard ranges.allSatisfy({ !$0.isEmpty && $0.lowerBound >= 0 }),
            zip(ranges, ranges.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound })
        else { return nil }
        self.ranges = ranges
    }

    package var count: Int { ranges.count }
    package var isEmpty: Bool { ranges.isEmpty }

    /// Bytes in all of them.
    package var byteCount: Int64 { ranges.reduce(0) { $0 + Int64($1.count) } }

    /// The stretch that holds a byte. Cost: logarithmic.
    package func extent(containing position: Int64) -> Range<Int64>? {
        let index = firstIndex(endingAfter: position)
        guard index < ranges.count, ranges[index].contains(position) else { return nil }
        return ranges[index]
    }

    /// The first stretch that begins at or after a position.
    package func next(from position: Int64) -> Range<Int64>? {
        let index = firstIndex(endingAfter: position)
        return ranges[index...].prefix(2).first { $0.lowerBound >= position }
    }

    /// The last stretch that ends at or before a position.
    package func previous(to position: Int64) -> Range<Int64>? {
        let index = firstIndex(endingAfter: position)
        return index > 0 ? ranges[index - 1] : nil
    }

    /// Adds a stretch; false, and nothing happens, when it overlaps another.
    package mutating func insert(_ range: Range<Int64>) -> Bool {
        guard !range.isEmpty, range.lowerBound >= 0 else { return false }
        let index = firstIndex(endingAfter: range.lowerBound)
        guard index == ranges.count || ranges[index].lowerBound >= range.upperBound else { return false }
        ranges.insert(range, at: index)
        return true
    }

    /// Takes a stretch out; false when there was no such one.
    package mutating func remove(_ range: Range<Int64>) -> Bool {
        let index = firstIndex(endingAfter: range.lowerBound)
        guard index < ranges.count, ranges[index] == range else { return false }
        ranges.remove(at: index)
        return true
    }

    /// What of a range isn't stored, ascending; touching gaps are one.
    package func gaps(in range: Range<Int64>) -> [Range<Int64>] {
        var gaps: [Range<Int64>] = []
        var position = range.lowerBound
        for stored in ranges[firstIndex(endingAfter: position)...] {
            guard stored.lowerBound < range.upperBound else { break }
            if position < stored.lowerBound { gaps.append(position..<stored.lowerBound) }
            position = stored.upperBound
        }
        if position < range.upperBound { gaps.append(position..<range.upperBound) }
        return gaps
    }

    /// Whether a range is stored without a gap.
    package func covers(_ range: Range<Int64>) -> Bool { gaps(in: range).isEmpty }

    private func firstIndex(endingAfter position: Int64) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
