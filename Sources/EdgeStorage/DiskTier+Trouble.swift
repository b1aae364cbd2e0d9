// Trouble with the disk: the tier rests, memory works on alone, and after a while the tier is tried again. An operator is told
// once, and once more when it works again.

import NIOPosix
import Synchronization

/// Why a file could not be read.
enum DiskReadFailure: Error {
    case file(CacheFileError)
    case flaw(DiskEntryFlaw)
}

extension DiskTier {
    /// Notes a failed file operation and lets the tier rest. A full disk keeps nothing new for as long, but serves what it has;
    /// some of that goes, so that there is room after the rest also where less can be had than the bound allows.
    func trouble(_ error: CacheFileError) {
        let isNews = state.withLock { state in
            state.statistics.errors += 1
            if error.isForWantOfRoom, state.rest == nil { state.shed() }
            state.rest = Rest(until: uptime() + DiskTierLimits.retryAfter, concernsReads: !error.isForWantOfRoom || state.rest?.concernsReads == true)
            if error.isAbsence || state.phase == .closed { state.mustReopen = true }
            defer { state.hasWarned = true }
            return !state.hasWarned
        }
        if error.isForWantOfRoom { drainRemovalsSoon() }
        if isNews { report(.degraded(error)) }
    }

    /// A write that succeeded shows that the trouble is over.
    func noteSuccess() {
        let hasRecovered = state.withLock { state in
            guard state.rest == nil, state.hasWarned else { return false }
            state.hasWarned = false
            return true
        }
        if hasRecovered { report(.recovered) }
    }

    /// Whether the tier may be used; starts the opening that is due after a rest.
    func mayRead() -> Bool { isAwake { $0.concernsReads } }

    func mayWrite() -> Bool { isAwake { _ in true } }

    private func isAwake(_ concerns: (Rest) -> Bool) -> Bool {
        let (isAwake, reopens) = state.withLock { state -> (Bool, Bool) in
            if let rest = state.rest {
                guard uptime() >= rest.until else { return (!concerns(rest) && !state.mustReopen && state.phase != .closed, false) }
                state.rest = nil
            }
            guard state.mustReopen else { return (state.phase != .closed, false) }
            guard !state.isReopening else { return (false, false) }
            state.isReopening = true
            return (false, true)
        }
        if reopens { reopen() }
        return isAwake
    }

    /// Opens the directory anew and forgets what lay in it before: it may be another one by now.
    private func reopen() {
        onWriteThread { tier in
            tier.names.withLock { _ in
                tier.state.withLock { state in
                    _ = state.index.removeAll()
                    state.phase = .closed
                    state.mayAdopt = state.mayAdopt && state.closedBecause?.isHeldElsewhere == true
                }
            }
            tier.start()
            tier.state.withLock { $0.isReopening = false }
            tier.noteSuccess()
        }
    }
}

extension DiskTier.State {
    /// Evicts a sixteenth of what is there, of several entries some.
    fileprivate mutating func shed() {
        let goal = index.bytes - index.bytes / DiskTierLimits.shedShare
        while index.bytes > goal, index.count > 1, case .entry(let entry)? = index.victim(passing: false) {
            removals[entry.digest, default: 0] += entry.cost
            statistics.evictions += 1
        }
    }
}
