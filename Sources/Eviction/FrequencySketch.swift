// How often keys were asked for lately, without keeping the keys: a count-min sketch of four-bit counters behind a
// doorkeeper, a Bloom filter that takes a key's first count. After a sample of events both age: counters are halved,
// the doorkeeper forgets. Einziger, Friedman, Manes, TinyLFU: A Highly Efficient Cache Admission Policy, 2017.

/// Estimated frequencies of keys, 0 to 16. Adding and estimating take constant time; about twelve bits an entry.
package struct FrequencySketch: Sendable {
    /// Events between two ageings, for each entry of the cache.
    private static let sampleFactor = 20
    private static let rows = 4
    private static let entriesMin = 64
    private static let entriesMax = 1 << 26

    /// Sixteen counters in each word.
    private var counters: [UInt64]
    private var doorkeeper: [UInt64]
    /// Entries that the sketch is made for: a power of two.
    private var entries: Int
    private var events = 0

    /// A sketch for a cache of about this many entries.
    package init(entries: Int) {
        self.entries = Self.rounded(entries)
        counters = [UInt64](repeating: 0, count: self.entries / 2)
        doorkeeper = [UInt64](repeating: 0, count: self.entries * 64 / 64)
    }

    /// Grows the sketch, keeping every estimate.
    package mutating func grow(toEntries wanted: Int) {
        while entries < Self.rounded(wanted) {
            // Places are the low bits of hashes, so a table twice as large starts as two copies.
            counters += counters
            doorkeeper += doorkeeper
            entries *= 2
        }
    }

    /// Counts one request for a key.
    package mutating func add(_ key: KeyFingerprint) {
        events += 1
        if events >= entries * Self.sampleFactor { age() }
        guard passDoorkeeper(key) else { return }
        for row in 0..<Self.rows {
            let (word, shift) = place(of: key, row: row)
            if (counters[word] >> shift) & 15 < 15 { counters[word] += 1 << shift }
        }
    }

    /// How often the key was asked for since about the last ageing but one.
    package func estimate(_ key: KeyFingerprint) -> Int {
        var least = UInt64(15)
        for row in 0..<Self.rows {
            let (word, shift) = place(of: key, row: row)
            least = min(least, (counters[word] >> shift) & 15)
        }
        return Int(least) + (isInDoorkeeper(key) ? 1 : 0)
    }

    private static func rounded(_ entries: Int) -> Int {
        var rounded = entriesMin
        while rounded < min(entries, entriesMax) { rounded *= 2 }
        return rounded
    }

    private func place(of key: KeyFingerprint, row: Int) -> (word: Int, shift: UInt64) {
        let hash = mixed(key &+ UInt64(row &+ 1) &* 0x9E37_79B9_7F4A_7C15)
        return (Int(truncatingIfNeeded: hash) & (counters.count - 1), (hash >> 58) & 0x3C)
    }

    private func doorkeeperBits(_ key: KeyFingerprint) -> (word: Int, bits: UInt64) {
        let hash = mixed(key ^ 0xD6E8_FEB8_6659_FD93)
        // Three bits of one word: eight bits of room an entry.
        return (Int(truncatingIfNeeded: hash) & (doorkeeper.count - 1), 1 << (hash >> 58) | 1 << (hash >> 52 & 63) | 1 << (hash >> 46 & 63))
    }

    private func isInDoorkeeper(_ key: KeyFingerprint) -> Bool {
        let (word, bits) = doorkeeperBits(key)
        return doorkeeper[word] & bits == bits
    }

    /// Whether the doorkeeper knew the key; from now on it does.
    private mutating func passDoorkeeper(_ key: KeyFingerprint) -> Bool {
        let (word, bits) = doorkeeperBits(key)
        if doorkeeper[word] & bits == bits { return true }
        doorkeeper[word] |= bits
        return false
    }

    private mutating func age() {
        events /= 2
        for word in counters.indices { counters[word] = (counters[word] >> 1) & 0x7777_7777_7777_7777 }
        for word in doorkeeper.indices { doorkeeper[word] = 0 }
    }
}
