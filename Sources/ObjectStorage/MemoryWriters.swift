import Synchronization

/// Bytes on their way into the in-memory store.
struct MemorySpool: ~Copyable {
    /// nil once committed, aborted or failed.
    private let chunks = Mutex<(chunks: [ArraySlice<UInt8>], size: Int64)?>(([], 0))

    func write(_ bytes: [UInt8]) throws(ObjectStoreError) {
        let failure: ObjectStoreError? = chunks.withLock { chunks in
            guard let size = chunks?.size else { return .writerFinished }
            guard size + Int64(bytes.count) <= ObjectStoreLimits.putBytesMax else {
                chunks = nil
                return .entityTooLarge(bytes: size + Int64(bytes.count), max: ObjectStoreLimits.putBytesMax)
            }
            chunks?.chunks.append(bytes[...])
            chunks?.size += Int64(bytes.count)
            return nil
        }
        if let failure { throw failure }
    }

    func finish() throws(ObjectStoreError) -> MemoryContent {
        guard let written = chunks.withLock({ $0.take() }) else { throw .writerFinished }
        return MemoryContent(written.chunks)
    }

    func abort() { chunks.withLock { $0 = nil } }
}

final class MemoryObjectWriter: ObjectWriter {
    private let store: InMemoryObjectStore
    private let bucket: String
    private let key: String
    private let spool = MemorySpool()

    init(store: InMemoryObjectStore, bucket: String, key: String) {
        self.store = store
        self.bucket = bucket
        self.key = key
    }

    func write(_ bytes: [UInt8]) async throws(ObjectStoreError) { try spool.write(bytes) }
    func abort() async { spool.abort() }

    func commit(_ commit: ObjectCommit) async throws(ObjectStoreError) -> ObjectMetadata {
        let content = try spool.finish()
        let metadata = ObjectMetadata(
            key: key, size: content.size, etag: commit.etag, checksums: commit.checksums,
            lastModified: commit.lastModified, attributes: commit.attributes, partCount: nil, generation: 0)
        return try store.locked { [bucket] (state) throws(ObjectStoreError) in
            try state.store(
                MemoryObject(metadata: metadata, content: content), in: bucket, if: commit.precondition)
        }
    }
}

final class MemoryPartWriter: PartWriter {
    private let store: InMemoryObjectStore
    private let upload: UploadReference
    private let number: Int
    private let spool = MemorySpool()

    init(store: InMemoryObjectStore, upload: UploadReference, number: Int) {
        self.store = store
        self.upload = upload
        self.number = number
    }

    func write(_ bytes: [UInt8]) async throws(ObjectStoreError) { try spool.write(bytes) }
    func abort() async { spool.abort() }

    func commit(_ commit: PartCommit) async throws(ObjectStoreError) -> UploadPart {
        let content = try spool.finish()
        return try store.locked { [upload, number] (state) throws(ObjectStoreError) in
            try state.storePart(number, of: upload, content, commit)
        }
    }
}
