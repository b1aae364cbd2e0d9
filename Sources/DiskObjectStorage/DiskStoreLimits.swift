/// The disk store's own numbers: what is bounded, by how much, and why.
package enum DiskStoreLimits {
    /// Bytes up to which an object lives inside the index instead of in a file: 64 KiB.
    ///
    /// Such a put costs a share of one index commit; a file costs two syncs of its own.
    package static let inlineBytesMax = 64 * 1024
    /// Bytes a writer collects before it hands them to the file system: 256 KiB. Also its memory.
    static let spoolBufferBytes = 256 * 1024
    /// Bytes of a file after which the device is asked to start taking them: 8 MiB. Keeps the page cache and the final
    /// sync of a 5 GiB object short.
    static let writebackBytes: Int64 = 8 * 1024 * 1024
    /// Mutations joined into one index transaction.
    static let batchMutationsMax = 512
    /// Bytes of inline objects joined into one index transaction: 16 MiB.
    static let batchInlineBytesMax = 16 * 1024 * 1024
    /// Mutations waiting for a commit; more are refused with `.overloaded`.
    static let pendingMutationsMax = 8192
    /// Threads that read index and files, and connections of the index's reader pool.
    static let readThreads = 8
    /// Threads that write and sync files.
    static let writeThreads = 16
    /// Jobs waiting for a thread; more are refused with `.overloaded`.
    static let queuedJobsMax = 16_384
    /// Bytes of a page of the index; the least that a mutation adds.
    static let pageBytes = 4096
    /// Pages (4 KiB) of write-ahead log at which SQLite moves them into the database: 32 MiB.
    static let checkpointPages = 8192
    /// KiB of page cache for the writing connection, and for each reading one.
    static let writerCacheKiB = 16 * 1024
    static let readerCacheKiB = 2 * 1024
    /// Files whose numbers share the bits above these are in one directory: 4,096 of them.
    ///
    /// Neighbours in time are neighbours on disk, so concurrent puts share the sync of their directory.
    static let filesPerDirectoryBits: Int64 = 12
    /// Pieces of files one object consists of; only part copies of objects with many parts exceed the number of parts.
    static let piecesPerObjectMax = 100_000
    /// Bytes of the file system that only deletions may use, 64 MiB, or a share of a small one: a sixteenth.
    ///
    /// A deletion writes to the log before it frees anything. Two checkpoints' worth of log fit.
    static let reservedBytes: Int64 = 64 * 1024 * 1024
    static let reservedShareDivisor: Int64 = 16
    /// Names looked at in one step of the start-up sweep.
    static let sweepBatch = 512
    /// Damaged objects named in the log at start-up, one line each.
    static let damagedObjectsLoggedMax = 100
    /// Looks at the index one read takes before it calls a file that stays missing damaged.
    static let readAttempts = 16
}
