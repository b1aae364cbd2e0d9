// Finding a response on disk: index, file, checks. Small content is read and checked whole and comes back in memory; large
// content stays in its file and is checked chunk by chunk before it is sent.

import HTTPCaching
import NIOCore
import NIOPosix
import Synchronization

/// An open file whose head has been checked.
struct OpenEntry {
    var file: DiskFile
    var head: DiskEntryHead
    var bodyBytes: Int
    var fileBytes: Int
}

extension DiskTier {
    private enum Plan {
        case none
        case waiting(CachedResponse)
        case file(DiskIndex.Entry)
        /// Not known yet, but perhaps there.
        case probe
    }

    /// The response under a key; nil when there is none, or it can't be had whole.
    func read(_ key: CacheKey) async -> CachedResponse? {
        guard mayRead() else { return nil }
        let plan = state.withLock { state -> Plan in
            if let pending = state.pending[key] { return pending.response.map { .waiting($0) } ?? .none }
            if let entry = state.index.use(key) {
                state.didUse(entry)
                return begin(&state) ? .file(entry) : .none
            }
            guard state.phase == .loading, state.mayAdopt, !state.discarded.contains(key) else { return .none }
            return begin(&state) ? .probe : .none
        }
        switch plan {
        case .none: return nil
        case .waiting(let response):
            state.withLock { $0.statistics.hits += 1 }
            return response
        case .file, .probe: break
        }
        return await withCheckedContinuation { (continuation: CheckedContinuation<CachedResponse?, Never>) in
            readThreads.submit { status in
                let found = status == .active ? self.find(key, by: plan) : nil
                self.state.withLock { state in
                    state.reads -= 1
                    if found != nil { state.statistics.hits += 1 }
                }
                continuation.resume(returning: found)
            }
        }
    }

    private func begin(_ state: inout State) -> Bool {
        guard state.reads < DiskTierLimits.readsMax else { return false }
        state.reads += 1
        return true
    }

    /// Whether anything was written under a key since the count stood at `commit`.
    func hasNews(of key: CacheKey, since commit: UInt64) -> Bool { state.withLock { ($0.index[key]?.commit ?? 0) > commit } }

    private func find(_ key: CacheKey, by plan: Plan) -> CachedResponse? {
        var entry: DiskIndex.Entry?
        if case .file(let known) = plan { entry = known }
        let digest = entry?.digest ?? ShortDigest(key)
        do throws(DiskReadFailure) {
            let opened = try openEntry(digest)
            guard opened.head.identity.key == key else { throw .flaw(.misplaced) }
            guard let entry = entry ?? adopt(opened, digest), entry.bodyBytes == opened.bodyBytes else { return nil }
            let body = try body(of: opened, entry)
            // Replaced or invalidated while it was read: then it is neither to be served nor to be promoted.
            guard state.withLock({ $0.index[key]?.bodyID == entry.bodyID }) else { return nil }
            return opened.head.response(body)
        } catch {
            lost(key, digest, entry?.bodyID, because: error)
            return nil
        }
    }

    private func body(of opened: OpenEntry, _ entry: DiskIndex.Entry) throws(DiskReadFailure) -> CachedBody {
        let table = try chunkTable(of: opened)
        if opened.bodyBytes <= DiskTierLimits.promotedBytesMax {
            return CachedBody(piece: try content(of: opened, table), id: entry.bodyID)
        }
        let checked = state.withLock { state in
            if let checked = state.index[entry.identity.key]?.checked { return checked }
            let checked = CheckedChunks(count: DiskEntryFormat.chunkCount(of: opened.bodyBytes))
            state.index.setChecked(checked, entry.identity.key)
            return checked
        }
        return CachedBody(
            file: DiskBody(
                tier: self, file: opened.file, key: entry.identity.key, bodyID: entry.bodyID, byteCount: opened.bodyBytes, table: table,
                checked: checked))
    }

    /// Opens a file and checks its footer and head.
    func openEntry(_ digest: ShortDigest) throws(DiskReadFailure) -> OpenEntry {
        let file = try onFile { () throws(CacheFileError) in
            DiskFile(try files.openFile(path(of: digest), forWriting: false), files)
        }
        do throws(DiskReadFailure) {
            return try readEntry(file)
        } catch .flaw {
            // Perhaps its head was being rewritten just then; under the lock nobody does.
            let again: Result<OpenEntry, DiskReadFailure> = names.withLock { _ in
                do throws(DiskReadFailure) { return .success(try readEntry(file)) } catch { return .failure(error) }
            }
            return try again.get()
        }
    }

    private func readEntry(_ file: DiskFile) throws(DiskReadFailure) -> OpenEntry {
        let size = try onFile { () throws(CacheFileError) in try files.size(of: file.descriptor) }
        guard size >= DiskEntryFormat.footerBytes else { throw .flaw(.tooShort) }
        var tail = try bytes(max(0, size - DiskEntryFormat.tailBytes)..<size, of: file)
        let footer = try checked { () throws(DiskEntryFlaw) in
            try DiskEntryFooter(tail.suffix(DiskEntryFormat.footerBytes), fileBytes: size)
        }
        let needed = footer.headBytes + DiskEntryFormat.footerBytes
        if needed > tail.count { tail = try bytes(size - needed..<size, of: file) }
        let head = try checked { () throws(DiskEntryFlaw) in try DiskEntryHead(tail.suffix(needed), footer) }
        return OpenEntry(file: file, head: head, bodyBytes: footer.bodyBytes, fileBytes: size)
    }

    /// The digests of a file's chunks, checked against the head's digest of them.
    private func chunkTable(of opened: OpenEntry) throws(DiskReadFailure) -> [ShortDigest] {
        let start = opened.bodyBytes
        let bytes = try bytes(start..<start + DiskEntryFormat.tableBytes(of: opened.bodyBytes), of: opened.file)
        guard ShortDigest(of: bytes) == opened.head.table else { throw .flaw(.tableDamaged) }
        return stride(from: 0, to: bytes.count, by: ShortDigest.byteCount).map { ShortDigest(bytes[$0..<$0 + ShortDigest.byteCount]) }
    }

    /// All of a small file's content, checked.
    private func content(of opened: OpenEntry, _ table: [ShortDigest]) throws(DiskReadFailure) -> ByteBuffer {
        let buffer = try buffer(0..<opened.bodyBytes, of: opened.file)
        let isWhole = buffer.withUnsafeReadableBytes { bytes in
            table.indices.allSatisfy { chunk in
                let start = chunk * DiskEntryFormat.chunkBytes
                let end = min(start + DiskEntryFormat.chunkBytes, bytes.count)
                return ShortDigest(of: UnsafeRawBufferPointer(rebasing: bytes[start..<end])) == table[chunk]
            }
        }
        guard isWhole else { throw .flaw(.contentDamaged) }
        return buffer
    }

    /// Exactly the bytes of a range, in a buffer of just that size.
    func buffer(_ range: Range<Int>, of file: DiskFile) throws(DiskReadFailure) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: range.count)
        var failure: CacheFileError?
        let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { target in
            do throws(CacheFileError) {
                return try files.readAll(
                    into: UnsafeMutableRawBufferPointer(rebasing: target[..<range.count]), from: file.descriptor, at: range.lowerBound)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw .file(failure) }
        guard count == range.count else { throw .flaw(.lengthMismatch) }
        return buffer
    }

    private func bytes(_ range: Range<Int>, of file: DiskFile) throws(DiskReadFailure) -> [UInt8] {
        let bytes = try onFile { () throws(CacheFileError) in try files.bytes(range, of: file.descriptor) }
        guard bytes.count == range.count else { throw .flaw(.lengthMismatch) }
        return bytes
    }

    private func onFile<Value>(_ body: () throws(CacheFileError) -> Value) throws(DiskReadFailure) -> Value {
        do throws(CacheFileError) { return try body() } catch { throw .file(error) }
    }

    private func checked<Value>(_ body: () throws(DiskEntryFlaw) -> Value) throws(DiskReadFailure) -> Value {
        do throws(DiskEntryFlaw) { return try body() } catch { throw .flaw(error) }
    }

    /// An entry could not be read: it is dropped, unless what failed was something else than the file.
    func lost(_ key: CacheKey, _ digest: ShortDigest, _ bodyID: UInt64?, because failure: DiskReadFailure) {
        switch failure {
        case .file(let error) where error.isAbsence:
            // Not there: while loading that is how a look-up finds out, later someone has removed it.
            drop(key, bodyID)
        case .file(let error) where error.isShortageHere: trouble(error)
        case .file(let error):
            if bodyID == nil { dismiss(digest, because: failure) }
            drop(key, bodyID)
            trouble(error)
        case .flaw:
            guard let bodyID else { return dismiss(digest, because: failure) }
            if drop(key, bodyID) { state.withLock { $0.statistics.damaged += 1 } }
        }
    }

    /// Takes an entry out, unless another has come in its place.
    @discardableResult
    func drop(_ key: CacheKey, _ bodyID: UInt64?) -> Bool {
        let isDropped = state.withLock { state in
            guard let bodyID, state.index[key]?.bodyID == bodyID, let entry = state.index.remove(key) else { return false }
            state.removals[entry.digest, default: 0] += entry.cost
            return true
        }
        if isDropped { drainRemovalsSoon() }
        return isDropped
    }
}
