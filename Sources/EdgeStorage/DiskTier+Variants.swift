// Variants by Vary on disk: as in memory, what varies and what does not never lie beside each other, and the entries of one object
// are bounded in number.

package import HTTPCaching
package import HTTPTypes
import Synchronization

extension EdgeCache {
    /// The entry on disk that a request selects among the variants of an object.
    ///
    /// - Parameters:
    ///   - identity: the object's for this request, as far as it doesn't depend on Vary.
    ///   - selecting: the request's fields as the origin sees them; asked for only when there are variants.
    package func lookupVariantOnDisk(_ identity: ObjectIdentity, selecting: () -> HTTPFields) async -> CachedResponse? {
        guard let disk else { return nil }
        if let entry = await lookupOnDisk(identity) { return entry }
        let family = disk.state.withLock { $0.index.family(of: identity.primary ?? identity.key) }.filter { !$0.identity.selecting.isEmpty }
        guard !family.isEmpty else { return nil }
        let fields = selecting()
        for member in family where member.identity.selecting.key(from: identity.key, for: fields) == member.identity.key {
            if let entry = await lookupOnDisk(member.identity) { return entry }
        }
        return nil
    }
}

extension EdgeCache {
    /// Entries of an object that only the disk has; they stay there. At most `variantsMax` are read.
    package func variantsOnDiskAlone(of primary: CacheKey) async -> [CachedResponse] {
        guard let disk else { return [] }
        let keys = disk.state.withLock { state in
            ((state.index[primary].map { [$0] } ?? []) + state.index.family(of: primary)).filter { !$0.isInMemory }.map(\.identity.key)
        }
        var entries: [CachedResponse] = []
        for key in keys.prefix(Self.variantsMax) {
            if let entry = await disk.read(key) { entries.append(entry) }
        }
        return entries
    }
}

extension DiskTier {
    /// Takes out an object in all its variants. Answers the keys that are known.
    func discard(primary: CacheKey) -> Set<CacheKey> {
        let concerns: @Sendable (ObjectIdentity) -> Bool = { $0.key == primary || $0.primary == primary }
        let keys = state.withLock { state in
            state.remember(concerns)
            var keys = Set(state.index.family(of: primary).map(\.identity.key))
            if state.index[primary] != nil { keys.insert(primary) }
            for (key, pending) in state.pending where concerns(pending.identity) { keys.insert(key) }
            for key in keys { _ = state.discard(key) }
            return keys
        }
        if !keys.isEmpty { drainRemovalsSoon() }
        return keys
    }
}

extension DiskTier.State {
    /// Takes out what must not lie beside an entry that is about to be written.
    mutating func discardRivals(of identity: ObjectIdentity) {
        let primary = identity.primary ?? identity.key
        let family = index.family(of: primary).map(\.identity)
        guard identity.primary != nil || !family.isEmpty else { return }
        for rival in family where rival.selecting.isEmpty != identity.selecting.isEmpty { _ = discard(rival.key) }
        if !identity.selecting.isEmpty { _ = discard(primary) }
        for oldest in family.dropFirst(EdgeCache.variantsMax - 1) where oldest.key != identity.key { _ = discard(oldest.key) }
    }
}
