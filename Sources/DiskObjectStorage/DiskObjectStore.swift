import Foundation
package import Logging
package import ObjectStorage
import Synchronization

/// An `ObjectStore` in one directory: a SQLite index, and files for whatever is larger than
/// `DiskStoreLimits.inlineBytesMax`.
///
///     DIR/lock                      held while open, names the process
///     DIR/index.sqlite (-wal, -shm) buckets, objects, uploads, small contents
///     DIR/segments/HEX/HEX          bytes of larger objects and parts, immutable
///     DIR/tmp/HEX                   bytes still arriving
///
/// A mutation returns after its commit has been synced; a file is synced under its final name before the index names
/// it, and removed only after the index has forgotten it. So a crash leaves at worst files that nothing names, and
/// opening sweeps those. Left out: more than one process, checksumming of bytes at rest.
package final class DiskObjectStore: ObjectStore {
    let index: Index
    let files: SegmentFiles
    let committer: GroupCommitter
    let readPool: BlockingPool
    let writePool: BlockingPool
    let rules: MultipartRules
    let random: @Sendable () -> UInt64
    let logger: Logger
    /// What listings cost so far, for tests and metrics.
    let effort = ListingEffort()
    private let lock: Mutex<DirectoryLock?>
    /// What opening found and did.
    package let recovery: RecoveryReport

    /// Opens or makes the store in `directory`; blocks while it recovers.
    package init(
        directory: String, fileSystem: any FileSystem = PosixFileSystem(), rules: MultipartRules = MultipartRules(),
        logger: Logger, random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) throws(DiskStoreOpenError) {
        do throws(FileSystemError) {
            try Self.createDirectories(directory, fileSystem)
        } catch { throw .fileSystem(error) }
        let lock = try DirectoryLock(directory: directory)
        do throws(FileSystemError) {
            for name in ["/segments", "/tmp"] { try fileSystem.createDirectory(directory + name) }
        } catch { throw .fileSystem(error) }
        let indexPath = directory + "/index.sqlite"
        do throws(FileSystemError) {
            // Made here for its mode, 0600; SQLite gives the log the mode of the database.
            if try fileSystem.size(of: indexPath) == nil { fileSystem.closeFile(try fileSystem.createFile(indexPath)) }
        } catch { throw .fileSystem(error) }
        let index = try Index(path: indexPath)
        do throws(FileSystemError) { try fileSystem.syncDirectory(directory) } catch { throw .fileSystem(error) }
        let writePool = BlockingPool(label: "skerry-write", threads: DiskStoreLimits.writeThreads)
        let files = SegmentFiles(
            root: directory, fileSystem: fileSystem, epoch: index.epoch, remover: writePool, logger: logger)
        do throws(DiskStoreOpenError) {
            recovery = try Recovery(index: index, files: files, logger: logger).run()
        } catch {
            writePool.close()
            index.close()
            throw error
        }
        self.index = index
        self.files = files
        self.writePool = writePool
        self.readPool = BlockingPool(label: "skerry-read", threads: DiskStoreLimits.readThreads)
        self.committer = GroupCommitter(index: index, files: files, logger: logger)
        self.rules = rules
        self.random = random
        self.logger = logger
        self.lock = Mutex(lock)
        logger.info(
            "object store open",
            metadata: [
                "directory": "\(directory)", "leftovers": "\(recovery.leftoversRemoved)",
                "damaged": "\(recovery.filesDamaged)",
            ])
    }

    deinit {
        committer.close()
        readPool.close()
        writePool.close()
    }

    private static func createDirectories(
        _ path: String, _ fileSystem: any FileSystem
    ) throws(FileSystemError) {
        var missing: [String] = []
        var current = path
        while !current.isEmpty, current != "/", try fileSystem.size(of: current) == nil {
            missing.append(current)
            guard let slash = current.lastIndex(of: "/"), slash > current.startIndex else { break }
            current = String(current[..<slash])
        }
        for directory in missing.reversed() {
            try fileSystem.createDirectory(directory)
            let parent = directory.lastIndex(of: "/").map { $0 == directory.startIndex ? "/" : String(directory[..<$0]) }
            try fileSystem.syncDirectory(parent ?? ".")
        }
    }

    package func close() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                committer.closeAndWait()
                writePool.closeAndWait()
                readPool.closeAndWait()
                index.close()
                lock.withLock { $0 = nil }
                continuation.resume()
            }
        }
    }

    /// Reads one snapshot of the index from a reading thread.
    func lookup<T: Sendable>(
        _ during: String, _ body: @escaping @Sendable (IndexReader) throws -> T
    ) async throws(ObjectStoreError) -> T {
        try await readPool.run { [index] () throws(ObjectStoreError) in try index.read(during, body) }
    }

    /// Commits a mutation that brings finished bytes with it; if it is refused, the bytes go.
    func commit<T: Sendable>(
        _ finished: SegmentSpool.Finished, _ body: @escaping @Sendable (IndexMutation, Content, Int64) throws -> T
    ) async throws(ObjectStoreError) -> T {
        switch finished {
        case .empty:
            return try await committer.submit { try body($0, .empty, 0) }
        case .inline(let bytes):
            let id = files.nextNumber()
            return try await committer.submit(inlineBytes: bytes.count) { mutation in
                try mutation.addInline(id, bytes)
                return try body(mutation, .inline(id: id), Int64(bytes.count))
            }
        case .file(let id, let size):
            do throws(ObjectStoreError) {
                return try await committer.submit(directory: files.directoryPath(id)) { mutation in
                    try mutation.addFile(id, size: size)
                    return try body(mutation, .files([Content.Piece(id: id, offset: 0, length: size)]), size)
                }
            } catch {
                // When the outcome is in doubt the index may name the file after all; the next start will know.
                if !committer.isInDoubt { files.retire([id]) }
                throw error
            }
        }
    }
}
