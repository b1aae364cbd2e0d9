// Stores an object if it was asked for more often lately than what would leave next for it. While there is room
// everything is stored. Einziger, Friedman, Manes, TinyLFU: A Highly Efficient Cache Admission Policy, ACM ToS 2017.

/// Admission by recent frequency. Constant time; about twelve bytes for each entry of the cache.
package struct TinyLFUAdmission: AdmissionPolicy {
    /// Entries the sketch is made for at first, when nothing is known of their sizes.
    private static let entryBytes = 32 << 10
    private static let entriesMax = 1 << 20

    private var sketch: FrequencySketch
    /// Bytes of what was admitted and its number, for the mean size.
    private var seenBytes = 0
    private var seen = 0
    private let capacityBytes: Int

    package init(capacityBytes: Int) {
        self.capacityBytes = capacityBytes
        sketch = FrequencySketch(entries: min(capacityBytes / Self.entryBytes, Self.entriesMax))
    }

    package mutating func admits(bytes: Int, key: KeyFingerprint, insteadOf victim: KeyFingerprint?) -> Bool {
        sketch.add(key)
        if let victim, sketch.estimate(key) <= sketch.estimate(victim) { return false }
        seen += 1
        seenBytes += bytes
        // The sketch grows with the number of entries of this mean size that the cache can hold.
        if seen & (seen - 1) == 0 { sketch.grow(toEntries: min(seen, capacityBytes / max(seenBytes / seen, 1), Self.entriesMax)) }
        return true
    }

    package mutating func didHit(bytes: Int, key: KeyFingerprint) { sketch.add(key) }
}
