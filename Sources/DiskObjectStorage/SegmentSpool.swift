import ObjectStorage
import Synchronization

/// The bytes of one put on their way to the store: in memory while they are few, else in a temporary file.
///
/// Memory: one buffer of `DiskStoreLimits.spoolBufferBytes`, whatever the size. Used by one task at a time. Dropping it
/// unfinished removes the temporary file.
final class SegmentSpool: Sendable {
    /// Finished bytes, on the device if they are a file.
    enum Finished: Sendable {
        case empty
        case inline([UInt8])
        case file(id: Int64, size: Int64)
    }

    fileprivate struct State {
        var buffer: [UInt8] = []
        var size: Int64 = 0
        /// The temporary file, once there is one.
        var file: (id: Int64, descriptor: Int32)?
        /// Bytes in the file, and how many of them the device was asked to take.
        var written: Int64 = 0
        var inWriteback: Int64 = 0
        var isFinished = false
    }

    private let files: SegmentFiles
    private let pool: BlockingPool
    /// Bytes up to which the spool stays in memory; -1 for never.
    private let inlineBytesMax: Int
    private let state = Mutex(State())

    init(files: SegmentFiles, pool: BlockingPool, inlineBytesMax: Int) {
        self.files = files
        self.pool = pool
        self.inlineBytesMax = inlineBytesMax
    }

    deinit { discard() }

    func write(_ bytes: [UInt8]) async throws(ObjectStoreError) {
        guard !bytes.isEmpty else { return }
        let full = try append(bytes)
        guard let full else { return }
        do throws(ObjectStoreError) {
            try await pool.run { [self] () throws(ObjectStoreError) in try flush(full) }
        } catch {
            discard()
            throw error
        }
    }

    /// Buffers; returns what is due to be written out.
    private func append(_ bytes: [UInt8]) throws(ObjectStoreError) -> [UInt8]? {
        let result: Result<[UInt8]?, ObjectStoreError> = state.withLock { state in
            guard !state.isFinished else { return .failure(.writerFinished) }
            state.size += Int64(bytes.count)
            guard state.size <= ObjectStoreLimits.putBytesMax else {
                return .failure(.entityTooLarge(bytes: state.size, max: ObjectStoreLimits.putBytesMax))
            }
            if state.buffer.isEmpty { state.buffer = bytes } else { state.buffer += bytes }
            let threshold = state.size <= Int64(inlineBytesMax) ? Int.max : DiskStoreLimits.spoolBufferBytes
            guard state.buffer.count >= threshold else { return .success(nil) }
            return .success(state.takeBuffer())
        }
        switch result {
        case .success(let full): return full
        case .failure(let error):
            discard()
            throw error
        }
    }

    /// Writes `bytes` to the temporary file, making it first; blocks.
    private func flush(_ bytes: [UInt8]) throws(ObjectStoreError) {
        do throws(FileSystemError) {
            try files.requireRoom(for: Int64(bytes.count))
            let descriptor = try openTemporary()
            let failure: FileSystemError? = bytes.withUnsafeBytes { all in
                var rest = all[...]
                while !rest.isEmpty {
                    do throws(FileSystemError) {
                        let count = try files.fileSystem.write(UnsafeRawBufferPointer(rebasing: rest), to: descriptor)
                        rest = rest.dropFirst(count)
                    } catch { return error }
                }
                return nil
            }
            if let failure { throw failure }
            let due = state.withLock { $0.dueForWriteback(adding: Int64(bytes.count)) }
            if let due { files.fileSystem.startWriteback(descriptor, offset: due.lowerBound, length: Int64(due.count)) }
        } catch { throw ObjectStoreError(error, during: "write") }
    }

    private func openTemporary() throws(FileSystemError) -> Int32 {
        if let file = state.withLock({ $0.file }) { return file.descriptor }
        let id = files.nextNumber()
        let descriptor = try files.fileSystem.createFile(files.temporaryPath(id))
        state.withLock { $0.file = (id, descriptor) }
        return descriptor
    }

    /// Ends the writing: a file is complete, synced and under its own name when this returns.
    func finish() async throws(ObjectStoreError) -> Finished {
        let taken: (buffer: [UInt8], size: Int64, hasFile: Bool)? = state.withLock { state in
            guard !state.isFinished else { return nil }
            return (state.takeBuffer(), state.size, state.file != nil)
        }
        guard let (buffer, size, hasFile) = taken else { throw .writerFinished }
        if size == 0 || (!hasFile && size <= Int64(inlineBytesMax)) {
            state.withLock { $0.isFinished = true }
            return size == 0 ? .empty : .inline(buffer)
        }
        do throws(ObjectStoreError) {
            return try await pool.run { [self] () throws(ObjectStoreError) in
                if !buffer.isEmpty { try flush(buffer) }
                return .file(id: try publish(), size: size)
            }
        } catch {
            discard()
            throw error
        }
    }

    private func publish() throws(ObjectStoreError) -> Int64 {
        guard let file = state.withLock({ $0.file }) else { throw .writerFinished }
        do throws(FileSystemError) {
            try files.fileSystem.syncData(file.descriptor)
            try files.publish(file.id)
        } catch { throw ObjectStoreError(error, during: "write") }
        state.withLock {
            $0.file = nil
            $0.isFinished = true
        }
        files.fileSystem.closeFile(file.descriptor)
        return file.id
    }

    /// Ends without a result and removes the temporary file.
    func discard() {
        let file = state.withLock { state in
            state.isFinished = true
            state.buffer = []
            defer { state.file = nil }
            return state.file
        }
        guard let file else { return }
        let files = files
        let remove: @Sendable () -> Void = {
            files.fileSystem.closeFile(file.descriptor)
            // A leftover is swept at the next start.
            try? files.fileSystem.remove(files.temporaryPath(file.id))
        }
        // A pool that is shut down has no other work to be disturbed.
        if pool.enqueue(remove) != nil { remove() }
    }
}

extension SegmentSpool.State {
    fileprivate mutating func takeBuffer() -> [UInt8] {
        let taken = buffer
        buffer = []
        return taken
    }

    fileprivate mutating func dueForWriteback(adding count: Int64) -> Range<Int64>? {
        written += count
        guard written - inWriteback >= DiskStoreLimits.writebackBytes else { return nil }
        defer { inWriteback = written }
        return inWriteback..<written
    }
}
