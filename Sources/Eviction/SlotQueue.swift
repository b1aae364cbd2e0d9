// The building block of most policies: doubly linked queues threaded through one flat array of entries, so that every
// operation is a handful of loads and stores, and an entry moves between queues without being copied.

/// No slot: the end of a queue, or nothing found.
let noSlot: Slot = -1

/// The place of an entry that is in no queue.
private let detached: Slot = -2

/// An entry's neighbours in its queue.
struct QueueLinks: Sendable {
    fileprivate(set) var newer: Slot = detached
    fileprivate(set) var older: Slot = detached

    var isDetached: Bool { newer == detached }
}

/// What a policy keeps for each slot, if it keeps its entries in queues.
protocol QueueEntry {
    var links: QueueLinks { get set }
    /// The entry of a slot that is not live.
    init()
}

/// The two ends of one queue. An entry is in one queue at most.
struct SlotQueue: Sendable {
    private(set) var newest = noSlot
    private(set) var oldest = noSlot

    var isEmpty: Bool { oldest == noSlot }

    mutating func pushNewest<Entry: QueueEntry>(_ slot: Slot, in entries: inout [Entry]) {
        entries.withUnsafeMutableBufferPointer { entries in
            precondition(entries[Int(slot)].links.isDetached, "slot \(slot) is in a queue already")
            attach(slot, in: entries)
        }
    }

    mutating func remove<Entry: QueueEntry>(_ slot: Slot, in entries: inout [Entry]) {
        entries.withUnsafeMutableBufferPointer { entries in
            detach(slot, in: entries)
            entries[Int(slot)].links = QueueLinks()
        }
    }

    mutating func moveToNewest<Entry: QueueEntry>(_ slot: Slot, in entries: inout [Entry]) {
        guard slot != newest else { return }
        entries.withUnsafeMutableBufferPointer { entries in
            detach(slot, in: entries)
            attach(slot, in: entries)
        }
    }

    @inline(__always)
    private mutating func attach<Entry: QueueEntry>(_ slot: Slot, in entries: UnsafeMutableBufferPointer<Entry>) {
        entries[Int(slot)].links = QueueLinks(newer: noSlot, older: newest)
        if newest == noSlot { oldest = slot } else { entries[Int(newest)].links.newer = slot }
        newest = slot
    }

    @inline(__always)
    private mutating func detach<Entry: QueueEntry>(_ slot: Slot, in entries: UnsafeMutableBufferPointer<Entry>) {
        let links = entries[Int(slot)].links
        precondition(!links.isDetached, "slot \(slot) is in no queue")
        if links.newer == noSlot { newest = links.older } else { entries[Int(links.newer)].links.older = links.older }
        if links.older == noSlot { oldest = links.newer } else { entries[Int(links.older)].links.newer = links.newer }
    }
}

extension Array where Element: QueueEntry {
    /// Makes room for a slot that may be the first of its number.
    mutating func grow(to slot: Slot) {
        guard Int(slot) >= count else { return }
        append(contentsOf: repeatElement(Element(), count: Int(slot) + 1 - count))
    }
}
