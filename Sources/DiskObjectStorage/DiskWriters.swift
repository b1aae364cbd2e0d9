import ObjectStorage

/// One put on its way: bytes go to the spool, the commit to the committer.
final class DiskObjectWriter: ObjectWriter {
    private let store: DiskObjectStore
    private let bucket: String
    private let key: String
    private let spool: SegmentSpool

    init(store: DiskObjectStore, bucket: String, key: String) {
        self.store = store
        self.bucket = bucket
        self.key = key
        spool = SegmentSpool(
            files: store.files, pool: store.writePool, inlineBytesMax: DiskStoreLimits.inlineBytesMax)
    }

    func write(_ bytes: [UInt8]) async throws(ObjectStoreError) { try await spool.write(bytes) }
    func abort() async { spool.discard() }

    func commit(_ commit: ObjectCommit) async throws(ObjectStoreError) -> ObjectMetadata {
        try await store.commit(try await spool.finish()) { [key, bucket] mutation, content, size in
            let metadata = ObjectMetadata(
                key: key, size: size, etag: commit.etag, checksums: commit.checksums,
                lastModified: commit.lastModified, attributes: commit.attributes, partCount: nil, generation: 0)
            return try mutation.store(metadata, content, in: bucket, if: commit.precondition)
        }
    }
}

/// One part on its way.
final class DiskPartWriter: PartWriter {
    private let store: DiskObjectStore
    private let upload: UploadReference
    private let number: Int
    private let spool: SegmentSpool

    init(store: DiskObjectStore, upload: UploadReference, number: Int) {
        self.store = store
        self.upload = upload
        self.number = number
        spool = store.partSpool()
    }

    func write(_ bytes: [UInt8]) async throws(ObjectStoreError) { try await spool.write(bytes) }
    func abort() async { spool.discard() }

    func commit(_ commit: PartCommit) async throws(ObjectStoreError) -> UploadPart {
        try await store.commitPart(number, try await spool.finish(), commit, of: upload)
    }
}
