// Invalidation: afterwards no request gets what was stored, or asked of the origin, before. Entries are looked through in
// steps, so that a large cache keeps answering meanwhile; fetches under way still deliver to those who wait for them, but
// nobody joins them any more and what they bring isn't stored. A fetch whose response is still to come has no tags yet: it is
// told which ones were invalidated, and its response is judged by them when it is to be stored.

package import HTTPCaching
import Synchronization

extension EdgeCache {
    /// Entries looked at under one hold of the lock.
    private static let stepSlots = 4_096

    /// Removes every object of a distribution that the pattern names, in all its variants. Returns how many there were.
    @discardableResult
    package func invalidate(distributionID: String, matching pattern: InvalidationPattern) -> Int {
        invalidate(distributionID: distributionID, matching: [pattern])
    }

    /// The same for what any of the patterns names, in one pass.
    @discardableResult
    package func invalidate(distributionID: String, matching patterns: [InvalidationPattern]) -> Int {
        invalidate(distributionID: distributionID, naming: InvalidationSet(patterns))
    }

    /// The same for what any of the paths or tags names. Cost: one pass over the entries, whatever their tags.
    @discardableResult
    package func invalidate(distributionID: String, naming named: InvalidationSet) -> Int {
        let names: @Sendable (ObjectIdentity) -> Bool = { identity in
            identity.distributionID == distributionID && named.names(identity)
        }
        func mayBring(_ identity: ObjectIdentity) -> Bool { !named.tags.isEmpty && identity.distributionID == distributionID }
        state.withLock { state in
            for permit in state.permits.values {
                if names(permit.identity) {
                    permit.isOutdated.store(true, ordering: .relaxed)
                } else if mayBring(permit.identity) {
                    permit.outdate(tags: named.tags)
                }
            }
            for (key, running) in state.fills where names(running.identity) || mayBring(running.identity) {
                running.fill.closeToNewReaders()
                state.fills[key] = nil
            }
        }
        let onDisk = disk?.discard(where: names) ?? []
        var removed = onDisk.count
        if removed > 0 {
            state.withLock { state in
                state.statistics.invalidated += removed
                for key in onDisk { state.departures.note(key, .invalidated) }
            }
        }
        var start = 0
        while true {
            let (count, isLast) = state.withLock { state in
                let end = min(start + Self.stepSlots, state.entries.count)
                var count = 0
                for slot in start..<max(start, end) {
                    guard let entry = state.entries[slot], names(entry.identity) else { continue }
                    state.remove(entry.identity.key)
                    state.departures.note(entry.identity.key, .invalidated)
                    if !onDisk.contains(entry.identity.key) { count += 1 }
                }
                state.statistics.invalidated += count
                return (count, end == state.entries.count)
            }
            removed += count
            if isLast { return removed }
            start += Self.stepSlots
        }
    }
}
