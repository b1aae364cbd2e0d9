// Hyperbolic caching: an entry's worth is how often it was asked for over how long it has been here, so that it falls
// like a hyperbola between hits. Worth changes all the time, so the victim is the least of a random sample.
// Blankstein, Sen, Freedman, Hyperbolic Caching: Flexible Caching for Web Applications, ATC 2017.

/// Hyperbolic caching, 64 entries sampled for each victim. A hit is one store; 32 bytes an entry.
package struct Hyperbolic: EvictionPolicy {
    /// Entries looked at for a victim, as in the paper.
    private static let sampleCount = 64

    private struct Entry: Sendable {
        var uses = 0.0
        var since: UInt64 = 0
    }

    private var entries: [Entry] = []
    private var live = LiveSlots()
    /// Requests so far.
    private var now: UInt64 = 0
    private var random = SeededRandom(seed: 1)
    private var named = noSlot

    package init(capacityBytes: Int) {}

    package mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) {
        if Int(slot) >= entries.count {
            entries.append(contentsOf: repeatElement(Entry(), count: Int(slot) + 1 - entries.count))
        }
        now += 1
        entries[Int(slot)] = Entry(uses: 1, since: now)
        live.insert(slot)
        named = noSlot
    }

    package mutating func didHit(_ slot: Slot) {
        now += 1
        entries[Int(slot)].uses += 1
        named = noSlot
    }

    package mutating func didRemove(_ slot: Slot) {
        live.remove(slot)
        named = noSlot
    }

    package mutating func victim() -> Slot? {
        guard !live.isEmpty else { return nil }
        if named == noSlot {
            var least = Double.infinity
            for _ in 0..<Self.sampleCount {
                let slot = live.random(&random)
                let entry = entries[Int(slot)]
                let worth = entry.uses / Double(now &- entry.since &+ 1)
                if worth < least { (least, named) = (worth, slot) }
            }
        }
        return named
    }
}
