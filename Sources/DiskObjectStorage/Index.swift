import Foundation
import GRDB
import ObjectStorage
import Synchronization

/// The SQLite database that says which objects exist: one writing connection, a pool of readers, write-ahead log,
/// and a sync of the log in every commit.
final class Index: Sendable {
    let pool: DatabasePool
    /// The number of this opening of the store; it makes ids unique over restarts.
    let epoch: Int64
    private let isClosed = Atomic<Bool>(false)

    init(path: String) throws(DiskStoreOpenError) {
        do {
            var configuration = Configuration()
            configuration.label = "skerry-index"
            configuration.maximumReaderCount = DiskStoreLimits.readThreads
            configuration.allowsUnsafeTransactions = true
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { db in
                try db.execute(sql: "PRAGMA cache_size = -\(DiskStoreLimits.readerCacheKiB)")
                try db.execute(sql: "PRAGMA temp_store = MEMORY")
            }
            let pool = try DatabasePool(path: path, configuration: configuration)
            epoch = try pool.writeWithoutTransaction { db in
                try IndexSchema.prepare(db, path: path)
                // Opening set NORMAL, which syncs only at checkpoints; a put must be on the device when it is answered.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(sql: "PRAGMA cache_size = -\(DiskStoreLimits.writerCacheKiB)")
                try db.execute(sql: "PRAGMA wal_autocheckpoint = \(DiskStoreLimits.checkpointPages)")
                try db.execute(sql: "UPDATE store SET epoch = epoch + 1")
                return try Int64.fetchOne(db, sql: "SELECT epoch FROM store") ?? 0
            }
            self.pool = pool
        } catch let error as DiskStoreOpenError {
            throw error
        } catch {
            throw .index(detail: "\(error)")
        }
    }

    /// Reads one snapshot of the index; blocks.
    func read<T>(_ during: String, _ body: (IndexReader) throws -> T) throws(ObjectStoreError) -> T {
        do {
            return try pool.read { db in try body(IndexReader(db: db)) }
        } catch {
            throw ObjectStoreError(indexError: error, during: during)
        }
    }

    /// Blocks; the second call does nothing. The log is moved into the database for tidiness alone: the next opening reads it wherever it is.
    func close() {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        try? pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        try? pool.close()
    }
}

extension ObjectStoreError {
    /// The store's word for whatever work on the index threw.
    init(indexError error: any Error, during: String) {
        switch error {
        case let error as ObjectStoreError: self = error
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_FULL: self = .storageFull(during: during)
            case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly(during: during)
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged("index, \(during): \(error)")
            case .SQLITE_MISUSE: self = .closed
            default: self = .ioFailure(during: during, detail: "\(error)")
            }
        default: self = .ioFailure(during: during, detail: "\(error)")
        }
    }
}
