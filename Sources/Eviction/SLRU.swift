// Segmented LRU: four LRU queues, one above the other. A hit lifts an entry by one, and what overflows a queue falls
// back into the one below; victims come from the lowest. Karedla, Love, Wherry, Caching Strategies to Improve Disk System
// Performance, 1994, with two segments; four sift finer. An entry larger than one segment is refused: it would empty it.

/// Segmented LRU with four equal segments. Constant time on average; 24 bytes an entry.
package struct SLRU: EvictionPolicy {
    /// Segments, each with the same share of the cache.
    private static let segmentCount = 4

    private struct Entry: QueueEntry {
        var links = QueueLinks()
        var bytes = 0
        var segment: UInt8 = 0
    }

    private struct Segment: Sendable {
        var queue = SlotQueue()
        var bytes = 0
    }

    private var entries: [Entry] = []
    private var segments = [Segment](repeating: Segment(), count: segmentCount)
    private var segmentBytesMax: Int

    package init(capacityBytes: Int) { segmentBytesMax = capacityBytes / Self.segmentCount }

    package func mayHold(bytes: Int) -> Bool { bytes <= segmentBytesMax }

    /// While the cache fills, an entry goes into the lowest segment with room.
    package mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) {
        entries.grow(to: slot)
        entries[Int(slot)].bytes = bytes
        push(slot, to: segments.firstIndex { $0.bytes + bytes <= segmentBytesMax } ?? 0)
    }

    package mutating func didHit(_ slot: Slot) {
        let segment = Int(entries[Int(slot)].segment)
        guard segment + 1 < Self.segmentCount else { return segments[segment].queue.moveToNewest(slot, in: &entries) }
        didRemove(slot)
        push(slot, to: segment + 1)
        settle(from: segment + 1)
    }

    package mutating func didResize(_ slot: Slot, bytes: Int) {
        segments[Int(entries[Int(slot)].segment)].bytes += bytes - entries[Int(slot)].bytes
        entries[Int(slot)].bytes = bytes
    }

    package mutating func didRemove(_ slot: Slot) {
        let entry = entries[Int(slot)]
        segments[Int(entry.segment)].queue.remove(slot, in: &entries)
        segments[Int(entry.segment)].bytes -= entry.bytes
    }

    package mutating func victim() -> Slot? { segments.first { !$0.queue.isEmpty }?.queue.oldest }

    package mutating func setCapacity(bytes: Int) {
        segmentBytesMax = bytes / Self.segmentCount
        settle(from: Self.segmentCount - 1)
    }

    private mutating func push(_ slot: Slot, to segment: Int) {
        entries[Int(slot)].segment = UInt8(segment)
        segments[segment].queue.pushNewest(slot, in: &entries)
        segments[segment].bytes += entries[Int(slot)].bytes
    }

    /// Lets overflowing segments fall into the next lower one.
    private mutating func settle(from top: Int) {
        for segment in stride(from: top, to: 0, by: -1) {
            while segments[segment].bytes > segmentBytesMax {
                let fallen = segments[segment].queue.oldest
                didRemove(fallen)
                push(fallen, to: segment - 1)
            }
        }
    }
}
