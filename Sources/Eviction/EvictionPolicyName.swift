// The policies by the names that `edge.conf` and the command line give them.

/// A policy's name. `docs/policies.md` says what each does, where it comes from and what it costs.
package enum EvictionPolicyName: String, CaseIterable, Sendable, Hashable {
    case fifo
    case clock
    case lru
    case slru
    case twoQ = "2q"
    case arc
    case lirs
    case sieve
    case s3fifo = "s3-fifo"
    case wTinyLFU = "w-tinylfu"
    case gdsf
    case lhd
    case hyperbolic

    /// A policy of this name for a cache of `capacityBytes` bytes, empty.
    package func evictor(capacityBytes: Int) -> Evictor {
        switch self {
        case .fifo: PolicyEvictor(FIFO(capacityBytes: capacityBytes))
        case .clock: PolicyEvictor(Clock(capacityBytes: capacityBytes))
        case .lru: PolicyEvictor(LRU(capacityBytes: capacityBytes))
        case .slru: PolicyEvictor(SLRU(capacityBytes: capacityBytes))
        case .twoQ: PolicyEvictor(TwoQ(capacityBytes: capacityBytes))
        case .arc: PolicyEvictor(ARC(capacityBytes: capacityBytes))
        case .lirs: PolicyEvictor(LIRS(capacityBytes: capacityBytes))
        case .sieve: PolicyEvictor(SIEVE(capacityBytes: capacityBytes))
        case .s3fifo: PolicyEvictor(S3FIFO(capacityBytes: capacityBytes))
        case .wTinyLFU: PolicyEvictor(WTinyLFU(capacityBytes: capacityBytes))
        case .gdsf: PolicyEvictor(GDSF(capacityBytes: capacityBytes))
        case .lhd: PolicyEvictor(LHD(capacityBytes: capacityBytes))
        case .hyperbolic: PolicyEvictor(Hyperbolic(capacityBytes: capacityBytes))
        }
    }
}
