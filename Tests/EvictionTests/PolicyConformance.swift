import Testing

@testable import Eviction

/// What every policy must do, whatever its order: only live slots are victims, asking removes nothing, every entry
/// leaves in the end, and a slot may be used again at once. Runs a seeded random history beside a plain dictionary.
func checkConformance(_ name: EvictionPolicyName, seed: UInt64, steps: Int = 10_000) {
    let capacity = 500_000
    let policy = name.evictor(capacityBytes: capacity)
    var random = SplitMix(state: seed)
    /// The live slots with their sizes.
    var live: [Slot: Int] = [:]
    var used = 0

    func evict(_ step: Int) -> Bool {
        let victim = policy.victim()
        guard let victim else {
            if !live.isEmpty { Issue.record("\(name), seed \(seed), step \(step): \(live.count) live, and no victim") }
            return false
        }
        guard let bytes = live[victim] else {
            Issue.record("\(name), seed \(seed), step \(step): \(victim) is not live")
            return false
        }
        if policy.victim() != victim { Issue.record("\(name), seed \(seed), step \(step): asking twice changed the answer") }
        policy.didEvict(victim)
        live[victim] = nil
        used -= bytes
        return true
    }

    for step in 0..<steps {
        let slot = Slot(random.next() % 200)
        switch (live[slot], random.next() % 8) {
        case (nil, let choice):
            let bytes = Int(random.next() % (choice == 0 ? 100_000 : 10_000))
            guard policy.mayHold(bytes: bytes) else { continue }
            // Few keys, so that some come back after they have left.
            let key = (random.next() % 1000) &* 0x9E37_79B9_7F4A_7C15
            if choice < 6 { policy.willInsert(bytes: bytes, key: key) }
            while used + bytes > capacity { guard evict(step) else { return } }
            policy.didInsert(slot, bytes: bytes, key: key)
            live[slot] = bytes
            used += bytes
        case (let bytes?, 0):
            policy.didRemove(slot)
            live[slot] = nil
            used -= bytes
        case (let bytes?, 1):
            let resized = Int(random.next() % 10_000)
            policy.didResize(slot, bytes: resized)
            live[slot] = resized
            used += resized - bytes
        default: policy.didHit(slot)
        }
        if random.next() % 64 == 0 { _ = evict(step) }
        if random.next() % 2048 == 0 { policy.setCapacity(bytes: capacity) }
    }
    var left = 0
    let before = live.count
    while left <= before, policy.victim() != nil, evict(steps) { left += 1 }
    #expect(left == before, "\(name), seed \(seed): all live slots leave in the end")
    #expect(policy.victim() == nil)
}

struct PolicyConformanceTests {
    @Test(arguments: EvictionPolicyName.allCases, [1, 2, 42] as [UInt64])
    func `every policy keeps the rules of all policies`(name: EvictionPolicyName, seed: UInt64) {
        checkConformance(name, seed: seed)
    }
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
