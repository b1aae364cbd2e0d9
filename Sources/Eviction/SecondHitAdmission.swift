// Stores an object at its second request within a while: what is asked for once only, most of what a web site's long tail
// holds, never costs a write. Maggs, Sitaraman, Algorithmic Nuggets in Content Delivery, CCR 2015.

/// Admission at the second request. Constant time; forty bytes for each remembered key.
package struct SecondHitAdmission: AdmissionPolicy {
    /// Objects remembered add up to so many caches of bytes.
    private static let memoryShare = 4
    private var seen: GhostList

    package init(capacityBytes: Int) { seen = GhostList(limitBytes: capacityBytes * Self.memoryShare) }

    package mutating func admits(bytes: Int, key: KeyFingerprint, insteadOf victim: KeyFingerprint?) -> Bool {
        let isKnown = seen.take(key)
        seen.insert(key, bytes: bytes)
        return isKnown
    }

    package mutating func didHit(bytes: Int, key: KeyFingerprint) {}
}
