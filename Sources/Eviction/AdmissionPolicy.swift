// Which responses are worth storing at all, whatever leaves for them: a rule apart from eviction, so that any may go with
// any. A cache asks it on a miss, before it makes room.

/// Decides whether an object that was asked for and is not held shall be stored.
package protocol AdmissionPolicy: Sendable {
    /// A rule for a cache that holds this many bytes.
    init(capacityBytes: Int)

    /// Whether to store an object; also counts the request.
    /// - Parameter victim: the key that would leave next for it; nil when there is room.
    mutating func admits(bytes: Int, key: KeyFingerprint, insteadOf victim: KeyFingerprint?) -> Bool

    /// An object that is held was asked for. Cost: constant, no allocation.
    mutating func didHit(bytes: Int, key: KeyFingerprint)
}

/// Any admission policy, with the same verbs. Made by `AdmissionPolicyName.admitter`.
///
/// Not Sendable: it belongs to one cache, under that cache's lock.
package class Admitter {
    fileprivate init() {}

    package func admits(bytes: Int, key: KeyFingerprint, insteadOf victim: KeyFingerprint?) -> Bool { abstract() }
    package func didHit(bytes: Int, key: KeyFingerprint) { abstract() }

    private func abstract() -> Never { preconditionFailure("every admitter is a PolicyAdmitter") }
}

/// The box of one kind of policy.
final class PolicyAdmitter<Policy: AdmissionPolicy>: Admitter {
    private var policy: Policy

    init(_ policy: Policy) {
        self.policy = policy
        super.init()
    }

    override func admits(bytes: Int, key: KeyFingerprint, insteadOf victim: KeyFingerprint?) -> Bool {
        policy.admits(bytes: bytes, key: key, insteadOf: victim)
    }

    override func didHit(bytes: Int, key: KeyFingerprint) { policy.didHit(bytes: bytes, key: key) }
}

/// An admission policy's name, as `edge.conf` and the command line give it.
package enum AdmissionPolicyName: String, CaseIterable, Sendable, Hashable {
    /// Everything is stored that fits.
    case all
    case secondHit = "second-hit"
    case tinyLFU = "tinylfu"
    case size = "adaptsize"

    /// A policy of this name for a cache of `capacityBytes` bytes; nil for `all`, which asks nobody.
    package func admitter(capacityBytes: Int) -> Admitter? {
        switch self {
        case .all: nil
        case .secondHit: PolicyAdmitter(SecondHitAdmission(capacityBytes: capacityBytes))
        case .tinyLFU: PolicyAdmitter(TinyLFUAdmission(capacityBytes: capacityBytes))
        case .size: PolicyAdmitter(SizeAdmission(capacityBytes: capacityBytes))
        }
    }
}
