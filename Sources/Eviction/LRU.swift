// Least recently used: the entry that has gone unasked for longest leaves first. A doubly linked list threaded through
// flat arrays, so every operation is a handful of loads and stores.

/// Least recently used. Every operation is constant time; eight bytes an entry.
package struct LRU: EvictionPolicy {
    package static let name = "lru"

    private static let none: Slot = -1
    private static let detached: Slot = -2

    private struct Links {
        var newer = LRU.detached
        var older = LRU.detached
    }

    private var links: [Links] = []
    private var newest = LRU.none
    private var oldest = LRU.none

    package init() {}

    package mutating func didInsert(_ slot: Slot, bytes: Int) {
        if Int(slot) >= links.count {
            links.append(contentsOf: repeatElement(Links(), count: Int(slot) + 1 - links.count))
        }
        precondition(links[Int(slot)].newer == Self.detached, "slot \(slot) is already live")
        pushNewest(slot)
    }

    package mutating func didHit(_ slot: Slot) {
        guard slot != newest else { return }
        unlink(slot)
        pushNewest(slot)
    }

    package mutating func didRemove(_ slot: Slot) {
        unlink(slot)
        links[Int(slot)] = Links()
    }

    package mutating func victim() -> Slot? { oldest == Self.none ? nil : oldest }

    private mutating func pushNewest(_ slot: Slot) {
        links[Int(slot)] = Links(newer: Self.none, older: newest)
        if newest == Self.none { oldest = slot } else { links[Int(newest)].newer = slot }
        newest = slot
    }

    private mutating func unlink(_ slot: Slot) {
        let link = links[Int(slot)]
        precondition(link.newer != Self.detached, "slot \(slot) is not live")
        if link.newer == Self.none { newest = link.older } else { links[Int(link.newer)].older = link.older }
        if link.older == Self.none { oldest = link.newer } else { links[Int(link.older)].newer = link.newer }
    }
}
