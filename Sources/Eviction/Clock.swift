// CLOCK, the second chance: first in, first out, but an entry that was hit since it last came up goes round again.
// Corbató, A Paging Experiment with the Multics System, 1968.

/// CLOCK with one reference bit. A hit is one store; a victim costs constant time on average; twelve bytes an entry.
package struct Clock: EvictionPolicy {
    private struct Entry: QueueEntry {
        var links = QueueLinks()
        var wasHit = false
    }

    private var entries: [Entry] = []
    private var queue = SlotQueue()

    package init(capacityBytes: Int) {}

    package mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) {
        entries.grow(to: slot)
        entries[Int(slot)].wasHit = false
        queue.pushNewest(slot, in: &entries)
    }

    package mutating func didHit(_ slot: Slot) { entries[Int(slot)].wasHit = true }

    package mutating func didRemove(_ slot: Slot) { queue.remove(slot, in: &entries) }

    package mutating func victim() -> Slot? {
        while !queue.isEmpty {
            let oldest = queue.oldest
            guard entries[Int(oldest)].wasHit else { return oldest }
            entries[Int(oldest)].wasHit = false
            queue.moveToNewest(oldest, in: &entries)
        }
        return nil
    }
}
