import Testing

@testable import Eviction

struct PartsTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the fingerprint table agrees with a dictionary`(seed: UInt64) {
        var table = FingerprintTable()
        var model: [KeyFingerprint: Int32] = [:]
        var random = SplitMix(state: seed)
        for _ in 0..<10_000 {
            // Keys whose low bits collide often.
            let key = (random.next() % 64) << 32 | (random.next() % 40)
            switch random.next() % 3 {
            case 0:
                let index = Int32(random.next() % 1000)
                table.insert(key, index: index)
                model[key] = index
            case 1:
                let removed = table.remove(key)
                if removed != model.removeValue(forKey: key) { Issue.record("seed \(seed), key \(key)") }
            default: if table[key] != model[key] { Issue.record("seed \(seed), key \(key)") }
            }
        }
        #expect(table.count == model.count)
        for (key, index) in model { #expect(table[key] == index) }
    }

    @Test func `a ghost list forgets the oldest beyond its bytes`() {
        var ghosts = GhostList(limitBytes: 10)
        func taken(_ keys: KeyFingerprint...) -> [Bool] { keys.map { ghosts.take($0) } }
        ghosts.insert(1, bytes: 4)
        ghosts.insert(2, bytes: 4)
        ghosts.insert(3, bytes: 2)
        #expect(ghosts.bytes == 10)
        ghosts.insert(4, bytes: 1)
        #expect(ghosts.count == 3)
        #expect(taken(1, 2, 2) == [false, true, false])
        ghosts.insert(5, bytes: 11)
        #expect(taken(5, 3, 4) == [false, true, true])
        #expect(ghosts.bytes == 0)
    }

    @Test func `looking ahead takes a ghost out and answers once more`() {
        var ghosts = GhostList(limitBytes: 10)
        ghosts.insert(1, bytes: 1)
        let ahead = ghosts.lookAhead(1)
        #expect(ahead && ghosts.count == 0)
        let answers = [ghosts.take(1), ghosts.take(1), ghosts.lookAhead(2), ghosts.take(2)]
        #expect(answers == [true, false, false, false])
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `the heap's lowest is the least of all, and of equals the oldest`(seed: UInt64) {
        var heap = SlotHeap()
        var model: [Slot: (priority: Double, order: Int)] = [:]
        var random = SplitMix(state: seed)
        for step in 0..<5000 {
            let slot = Slot(random.next() % 100)
            let priority = Double(random.next() % 50)
            if model[slot] == nil {
                heap.insert(slot, priority: priority)
                model[slot] = (priority, step)
            } else if random.next() % 3 == 0 {
                heap.remove(slot)
                model[slot] = nil
            } else {
                heap.update(slot, priority: priority)
                model[slot] = (priority, step)
            }
            let least = model.min { ($0.value.priority, $0.value.order) < ($1.value.priority, $1.value.order) }
            if heap.lowest?.slot != least?.key { Issue.record("seed \(seed), step \(step)") }
        }
    }

    @Test func `the sketch counts up to sixteen and never too little before it ages`() {
        var sketch = FrequencySketch(entries: 1024)
        for _ in 0..<3 { sketch.add(mixed(1)) }
        for _ in 0..<40 { sketch.add(mixed(2)) }
        for other in 100..<1100 as Range<UInt64> { sketch.add(mixed(other)) }
        #expect((3...4).contains(sketch.estimate(mixed(1))))
        #expect(sketch.estimate(mixed(2)) == 16)
        let strangers = (5000..<6000 as Range<UInt64>).filter { sketch.estimate(mixed($0)) > 1 }
        #expect(strangers.count < 20)
    }

    @Test func `a sketch that grows keeps its estimates`() {
        var sketch = FrequencySketch(entries: 64)
        for key in 0..<50 as Range<UInt64> { for _ in 0..<key % 7 { sketch.add(mixed(key)) } }
        let before = (0..<50 as Range<UInt64>).map { sketch.estimate(mixed($0)) }
        sketch.grow(toEntries: 5000)
        #expect((0..<50 as Range<UInt64>).map { sketch.estimate(mixed($0)) } == before)
    }

    @Test func `ageing halves counts and empties the doorkeeper`() {
        var sketch = FrequencySketch(entries: 64)
        for _ in 0..<9 { sketch.add(mixed(1)) }
        #expect(sketch.estimate(mixed(1)) == 9)
        // Twenty events an entry; the last of them ages first and is then counted itself.
        for _ in 9..<64 * 20 { sketch.add(mixed(2)) }
        #expect(sketch.estimate(mixed(1)) == 4)
    }

    @Test func `the window climbs where the hit ratio rises, and turns where it falls`() {
        var climber = WindowClimber()
        // A thousand requests a period; the ratio rises with the window up to a half.
        for _ in 0..<200 {
            let hits = 1000 - Int(abs(climber.share - 0.5) * 1000)
            for request in 0..<1000 { climber.count(isHit: request < hits, entries: 10) }
        }
        #expect((0.4...0.6).contains(climber.share), "\(climber.share)")
        for _ in 0..<200 {
            let hits = 1000 - Int(climber.share * 1000)
            for request in 0..<1000 { climber.count(isHit: request < hits, entries: 10) }
        }
        #expect(climber.share < 0.1, "\(climber.share)")
    }

    @Test func `slots are drawn with equal chance`() {
        var live = LiveSlots()
        for slot in 0..<10 { live.insert(Slot(slot)) }
        for slot in [0, 5, 9] { live.remove(Slot(slot)) }
        var random = SeededRandom(seed: 1)
        var counts: [Slot: Int] = [:]
        for _ in 0..<7000 { counts[live.random(&random), default: 0] += 1 }
        #expect(counts.keys.sorted() == [1, 2, 3, 4, 6, 7, 8])
        #expect(counts.values.allSatisfy { (850...1150).contains($0) }, "\(counts)")
    }

    @Test(arguments: EvictionPolicyName.allCases)
    func `a name reads back as it is written`(name: EvictionPolicyName) {
        #expect(EvictionPolicyName(rawValue: name.rawValue) == name)
        #expect(name.rawValue == name.rawValue.lowercased())
    }
}
