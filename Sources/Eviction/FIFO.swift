// First in, first out: a hit changes nothing. The yardstick that a better policy has to beat.

/// First in, first out. Every operation is constant time; eight bytes an entry.
package struct FIFO: EvictionPolicy {
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

    package mutating func didHit(_ slot: Slot) {}

    package mutating func didRemove(_ slot: Slot) { queue.remove(slot, in: &entries) }

    package mutating func victim() -> Slot? { queue.isEmpty ? nil : queue.oldest }
}
