// A policy chosen at run time. The policies are structs, whose code the compiler specialises; a cache that takes its
// policy from a configuration holds one of them in this box, at the cost of one virtual call for each event: no
// existential, no copy, no retain.

/// Any eviction policy, with the same verbs. Made by `EvictionPolicyName.evictor`.
///
/// Not Sendable: it belongs to one cache, under that cache's lock.
package class Evictor {
    fileprivate init() {}

    package func mayHold(bytes: Int) -> Bool { abstract() }
    package func willInsert(bytes: Int, key: KeyFingerprint) { abstract() }
    package func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) { abstract() }
    package func didHit(_ slot: Slot) { abstract() }
    package func didResize(_ slot: Slot, bytes: Int) { abstract() }
    package func victim() -> Slot? { abstract() }
    package func didEvict(_ slot: Slot) { abstract() }
    package func didRemove(_ slot: Slot) { abstract() }
    package func setCapacity(bytes: Int) { abstract() }

    private func abstract() -> Never { preconditionFailure("every evictor is a PolicyEvictor") }
}

/// The box of one kind of policy.
final class PolicyEvictor<Policy: EvictionPolicy>: Evictor {
    private var policy: Policy

    init(_ policy: Policy) {
        self.policy = policy
        super.init()
    }

    override func mayHold(bytes: Int) -> Bool { policy.mayHold(bytes: bytes) }
    override func willInsert(bytes: Int, key: KeyFingerprint) { policy.willInsert(bytes: bytes, key: key) }
    override func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) { policy.didInsert(slot, bytes: bytes, key: key) }
    override func didHit(_ slot: Slot) { policy.didHit(slot) }
    override func didResize(_ slot: Slot, bytes: Int) { policy.didResize(slot, bytes: bytes) }
    override func victim() -> Slot? { policy.victim() }
    override func didEvict(_ slot: Slot) { policy.didEvict(slot) }
    override func didRemove(_ slot: Slot) { policy.didRemove(slot) }
    override func setCapacity(bytes: Int) { policy.setCapacity(bytes: bytes) }
}
