// Least recently used: the entry that has gone unasked for longest leaves first. One queue; a hit moves to its new end.

/// Least recently used. Every operation is constant time; eight bytes an entry.
package struct LRU: EvictionPolicy {
    private struct Entry: QueueEntry {
        var links = QueueLinks()
    }

    private var entries: [Entry] = []
    private var queue = SlotQueue()

    package init(capacityBytes: Int) {}

    package mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) {
        entries.grow(to: slot)
        queue.pushNewest(slot, in: &entries)
    }

    package mutating func didHit(_ slot: Slot) { queue.moveToNewest(slot, in: &entries) }

    package mutating func didRemove(_ slot: Slot) { queue.remove(slot, in: &entries) }

    package mutating func victim() -> Slot? { queue.isEmpty ? nil : queue.oldest }
}
