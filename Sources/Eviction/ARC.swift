// ARC: one LRU queue for entries asked for once, one for those asked for again, and a ghost list below each. A return
// to a ghost list says that its queue was too small, and moves the target between the two.
// Megiddo, Modha, ARC: A Self-Tuning, Low Overhead Replacement Cache, FAST 2003. Here all lengths are bytes, and a return
// moves the target by the size of the entry that returned, where the paper says one page.

/// ARC. Constant time; 32 bytes an entry, and ghosts for as many bytes as the cache holds.
package struct ARC: EvictionPolicy {
    private struct Entry: QueueEntry {
        var links = QueueLinks()
        var bytes = 0
        var key: KeyFingerprint = 0
        var isFrequent = false
    }

    private var capacityBytes: Int
    private var entries: [Entry] = []
    /// Asked for once: the paper's T1.
    private var recent = SlotQueue()
    private var recentBytes = 0
    /// Asked for again: T2.
    private var frequent = SlotQueue()
    private var frequentBytes = 0
    /// What has left the two: B1, B2.
    private var recentGhosts: GhostList
    private var frequentGhosts: GhostList
    /// Bytes that `recent` should have: the paper's p.
    private var recentTarget = 0.0
    /// The key last asked for, if it was in a ghost list.
    private var returned: (key: KeyFingerprint, fromFrequent: Bool)?

    package init(capacityBytes: Int) {
        self.capacityBytes = capacityBytes
        recentGhosts = GhostList(limitBytes: capacityBytes)
        frequentGhosts = GhostList(limitBytes: capacityBytes * 2)
    }

    package mutating func willInsert(bytes: Int, key: KeyFingerprint) {
        let (recent, frequent) = (recentGhosts.bytes, frequentGhosts.bytes)
        returned = nil
        if recentGhosts.take(key) {
            let step = max(Double(frequent) / Double(max(recent, 1)), 1) * Double(bytes)
            recentTarget = min(recentTarget + step, Double(capacityBytes))
            returned = (key, false)
        } else if frequentGhosts.take(key) {
            let step = max(Double(recent) / Double(max(frequent, 1)), 1) * Double(bytes)
            recentTarget = max(recentTarget - step, 0)
            returned = (key, true)
        }
    }

    package mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) {
        if returned?.key != key { willInsert(bytes: bytes, key: key) }
        entries.grow(to: slot)
        entries[Int(slot)].bytes = bytes
        entries[Int(slot)].key = key
        push(slot, frequent: returned != nil)
        returned = nil
    }

    package mutating func didHit(_ slot: Slot) {
        if entries[Int(slot)].isFrequent { return frequent.moveToNewest(slot, in: &entries) }
        didRemove(slot)
        push(slot, frequent: true)
    }

    package mutating func didResize(_ slot: Slot, bytes: Int) {
        let change = bytes - entries[Int(slot)].bytes
        if entries[Int(slot)].isFrequent { frequentBytes += change } else { recentBytes += change }
        entries[Int(slot)].bytes = bytes
    }

    package mutating func victim() -> Slot? {
        if recent.isEmpty { return frequent.isEmpty ? nil : frequent.oldest }
        let isOver = Double(recentBytes) > recentTarget || (Double(recentBytes) == recentTarget && returned?.fromFrequent == true)
        return isOver || frequent.isEmpty ? recent.oldest : frequent.oldest
    }

    package mutating func didEvict(_ slot: Slot) {
        let entry = entries[Int(slot)]
        didRemove(slot)
        if entry.isFrequent {
            frequentGhosts.insert(entry.key, bytes: entry.bytes)
        } else {
            recentGhosts.insert(entry.key, bytes: entry.bytes)
        }
        trimGhosts()
    }

    package mutating func didRemove(_ slot: Slot) {
        let entry = entries[Int(slot)]
        if entry.isFrequent {
            frequent.remove(slot, in: &entries)
            frequentBytes -= entry.bytes
        } else {
            recent.remove(slot, in: &entries)
            recentBytes -= entry.bytes
        }
    }

    package mutating func setCapacity(bytes: Int) {
        capacityBytes = bytes
        recentTarget = min(recentTarget, Double(bytes))
        recentGhosts.limitBytes = bytes
        frequentGhosts.limitBytes = bytes * 2
        trimGhosts()
    }

    private mutating func push(_ slot: Slot, frequent isFrequent: Bool) {
        entries[Int(slot)].isFrequent = isFrequent
        if isFrequent {
            frequent.pushNewest(slot, in: &entries)
            frequentBytes += entries[Int(slot)].bytes
        } else {
            recent.pushNewest(slot, in: &entries)
            recentBytes += entries[Int(slot)].bytes
        }
    }

    /// A queue and its ghosts together remember one cache of bytes for T1 and B1, two for all four lists.
    private mutating func trimGhosts() {
        while recentGhosts.count > 0, recentBytes + recentGhosts.bytes > capacityBytes { recentGhosts.dropOldest() }
        while frequentGhosts.count > 0,
            recentBytes + recentGhosts.bytes + frequentBytes + frequentGhosts.bytes > capacityBytes * 2
        {
            frequentGhosts.dropOldest()
        }
    }
}
