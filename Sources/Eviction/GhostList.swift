// What a cache remembers of entries that have left: fingerprint and size, oldest forgotten first. Bounded in the bytes that
// the entries had, as the algorithms define it, and in number, so that tiny entries cannot fill memory with ghosts.

/// Entries that have left, oldest first. Every operation is constant time on average; forty bytes a ghost.
struct GhostList: Sendable {
    /// Ghosts that one list holds at most: 160 MB of memory.
    static let countMax = 1 << 22

    private struct Ghost: QueueEntry, Sendable {
        var links = QueueLinks()
        var key: KeyFingerprint = 0
        var bytes = 0
    }

    /// The sizes of the ghosts may add up to this.
    var limitBytes: Int { didSet { trim() } }
    private(set) var bytes = 0
    private var ghosts: [Ghost] = []
    private var free: [Slot] = []
    private var queue = SlotQueue()
    private var table = FingerprintTable()
    /// The key last asked for by `lookAhead`, and the answer.
    private var asked: (key: KeyFingerprint, wasHere: Bool)?

    init(limitBytes: Int) { self.limitBytes = limitBytes }

    var count: Int { table.count }

    /// Takes a key out ahead of its insertion; `take` of the same key will answer the same once more.
    mutating func lookAhead(_ key: KeyFingerprint) -> Bool {
        let wasHere = remove(key)
        asked = (key, wasHere)
        return wasHere
    }

    /// Takes a key out; whether it was there.
    mutating func take(_ key: KeyFingerprint) -> Bool {
        if let asked, asked.key == key {
            self.asked = nil
            return asked.wasHere
        }
        return remove(key)
    }

    /// Remembers an entry that has left, as the newest. One larger than the list may be is not remembered.
    mutating func insert(_ key: KeyFingerprint, bytes: Int) {
        _ = remove(key)
        guard bytes <= limitBytes else { return }
        let place = free.popLast() ?? Slot(ghosts.count)
        ghosts.grow(to: place)
        ghosts[Int(place)].key = key
        ghosts[Int(place)].bytes = bytes
        queue.pushNewest(place, in: &ghosts)
        table.insert(key, index: place)
        self.bytes += bytes
        trim()
    }

    /// Forgets the oldest.
    mutating func dropOldest() {
        guard !queue.isEmpty else { return }
        _ = remove(ghosts[Int(queue.oldest)].key)
    }

    private mutating func remove(_ key: KeyFingerprint) -> Bool {
        guard let place = table.remove(key) else { return false }
        queue.remove(place, in: &ghosts)
        bytes -= ghosts[Int(place)].bytes
        free.append(place)
        return true
    }

    private mutating func trim() {
        while bytes > limitBytes || table.count > Self.countMax { dropOldest() }
    }
}
