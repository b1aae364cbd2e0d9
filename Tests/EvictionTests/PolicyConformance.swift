import Testing

@testable import Eviction

/// What every policy must do, whatever its order: only live slots are victims, and asking removes nothing.
/// Runs a seeded random history beside a plain set.
func checkConformance<P: EvictionPolicy>(_ policy: P, seed: UInt64, steps: Int = 20_000) {
    var policy = policy
    var random = SplitMix(state: seed)
    var live: Set<Slot> = []
    for step in 0..<steps {
        let slot = Slot(random.next() % 200)
        switch (live.contains(slot), random.next() % 4) {
        case (false, _):
            policy.didInsert(slot, bytes: Int(random.next() % 10_000))
            live.insert(slot)
        case (true, 0):
            policy.didRemove(slot)
            live.remove(slot)
        case (true, _): policy.didHit(slot)
        }
        if random.next() % 8 == 0 {
            let victim = policy.victim()
            #expect((victim == nil) == live.isEmpty, "seed \(seed), step \(step)")
            guard let victim else { continue }
            #expect(live.contains(victim), "seed \(seed), step \(step): \(victim) is not live")
            #expect(policy.victim() == victim, "seed \(seed), step \(step): asking twice changed the answer")
            policy.didRemove(victim)
            live.remove(victim)
        }
    }
    var left = 0
    while let victim = policy.victim() {
        policy.didRemove(victim)
        left += 1
    }
    #expect(left == live.count, "seed \(seed): all live slots leave in the end")
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
