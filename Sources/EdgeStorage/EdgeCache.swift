// The edge's memory: stored responses by key, bounded in bytes, and the fetches under way. One lock guards a few
// dictionary steps; content is shared by reference and never copied under it.

package import Eviction
package import HTTPCaching
import Synchronization

/// Bounds of the memory tier.
package struct EdgeCacheLimits: Sendable, Hashable {
    /// Everything stored and everything being filled, in bytes.
    package var memoryBytesMax: Int
    /// A larger response is delivered but not kept, in bytes.
    package var objectBytesMax: Int
    /// Requests that may share one fetch.
    package var readersPerFillMax = 10_000
    /// Length of a part of a response that is larger than `objectBytesMax`, in bytes.
    package var partBytes = 4 << 20
    /// Parts that one object may have.
    package var partsPerObjectMax = 8_192
    /// What the parts of one object may take together, in bytes, so that a large one doesn't drive out everything else and
    /// itself; half of the larger tier unless it is set.
    package var partsOfObjectBytesMax: Int?

    package init(memoryBytesMax: Int, objectBytesMax: Int) {
        self.memoryBytesMax = memoryBytesMax
        self.objectBytesMax = objectBytesMax
    }

    /// Length of a part in force: a part is an entry, and an entry has its limit.
    package var partLength: Int64 { Int64(max(1, min(partBytes, objectBytesMax))) }
}

/// Counts since the start, and what is held now.
package struct EdgeCacheStatistics: Sendable, Equatable {
    package var entries = 0
    package var bytes = 0
    package var fillingBytes = 0
    package var fills = 0
    package var insertions = 0
    package var evictions = 0
    package var invalidated = 0
}

/// Stored responses and fetches under way.
package final class EdgeCache: Sendable {
    struct State {
        var slots: [CacheKey: Slot] = [:]
        /// Objects with several entries, by their own key.
        var families: [CacheKey: VariantFamily] = [:]
        var entries: [CachedResponse?] = []
        var costs: [Int] = []
        var freeSlots: [Slot] = []
        let policy: Evictor
        /// Nil when everything is admitted.
        let admitter: Admitter?
        /// Fetches that can be joined.
        var fills: [CacheKey: FillPermit.Registration] = [:]
        /// Every fetch that may still store something, also those that nobody joins any more.
        var permits: [Int: FillPermit.Record] = [:]
        var lastPermit = 0
        let disk: DiskTier?
        /// Look-ups on disk under way.
        var diskReadings: [CacheKey: Task<CachedResponse?, Never>] = [:]
        var statistics = EdgeCacheStatistics()
        /// Why some of those that are gone are gone.
        var departures = Departures()
    }

    let state: Mutex<State>
    package let limits: EdgeCacheLimits
    /// The tier beneath memory, where there is one.
    package let disk: DiskTier?

    package init(
        limits: EdgeCacheLimits, policy: EvictionPolicyName = .lru, admission: AdmissionPolicyName = .all, disk: DiskTier? = nil
    ) {
        self.limits = limits
        self.disk = disk
        self.state = Mutex(
            State(
                policy: policy.evictor(capacityBytes: limits.memoryBytesMax),
                admitter: admission.admitter(capacityBytes: limits.memoryBytesMax), disk: disk))
    }

    package var statistics: EdgeCacheStatistics {
        state.withLock { state in
            state.statistics.fills = state.fills.count
            return state.statistics
        }
    }

    /// The entry under a key, fresh or not; counts as a use of it.
    package func lookup(_ key: CacheKey) -> CachedResponse? {
        state.withLock { state in
            guard let slot = state.slots[key] else { return nil }
            state.didUse(slot)
            return state.entries[Int(slot)]
        }
    }

    /// Stores a response in place of whatever its key held, and sends it on its way to the disk; evicts to make room. False when
    /// it is too large to keep.
    @discardableResult
    package func store(_ response: CachedResponse) -> Bool {
        store(response, insteadOf: 0, for: nil)
    }

    /// The same for the end of a fetch: in one step the bytes reserved for it are given back, and nothing is stored if an
    /// invalidation has outdated it.
    func store(_ response: CachedResponse, insteadOf reserved: Int, for record: FillPermit.Record?) -> Bool {
        let cost = response.costBytes
        let (isStored, ticket) = state.withLock { state -> (Bool, DiskTicket?) in
            state.statistics.fillingBytes -= reserved
            if let record, !record.mayStore(response.identity.tags) { return (false, nil) }
            let fits = response.body.byteCount <= limits.objectBytesMax && cost <= limits.memoryBytesMax
            guard fits || response.body.byteCount <= keptBytesMax else { return (false, nil) }
            let isReplacement = state.slots[response.identity.key] != nil
            state.remove(response.identity.key)
            // What lies on disk alone goes too.
            disk?.discard(response.identity.key)
            let isInMemory = fits && state.admit(response, cost: cost, limit: limits.memoryBytesMax, isReplacement: isReplacement)
            let ticket = disk?.announce(response, isInMemory: isInMemory)
            return (isInMemory || ticket != nil, ticket)
        }
        if let ticket { disk?.write(ticket) }
        return isStored
    }

    /// Puts `new` in the place of `old`, unless the key has come to hold something else meanwhile.
    package func replace(_ old: CachedResponse, with new: CachedResponse) {
        let cost = new.costBytes
        state.withLock { state in
            guard let slot = state.slots[old.identity.key], state.entries[Int(slot)] === old else { return }
            state.statistics.bytes += cost - state.costs[Int(slot)]
            state.costs[Int(slot)] = cost
            state.entries[Int(slot)] = new
            state.policy.didResize(slot, bytes: cost)
            // Confirmed fields may be longer than the old ones.
            _ = state.makeRoom(for: 0, limit: limits.memoryBytesMax)
        }
        disk?.refresh(old, with: new)
    }

    /// Takes an entry out, unless its key has come to hold something else meanwhile.
    package func remove(_ entry: CachedResponse) {
        state.withLock { state in
            guard let slot = state.slots[entry.identity.key], state.entries[Int(slot)] === entry else { return }
            state.remove(entry.identity.key)
            state.departures.note(entry.identity.key, .removed)
        }
        disk?.discard(entry.identity.key, body: entry.body.id)
    }

    /// Counts bytes of a fill under way against the limit, evicting entries for them; false when there is no room.
    func reserve(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.makeRoom(for: bytes, limit: limits.memoryBytesMax) else { return false }
            state.statistics.fillingBytes += bytes
            return true
        }
    }

    func release(_ bytes: Int) { state.withLock { $0.statistics.fillingBytes -= bytes } }
}

extension EdgeCache.State {
    /// Inserts what the policies want and room can be made for.
    mutating func admit(_ response: CachedResponse, cost: Int, limit: Int, isReplacement: Bool = false) -> Bool {
        guard policy.mayHold(bytes: cost) else { return false }
        guard isReplacement || isAdmitted(response.identity.key, cost: cost, limit: limit) else { return false }
        policy.willInsert(bytes: cost, key: response.identity.key.fingerprint)
        guard makeRoom(for: cost, limit: limit) else { return false }
        insert(response, cost: cost)
        return true
    }

    private func isAdmitted(_ key: CacheKey, cost: Int, limit: Int) -> Bool {
        guard let admitter else { return true }
        let isFull = statistics.bytes + statistics.fillingBytes + cost > limit
        let victim = isFull ? policy.victim().flatMap { entries[Int($0)] } : nil
        return admitter.admits(bytes: cost, key: key.fingerprint, insteadOf: victim?.identity.key.fingerprint)
    }

    /// Tells the policies that an entry was asked for and found.
    @inline(__always)
    func didUse(_ slot: Slot) {
        policy.didHit(slot)
        guard let admitter, let entry = entries[Int(slot)] else { return }
        admitter.didHit(bytes: costs[Int(slot)], key: entry.identity.key.fingerprint)
    }

    mutating func insert(_ response: CachedResponse, cost: Int) {
        register(response.identity)
        let slot: Slot
        if let free = freeSlots.popLast() {
            slot = free
            entries[Int(slot)] = response
            costs[Int(slot)] = cost
        } else {
            slot = Slot(entries.count)
            entries.append(response)
            costs.append(cost)
        }
        slots[response.identity.key] = slot
        policy.didInsert(slot, bytes: cost, key: response.identity.key.fingerprint)
        statistics.entries += 1
        statistics.bytes += cost
        statistics.insertions += 1
    }

    mutating func remove(_ key: CacheKey) {
        guard let slot = slots.removeValue(forKey: key) else { return }
        policy.didRemove(slot)
        release(slot)
        disk?.discard(key)
    }

    mutating func release(_ slot: Slot) {
        if let identity = entries[Int(slot)]?.identity { unregister(identity) }
        statistics.entries -= 1
        statistics.bytes -= costs[Int(slot)]
        entries[Int(slot)] = nil
        costs[Int(slot)] = 0
        freeSlots.append(slot)
    }

    /// Evicts until `bytes` more fit; false when they don't fit even then.
    mutating func makeRoom(for bytes: Int, limit: Int) -> Bool {
        guard statistics.fillingBytes + bytes <= limit else { return false }
        while statistics.bytes + statistics.fillingBytes + bytes > limit {
            guard let victim = policy.victim(), let entry = entries[Int(victim)] else { return false }
            slots[entry.identity.key] = nil
            departures.note(entry.identity.key, .evicted)
            policy.didEvict(victim)
            release(victim)
            disk?.noteInMemory(false, entry.identity.key)
            statistics.evictions += 1
        }
        return true
    }
}

extension CacheKey {
    /// What policies remember of a key.
    var fingerprint: KeyFingerprint { KeyFingerprint(truncatingIfNeeded: shardHash) }
}
