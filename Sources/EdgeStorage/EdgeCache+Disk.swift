// Memory and disk as one cache: what memory hasn't got is looked for on disk, small responses move up, and what leaves memory for
// any reason but want of room leaves the disk too.

import HTTPCaching
import NIOCore
import Synchronization

extension EdgeCache {
    /// The largest content that either tier keeps, in bytes.
    package var keptBytesMax: Int { max(limits.objectBytesMax, disk?.settings.objectBytesMax ?? 0) }

    /// What the disk tier has written so far; given to `join`, it tells whether something was written since.
    package var diskCommits: UInt64 { disk.map { $0.state.withLock { $0.commits } } ?? .max }

    /// The entry under a key that memory hasn't got, from the disk; small ones are in memory afterwards. All who ask for
    /// one key at one time share one reading.
    package func lookupOnDisk(_ identity: ObjectIdentity) async -> CachedResponse? {
        guard let disk else { return nil }
        let key = identity.key
        let reading = state.withLock { state -> DiskReading in
            if let current = state.slots[key].flatMap({ state.entries[Int($0)] }) { return .found(current) }
            if let task = state.diskReadings[key] { return .shared(task) }
            state.lastPermit += 1
            let id = state.lastPermit
            // As a fetch under way, so that an invalidation reaches it.
            let record = FillPermit.Record(identity: identity)
            state.permits[id] = record
            let task = Task { [self] in
                let found = await disk.read(key)
                return promote(found, key, id, record)
            }
            state.diskReadings[key] = task
            return .shared(task)
        }
        switch reading {
        case .found(let entry): return entry
        case .shared(let task): return await task.value
        }
    }

    private enum DiskReading {
        case found(CachedResponse)
        case shared(Task<CachedResponse?, Never>)
    }

    /// Ends a reading: what is small goes to memory, unless something newer lies there.
    private func promote(_ found: CachedResponse?, _ key: CacheKey, _ permit: Int, _ record: FillPermit.Record) -> CachedResponse? {
        state.withLock { state in
            state.permits[permit] = nil
            state.diskReadings[key] = nil
            if let current = state.slots[key].flatMap({ state.entries[Int($0)] }) { return current }
            guard let found, record.mayStore(found.identity.tags) else { return nil }
            let cost = found.costBytes
            if found.body.file == nil, found.body.byteCount <= limits.objectBytesMax, cost <= limits.memoryBytesMax,
                state.admit(found, cost: cost, limit: limits.memoryBytesMax)
            {
                disk?.noteInMemory(true, key)
            }
            return found
        }
    }

    /// Returns when everything removed so far, by an invalidation or otherwise, can't come back with a restart. Throws when the
    /// disk refuses to let go of it.
    package func removalsAreDone() async throws(DiskRemovalError) { try await disk?.removalsAreDone() }

    /// Returns when the files of everything removed so far are gone, which the end of this process can't undo, though a power cut
    /// could.
    package func removalsAreCarriedOut() async { await disk?.removalsAreCarriedOut() }

    /// Keeps objects of these distributions only.
    package func retain(distributions: Set<String>) {
        disk?.retain(distributions: distributions)
        state.withLock { state in
            for entry in state.entries.compactMap({ $0 }) where !distributions.contains(entry.identity.distributionID) {
                state.remove(entry.identity.key)
            }
        }
    }
}

extension DiskTier {
    /// Notes whether memory holds an entry too.
    func noteInMemory(_ isInMemory: Bool, _ key: CacheKey) {
        state.withLock { state in
            state.index.setInMemory(isInMemory, key)
            state.pending[key]?.isInMemory = isInMemory
        }
    }
}

extension FillPermit {
    /// Whether the content goes to a file as it arrives.
    package var isSpooling: Bool { spool.withLock { $0 != nil } }

    /// From now on, and with everything kept so far, the content goes to a file as it arrives instead of being kept in memory.
    /// False when the disk doesn't take it.
    package func startSpooling(expectedBytes: Int?) -> Bool {
        guard let disk = cache.disk, let spool = DiskSpool.begin(in: disk, expectedBytes: expectedBytes) else { return false }
        for chunk in fill.keptChunks() ?? [] {
            guard spool.append(chunk) else { return false }
        }
        spool.onProgress { [weak fill] in fill?.spoolHasWritten($0) }
        fill.startSpooling(spool)
        self.spool.withLock { $0 = spool }
        releaseReserved()
        return true
    }

    /// Adds content to the file; false when the disk can't keep up or has no room, after which the rest only passes through.
    func appendToSpool(_ chunk: ByteBuffer) -> Bool {
        guard let spool = spool.withLock({ $0 }) else { return false }
        if spool.append(chunk) { return true }
        spool.fail()
        self.spool.withLock { $0 = nil }
        return false
    }

    /// Stores the response whose content went to the file; false when that failed, or it was invalidated meanwhile.
    package func storeSpooled(_ make: (CachedBody) -> CachedResponse, byteCount: Int) async -> Bool {
        let taken = spool.withLock { spool in
            defer { spool = nil }
            return spool
        }
        guard let spool = taken else { return false }
        let response = make(CachedBody(spooled: byteCount))
        guard await spool.finish(response) else { return false }
        return await spool.commit(response) { cache.announce(spooled: response, ticket: $0, for: record) }
    }
}

extension EdgeCache {
    /// In one step: what lies under the key goes, and the spooled response is entered as on its way, unless it is outdated.
    func announce(spooled response: CachedResponse, ticket: UInt64, for record: FillPermit.Record) -> Bool {
        state.withLock { state in
            guard let disk = state.disk, record.mayStore(response.identity.tags) else { return false }
            state.remove(response.identity.key)
            disk.discard(response.identity.key)
            disk.announce(spooled: response, ticket: ticket)
            return true
        }
    }
}
