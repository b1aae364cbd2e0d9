// S3-FIFO: three FIFO queues. A small one takes newcomers and lets those asked for twice into the main queue; the
// others leave, remembered in a ghost queue from which a quick return leads straight into the main queue. The main
// queue gives entries that were hit further rounds.
// Yang, Zhang, Qiu, Yue, Rashmi, FIFO queues are all you need for cache eviction, SOSP 2023.
// An entry as large as the small queue is refused: with it goes everything in that queue. That wins requests and loses bytes.

/// S3-FIFO. A hit is one load and store; a victim costs constant time on average; 32 bytes an entry.
package struct S3FIFO: EvictionPolicy {
    /// The small queue's share of the cache.
    private static let smallShare = 0.1
    /// What the ghosts' sizes may add up to, as a share of the cache.
    private static let ghostShare = 0.9
    /// Hits after which an entry goes from the small queue to the main one.
    private static let hitsToMain: UInt8 = 2
    /// Hits that count.
    private static let hitsMax: UInt8 = 3

    private struct Entry: QueueEntry {
        var links = QueueLinks()
        var bytes = 0
        var key: KeyFingerprint = 0
        var isMain = false
        var hits: UInt8 = 0
    }

    private var entries: [Entry] = []
    private var small = SlotQueue()
    private var smallBytes = 0
    private var smallBytesMax: Int
    private var main = SlotQueue()
    private var mainBytes = 0
    private var mainBytesMax: Int
    private var ghosts: GhostList
    /// The victim already named, which stays the victim until something happens to it.
    private var named = noSlot

    package init(capacityBytes: Int) {
        smallBytesMax = Int(Double(capacityBytes) * Self.smallShare)
        mainBytesMax = capacityBytes - smallBytesMax
        ghosts = GhostList(limitBytes: Int(Double(capacityBytes) * Self.ghostShare))
    }

    package func mayHold(bytes: Int) -> Bool { bytes < max(smallBytesMax, 2) }

    package mutating func willInsert(bytes: Int, key: KeyFingerprint) { _ = ghosts.lookAhead(key) }

    package mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) {
        entries.grow(to: slot)
        entries[Int(slot)].bytes = bytes
        entries[Int(slot)].key = key
        push(slot, toMain: ghosts.take(key))
    }

    package mutating func didHit(_ slot: Slot) {
        let hits = entries[Int(slot)].hits
        if hits < Self.hitsMax { entries[Int(slot)].hits = hits + 1 }
        if slot == named { named = noSlot }
    }

    package mutating func didResize(_ slot: Slot, bytes: Int) {
        let change = bytes - entries[Int(slot)].bytes
        if entries[Int(slot)].isMain { mainBytes += change } else { smallBytes += change }
        entries[Int(slot)].bytes = bytes
    }

    package mutating func victim() -> Slot? {
        if named == noSlot {
            if mainBytes <= mainBytesMax { named = victimOfSmall() }
            if named == noSlot { named = victimOfMain() }
        }
        return named == noSlot ? nil : named
    }

    package mutating func didEvict(_ slot: Slot) {
        let entry = entries[Int(slot)]
        didRemove(slot)
        if !entry.isMain { ghosts.insert(entry.key, bytes: entry.bytes) }
    }

    package mutating func didRemove(_ slot: Slot) {
        if entries[Int(slot)].isMain {
            main.remove(slot, in: &entries)
            mainBytes -= entries[Int(slot)].bytes
        } else {
            small.remove(slot, in: &entries)
            smallBytes -= entries[Int(slot)].bytes
        }
        named = noSlot
    }

    package mutating func setCapacity(bytes: Int) {
        smallBytesMax = Int(Double(bytes) * Self.smallShare)
        mainBytesMax = bytes - smallBytesMax
        ghosts.limitBytes = Int(Double(bytes) * Self.ghostShare)
    }

    private mutating func push(_ slot: Slot, toMain isMain: Bool) {
        entries[Int(slot)].hits = 0
        entries[Int(slot)].isMain = isMain
        if isMain {
            main.pushNewest(slot, in: &entries)
            mainBytes += entries[Int(slot)].bytes
        } else {
            small.pushNewest(slot, in: &entries)
            smallBytes += entries[Int(slot)].bytes
        }
    }

    /// The oldest of the small queue that was not asked for often enough; those that were go to the main queue.
    private mutating func victimOfSmall() -> Slot {
        while !small.isEmpty {
            let oldest = small.oldest
            guard entries[Int(oldest)].hits >= Self.hitsToMain else { return oldest }
            didRemove(oldest)
            push(oldest, toMain: true)
        }
        return noSlot
    }

    /// The oldest of the main queue without hits; the others go round again, for one hit each.
    private mutating func victimOfMain() -> Slot {
        while !main.isEmpty {
            let oldest = main.oldest
            guard entries[Int(oldest)].hits > 0 else { return oldest }
            entries[Int(oldest)].hits -= 1
            main.moveToNewest(oldest, in: &entries)
        }
        return noSlot
    }
}
