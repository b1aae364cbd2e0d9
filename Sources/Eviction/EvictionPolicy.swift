// Which entry leaves when space runs out. A policy knows entries only as slots: small integers that the cache hands
// out and uses again, so that a policy keeps its state in flat arrays and a hit allocates nothing. Of the entry's key it is
// told a fingerprint, with which some policies remember what has left. It never sees keys or content.

/// An entry's place in its cache's tables: small, dense, used again once its entry has left.
package typealias Slot = Int32

/// A hash of an entry's key, well mixed in all 64 bits. Two keys with one fingerprint only make a policy less exact.
package typealias KeyFingerprint = UInt64

/// Orders the entries of one cache by how soon they should leave.
///
/// The cache tells the policy of every insertion, hit and departure, and asks for a victim when it needs room. A slot
/// is live from `didInsert` to `didEvict` or `didRemove`; calls about other slots are the caller's mistake.
/// For a key that is asked for and not held the order of calls is `mayHold`, `willInsert`, as many `victim` and
/// `didEvict` as room needs, `didInsert`.
package protocol EvictionPolicy: Sendable {
    /// A policy for a cache that holds this many bytes.
    init(capacityBytes: Int)

    /// Whether an entry of this size is worth its room at all. True unless the policy's rules say otherwise.
    func mayHold(bytes: Int) -> Bool

    /// A key that is not held was asked for and will be inserted, once there is room. May be left out: a policy that
    /// wants to know looks the key up in `didInsert` then.
    mutating func willInsert(bytes: Int, key: KeyFingerprint)

    /// A new entry of `bytes` bytes took `slot`.
    mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint)

    /// The entry was asked for and found. Cost: constant or logarithmic, no allocation.
    mutating func didHit(_ slot: Slot)

    /// The entry has come to take another number of bytes; this is no use of it.
    mutating func didResize(_ slot: Slot, bytes: Int)

    /// The entry to go next; nil when there is none. Does not remove it, and asked again at once answers the same.
    mutating func victim() -> Slot?

    /// The entry has left to make room.
    mutating func didEvict(_ slot: Slot)

    /// The entry has left for another reason: replaced, invalidated, expired.
    mutating func didRemove(_ slot: Slot)

    /// The cache has come to hold another number of bytes.
    mutating func setCapacity(bytes: Int)
}

extension EvictionPolicy {
    package func mayHold(bytes: Int) -> Bool { true }
    package mutating func willInsert(bytes: Int, key: KeyFingerprint) {}
    package mutating func didResize(_ slot: Slot, bytes: Int) {}
    package mutating func didEvict(_ slot: Slot) { didRemove(slot) }
    package mutating func setCapacity(bytes: Int) {}
}
