import Logging
import ObjectStorage
import Synchronization

/// The files that hold the bytes of larger objects: their names, their making, and the leases that keep them while
/// somebody reads.
///
/// A file is named by its number and never changes once published. Numbers are the epoch and a counter, so they are
/// never used twice, and neighbours in time share a directory.
final class SegmentFiles: Sendable {
    let fileSystem: any FileSystem
    let temporaryDirectory: String
    let directory: String
    private let epoch: Int64
    private let counter = Atomic<Int64>(0)
    /// Directories known to exist durably.
    private let knownDirectories = Mutex<Set<String>>([])
    private let leases = Mutex<[Int64: LeaseCount]>([:])
    private let remover: BlockingPool
    private let logger: Logger

    private struct LeaseCount {
        var holders = 0
        /// Nobody but the holders uses the file; it goes with the last of them.
        var isRetired = false
    }

    init(root: String, fileSystem: any FileSystem, epoch: Int64, remover: BlockingPool, logger: Logger) {
        self.fileSystem = fileSystem
        self.directory = root + "/segments"
        self.temporaryDirectory = root + "/tmp"
        self.epoch = epoch
        self.remover = remover
        self.logger = logger
    }

    /// A number no file, inline row or generation has had before.
    func nextNumber() -> Int64 {
        epoch << 40 | counter.wrappingAdd(1, ordering: .relaxed).newValue
    }

    static func name(_ id: Int64) -> String { hex(id, digits: 16) }
    static func directoryName(_ id: Int64) -> String { hex(id >> DiskStoreLimits.filesPerDirectoryBits, digits: 13) }
    /// The number a file's name says; nil for names of others.
    static func number(_ name: String) -> Int64? { name.utf8.count == 16 ? Int64(name, radix: 16) : nil }

    func directoryPath(_ id: Int64) -> String { directory + "/" + Self.directoryName(id) }
    func path(_ id: Int64) -> String { directoryPath(id) + "/" + Self.name(id) }
    func temporaryPath(_ id: Int64) -> String { temporaryDirectory + "/" + Self.name(id) }

    private static func hex(_ value: Int64, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }

    // MARK: Making; these block

    /// Throws ENOSPC when so many bytes more would take of what is reserved for deletions.
    func requireRoom(for bytes: Int64) throws(FileSystemError) {
        guard try fileSystem.space(at: directory).hasRoom(for: bytes) else {
            throw FileSystemError(call: "write", path: directory, code: noSpaceLeft)
        }
    }

    /// Moves a synced temporary file to its place; the caller has `directoryPath` synced before it relies on it.
    func publish(_ id: Int64) throws(FileSystemError) {
        let path = directoryPath(id)
        let failure: FileSystemError? = knownDirectories.withLock { known in
            if known.contains(path) { return nil }
            do throws(FileSystemError) {
                try fileSystem.createDirectory(path)
                try fileSystem.syncDirectory(directory)
            } catch { return error }
            // Puts move on to new directories; the old names need not be remembered.
            if known.count >= 64 { known.removeAll() }
            known.insert(path)
            return nil
        }
        if let failure { throw failure }
        try fileSystem.rename(temporaryPath(id), to: self.path(id))
    }

    // MARK: Leases

    /// Keeps the files until the lease goes; whoever takes one then looks whether the index still names them.
    func lease(_ ids: Set<Int64>) -> SegmentLease {
        leases.withLock { leases in
            for id in ids { leases[id, default: LeaseCount()].holders += 1 }
        }
        return SegmentLease(files: self, ids: ids)
    }

    fileprivate func end(_ ids: Set<Int64>) {
        let free = leases.withLock { leases in
            ids.filter { id in
                guard var count = leases[id] else { return false }
                count.holders -= 1
                leases[id] = count.holders == 0 ? nil : count
                return count.holders == 0 && count.isRetired
            }
        }
        remove(Array(free))
    }

    /// Removes files that left the index, those under lease when it ends.
    func retire(_ ids: [Int64]) {
        let free = leases.withLock { leases in
            ids.filter { id in
                guard leases[id] != nil else { return true }
                leases[id]?.isRetired = true
                return false
            }
        }
        remove(free)
    }

    /// What cannot be removed now is removed by the next start's sweep.
    private func remove(_ ids: [Int64]) {
        guard !ids.isEmpty else { return }
        remover.enqueue { [self] in
            for id in ids {
                do throws(FileSystemError) { try fileSystem.remove(path(id)) } catch {
                    logger.debug("segment file not removed", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}

/// Keeps segment files from being removed while it is held.
final class SegmentLease: Sendable {
    private let files: SegmentFiles
    private let ids: Set<Int64>

    fileprivate init(files: SegmentFiles, ids: Set<Int64>) {
        self.files = files
        self.ids = ids
    }

    deinit { files.end(ids) }
}
