// The policies by the names that `edge.conf` and the command line give them.

/// A policy's name.
package enum EvictionPolicyName: String, CaseIterable, Sendable, Hashable {
    case fifo
    case clock
    case lru
    case sieve

    /// A policy of this name for a cache of `capacityBytes` bytes, empty.
    package func evictor(capacityBytes: Int) -> Evictor {
        switch self {
        case .fifo: PolicyEvictor(FIFO(capacityBytes: capacityBytes))
        case .clock: PolicyEvictor(Clock(capacityBytes: capacityBytes))
        case .lru: PolicyEvictor(LRU(capacityBytes: capacityBytes))
        case .sieve: PolicyEvictor(SIEVE(capacityBytes: capacityBytes))
        }
    }
}
