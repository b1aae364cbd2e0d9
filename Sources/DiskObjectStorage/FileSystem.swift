package import ObjectStorage

/// The few file operations the store needs, so that tests can make any of them fail.
///
/// Calls block; the store makes them from its own threads. SQLite does its own input and output and is not behind this.
package protocol FileSystem: Sendable {
    /// Creates one directory with mode 0700; one that exists is no error.
    func createDirectory(_ path: String) throws(FileSystemError)
    /// Creates a file that must not exist, mode 0600, open for writing.
    func createFile(_ path: String) throws(FileSystemError) -> Int32
    /// Opens a file for reading.
    func openFile(_ path: String) throws(FileSystemError) -> Int32
    func closeFile(_ descriptor: Int32)
    /// Appends some of `bytes`, at least one; returns how many.
    func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(FileSystemError) -> Int
    /// Reads at `offset`; returns how many bytes, 0 at the end.
    func read(
        into bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int64
    ) throws(FileSystemError) -> Int
    /// Bytes and size have reached the device when this returns.
    func syncData(_ descriptor: Int32) throws(FileSystemError)
    /// Asks the device to start taking these bytes, so that the `syncData` to come has less to wait for; promises nothing.
    func startWriteback(_ descriptor: Int32, offset: Int64, length: Int64)
    /// Creations, renames and removals in the directory have reached the device when this returns.
    func syncDirectory(_ path: String) throws(FileSystemError)
    func rename(_ path: String, to target: String) throws(FileSystemError)
    func remove(_ path: String) throws(FileSystemError)
    /// Calls `body` with the name of every entry but "." and "..", in no order, holding one at a time.
    func forEachEntry(
        of directory: String, _ body: (String) throws(FileSystemError) -> Void
    ) throws(FileSystemError)
    /// The size of a file in bytes; nil when there is none.
    func size(of path: String) throws(FileSystemError) -> Int64?
    /// How full the file system is that holds the path.
    func space(at path: String) throws(FileSystemError) -> FileSystemSpace
}

/// The room of a file system, bytes.
package struct FileSystemSpace: Sendable, Hashable {
    package var total: Int64
    /// What a process without special rights can still write.
    package var available: Int64

    package init(total: Int64, available: Int64) {
        self.total = total
        self.available = available
    }

    /// What is kept for deletions, which a full store would otherwise be unable to commit.
    package var reserve: Int64 { min(DiskStoreLimits.reservedBytes, total / DiskStoreLimits.reservedShareDivisor) }

    /// Whether so many bytes more leave the reserve whole.
    package func hasRoom(for bytes: Int64) -> Bool { available - reserve >= bytes }
}

/// A failed call, with what it was about and `errno`.
package struct FileSystemError: Error, Sendable, Hashable, CustomStringConvertible {
    package var call: String
    package var path: String
    package var code: Int32

    package init(call: String, path: String, code: Int32) {
        self.call = call
        self.path = path
        self.code = code
    }

    package var description: String { "\(call) \(path): \(systemMessage(code)) (errno \(code))" }
}

extension ObjectStoreError {
    /// The store's word for a failed file operation.
    package init(_ error: FileSystemError, during: String) {
        switch StorageCondition(errno: error.code) {
        case .full: self = .storageFull(during: during)
        case .readOnly: self = .readOnly(during: during)
        case .other: self = .ioFailure(during: during, detail: error.description)
        }
    }
}
