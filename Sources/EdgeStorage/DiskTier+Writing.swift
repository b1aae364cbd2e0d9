// Putting a response that memory has just taken on the disk too, behind everyone's back. A response is announced together with its
// storing in memory, so that an invalidation reaches it from then on; a thread writes it under a temporary name, and it
// gets its own only if nothing has taken its place meanwhile.

import Cryptography
import HTTPCaching
import HTTPTypes
import NIOCore
import NIOPosix
import Synchronization

/// A response that has been announced.
struct DiskTicket: Sendable {
    var number: UInt64
    var response: CachedResponse
    var reserved: Int
}

extension DiskTier {
    /// Takes note of a response; nil when it isn't going to be kept on disk. What lay under its key has been discarded before.
    func announce(_ response: CachedResponse, isInMemory: Bool) -> DiskTicket? {
        guard Self.isWorthKeeping(response), response.body.byteCount <= settings.objectBytesMax, mayWrite() else { return nil }
        let bodyBytes = response.body.byteCount
        // The head takes no more than the fields, names and numbers that memory counts.
        let cost = Self.cost(
            ofFileBytes: DiskEntryFormat.headOffset(of: bodyBytes) + response.costBytes - response.body.storageBytes + CachedResponse.overheadBytes)
        return state.withLock { state in
            guard state.wants(response.identity.key, cost: cost, settings) else {
                state.statistics.refusedWrites += 1
                return nil
            }
            guard state.queuedBytes == 0 || state.queuedBytes + bodyBytes <= DiskTierLimits.queuedBytesMax, state.makeRoom(for: cost, settings) else {
                state.statistics.skippedWrites += 1
                return nil
            }
            state.reservedBytes += cost
            state.queuedBytes += bodyBytes
            state.lastTicket += 1
            state.discardRivals(of: response.identity)
            state.pending[response.identity.key] = Pending(
                ticket: state.lastTicket, identity: response.identity, response: response, bodyID: response.body.id, isInMemory: isInMemory)
            return DiskTicket(number: state.lastTicket, response: response, reserved: cost)
        }
    }

    /// Errors are soon over, and what can be neither used nor confirmed would be written for nothing.
    private static func isWorthKeeping(_ response: CachedResponse) -> Bool {
        response.status.code < 400 && (response.facts.freshness.lifetimeSeconds > 0 || !response.facts.conditionals.isEmpty)
    }

    func write(_ ticket: DiskTicket) {
        onWriteThread { tier in
            var isCommitted = false
            do throws(CacheFileError) {
                isCommitted = try tier.writeNow(ticket)
            } catch {
                // There is no file, but what lay there before must not come back either.
                tier.cancel(ticket.response.identity.key, ticket.number)
                tier.trouble(error)
            }
            tier.dequeue(ticket.response.body.byteCount)
            if !isCommitted { tier.release(ticket.reserved) }
        }
    }

    /// Whether the response has become an entry.
    private func writeNow(_ ticket: DiskTicket) throws(CacheFileError) -> Bool {
        let key = ticket.response.identity.key
        drainRemovals()
        // It may have been confirmed, replaced or invalidated while it waited.
        guard let response = state.withLock({ $0.pending[key]?.ticket == ticket.number ? $0.pending[key]?.response : nil }) else { return false }
        let temporary = temporaryPath(ticket.number)
        let file = DiskFile(try files.createFile(temporary), files)
        do throws(CacheFileError) {
            var digester = ChunkDigester()
            var offset = 0
            for piece in response.body.pieces { try write(piece, to: file, at: &offset, &digester) }
            let table = digester.finish()
            guard let head = DiskEntryHead(response, scope: settings.scope, table: ShortDigest(of: table)).encoded(bodyBytes: offset) else {
                remove(temporary)
                cancel(key, ticket.number)
                return false
            }
            try (table + head).withFileBytes { bytes throws(CacheFileError) in
                try files.writeAll(bytes, to: file.descriptor, at: offset)
            }
            let isCommitted = try commit(
                temporary, response, ticket.number, bodyBytes: offset, fileBytes: offset + table.count + head.count, reserved: ticket.reserved)
            if isCommitted { refreshIfConfirmed(key) }
            return isCommitted
        } catch {
            remove(temporary)
            throw error
        }
    }

    /// Appends a piece of content and digests it.
    func write(
        _ piece: ByteBuffer, to file: DiskFile, at offset: inout Int, _ digester: inout ChunkDigester
    ) throws(CacheFileError) {
        var failure: CacheFileError?
        piece.withUnsafeReadableBytes { bytes in
            digester.update(bytes)
            do throws(CacheFileError) {
                try files.writeAll(bytes, to: file.descriptor, at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        offset += piece.readableBytes
    }

    /// Gives a whole file its name and enters it in the index in the place of what was reserved for it, unless its announcement has
    /// been withdrawn.
    func commit(
        _ temporary: String, _ response: CachedResponse, _ ticket: UInt64, bodyBytes: Int, fileBytes: Int, reserved: Int
    ) throws(CacheFileError) -> Bool {
        let key = response.identity.key
        let digest = ShortDigest(key)
        let result: Result<Bool, CacheFileError> = names.withLock { _ in
            guard state.withLock({ $0.pending[key]?.ticket == ticket && $0.phase != .closed }) else {
                remove(temporary)
                return .success(false)
            }
            do throws(CacheFileError) {
                try files.rename(temporary, to: path(of: digest))
            } catch {
                return .failure(error)
            }
            return .success(
                state.withLock { state in
                    // Withdrawn in this moment: whoever did so has put the file on the list of removals.
                    guard let pending = state.pending[key], pending.ticket == ticket else { return false }
                    state.pending[key] = nil
                    if let newer = pending.response, newer !== response { state.refreshes[key] = newer }
                    state.removals[digest] = nil
                    state.reservedBytes -= reserved
                    state.commits += 1
                    state.statistics.writes += 1
                    state.index.insert(
                        DiskIndex.Entry(
                            identity: pending.identity, digest: digest, bodyID: pending.bodyID, bodyBytes: bodyBytes,
                            cost: Self.cost(ofFileBytes: fileBytes), commit: state.commits, isInMemory: pending.isInMemory))
                    return true
                })
        }
        let isCommitted = try result.get()
        if isCommitted { noteSuccess() }
        return isCommitted
    }

    func remove(_ temporary: String) {
        do throws(CacheFileError) {
            try files.remove(temporary)
        } catch where error.isAbsence {
        } catch {
            trouble(error)
        }
    }

    func cancel(_ key: CacheKey, _ ticket: UInt64) {
        state.withLock { state in
            guard state.pending[key]?.ticket == ticket else { return }
            _ = state.discard(key)
        }
    }

    // MARK: Confirmations

    /// Takes note that memory holds an entry's content under new facts and fields.
    func refresh(_ old: CachedResponse, with new: CachedResponse) {
        var before = old.facts
        before.retryAt = new.facts.retryAt
        // A moment until which not to ask again is not worth a write.
        guard before != new.facts || old.fields != new.fields else { return }
        let key = new.identity.key
        let isWork = state.withLock { state in
            if state.pending[key]?.bodyID == new.body.id {
                // Not written yet, or being written: then it is looked at again after the writing.
                state.pending[key]?.response = new
                state.pending[key]?.identity = new.identity
                return false
            }
            guard state.index[key]?.bodyID == new.body.id else { return false }
            state.refreshes[key] = new
            state.index.setTags(new.identity.tags, key)
            return true
        }
        if isWork { submitRefresh(key) }
    }

    /// Confirmed while it was being written, an entry has its head written again.
    func refreshIfConfirmed(_ key: CacheKey) {
        if state.withLock({ $0.refreshes[key] != nil }) { submitRefresh(key) }
    }

    private func submitRefresh(_ key: CacheKey) {
        onWriteThread { $0.rewriteHead(key) }
    }

    /// Rewrites an entry's head in place. Torn, it fails its digest and the entry is lost, which is no loss of anything but time.
    func rewriteHead(_ key: CacheKey) {
        let failure: CacheFileError? = names.withLock { _ in
            let (entry, response) = state.withLock { state in
                defer { state.refreshes[key] = nil }
                return (state.index[key], state.refreshes[key])
            }
            guard let entry, let response, entry.bodyID == response.body.id else { return nil }
            var failure: CacheFileError?
            do throws(CacheFileError) {
                if let fileBytes = try rewriteHead(entry, response) {
                    state.withLock { $0.index.resize(key, cost: Self.cost(ofFileBytes: fileBytes)) }
                    return nil
                }
            } catch {
                failure = error
            }
            // What it says is out of date now.
            state.withLock { _ = $0.discard(key) }
            return failure
        }
        if let failure { trouble(failure) }
        // Longer heads take room too.
        let isOverfull = state.withLock { state in
            _ = state.makeRoom(for: 0, entries: 0, settings)
            return !state.removals.isEmpty
        }
        if isOverfull { drainRemovalsSoon() }
    }

    /// Answers the file's new size; nil when the head has become too long.
    private func rewriteHead(_ entry: DiskIndex.Entry, _ response: CachedResponse) throws(CacheFileError) -> Int? {
        let file = DiskFile(try files.openFile(path(of: entry.digest), forWriting: true), files)
        let offset = DiskEntryFormat.headOffset(of: entry.bodyBytes)
        let table = try files.bytes(entry.bodyBytes..<offset, of: file.descriptor)
        let head = DiskEntryHead(response, scope: settings.scope, table: ShortDigest(of: table))
        guard let bytes = head.encoded(bodyBytes: entry.bodyBytes) else { return nil }
        try bytes.withFileBytes { bytes throws(CacheFileError) in try files.writeAll(bytes, to: file.descriptor, at: offset) }
        try files.truncate(file.descriptor, to: offset + bytes.count)
        return offset + bytes.count
    }
}

/// Digests of content, chunk by chunk, whatever the pieces in which it comes.
struct ChunkDigester: ~Copyable {
    private var digest = Digest(.sha256)
    private var count = 0
    private var table: [UInt8] = []

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(DiskEntryFormat.chunkBytes - count)
            digest.update(UnsafeRawBufferPointer(rebasing: part))
            count += part.count
            rest = rest.dropFirst(part.count)
            if count == DiskEntryFormat.chunkBytes { endChunk() }
        }
    }

    /// All digests, one behind the other.
    mutating func finish() -> [UInt8] {
        if count > 0 { endChunk() }
        return table
    }

    private mutating func endChunk() {
        ShortDigest(digest.current()).append(to: &table)
        digest.reset()
        count = 0
    }
}

extension [UInt8] {
    func withFileBytes(_ body: (UnsafeRawBufferPointer) throws(CacheFileError) -> Void) throws(CacheFileError) {
        var failure: CacheFileError?
        withUnsafeBytes { bytes in
            do throws(CacheFileError) { try body(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
