// LHD: evicts the entry with the least hit density, which is its chance of a hit for each byte and unit of time it takes
// up until hit or eviction. The chances are learned: how often entries of one class were hit or evicted at each age.
// Classes are the ages at the last two hits. Victims are the least of a random sample.
// Beckmann, Chen, Cidon, LHD: Improving Cache Hit Rate by Maximizing Hit Density, NSDI 2018.
// Here ages have fewer and coarser steps than in the paper's code, so that densities can be learned anew far more often.

/// LHD. A hit is a few stores, a victim costs a sample of 32; 40 bytes an entry and 300 KB for the densities.
package struct LHD: EvictionPolicy {
    /// Entries looked at for a victim.
    private static let sampleCount = 32
    /// Recent newcomers that are looked at besides.
    private static let newcomerCount = 8
    private static let classCount = 16
    private static let ageMax = 1024
    /// Events between two learnings; their cost is spread over so many.
    private static let eventsPerLearning = 1 << 13
    /// What past events count for at the next learning.
    private static let decay: Float = 0.9
    /// One in so many newcomers is kept for long, to learn whether old age has hits.
    private static let explorerOdds = 32
    /// Bytes of explorers, as a share of the cache.
    private static let explorerShare = 0.01

    private struct Entry: Sendable {
        var bytes = 0
        var touched: UInt64 = 0
        var lastAge: UInt16 = 0
        var ageBefore: UInt16 = 0
        var isExplorer = false
    }

    private var entries: [Entry] = []
    private var live = LiveSlots()
    private var now: UInt64 = 0
    private var random = SeededRandom(seed: 2)
    private var named = noSlot
    private var newcomers = [Slot](repeating: noSlot, count: newcomerCount)
    private var newcomerNext = 0
    private var victimDensity: Float = 0
    private var explorerBytesLeft: Int

    /// By class and age.
    private var hits = [Float](repeating: 0, count: classCount * ageMax)
    private var evictions = [Float](repeating: 0, count: classCount * ageMax)
    private var densities: [Float]
    /// Age is requests since the last use, over two to this power.
    private var ageShift: UInt64 = 4
    private var untilLearning = eventsPerLearning

    package init(capacityBytes: Int) {
        explorerBytesLeft = Int(Double(capacityBytes) * Self.explorerShare)
        // Until something has been learned: density falls with age, and is higher for those hit at a young age.
        densities = (0..<Self.classCount * Self.ageMax).map { place in
            Float(place / Self.ageMax + 1) / Float(place % Self.ageMax + 1)
        }
    }

    package mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) {
        if Int(slot) >= entries.count {
            entries.append(contentsOf: repeatElement(Entry(), count: Int(slot) + 1 - entries.count))
        }
        entries[Int(slot)] = Entry(bytes: max(bytes, 1), ageBefore: UInt16(Self.ageMax))
        live.insert(slot)
        touch(slot)
        if !entries[Int(slot)].isExplorer, density(of: slot) < victimDensity {
            newcomers[newcomerNext] = slot
            newcomerNext = (newcomerNext + 1) % Self.newcomerCount
        }
    }

    package mutating func didHit(_ slot: Slot) {
        let age = age(of: slot)
        hits[place(of: slot, age: age)] += 1
        endExploring(slot)
        entries[Int(slot)].ageBefore = entries[Int(slot)].lastAge
        entries[Int(slot)].lastAge = UInt16(age)
        touch(slot)
    }

    package mutating func didResize(_ slot: Slot, bytes: Int) {
        endExploring(slot)
        entries[Int(slot)].bytes = max(bytes, 1)
    }

    package mutating func victim() -> Slot? {
        guard !live.isEmpty else { return nil }
        if named == noSlot {
            var least = Float.infinity
            for _ in 0..<Self.sampleCount { consider(live.random(&random), &least) }
            for newcomer in newcomers where newcomer != noSlot { consider(newcomer, &least) }
            victimDensity = Self.decay * victimDensity + (1 - Self.decay) * max(least, 0)
        }
        return named
    }

    package mutating func didEvict(_ slot: Slot) {
        evictions[place(of: slot, age: age(of: slot))] += 1
        didRemove(slot)
    }

    package mutating func didRemove(_ slot: Slot) {
        endExploring(slot)
        live.remove(slot)
        for index in newcomers.indices where newcomers[index] == slot { newcomers[index] = noSlot }
        named = noSlot
    }

    private mutating func consider(_ slot: Slot, _ least: inout Float) {
        let density = density(of: slot)
        if density < least || named == noSlot { (least, named) = (density, slot) }
    }

    private mutating func touch(_ slot: Slot) {
        now += 1
        named = noSlot
        entries[Int(slot)].touched = now
        if random.next(below: Self.explorerOdds) == 0, explorerBytesLeft > 0 {
            entries[Int(slot)].isExplorer = true
            explorerBytesLeft -= entries[Int(slot)].bytes
        }
        untilLearning -= 1
        if untilLearning == 0 {
            untilLearning = Self.eventsPerLearning
            learn()
        }
    }

    private mutating func endExploring(_ slot: Slot) {
        guard entries[Int(slot)].isExplorer else { return }
        entries[Int(slot)].isExplorer = false
        explorerBytesLeft += entries[Int(slot)].bytes
    }

    private func age(of slot: Slot) -> Int {
        Int(min((now - entries[Int(slot)].touched) >> ageShift, UInt64(Self.ageMax - 1)))
    }

    /// Of the entry's class and an age, in the tables. Newcomers are the last class; short ages at hits the high ones.
    private func place(of slot: Slot, age: Int) -> Int {
        let entry = entries[Int(slot)]
        let sum = Int(entry.lastAge) + Int(entry.ageBefore)
        var group = 0
        if sum == 0 {
            group = Self.classCount - 1
        } else {
            var rest = sum
            while rest < Self.ageMax, group < Self.classCount - 1 {
                rest <<= 1
                group += 1
            }
        }
        return group * Self.ageMax + age
    }

    private func density(of slot: Slot) -> Float {
        let age = age(of: slot)
        guard age < Self.ageMax - 1 else { return -1 }
        let density = densities[place(of: slot, age: age)] / Float(entries[Int(slot)].bytes)
        return entries[Int(slot)].isExplorer ? density + 1 : density
    }

    /// Works the densities out of what was seen: from the oldest age down, hits to come over time to be spent.
    private mutating func learn() {
        for group in 0..<Self.classCount {
            var hitsToCome: Float = 0
            var eventsToCome: Float = 0
            var timeToCome: Float = 0
            for age in stride(from: Self.ageMax - 1, through: 0, by: -1) {
                let place = group * Self.ageMax + age
                hits[place] *= Self.decay
                evictions[place] *= Self.decay
                hitsToCome += hits[place]
                eventsToCome += hits[place] + evictions[place]
                timeToCome += eventsToCome
                densities[place] = eventsToCome > 1e-5 ? hitsToCome / timeToCome : 0
            }
        }
        adaptAges()
    }

    /// Chooses the step of ages so that they reach to a hundred times the number of entries.
    private mutating func adaptAges() {
        var best: UInt64 = 0
        while (Self.ageMax << Int(best)) < live.count * 100, best < 40 { best += 1 }
        guard best != ageShift else { return }
        ageShift = best
        // What was counted by the old steps no longer fits.
        for place in hits.indices { (hits[place], evictions[place]) = (0, 0) }
        for slot in entries.indices { (entries[slot].lastAge, entries[slot].ageBefore) = (0, UInt16(Self.ageMax)) }
    }
}
