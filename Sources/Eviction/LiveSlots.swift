// The live slots in an array without gaps, for policies that choose their victim from a random sample.

/// The set of live slots. Every operation is constant time; eight bytes an entry.
package struct LiveSlots: Sendable {
    private var slots: [Slot] = []
    /// A slot's place in `slots`; -1 when it is not live.
    private var places: [Int32] = []

    package init() {}

    package var count: Int { slots.count }
    package var isEmpty: Bool { slots.isEmpty }

    package subscript(index: Int) -> Slot { slots[index] }

    package mutating func insert(_ slot: Slot) {
        if Int(slot) >= places.count {
            places.append(contentsOf: repeatElement(-1, count: Int(slot) + 1 - places.count))
        }
        precondition(places[Int(slot)] < 0, "slot \(slot) is already live")
        places[Int(slot)] = Int32(slots.count)
        slots.append(slot)
    }

    package mutating func remove(_ slot: Slot) {
        let place = places[Int(slot)]
        precondition(place >= 0, "slot \(slot) is not live")
        let last = slots.removeLast()
        if last != slot {
            slots[Int(place)] = last
            places[Int(last)] = place
        }
        places[Int(slot)] = -1
    }

    /// Any live slot, with equal chance. There must be one.
    package func random(_ generator: inout SeededRandom) -> Slot {
        slots[generator.next(below: slots.count)]
    }
}
