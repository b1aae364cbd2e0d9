// A cache without content: the policies and admission of the edge over the references of a trace.
//
// Sizes are honoured as libCacheSim does. An object larger than the whole cache is never stored. A hit is a hit whatever
// the size has become, and the entry keeps the size that it was stored with; bytes are counted by the request's size.
// A miss that may be stored evicts until the object fits. An object that has expired is asked for again: unchanged in
// size, that is a revalidation, which moves no bytes; otherwise it is a miss that replaces it.

package import Eviction

/// One simulated cache: a size, an eviction policy, an admission policy.
///
/// Not Sendable: whoever makes it replays into it.
package final class SimulatedCache {
    /// A live slot.
    private struct Entry {
        var object: Int32
        var bytes: Int
        var expires: Int64
    }

    private static let absent: Slot = -1

    package let capacityBytes: Int
    package private(set) var counts = SimulationCounts()
    /// Bytes held now.
    package private(set) var usedBytes = 0

    private let evictor: Evictor
    private let admitter: Admitter?
    /// The slot of each object; `absent` when it is not held.
    private var slots: [Slot] = []
    private var entries: [Entry] = []
    private var free: [Slot] = []
    private let defaultTTLSeconds: Int32

    /// - Parameter defaultTTLSeconds: how long an object may be used where the trace does not say; -1: for ever.
    package init(
        capacityBytes: Int, policy: EvictionPolicyName, admission: AdmissionPolicyName = .all, defaultTTLSeconds: Int32 = -1
    ) {
        self.capacityBytes = capacityBytes
        self.defaultTTLSeconds = defaultTTLSeconds
        evictor = policy.evictor(capacityBytes: capacityBytes)
        admitter = admission.admitter(capacityBytes: capacityBytes)
    }

    /// Replays requests in order.
    package func replay(_ references: ArraySlice<Reference>) {
        references.withUnsafeBufferPointer { references in
            for reference in references { request(reference) }
        }
    }

    /// One request: whether the cache answered it alone.
    @discardableResult
    package func request(_ reference: Reference) -> Bool {
        counts.requests += 1
        counts.requestedBytes += reference.bytes
        let object = Int(reference.object)
        if object >= slots.count { slots.append(contentsOf: repeatElement(Self.absent, count: max(object + 1, slots.count * 2) - slots.count)) }
        let slot = slots[object]
        guard slot != Self.absent else {
            miss(reference)
            return false
        }
        if entries[Int(slot)].expires <= reference.time {
            expired(slot, reference)
            return false
        }
        evictor.didHit(slot)
        admitter?.didHit(bytes: reference.bytes, key: fingerprint(reference.object))
        return true
    }

    private func expired(_ slot: Slot, _ reference: Reference) {
        guard entries[Int(slot)].bytes == reference.bytes else {
            evictor.didRemove(slot)
            release(slot)
            return miss(reference)
        }
        counts.misses += 1
        counts.revalidations += 1
        entries[Int(slot)].expires = expiry(of: reference)
        evictor.didHit(slot)
    }

    private func miss(_ reference: Reference) {
        counts.misses += 1
        counts.missedBytes += reference.bytes
        let bytes = reference.bytes
        let key = fingerprint(reference.object)
        guard bytes <= capacityBytes, evictor.mayHold(bytes: bytes), isAdmitted(bytes: bytes, key: key) else {
            counts.refusals += 1
            return
        }
        evictor.willInsert(bytes: bytes, key: key)
        while usedBytes + bytes > capacityBytes {
            guard let victim = evictor.victim() else { return }
            evictor.didEvict(victim)
            counts.evictions += 1
            counts.evictedBytes += entries[Int(victim)].bytes
            release(victim)
        }
        let entry = Entry(object: reference.object, bytes: bytes, expires: expiry(of: reference))
        let slot: Slot
        if let used = free.popLast() {
            slot = used
            entries[Int(slot)] = entry
        } else {
            slot = Slot(entries.count)
            entries.append(entry)
        }
        slots[Int(reference.object)] = slot
        usedBytes += bytes
        counts.insertions += 1
        evictor.didInsert(slot, bytes: bytes, key: key)
    }

    private func isAdmitted(bytes: Int, key: KeyFingerprint) -> Bool {
        guard let admitter else { return true }
        let victim = usedBytes + bytes > capacityBytes ? evictor.victim() : nil
        return admitter.admits(bytes: bytes, key: key, insteadOf: victim.map { fingerprint(entries[Int($0)].object) })
    }

    private func fingerprint(_ object: Int32) -> KeyFingerprint {
        mixed(UInt64(truncatingIfNeeded: object) &+ 0x9E37_79B9_7F4A_7C15)
    }

    private func release(_ slot: Slot) {
        slots[Int(entries[Int(slot)].object)] = Self.absent
        usedBytes -= entries[Int(slot)].bytes
        free.append(slot)
    }

    private func expiry(of reference: Reference) -> Int64 {
        let ttl = reference.ttlSeconds >= 0 ? reference.ttlSeconds : defaultTTLSeconds
        return ttl < 0 ? .max : reference.time &+ Int64(ttl)
    }
}

extension SimulatedCache {
    /// Replays a whole trace.
    package func replay(_ references: [Reference]) { replay(references[...]) }
}
