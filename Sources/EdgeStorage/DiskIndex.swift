// What lies on the disk, as the tier knows it: one small record for each file, ordered by an eviction policy of its own.

import Eviction
import HTTPCaching
import Synchronization

/// The records of a disk tier. Belongs to the tier's state, under its lock.
struct DiskIndex {
    struct Entry {
        var identity: ObjectIdentity
        var digest: ShortDigest
        /// Which content it is: a response in memory with the same number has the same content.
        var bodyID: UInt64
        var bodyBytes: Int
        var cost: Int
        /// The count of writings at its own.
        var commit: UInt64
        /// Whether memory holds it too.
        var isInMemory: Bool
        /// Which chunks have been found whole since the start; made when a part of the file is first sent.
        var checked: CheckedChunks?
    }

    enum Victim {
        case entry(Entry)
        case passed
    }

    private var slots: [CacheKey: Slot] = [:]
    private var entries: [Entry?] = []
    private var freeSlots: [Slot] = []
    private let policy: Evictor
    /// Keys of entries that are told apart by Vary, by their object's.
    private var families: [CacheKey: Set<CacheKey>] = [:]
    private(set) var bytes = 0

    init(policy: Evictor) { self.policy = policy }

    var count: Int { slots.count }
    /// Slots to look through in steps.
    var slotCount: Int { entries.count }

    subscript(key: CacheKey) -> Entry? { slots[key].flatMap { entries[Int($0)] } }

    /// Whether a file is an entry's. Cost: a look at each.
    func contains(_ digest: ShortDigest) -> Bool { entries.contains { $0?.digest == digest } }

    func entry(inSlot slot: Int) -> Entry? { entries[slot] }

    /// The same, as a use of it.
    func use(_ key: CacheKey) -> Entry? {
        guard let slot = slots[key] else { return nil }
        policy.didHit(slot)
        return entries[Int(slot)]
    }

    mutating func insert(_ entry: Entry) {
        remove(entry.identity.key)
        let slot = freeSlots.popLast() ?? Slot(entries.count)
        if Int(slot) == entries.count { entries.append(entry) } else { entries[Int(slot)] = entry }
        slots[entry.identity.key] = slot
        if let primary = entry.identity.primary { families[primary, default: []].insert(entry.identity.key) }
        policy.didInsert(slot, bytes: entry.cost, key: entry.digest.fingerprint)
        bytes += entry.cost
    }

    @discardableResult
    mutating func remove(_ key: CacheKey) -> Entry? {
        guard let slot = slots.removeValue(forKey: key), let entry = entries[Int(slot)] else { return nil }
        policy.didRemove(slot)
        free(slot, entry)
        return entry
    }

    private mutating func free(_ slot: Slot, _ entry: Entry) {
        bytes -= entry.cost
        if let primary = entry.identity.primary {
            families[primary]?.remove(entry.identity.key)
            if families[primary]?.isEmpty == true { families[primary] = nil }
        }
        entries[Int(slot)] = nil
        freeSlots.append(slot)
    }

    /// Whether the policy would have an entry of this cost at all.
    func mayHold(cost: Int) -> Bool { policy.mayHold(bytes: cost) }

    /// An entry is on its way.
    func willInsert(cost: Int, _ key: KeyFingerprint) { policy.willInsert(bytes: cost, key: key) }

    /// Of the entry that would go next.
    var victimFingerprint: KeyFingerprint? { policy.victim().flatMap { entries[Int($0)]?.digest.fingerprint } }

    /// Takes out the entry to go next; nil when there is none.
    mutating func victim(passing: Bool) -> Victim? {
        guard let slot = policy.victim(), let entry = entries[Int(slot)] else { return nil }
        if passing, entry.isInMemory {
            policy.didHit(slot)
            return .passed
        }
        slots[entry.identity.key] = nil
        policy.didEvict(slot)
        free(slot, entry)
        return .entry(entry)
    }

    mutating func setInMemory(_ isInMemory: Bool, _ key: CacheKey) {
        guard let slot = slots[key] else { return }
        entries[Int(slot)]?.isInMemory = isInMemory
        if !isInMemory { policy.didHit(slot) }
    }

    mutating func setChecked(_ checked: CheckedChunks, _ key: CacheKey) {
        guard let slot = slots[key] else { return }
        entries[Int(slot)]?.checked = checked
    }

    /// A confirmation has changed the tags.
    mutating func setTags(_ tags: CacheTags, _ key: CacheKey) {
        guard let slot = slots[key] else { return }
        entries[Int(slot)]?.identity.tags = tags
    }

    mutating func resize(_ key: CacheKey, cost: Int) {
        guard let slot = slots[key], let entry = entries[Int(slot)] else { return }
        bytes += cost - entry.cost
        entries[Int(slot)]?.cost = cost
        policy.didResize(slot, bytes: cost)
    }

    /// Entries of an object beside the one under its own key, the latest written first.
    func family(of primary: CacheKey) -> [Entry] {
        (families[primary] ?? []).compactMap { self[$0] }.sorted { $0.commit > $1.commit }
    }

    mutating func removeAll() -> [Entry] {
        let all = entries.compactMap { $0 }
        for entry in all { remove(entry.identity.key) }
        return all
    }
}

/// Which chunks of a file have been read and found whole.
final class CheckedChunks: Sendable {
    private let words: Mutex<[UInt64]>

    init(count: Int) { words = Mutex(Array(repeating: 0, count: (count + 63) / 64)) }

    func contains(_ chunk: Int) -> Bool { words.withLock { $0[chunk / 64] >> UInt64(chunk % 64) & 1 == 1 } }

    func insert(_ chunk: Int) { words.withLock { $0[chunk / 64] |= 1 << UInt64(chunk % 64) } }
}

extension ShortDigest {
    /// What policies remember of a key: the same in every process.
    var fingerprint: KeyFingerprint { KeyFingerprint(low) }
}
