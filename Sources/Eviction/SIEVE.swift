// SIEVE: a queue by age that never moves an entry on a hit. A hand goes from old to new and evicts the first entry
// not hit since it last passed; what it passes stays in place, so that newcomers are sifted quickly at the young end.
// Zhang, Yang, Yue, Vigfusson, Rashmi: SIEVE is Simpler than LRU, NSDI 2024.

/// SIEVE. A hit is one store; a victim costs constant time on average; twelve bytes an entry.
package struct SIEVE: EvictionPolicy {
    private struct Entry: QueueEntry {
        var links = QueueLinks()
        var wasHit = false
    }

    private var entries: [Entry] = []
    private var queue = SlotQueue()
    /// Where the search for the next victim starts; nowhere: at the old end.
    private var hand = noSlot

    package init(capacityBytes: Int) {}

    package mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) {
        entries.grow(to: slot)
        entries[Int(slot)].wasHit = false
        queue.pushNewest(slot, in: &entries)
    }

    package mutating func didHit(_ slot: Slot) { entries[Int(slot)].wasHit = true }

    package mutating func didRemove(_ slot: Slot) {
        if slot == hand { hand = entries[Int(slot)].links.newer }
        queue.remove(slot, in: &entries)
    }

    package mutating func victim() -> Slot? {
        guard !queue.isEmpty else { return nil }
        while true {
            if hand == noSlot { hand = queue.oldest }
            guard entries[Int(hand)].wasHit else { return hand }
            entries[Int(hand)].wasHit = false
            hand = entries[Int(hand)].links.newer
        }
    }
}
