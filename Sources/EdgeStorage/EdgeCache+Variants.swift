// Responses of one URI that Vary tells apart (RFC 9111 section 4.1). An object's own key, its primary, leads to the sets of
// names that its responses have nominated and to the entries there are; with a request's values these names make the keys
// under which entries lie. What varies and what does not never lie beside each other: the later kind drives out the earlier,
// for a response without Vary suits every request.

package import HTTPCaching
package import HTTPTypes
import Eviction
import HTTPSemantics
import Synchronization

/// The variants of one object.
struct VariantFamily {
    struct Member {
        var key: CacheKey
        var selecting: SelectingFields
    }

    /// Oldest first.
    var members: [Member] = []
    /// Sets of names, the most recent first.
    var nominations: [SelectingFields] = []
}

/// What a look-up among variants found.
package struct VariantLookup: Sendable {
    package var entry: CachedResponse?
    /// Under which key a response to this request is most likely to lie.
    package var key: CacheKey
    /// Whether anything at all is stored for the URI.
    package var hasOthers: Bool
}

extension EdgeCache {
    /// Variants of one object at a time; the oldest leaves when another comes.
    package static let variantsMax = 64
    /// Different sets of names that an object's responses may nominate; the oldest is forgotten, with what was kept by it.
    package static let nominationsMax = 8

    /// The entry that a request selects, fresh or not; counts as a use of it.
    ///
    /// - Parameters:
    ///   - base: the request's key as far as it doesn't depend on Vary.
    ///   - primary: the object's key; equal to `base` unless the policy splits objects further.
    ///   - selecting: the request's fields as the origin sees them; asked for only when there are variants.
    package func lookup(base: CacheKey, primary: CacheKey, selecting: () -> HTTPFields) -> VariantLookup {
        let (entry, nominations) = state.withLock { state -> (CachedResponse?, [SelectingFields]) in
            (state.use(base), state.families[primary]?.nominations ?? [])
        }
        if let entry { return VariantLookup(entry: entry, key: base, hasOthers: false) }
        guard !nominations.isEmpty else { return VariantLookup(key: base, hasOthers: false) }
        let fields = selecting()
        let keys = nominations.map { $0.key(from: base, for: fields) }
        let found = state.withLock { state -> CachedResponse? in
            // Of several that match, the most recent (RFC 9111 section 4).
            var latest: CachedResponse?
            for key in keys {
                guard let entry = state.entry(key) else { continue }
                if let latest, entry.facts.storedAt <= latest.facts.storedAt { continue }
                latest = entry
            }
            return latest.flatMap { state.use($0.identity.key) }
        }
        return VariantLookup(entry: found, key: found?.identity.key ?? keys[0], hasOthers: true)
    }

    /// All entries of an object.
    package func variants(of primary: CacheKey) -> [CachedResponse] {
        state.withLock { state in
            let own = state.entry(primary).map { [$0] } ?? []
            return own + (state.families[primary]?.members.compactMap { state.entry($0.key) } ?? [])
        }
    }

    /// Removes an object in all its variants, and lets what is being fetched for it not be stored. Returns how many there were.
    ///
    /// - Parameter exempt: a fetch that may still store: the one whose response says so.
    @discardableResult
    package func invalidate(primary: CacheKey, exempt: FillPermit? = nil) -> Int {
        let onDisk = disk?.discard(primary: primary) ?? []
        return state.withLock { state in
            func concerns(_ identity: ObjectIdentity) -> Bool { identity.key == primary || identity.primary == primary }
            for permit in state.permits.values where concerns(permit.identity) && !(exempt?.owns(permit) ?? false) { permit.isOutdated.store(true, ordering: .relaxed) }
            for (key, running) in state.fills where concerns(running.identity) {
                running.fill.closeToNewReaders()
                state.fills[key] = nil
            }
            let keys = (state.families[primary]?.members.map(\.key) ?? []) + (state.slots[primary] == nil ? [] : [primary])
            for key in keys { state.remove(key) }
            let count = onDisk.union(keys).count
            state.statistics.invalidated += count
            return count
        }
    }
}

extension EdgeCache.State {
    func entry(_ key: CacheKey) -> CachedResponse? { slots[key].flatMap { entries[Int($0)] } }

    mutating func use(_ key: CacheKey) -> CachedResponse? {
        guard let slot = slots[key] else { return nil }
        didUse(slot)
        return entries[Int(slot)]
    }

    /// Makes room among an object's entries for one that is about to be inserted, and notes it.
    mutating func register(_ identity: ObjectIdentity) {
        let primary = identity.primary ?? identity.key
        guard identity.primary != nil || families[primary] != nil else { return }
        if identity.selecting.isEmpty {
            for member in families[primary]?.members ?? [] where !member.selecting.isEmpty { remove(member.key) }
        } else {
            remove(primary)
            for member in families[primary]?.members ?? [] where member.selecting.isEmpty { remove(member.key) }
        }
        guard identity.key != primary else { return }
        var family = families[primary] ?? VariantFamily()
        if !identity.selecting.isEmpty {
            family.nominations.removeAll { $0 == identity.selecting }
            family.nominations.insert(identity.selecting, at: 0)
        }
        var outdated: [CacheKey] = []
        if family.nominations.count > EdgeCache.nominationsMax {
            let forgotten = family.nominations.removeLast()
            outdated += family.members.filter { $0.selecting == forgotten }.map(\.key)
        }
        family.members.append(.init(key: identity.key, selecting: identity.selecting))
        if family.members.count > EdgeCache.variantsMax { outdated.append(family.members[0].key) }
        families[primary] = family
        for key in outdated { remove(key) }
        // One that was noted but never lay here, or has left by another way.
        families[primary]?.members.removeAll { outdated.contains($0.key) }
    }

    /// Forgets an entry that is leaving.
    mutating func unregister(_ identity: ObjectIdentity) {
        guard let primary = identity.primary, var family = families[primary] else { return }
        family.members.removeAll { $0.key == identity.key }
        families[primary] = family.members.isEmpty ? nil : family
    }
}
