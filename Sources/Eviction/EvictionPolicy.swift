// Which entry leaves when space runs out. A policy knows entries only as slots: small integers that the cache hands
// out and uses again, so that a policy keeps its state in flat arrays and a hit allocates nothing. It never sees keys or bytes.

/// An entry's place in its cache's tables: small, dense, used again once its entry has left.
package typealias Slot = Int32

/// Orders the entries of one cache by how soon they should leave.
///
/// The cache tells the policy of every insertion, hit and removal, and asks for a victim when it needs room. A slot
/// is live from `didInsert` to `didRemove`; calls about other slots are the caller's mistake.
package protocol EvictionPolicy: Sendable {
    /// The name as `edge.conf` writes it.
    static var name: String { get }

    /// A new entry of `bytes` bytes took `slot`.
    mutating func didInsert(_ slot: Slot, bytes: Int)

    /// The entry was asked for and found. Cost: constant, no allocation.
    mutating func didHit(_ slot: Slot)

    /// The entry has left, as a victim or for another reason.
    mutating func didRemove(_ slot: Slot)

    /// The entry to go next; nil when there is none. Does not remove it.
    mutating func victim() -> Slot?
}
