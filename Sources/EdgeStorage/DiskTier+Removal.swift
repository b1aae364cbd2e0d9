// Taking entries out: at once in the index, so that nobody is served from them any more; soon after on the disk; and where
// someone waits for it, with the certainty that no restart brings them back.

import Glibc
import HTTPCaching
import NIOPosix
import Synchronization

/// Removals that were asked for could not be carried out on the disk.
package struct DiskRemovalError: Error, Sendable, Equatable {
    package var reason: String
}

extension DiskTier {
    /// Takes out what lies under a key, or is on its way there.
    func discard(_ key: CacheKey) {
        let isWork = state.withLock { $0.discard(key) }
        if isWork { drainRemovalsSoon() }
    }

    /// The same, if it is still that content.
    func discard(_ key: CacheKey, body bodyID: UInt64) {
        let isWork = state.withLock { state in
            guard state.pending[key]?.bodyID ?? state.index[key]?.bodyID == bodyID else { return false }
            return state.discard(key)
        }
        if isWork { drainRemovalsSoon() }
    }

    /// Takes out everything that is named, also what has not been looked at yet. Answers the keys that are known.
    func discard(where names: @escaping @Sendable (ObjectIdentity) -> Bool) -> Set<CacheKey> {
        var keys: Set<CacheKey> = []
        state.withLock { state in
            state.remember(names)
            for (key, pending) in state.pending where names(pending.identity) {
                keys.insert(key)
                _ = state.discard(key)
            }
        }
        var slot = 0
        while true {
            let isLast = state.withLock { state in
                let end = min(slot + 4_096, state.index.slotCount)
                for slot in slot..<max(slot, end) {
                    guard let entry = state.index.entry(inSlot: slot), names(entry.identity) else { continue }
                    keys.insert(entry.identity.key)
                    _ = state.discard(entry.identity.key)
                }
                return end == state.index.slotCount
            }
            if isLast { break }
            slot += 4_096
        }
        if !keys.isEmpty { drainRemovalsSoon() }
        return keys
    }

    /// Keeps entries of these distributions only, from now on.
    package func retain(distributions: Set<String>) {
        state.withLock { $0.distributions = distributions }
        _ = discard { !distributions.contains($0.distributionID) }
    }

    /// Returns when everything taken out so far is gone from the disk for good. Throws when the disk refuses: then a restart
    /// could bring it back.
    package func removalsAreDone() async throws(DiskRemovalError) {
        await loaded()
        // A folder that has vanished is looked for again, when it is time.
        _ = mayWrite()
        let (closed, mustReopen) = state.withLock { ($0.closedBecause, $0.mustReopen) }
        if let closed, !closed.isHeldElsewhere { throw DiskRemovalError(reason: "\(closed)") }
        if mustReopen, closed == nil { throw DiskRemovalError(reason: "\(Self.vanished(root))") }
        let failure = await withCheckedContinuation { (continuation: CheckedContinuation<CacheFileError?, Never>) in
            onWriteThread {
                continuation.resume(returning: $0.drainRemovals() ?? $0.syncRemovals())
            } otherwise: {
                continuation.resume(returning: nil)
            }
        }
        if let failure { throw DiskRemovalError(reason: "\(failure)") }
    }

    /// Whether the folder is still the one that was opened. When it isn't, a file that isn't there has not been removed: it may be
    /// elsewhere, and come back.
    private func holdsFolder() -> Bool {
        guard let lock = state.withLock({ $0.lock }) else { return false }
        return files.isOpen(lock.descriptor, at: lockPath)
    }

    private static func vanished(_ folder: String) -> CacheFileError { CacheFileError(call: "find again", path: folder, code: ENOENT) }

    func removalsAreCarriedOut() async {
        await loaded()
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            onWriteThread {
                $0.drainRemovals()
                continuation.resume()
            } otherwise: {
                continuation.resume()
            }
        }
    }

    func drainRemovalsSoon() {
        let isNew = state.withLock { state in
            defer { state.isDraining = true }
            return !state.isDraining
        }
        guard isNew else { return }
        onWriteThread { tier in
            tier.state.withLock { $0.isDraining = false }
            tier.drainRemovals()
        }
    }

    /// Removes the files that are to go, on the calling thread. Those that can't be removed stay on the list.
    @discardableResult
    func drainRemovals() -> CacheFileError? {
        var refused: Set<ShortDigest> = []
        var failure: CacheFileError?
        while true {
            let isDone = names.withLock { _ in
                let step = state.withLock { state in
                    Array(state.removals.keys.lazy.filter { !refused.contains($0) }.prefix(DiskTierLimits.removalStep))
                }
                for digest in step {
                    do throws(CacheFileError) {
                        try files.remove(path(of: digest))
                    } catch where error.isAbsence && holdsFolder() {
                    } catch {
                        refused.insert(digest)
                        failure = error.isAbsence ? Self.vanished(root) : error
                        continue
                    }
                    state.withLock { state in
                        state.removals[digest] = nil
                        state.unsynced.insert(digest.directory)
                    }
                }
                return step.isEmpty || failure != nil
            }
            if isDone { break }
        }
        if let failure { trouble(failure) }
        return failure
    }

    private func syncRemovals() -> CacheFileError? {
        let directories = state.withLock { state in
            defer { state.unsynced = [] }
            return state.unsynced
        }
        var failure: CacheFileError?
        for directory in directories.sorted() {
            do throws(CacheFileError) {
                try files.syncDirectory(path(of: directory))
            } catch where error.isAbsence && holdsFolder() {
            } catch {
                state.withLock { _ = $0.unsynced.insert(directory) }
                failure = error.isAbsence ? Self.vanished(root) : error
            }
        }
        if let failure { trouble(failure) }
        return failure
    }
}

extension DiskTier.State {
    /// Remembers what an invalidation names as long as not everything is known.
    mutating func remember(_ names: @escaping @Sendable (ObjectIdentity) -> Bool) {
        guard phase != .ready else { return }
        filters.append(names)
        forgetTooMuch()
    }

    /// A directory that stays out of reach can't be waited for with ever more removals: it is emptied then.
    private mutating func forgetTooMuch() {
        guard phase == .closed, discarded.count + filters.count > DiskTierLimits.rememberedMax else { return }
        mayAdopt = false
        discarded = []
        filters = []
    }

    /// Whether there is a file to remove now.
    mutating func discard(_ key: CacheKey) -> Bool {
        refreshes[key] = nil
        if phase != .ready {
            discarded.insert(key)
            forgetTooMuch()
        }
        if let entry = index.remove(key) {
            removals[entry.digest, default: 0] += entry.cost
        } else if pending[key] != nil || phase == .loading {
            // Perhaps there is a file by now, perhaps not.
            removals[ShortDigest(key), default: 0] += 0
        } else {
            return false
        }
        pending[key] = nil
        return true
    }
}
