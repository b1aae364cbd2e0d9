// A large response on its way to the disk while it streams to its readers: what arrives is queued, written by one job at a time,
// and can be read again from the file by readers who lag behind. When the disk can't keep up, the spool gives up rather
// than hold up the delivery; what it has written stays readable for those who need it.

import NIOCore
import HTTPCaching
import NIOPosix
import Synchronization

/// Content that is being written to a file that has no name of its own yet.
final class DiskSpool: Sendable {
    private struct State {
        var queue: [ByteBuffer] = []
        var isWorking = false
        var writtenBytes = 0
        var acceptedBytes = 0
        var reservedBytes = 0
        var hasFailed = false
        var file: DiskFile?
        /// Called with the bytes that are in the file.
        var onProgress: (@Sendable (Int) -> Void)?
        /// Waits for the queue to be written.
        var ending: CheckedContinuation<Bool, Never>?
        var isEnded = false
    }

    private struct Work: ~Copyable {
        var digester = ChunkDigester()
        var offset = 0
    }

    /// Bytes that one chunk may reserve beyond its own, for head and digests.
    private static let tailAllowance = 64 * 1024

    private let tier: DiskTier
    private let ticket: UInt64
    private let temporary: String
    private let state: Mutex<State>
    /// Held by the one job that writes.
    private let work = Mutex(Work())
    private let isDone = Atomic(false)

    private init(_ tier: DiskTier, ticket: UInt64, reserved: Int) {
        self.tier = tier
        self.ticket = ticket
        temporary = tier.temporaryPath(ticket)
        state = Mutex(State(reservedBytes: reserved))
    }

    deinit {
        let reserved = state.withLock { $0.reservedBytes }
        tier.release(reserved)
        guard !isDone.load(ordering: .relaxed) else { return }
        let temporary = temporary
        tier.onWriteThread { $0.remove(temporary) }
    }

    /// Begins a file for content of a length, if that is known; nil when there is no room for it.
    static func begin(in tier: DiskTier, expectedBytes: Int?) -> DiskSpool? {
        let bytes = expectedBytes ?? 0
        guard bytes <= tier.settings.objectBytesMax, tier.mayWrite() else { return nil }
        let cost = DiskTier.cost(ofFileBytes: DiskEntryFormat.headOffset(of: bytes) + tailAllowance)
        guard let ticket = tier.reserve(cost, ticket: true) else { return nil }
        return DiskSpool(tier, ticket: ticket, reserved: cost)
    }

    func onProgress(_ action: @escaping @Sendable (Int) -> Void) { state.withLock { $0.onProgress = action } }

    /// Bytes that can be read.
    var writtenBytes: Int { state.withLock { $0.writtenBytes } }

    /// Takes more content; false when it doesn't, now and for good.
    func append(_ chunk: ByteBuffer) -> Bool {
        let count = chunk.readableBytes
        let (missing, total, isAccepted) = state.withLock { state -> (Int, Int, Bool) in
            guard !state.hasFailed else { return (0, 0, false) }
            let total = state.acceptedBytes + count
            let needed = DiskTier.cost(ofFileBytes: DiskEntryFormat.headOffset(of: total) + Self.tailAllowance)
            return (max(0, needed - state.reservedBytes), total, true)
        }
        guard isAccepted, total <= tier.settings.objectBytesMax, tier.enqueue(count) else { return false }
        if missing > 0 {
            guard tier.reserve(missing, ticket: false) != nil else {
                tier.dequeue(count)
                fail()
                return false
            }
        }
        let starts = state.withLock { state in
            state.reservedBytes += missing
            state.acceptedBytes = total
            state.queue.append(chunk)
            defer { state.isWorking = true }
            return !state.isWorking
        }
        if starts { submit() }
        return true
    }

    private func submit() {
        tier.onWriteThread { _ in self.writeQueued() } otherwise: { self.fail() }
    }

    private func writeQueued() {
        while true {
            let (chunks, ending) = state.withLock { state -> ([ByteBuffer], CheckedContinuation<Bool, Never>?) in
                defer { state.queue = [] }
                guard state.queue.isEmpty else { return (state.queue, nil) }
                state.isWorking = false
                defer { state.ending = nil }
                return ([], state.ending)
            }
            if chunks.isEmpty {
                ending?.resume(returning: state.withLock { !$0.hasFailed })
                return
            }
            let count = chunks.reduce(0) { $0 + $1.readableBytes }
            if state.withLock({ !$0.hasFailed }) {
                do throws(CacheFileError) {
                    let written = try write(chunks)
                    let onProgress = state.withLock { state in
                        state.writtenBytes = written
                        return state.onProgress
                    }
                    onProgress?(written)
                } catch {
                    tier.trouble(error)
                    fail()
                }
            }
            tier.dequeue(count)
        }
    }

    private func write(_ chunks: [ByteBuffer]) throws(CacheFileError) -> Int {
        // What had to make room for these bytes is counted as gone: it goes before they come.
        tier.drainRemovals()
        let file = try openFile()
        let result: Result<Int, CacheFileError> = work.withLock { work in
            do throws(CacheFileError) {
                for chunk in chunks { try tier.write(chunk, to: file, at: &work.offset, &work.digester) }
                return .success(work.offset)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func openFile() throws(CacheFileError) -> DiskFile {
        if let file = state.withLock({ $0.file }) { return file }
        let file = DiskFile(try tier.files.createFile(temporary), tier.files)
        state.withLock { $0.file = file }
        return file
    }

    /// Gives up: nothing more is written, and what is there gets no name.
    func fail() { state.withLock { $0.hasFailed = true } }

    /// Some bytes from `offset` on, which must have been written; at most up to `end`.
    func read(at offset: Int, upTo end: Int) async throws(FillError) -> ByteBuffer {
        let range = offset..<min(end, offset + DiskEntryFormat.chunkBytes)
        guard let file = state.withLock({ $0.file }) else { throw .contentLost("nothing was written") }
        let buffer = await withCheckedContinuation { (continuation: CheckedContinuation<ByteBuffer?, Never>) in
            tier.readThreads.submit { [tier] status in
                let buffer = status == .active ? try? tier.buffer(range, of: file) : nil
                continuation.resume(returning: buffer)
            }
        }
        guard let buffer else { throw .contentLost("the file it was kept in could not be read") }
        return buffer
    }

    /// Writes the rest and the head; false when the file won't do.
    func finish(_ response: CachedResponse) async -> Bool {
        let isWritten = await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
            let ready: Bool? = state.withLock { state in
                if state.hasFailed { return false }
                if !state.isWorking { return true }
                state.ending = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
        guard isWritten else { return false }
        return await onWriteThread { [self] in
            do throws(CacheFileError) {
                return try writeTail(response)
            } catch {
                tier.trouble(error)
                return false
            }
        }
    }

    private func writeTail(_ response: CachedResponse) throws(CacheFileError) -> Bool {
        let file = try openFile()
        let (table, offset) = work.withLock { ($0.digester.finish(), $0.offset) }
        guard offset == response.body.byteCount else { return false }
        let head = DiskEntryHead(response, scope: tier.settings.scope, table: ShortDigest(of: table))
        guard let tail = head.encoded(bodyBytes: offset) else { return false }
        try (table + tail).withFileBytes { bytes throws(CacheFileError) in
            try tier.files.writeAll(bytes, to: file.descriptor, at: offset)
        }
        return true
    }

    /// Gives the file its name. `announce` runs first and says whether it is still wanted; it is given the file's ticket.
    func commit(_ response: CachedResponse, announce: (UInt64) -> Bool) async -> Bool {
        guard announce(ticket) else { return false }
        return await onWriteThread { [self] in
            do throws(CacheFileError) {
                let offset = work.withLock { $0.offset }
                guard let file = state.withLock({ $0.file }) else { return false }
                let fileBytes = try tier.files.size(of: file.descriptor)
                let reserved = state.withLock { $0.reservedBytes }
                let isCommitted = try tier.commit(
                    temporary, response, ticket, bodyBytes: offset, fileBytes: fileBytes, reserved: reserved)
                if isCommitted { state.withLock { $0.reservedBytes = 0 } }
                isDone.store(true, ordering: .relaxed)
                if isCommitted { tier.refreshIfConfirmed(response.identity.key) }
                return isCommitted
            } catch {
                tier.cancel(response.identity.key, ticket)
                tier.trouble(error)
                return false
            }
        }
    }

    private func onWriteThread(_ body: @escaping @Sendable () -> Bool) async -> Bool {
        await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
            tier.onWriteThread { _ in continuation.resume(returning: body()) } otherwise: { continuation.resume(returning: false) }
        }
    }
}

extension DiskTier {
    /// Counts bytes that are going to be written; nil when there is no room. The number is a ticket, if one is wanted.
    func reserve(_ bytes: Int, ticket: Bool) -> UInt64? {
        state.withLock { state in
            guard state.makeRoom(for: bytes, entries: ticket ? 1 : 0, settings) else {
                state.statistics.skippedWrites += 1
                return nil
            }
            state.reservedBytes += bytes
            if ticket { state.lastTicket += 1 }
            return state.lastTicket
        }
    }

    func release(_ bytes: Int) { state.withLock { $0.reservedBytes -= bytes } }

    /// Counts content that waits to be written; false when too much does.
    func enqueue(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.queuedBytes + bytes <= DiskTierLimits.queuedBytesMax else {
                state.statistics.skippedWrites += 1
                return false
            }
            state.queuedBytes += bytes
            return true
        }
    }

    func dequeue(_ bytes: Int) { state.withLock { $0.queuedBytes -= bytes } }

    /// Enters a spooled response as on its way; a commit follows.
    func announce(spooled response: CachedResponse, ticket: UInt64) {
        state.withLock { state in
            state.discardRivals(of: response.identity)
            state.pending[response.identity.key] = Pending(
                ticket: ticket, identity: response.identity, response: nil, bodyID: response.body.id, isInMemory: false)
        }
    }
}
