// LIRS: entries are judged by the distance between their last two uses. Those with a short one (LIR) own 99 % of the
// cache; the others (HIR) pass through a small queue. A stack ordered by last use, which also remembers keys that
// have left, shows whose distance has become the shorter.
// Jiang, Zhang, LIRS: An Efficient Low Inter-reference Recency Set Replacement Policy, SIGMETRICS 2002.
// Here all lengths are bytes; an entry larger than the small queue is refused, and the stack is held to twice the cache.

/// LIRS. Constant time on average; 56 bytes an entry and as many for a remembered key.
package struct LIRS: EvictionPolicy {
    /// The share of the cache for entries that have yet to prove themselves.
    private let incomingShare: Double
    /// Bytes on the stack, of entries and remembered keys, as a multiple of the cache.
    private static let stackShare = 2

    private struct Entry: QueueEntry {
        /// In the queue of HIR entries.
        var links = QueueLinks()
        var node = noSlot
        var bytes = 0
        var key: KeyFingerprint = 0
        var isLIR = false
    }

    /// One place on the stack.
    private struct Node: QueueEntry {
        var links = QueueLinks()
        /// The entry; no slot for a key that has left.
        var slot = noSlot
        var key: KeyFingerprint = 0
        var bytes = 0
    }

    /// The order in which keys left, over the numbers of their nodes.
    private struct Ghost: QueueEntry {
        var links = QueueLinks()
    }

    private var entries: [Entry] = []
    private var incoming = SlotQueue()
    private var nodes: [Node] = []
    private var freeNodes: [Slot] = []
    private var stack = SlotQueue()
    private var stackBytes = 0
    private var ghosts: [Ghost] = []
    private var ghostQueue = SlotQueue()
    private var ghostNodes = FingerprintTable()

    private var capacityBytes: Int
    private var lirBytes = 0
    private var incomingBytesMax: Int { max(1, Int(Double(capacityBytes) * incomingShare)) }
    private var lirBytesMax: Int { capacityBytes - incomingBytesMax }

    package init(capacityBytes: Int) { self.init(capacityBytes: capacityBytes, incomingShare: 0.01) }

    init(capacityBytes: Int, incomingShare: Double) {
        self.capacityBytes = capacityBytes
        self.incomingShare = incomingShare
    }

    package func mayHold(bytes: Int) -> Bool { bytes <= incomingBytesMax }

    package mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) {
        entries.grow(to: slot)
        entries[Int(slot)] = Entry(bytes: bytes, key: key)
        if let node = ghostNodes[key] {
            forget(node)
            pushStack(slot)
            becomeLIR(slot)
        } else if lirBytes + bytes <= lirBytesMax {
            pushStack(slot)
            entries[Int(slot)].isLIR = true
            lirBytes += bytes
        } else {
            pushStack(slot)
            incoming.pushNewest(slot, in: &entries)
        }
        limitStack()
    }

    package mutating func didHit(_ slot: Slot) {
        let entry = entries[Int(slot)]
        if entry.isLIR {
            let wasOldest = stack.oldest == entry.node
            stack.moveToNewest(entry.node, in: &nodes)
            if wasOldest { prune() }
        } else if entry.node != noSlot {
            stack.moveToNewest(entry.node, in: &nodes)
            incoming.remove(slot, in: &entries)
            becomeLIR(slot)
        } else {
            pushStack(slot)
            incoming.moveToNewest(slot, in: &entries)
        }
    }

    package mutating func didResize(_ slot: Slot, bytes: Int) {
        let entry = entries[Int(slot)]
        entries[Int(slot)].bytes = bytes
        if entry.isLIR { lirBytes += bytes - entry.bytes }
        guard entry.node != noSlot else { return }
        stackBytes += bytes - nodes[Int(entry.node)].bytes
        nodes[Int(entry.node)].bytes = bytes
    }

    package mutating func victim() -> Slot? {
        if !incoming.isEmpty { return incoming.oldest }
        // Without HIR entries the stack ends in an LIR entry, if there is any.
        return stack.isEmpty ? nil : nodes[Int(stack.oldest)].slot
    }

    package mutating func didEvict(_ slot: Slot) {
        let entry = entries[Int(slot)]
        guard !entry.isLIR, entry.node != noSlot else { return didRemove(slot) }
        incoming.remove(slot, in: &entries)
        entries[Int(slot)].node = noSlot
        nodes[Int(entry.node)].slot = noSlot
        if let older = ghostNodes[entry.key] { forget(older) }
        ghostNodes.insert(entry.key, index: entry.node)
        ghosts.grow(to: entry.node)
        ghostQueue.pushNewest(entry.node, in: &ghosts)
        limitStack()
    }

    package mutating func didRemove(_ slot: Slot) {
        let entry = entries[Int(slot)]
        if entry.isLIR { lirBytes -= entry.bytes } else { incoming.remove(slot, in: &entries) }
        if entry.node != noSlot { removeNode(entry.node) }
        entries[Int(slot)] = Entry()
        if entry.isLIR { prune() }
    }

    package mutating func setCapacity(bytes: Int) {
        capacityBytes = bytes
        demoteOverflow()
        limitStack()
    }

    private mutating func becomeLIR(_ slot: Slot) {
        entries[Int(slot)].isLIR = true
        lirBytes += entries[Int(slot)].bytes
        demoteOverflow()
    }

    /// Makes the LIR entries at the stack's bottom HIR, until the others fit.
    private mutating func demoteOverflow() {
        prune()
        while lirBytes > lirBytesMax, !stack.isEmpty {
            let slot = nodes[Int(stack.oldest)].slot
            lirBytes -= entries[Int(slot)].bytes
            entries[Int(slot)].isLIR = false
            removeNode(stack.oldest)
            entries[Int(slot)].node = noSlot
            incoming.pushNewest(slot, in: &entries)
            prune()
        }
    }

    /// The stack ends in an LIR entry: what is below has a longer distance than any of them.
    private mutating func prune() {
        while !stack.isEmpty {
            let oldest = stack.oldest
            let slot = nodes[Int(oldest)].slot
            if slot == noSlot { forget(oldest); continue }
            if entries[Int(slot)].isLIR { return }
            entries[Int(slot)].node = noSlot
            removeNode(oldest)
        }
    }

    private mutating func limitStack() {
        while stackBytes > Self.stackShare * capacityBytes || ghostNodes.count > GhostList.countMax, !ghostQueue.isEmpty {
            forget(ghostQueue.oldest)
        }
    }

    private mutating func pushStack(_ slot: Slot) {
        let node = freeNodes.popLast() ?? Slot(nodes.count)
        nodes.grow(to: node)
        let entry = entries[Int(slot)]
        (nodes[Int(node)].slot, nodes[Int(node)].key, nodes[Int(node)].bytes) = (slot, entry.key, entry.bytes)
        stack.pushNewest(node, in: &nodes)
        stackBytes += entry.bytes
        entries[Int(slot)].node = node
    }

    private mutating func removeNode(_ node: Slot) {
        stack.remove(node, in: &nodes)
        stackBytes -= nodes[Int(node)].bytes
        freeNodes.append(node)
    }

    /// Takes a key that has left off the stack.
    private mutating func forget(_ node: Slot) {
        ghostNodes.remove(nodes[Int(node)].key)
        ghostQueue.remove(node, in: &ghosts)
        removeNode(node)
    }
}
