import Testing

@testable import Eviction

struct RankedPolicyTests {
    @Test func `GDSF lets the least hits for a byte go, and newcomers start at its worth`() {
        let cache = SmallCache(GDSF.self, capacity: 100)
        cache.ask("A", bytes: 10)
        cache.ask("B", bytes: 50)
        cache.ask("C", bytes: 40)
        cache.ask("D", bytes: 10)  // B is worth 1/50
        #expect(cache.content == "ACD")
        cache.ask("B", bytes: 50)  // C is worth 1/40, A and D a tenth and more
        #expect(cache.content == "ABD")
        // B came back at 1/40 + 1/50 and a hit makes it 1/40 + 2/50, less than A's tenth: it leaves again.
        #expect(cache.ask("B") == "H")
        cache.ask("E", bytes: 40)
        #expect(cache.content == "ADE")
    }

    @Test func `of equal worth GDSF lets the one go that was touched longest ago`() {
        let cache = SmallCache(GDSF.self, capacity: 3)
        cache.ask("ABCD")
        #expect(cache.content == "BCD")
    }

    @Test func `W-TinyLFU admits what was asked for more often than what must leave`() {
        // Window one, main nine.
        let cache = SmallCache(WTinyLFU.self, capacity: 10)
        cache.ask("ABCDEFGHIJ")
        cache.ask("K")  // A to I go on into the main cache; J is no better than A
        #expect(cache.content == "ABCDEFGHIK")
        cache.ask("J")  // K is no better either; J was asked for twice
        #expect(cache.content == "ABCDEFGHIJ")
        cache.ask("L")  // so J takes A's place
        #expect(cache.content == "BCDEFGHIJL")
    }

    @Test func `W-TinyLFU lets a large candidate in only if it beats all its victims together`() {
        let cache = SmallCache(WTinyLFU.self, capacity: 100)
        for letter in "ABCDEFGHIJKLMNOPQR" { cache.ask(String(letter), bytes: 5) }
        cache.ask("a", bytes: 10)
        // Asked for twice, but two victims were asked for once each: two is not more than two.
        cache.ask("a", bytes: 10)
        cache.ask("b", bytes: 10)
        #expect(!cache.content.contains("a"))
        #expect(cache.content.contains("AB"))
        // The third time it is.
        cache.ask("a", bytes: 10)
        cache.ask("c", bytes: 10)
        #expect(cache.content.contains("a"))
        #expect(!cache.content.contains("A"))
    }

    @Test func `hyperbolic caching weighs uses against age`() {
        let cache = SmallCache(Hyperbolic.self, capacity: 3)
        cache.ask("ABCAAABBB")  // C: one use
        cache.ask("D")
        #expect(cache.content == "ABD")
        cache.ask("DDDDDDDDDDDDDDDDDDDD")
        cache.ask("E")  // A and B have as many uses; A is the older
        #expect(cache.content == "BDE")
    }

    @Test func `LHD lets the larger of two entries go that are else alike`() {
        let cache = SmallCache(LHD.self, capacity: 1000)
        cache.ask("A", bytes: 10)
        cache.ask("B", bytes: 900)
        cache.ask("C", bytes: 90)
        cache.ask("D", bytes: 10)
        #expect(cache.content == "ACD")
    }

    @Test func `LHD learns that one class is never hit again`() {
        // Pairs of requests to new objects: hit once at once, never again; and a set that is hit every few requests.
        var policy = LHD(capacityBytes: 64)
        var random = SeededRandom(seed: 3)
        var live: [Slot: UInt64] = [:]
        for slot in 0..<32 {
            policy.didInsert(Slot(slot), bytes: 1, key: UInt64(slot))
            live[Slot(slot)] = UInt64(slot)
        }
        var lost = 0
        for round in 0..<40_000 {
            policy.didHit(Slot(random.next(below: 32)))
            guard round % 4 == 0 else { continue }
            let passing = Slot(32 + round / 4 % 32)
            if live[passing] != nil {
                guard let victim = policy.victim() else { continue }
                if round > 20_000, victim < 32 { lost += 1 }
                policy.didEvict(victim)
                live[victim] = nil
                if victim < 32 {
                    policy.didInsert(victim, bytes: 1, key: UInt64(victim))
                    live[victim] = UInt64(victim)
                }
            }
            if live[passing] == nil {
                policy.didInsert(passing, bytes: 1, key: UInt64(round))
                live[passing] = UInt64(round)
            }
        }
        // One in five of 5000 evictions would be chance.
        #expect(lost < 500, "\(lost) entries lost that are hit all the time")
    }
}
