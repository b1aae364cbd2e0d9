// 2Q: newcomers pass through a short FIFO queue; only a key that is asked for again after it has left that queue, while it
// is still remembered, enters the main LRU queue. A scan thus never reaches the main queue.
// Johnson, Shasha, 2Q: A Low Overhead High Performance Buffer Management Replacement Algorithm, VLDB 1994 (the full version).

/// 2Q with Kin at a quarter of the cache and Kout remembering half a cache. Constant time; 32 bytes an entry.
package struct TwoQ: EvictionPolicy {
    /// The FIFO queue's share of the cache: the paper's Kin.
    private static let incomingShare = 0.25
    /// What the ghosts' sizes may add up to, as a share of the cache: the paper's Kout.
    private static let ghostShare = 0.5

    private struct Entry: QueueEntry {
        var links = QueueLinks()
        var bytes = 0
        var key: KeyFingerprint = 0
        var isMain = false
    }

    private var entries: [Entry] = []
    private var incoming = SlotQueue()
    private var incomingBytes = 0
    private var incomingBytesMax: Int
    private var main = SlotQueue()
    private var ghosts: GhostList

    package init(capacityBytes: Int) {
        incomingBytesMax = Int(Double(capacityBytes) * Self.incomingShare)
        ghosts = GhostList(limitBytes: Int(Double(capacityBytes) * Self.ghostShare))
    }

    /// An entry larger than the FIFO queue would push everything out of it.
    package func mayHold(bytes: Int) -> Bool { bytes <= incomingBytesMax }

    package mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) {
        entries.grow(to: slot)
        let isMain = ghosts.take(key)
        entries[Int(slot)].bytes = bytes
        entries[Int(slot)].key = key
        entries[Int(slot)].isMain = isMain
        if isMain {
            main.pushNewest(slot, in: &entries)
        } else {
            incoming.pushNewest(slot, in: &entries)
            incomingBytes += bytes
        }
    }

    package mutating func willInsert(bytes: Int, key: KeyFingerprint) { _ = ghosts.lookAhead(key) }

    package mutating func didHit(_ slot: Slot) {
        if entries[Int(slot)].isMain { main.moveToNewest(slot, in: &entries) }
    }

    package mutating func didResize(_ slot: Slot, bytes: Int) {
        if !entries[Int(slot)].isMain { incomingBytes += bytes - entries[Int(slot)].bytes }
        entries[Int(slot)].bytes = bytes
    }

    package mutating func victim() -> Slot? {
        if incomingBytes > incomingBytesMax || main.isEmpty { return incoming.isEmpty ? nil : incoming.oldest }
        return main.oldest
    }

    package mutating func didEvict(_ slot: Slot) {
        let entry = entries[Int(slot)]
        didRemove(slot)
        if !entry.isMain { ghosts.insert(entry.key, bytes: entry.bytes) }
    }

    package mutating func didRemove(_ slot: Slot) {
        if entries[Int(slot)].isMain {
            main.remove(slot, in: &entries)
        } else {
            incoming.remove(slot, in: &entries)
            incomingBytes -= entries[Int(slot)].bytes
        }
    }

    package mutating func setCapacity(bytes: Int) {
        incomingBytesMax = Int(Double(bytes) * Self.incomingShare)
        ghosts.limitBytes = Int(Double(bytes) * Self.ghostShare)
    }
}
