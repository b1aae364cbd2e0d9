// Greedy-Dual-Size-Frequency: an entry is worth its hits for each byte, on top of the worth that the last victim had, so
// that what is not asked for again falls behind. Keeps many small entries: wins requests and gives up bytes.
// Cherkasova, Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy, HP Labs 1998.

/// GDSF with a cost of one for each miss. Logarithmic time; 40 bytes an entry.
package struct GDSF: EvictionPolicy {
    private struct Entry: Sendable {
        var bytes = 0
        var uses = 0
    }

    private var entries: [Entry] = []
    private var heap = SlotHeap()
    /// The worth of the last victim: where newcomers start.
    private var inflation = 0.0

    package init(capacityBytes: Int) {}

    package mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) {
        if Int(slot) >= entries.count {
            entries.append(contentsOf: repeatElement(Entry(), count: Int(slot) + 1 - entries.count))
        }
        entries[Int(slot)] = Entry(bytes: max(bytes, 1), uses: 1)
        heap.insert(slot, priority: worth(of: slot))
    }

    package mutating func didHit(_ slot: Slot) {
        entries[Int(slot)].uses += 1
        heap.update(slot, priority: worth(of: slot))
    }

    package mutating func didResize(_ slot: Slot, bytes: Int) { entries[Int(slot)].bytes = max(bytes, 1) }

    package mutating func victim() -> Slot? { heap.lowest?.slot }

    package mutating func didEvict(_ slot: Slot) {
        if let lowest = heap.lowest, lowest.slot == slot { inflation = lowest.priority }
        heap.remove(slot)
    }

    package mutating func didRemove(_ slot: Slot) { heap.remove(slot) }

    private func worth(of slot: Slot) -> Double {
        let entry = entries[Int(slot)]
        return inflation + Double(entry.uses) / Double(entry.bytes)
    }
}
