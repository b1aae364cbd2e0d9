import Foundation
import GRDB
import Logging
import ObjectStorage
import Synchronization

/// The one writer of the index: collects whatever mutations wait, runs them in one transaction, answers all after its
/// commit. While one batch is being synced the next one gathers, so the price of a sync is shared by all who wait.
///
/// Order within a batch: refuse what grows if the device is full; sync each directory that got a file, once; begin; each mutation inside a savepoint, so a
/// refused one undoes only itself; commit (one sync of the log); answer; remove what is no longer used.
///
/// `@unchecked Sendable`: `waiting`, `isClosed`, `hasEnded` and `failure` are touched only between `condition.lock()` and
/// `unlock()`; everything else is constant.
final class GroupCommitter: @unchecked Sendable {
    /// What a mutation does to the room that is left.
    enum Effect: Sendable {
        /// Takes some; refused when only the reserve is left.
        case grows
        /// Gives some back, or will.
        case frees
    }

    private struct Pending {
        var effect: Effect
        var directory: String?
        var inlineBytes: Int
        var apply: (IndexMutation) throws -> Void
        var finish: (ObjectStoreError?) -> Void
    }

    private let condition = NSCondition()
    private var waiting: [Pending] = []
    private var isClosed = false
    private var hasEnded = false
    /// Set when a commit could not be synced: what the log holds on the device is then unknown, and only the next
    /// start, which reads it back, can say. Reads go on.
    private var failure: ObjectStoreError?

    private let index: Index
    private let files: SegmentFiles
    private let logger: Logger
    /// Transactions committed; concurrent puts must need fewer than there are puts.
    let commits = Atomic<Int>(0)

    init(index: Index, files: SegmentFiles, logger: Logger) {
        self.index = index
        self.files = files
        self.logger = logger
        let thread = Thread { self.work() }
        thread.name = "skerry-committer"
        thread.start()
    }

    /// Runs `body` in a transaction; returns when it is durable.
    ///
    /// `directory` got a file that the mutation relies on. Errors: what `body` throws; storage errors; `.overloaded`.
    func submit<T: Sendable>(
        _ effect: Effect = .grows, directory: String? = nil, inlineBytes: Int = 0, _ body: @escaping @Sendable (IndexMutation) throws -> T
    ) async throws(ObjectStoreError) -> T {
        let result: Result<T, ObjectStoreError> = await withCheckedContinuation { continuation in
            var value: T?
            let pending = Pending(
                effect: effect, directory: directory, inlineBytes: inlineBytes, apply: { value = try body($0) },
                finish: { error in
                    if let error {
                        continuation.resume(returning: .failure(error))
                    } else if let value {
                        continuation.resume(returning: .success(value))
                    } else {
                        continuation.resume(returning: .failure(.closed))
                    }
                })
            if let refusal = enqueue(pending) { pending.finish(refusal) }
        }
        return try result.get()
    }

    /// Whether the outcome of the last commits is unknown, so that no file may be removed.
    var isInDoubt: Bool {
        condition.lock()
        defer { condition.unlock() }
        return failure != nil
    }

    /// Commits what waits, then ends.
    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    /// The same, and returns when it has ended; blocks.
    func closeAndWait() {
        close()
        condition.lock()
        while !hasEnded { condition.wait() }
        condition.unlock()
    }

    private func enqueue(_ pending: Pending) -> ObjectStoreError? {
        condition.lock()
        defer { condition.unlock() }
        if isClosed { return .closed }
        if let failure { return failure }
        if waiting.count >= DiskStoreLimits.pendingMutationsMax { return .overloaded }
        waiting.append(pending)
        condition.broadcast()
        return nil
    }

    private func work() {
        while let batch = take() { commit(batch) }
        condition.lock()
        hasEnded = true
        condition.broadcast()
        condition.unlock()
    }

    private func take() -> [Pending]? {
        condition.lock()
        defer { condition.unlock() }
        while waiting.isEmpty {
            if isClosed { return nil }
            condition.wait()
        }
        var bytes = 0
        var count = 0
        for pending in waiting.prefix(DiskStoreLimits.batchMutationsMax) {
            bytes += pending.inlineBytes
            if count > 0, bytes > DiskStoreLimits.batchInlineBytesMax { break }
            count += 1
        }
        defer { waiting.removeFirst(count) }
        return Array(waiting[..<count])
    }

    // MARK: One batch

    private func commit(_ batch: [Pending]) {
        var outcomes = [ObjectStoreError?](repeating: nil, count: batch.count)
        requireRoom(for: batch, &outcomes)
        syncDirectories(of: batch, &outcomes)
        var retired: [Int64] = []
        do {
            try index.pool.writeWithoutTransaction { db in
                do {
                    retired = try run(batch, in: db, &outcomes)
                } catch {
                    if db.isInsideTransaction { try? db.rollback() }
                    throw error
                }
            }
            commits.wrappingAdd(1, ordering: .relaxed)
        } catch {
            let failed = ObjectStoreError(indexError: error, during: "commit")
            logger.error("index transaction failed", metadata: ["error": "\(error)"])
            if case .ioFailure = failed { fail(failed) }
            retired = []
            for at in outcomes.indices where outcomes[at] == nil { outcomes[at] = failed }
        }
        for (pending, outcome) in zip(batch, outcomes) { pending.finish(outcome) }
        files.retire(retired)
    }

    /// Refuses what grows when only the reserve is left, so that deletions can still be committed.
    private func requireRoom(for batch: [Pending], _ outcomes: inout [ObjectStoreError?]) {
        let growth = batch.lazy.filter { $0.effect == .grows }.map { Int64($0.inlineBytes + DiskStoreLimits.pageBytes) }.reduce(0, +)
        guard growth > 0 else { return }
        do throws(FileSystemError) { try files.requireRoom(for: growth) } catch {
            let refusal = ObjectStoreError(error, during: "commit")
            for (at, pending) in batch.enumerated() where pending.effect == .grows { outcomes[at] = refusal }
        }
    }

    private func syncDirectories(of batch: [Pending], _ outcomes: inout [ObjectStoreError?]) {
        var synced: [String: ObjectStoreError?] = [:]
        for (at, pending) in batch.enumerated() {
            guard outcomes[at] == nil, let directory = pending.directory else { continue }
            if let known = synced[directory] {
                outcomes[at] = known
                continue
            }
            do throws(FileSystemError) { try files.fileSystem.syncDirectory(directory) } catch {
                outcomes[at] = ObjectStoreError(error, during: "commit")
            }
            synced[directory] = .some(outcomes[at])
        }
    }

    /// Runs the mutations that are still good; returns the files they retire. Throws when the whole transaction is lost.
    private func run(_ batch: [Pending], in db: Database, _ outcomes: inout [ObjectStoreError?]) throws -> [Int64] {
        var retired: [Int64] = []
        try db.beginTransaction(.immediate)
        for (at, pending) in batch.enumerated() where outcomes[at] == nil {
            let mutation = IndexMutation(db: db, generation: files.nextNumber())
            try db.cachedStatement(sql: "SAVEPOINT mutation").execute()
            do {
                try pending.apply(mutation)
                retired += mutation.retired
            } catch {
                // A full disk or a failed read may have ended the transaction; then all of it is lost.
                guard db.isInsideTransaction else { throw error }
                try db.cachedStatement(sql: "ROLLBACK TO mutation").execute()
                outcomes[at] = ObjectStoreError(indexError: error, during: "commit")
            }
            try db.cachedStatement(sql: "RELEASE mutation").execute()
        }
        try db.commit()
        return retired
    }

    private func fail(_ error: ObjectStoreError) {
        condition.lock()
        failure = error
        condition.unlock()
    }
}
