// Start and restart: the directory is made and locked, what a crash left unfinished is swept away, and every entry's head is
// read and checked, directory by directory, while the tier already serves: a look-up that comes before its entry was reached
// goes to the file by its name.

import HTTPCaching
import NIOPosix
import Synchronization

extension DiskTier {
    /// Makes the tier ready for use; blocks for as long as it takes to list the files. A directory that can't be
    /// used is reported, and tried again later.
    package func start() {
        do throws(CacheFileError) {
            try open()
        } catch {
            state.withLock { state in
                state.closedBecause = error
                // Who holds the folder keeps it in order; after anything else it is not to be trusted.
                if !error.isHeldElsewhere { state.mayAdopt = false }
            }
            trouble(error)
        }
    }

    func open() throws(CacheFileError) {
        try makeParents()
        try files.createDirectory(root)
        let held = state.withLock { $0.lock }
        // A folder in the place of the one that was held has to be held anew.
        let lock = if let held, files.isOpen(held.descriptor, at: lockPath) { held } else { DiskFile(try files.lock(lockPath), files) }
        try files.createDirectory(temporaries)
        for name in try files.entries(of: temporaries) {
            do throws(CacheFileError) {
                try files.remove(temporaries + "/" + name)
            } catch where error.isAbsence {
            }
        }
        // Counted at once, so that what is written while they are looked at doesn't come on top of them.
        var costs: [Int] = []
        for directory in UInt8.min...UInt8.max {
            try files.createDirectory(path(of: directory))
            costs.append(try files.sizes(in: path(of: directory)).reduce(0) { $0 + Self.cost(ofFileBytes: $1) })
        }
        let opening = state.withLock { state in
            state.openings += 1
            state.lock = lock
            state.unknown = costs
            state.unknownBytes = costs.reduce(0, +)
            state.phase = .loading
            state.closedBecause = nil
            state.mustReopen = false
            return state.openings
        }
        load(opening, directory: 0, taken: 0, dropped: 0)
    }

    /// The configured directory with those above it.
    private func makeParents() throws(CacheFileError) {
        var path = ""
        for part in settings.directory.split(separator: "/") {
            path += (path.isEmpty && !settings.directory.hasPrefix("/") ? "" : "/") + part
            do throws(CacheFileError) {
                try files.createDirectory(path)
            } catch {
                // A parent that is there but may not be written to is no obstacle yet.
                if path == settings.directory || error.isAbsence { throw error }
            }
        }
    }

    /// Looks at one directory after the other, each as a job of its own, so that others get their turns.
    private func load(_ opening: Int, directory: UInt8, taken: Int, dropped: Int) {
        readThreads.submit { [weak self] status in
            guard let self, status == .active, state.withLock({ $0.openings }) == opening else { return }
            var (taken, dropped) = (taken, dropped)
            do throws(CacheFileError) {
                for name in try files.entries(of: path(of: directory)) {
                    if try take(name, in: directory) { taken += 1 } else { dropped += 1 }
                }
            } catch {
                // What couldn't be looked at is not served; a lasting fault shows again with the next operation.
                trouble(error)
            }
            state.withLock { $0.recognize(.max, in: directory) }
            if directory < .max { return load(opening, directory: directory + 1, taken: taken, dropped: dropped) }
            endLoading(taken: taken, dropped: dropped)
        }
    }

    private func endLoading(taken: Int, dropped: Int) {
        let (waiters, bytes) = state.withLock { state in
            if state.phase == .loading { state.phase = .ready }
            state.mayAdopt = true
            state.discarded = []
            state.filters = []
            defer { state.loadWaiters = [] }
            return (state.loadWaiters, state.index.bytes)
        }
        for waiter in waiters { waiter.resume() }
        drainRemovals()
        report(.loaded(entries: taken, bytes: bytes, dropped: dropped))
    }

    /// Whether a file has been written by this process since the directory was opened.
    private func isKnown(_ digest: ShortDigest) -> Bool { state.withLock { $0.index.contains(digest) } }

    /// Takes one file up into the index; false when it isn't, or is no longer, an entry of this cache.
    private func take(_ name: String, in directory: UInt8) throws(CacheFileError) -> Bool {
        guard let digest = ShortDigest(name: name), digest.directory == directory, state.withLock({ $0.mayAdopt }) || isKnown(digest) else {
            do throws(CacheFileError) {
                try files.remove(path(of: directory) + "/" + name)
            } catch where error.isAbsence {
            }
            return false
        }
        do throws(DiskReadFailure) {
            let opened = try openEntry(digest)
            return adopt(opened, digest) != nil
        } catch .file(let error) where error.isAbsence {
            return false
        } catch .file(let error) where error.isShortageHere {
            throw error
        } catch {
            dismiss(digest, because: error)
            return false
        }
    }

    /// Notes that a file which the index doesn't know is to go.
    func dismiss(_ digest: ShortDigest, because failure: DiskReadFailure) {
        state.withLock { state in
            switch failure {
            case .flaw: state.statistics.damaged += 1
            case .file: state.statistics.errors += 1
            }
            state.removals[digest, default: 0] += 0
        }
    }

    /// Puts a file found while loading into the index, unless something newer is known of its key.
    func adopt(_ opened: OpenEntry, _ digest: ShortDigest) -> DiskIndex.Entry? {
        let identity = opened.head.identity
        let cost = Self.cost(ofFileBytes: opened.fileBytes)
        return state.withLock { state in
            guard state.phase == .loading, state.pending[identity.key] == nil else { return nil }
            if let known = state.index[identity.key] { return known }
            state.recognize(cost, in: digest.directory)
            guard state.mayAdopt else { return nil }
            guard state.removals[digest] == nil else { return nil }
            let isWanted = opened.head.scope == settings.scope && state.distributions?.contains(identity.distributionID) != false
                && !state.discarded.contains(identity.key) && !state.filters.contains { $0(identity) }
                && opened.bodyBytes <= settings.objectBytesMax
            guard isWanted, state.makeRoom(for: cost, settings) else {
                state.removals[digest] = cost
                return nil
            }
            let entry = DiskIndex.Entry(
                identity: identity, digest: digest, bodyID: CachedBody.nextID(), bodyBytes: opened.bodyBytes, cost: cost,
                commit: 0, isInMemory: false)
            state.index.insert(entry)
            return entry
        }
    }

    /// Waits until everything that lay in the directory at the start is known.
    func loaded() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isLoaded = state.withLock { state in
                guard state.phase == .loading else { return true }
                state.loadWaiters.append(continuation)
                return false
            }
            if isLoaded { continuation.resume() }
        }
    }
}
