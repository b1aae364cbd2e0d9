// W-TinyLFU: newcomers wait in a small LRU window. What falls out of it enters the main cache only if it was asked for
// more often lately than what would have to leave for it. The main cache is a segmented LRU with a protected part. The
// window starts at a tenth of the cache and then finds its size by itself (`WindowClimber`).
// Einziger, Friedman, Manes, TinyLFU: A Highly Efficient Cache Admission Policy, ACM ToS 2017. Entries have sizes as in
// Einziger, Eytan, Friedman, Manes, Lightweight Robust Size Aware Cache Management, ACM ToS 2022: a candidate must beat
// all its victims together (there: aggregated victims).

/// W-TinyLFU, aware of sizes. A hit costs a count in the sketch and a move in a queue; 48 bytes an entry.
package struct WTinyLFU: EvictionPolicy {
    /// The protected part's share of the main cache.
    private static let protectedShare = 0.8
    /// An entry larger than this share of the cache is refused.
    private static let entryShareMax = 0.1
    /// Victims that one candidate may have.
    private static let victimsMax = 64

    private enum Part: UInt8 { case window, probation, protected }

    private struct Entry: QueueEntry {
        var links = QueueLinks()
        var bytes = 0
        var key: KeyFingerprint = 0
        var part = Part.window
    }

    private var entries: [Entry] = []
    private var window = SlotQueue()
    private var windowBytes = 0
    private var probation = SlotQueue()
    private var probationBytes = 0
    private var protected = SlotQueue()
    private var protectedBytes = 0
    private var sketch = FrequencySketch(entries: 0)
    private var liveCount = 0
    private var climber = WindowClimber()
    private var capacityBytes: Int
    /// The key already counted by `willInsert`.
    private var counted: KeyFingerprint?
    /// Bytes that are about to come.
    private var comingBytes = 0
    private var named = noSlot

    private var windowBytesMax: Int { max(1, Int(Double(capacityBytes) * climber.share)) }
    private var mainBytesMax: Int { capacityBytes - windowBytesMax }
    private var protectedBytesMax: Int { Int(Double(mainBytesMax) * Self.protectedShare) }

    package init(capacityBytes: Int) { self.capacityBytes = capacityBytes }

    package func mayHold(bytes: Int) -> Bool { Double(bytes) <= max(1, Double(capacityBytes) * Self.entryShareMax) }

    package mutating func willInsert(bytes: Int, key: KeyFingerprint) {
        sketch.add(key)
        counted = key
        climber.count(isHit: false, entries: liveCount)
        comingBytes = bytes
        named = noSlot
    }

    package mutating func didInsert(_ slot: Slot, bytes: Int, key: KeyFingerprint) {
        if counted != key { sketch.add(key) }
        (counted, comingBytes) = (nil, 0)
        entries.grow(to: slot)
        entries[Int(slot)].bytes = bytes
        entries[Int(slot)].key = key
        push(slot, to: .window)
        liveCount += 1
        sketch.grow(toEntries: liveCount)
    }

    package mutating func didHit(_ slot: Slot) {
        let entry = entries[Int(slot)]
        sketch.add(entry.key)
        named = noSlot
        climber.count(isHit: true, entries: liveCount)
        switch entry.part {
        case .window: window.moveToNewest(slot, in: &entries)
        case .protected: protected.moveToNewest(slot, in: &entries)
        case .probation:
            move(slot, to: .protected)
            while protectedBytes > protectedBytesMax { move(protected.oldest, to: .probation) }
        }
    }

    package mutating func didResize(_ slot: Slot, bytes: Int) {
        let entry = entries[Int(slot)]
        addBytes(bytes - entry.bytes, to: entry.part)
        entries[Int(slot)].bytes = bytes
        named = noSlot
    }

    package mutating func victim() -> Slot? {
        if named == noSlot { named = chosen() }
        return named == noSlot ? nil : named
    }

    package mutating func didRemove(_ slot: Slot) {
        detach(slot)
        liveCount -= 1
        named = noSlot
    }

    package mutating func setCapacity(bytes: Int) {
        capacityBytes = bytes
        named = noSlot
    }

    private mutating func chosen() -> Slot {
        while !window.isEmpty, probationBytes + protectedBytes <= mainBytesMax, windowBytes + comingBytes > windowBytesMax {
            let candidate = window.oldest
            let excess = probationBytes + protectedBytes + entries[Int(candidate)].bytes - mainBytesMax
            guard excess <= 0 || beatsVictims(candidate, toFree: excess) else { return candidate }
            move(candidate, to: .probation)
        }
        if !probation.isEmpty { return probation.oldest }
        return protected.isEmpty ? window.oldest : protected.oldest
    }

    /// Whether the candidate was asked for more often than all that would have to leave for it together.
    private func beatsVictims(_ candidate: Slot, toFree bytes: Int) -> Bool {
        let frequency = sketch.estimate(entries[Int(candidate)].key)
        var left = bytes
        var sum = 0
        var victim = probation.isEmpty ? protected.oldest : probation.oldest
        var isProtected = probation.isEmpty
        for _ in 0..<Self.victimsMax {
            guard left > 0 else { return frequency > sum }
            guard victim != noSlot else { return false }
            sum += sketch.estimate(entries[Int(victim)].key)
            if sum >= frequency { return false }
            left -= entries[Int(victim)].bytes
            victim = entries[Int(victim)].links.newer
            if victim == noSlot, !isProtected {
                victim = protected.oldest
                isProtected = true
            }
        }
        return false
    }

    private mutating func move(_ slot: Slot, to part: Part) {
        detach(slot)
        push(slot, to: part)
    }

    private mutating func push(_ slot: Slot, to part: Part) {
        entries[Int(slot)].part = part
        addBytes(entries[Int(slot)].bytes, to: part)
        switch part {
        case .window: window.pushNewest(slot, in: &entries)
        case .probation: probation.pushNewest(slot, in: &entries)
        case .protected: protected.pushNewest(slot, in: &entries)
        }
    }

    private mutating func detach(_ slot: Slot) {
        let entry = entries[Int(slot)]
        addBytes(-entry.bytes, to: entry.part)
        switch entry.part {
        case .window: window.remove(slot, in: &entries)
        case .probation: probation.remove(slot, in: &entries)
        case .protected: protected.remove(slot, in: &entries)
        }
    }

    private mutating func addBytes(_ bytes: Int, to part: Part) {
        switch part {
        case .window: windowBytes += bytes
        case .probation: probationBytes += bytes
        case .protected: protectedBytes += bytes
        }
    }
}
