/// The tables of the in-memory store.
struct MemoryState {
    var buckets = SortedBytesMap<MemoryBucket>()
    var generation: Int64 = 0
    var isClosed = false

    func bucket(_ name: String) throws(ObjectStoreError) -> MemoryBucket {
        guard let bucket = buckets[Array(name.utf8)] else { throw .noSuchBucket(name) }
        return bucket
    }

    mutating func changeBucket(_ name: String, _ change: (inout MemoryBucket) -> Void) throws(ObjectStoreError) {
        var bucket = try bucket(name)
        // Taken out first, so that the change happens in place instead of on a copy.
        buckets[Array(name.utf8)] = MemoryBucket(bucket: bucket.bucket)
        change(&bucket)
        buckets[Array(name.utf8)] = bucket
    }

    func object(bucket: String, key: String) throws(ObjectStoreError) -> MemoryObject {
        guard let object = try self.bucket(bucket).objects[Array(key.utf8)] else {
            throw .noSuchKey(bucket: bucket, key: key)
        }
        return object
    }

    /// The source of a copy, if it is still what the caller looked at.
    func source(_ source: CopySource) throws(ObjectStoreError) -> MemoryObject {
        let object = try object(bucket: source.bucket, key: source.key)
        if let generation = source.generation, generation != object.metadata.generation {
            throw .copySourceChanged(bucket: source.bucket, key: source.key)
        }
        return object
    }

    /// Puts `object` in place if the condition holds, with a generation of its own.
    mutating func store(
        _ object: MemoryObject, in bucket: String, if precondition: WritePrecondition
    ) throws(ObjectStoreError) -> ObjectMetadata {
        let key = object.metadata.key
        let current = try self.bucket(bucket).objects[Array(key.utf8)]?.metadata.etag
        try precondition.evaluate(currentETag: current, bucket: bucket, key: key)
        generation += 1
        var object = object
        object.metadata.generation = generation
        try changeBucket(bucket) { $0.objects[Array(key.utf8)] = object }
        return object.metadata
    }

    func upload(_ reference: UploadReference) throws(ObjectStoreError) -> MemoryUpload {
        guard let upload = try bucket(reference.bucket).uploads[MemoryBucket.uploadKey(reference.key, reference.id)] else {
            throw .noSuchUpload(reference.id)
        }
        return upload
    }
}

struct MemoryBucket {
    var bucket: Bucket
    var configurations: [BucketConfigurationKind: [UInt8]] = [:]
    var objects = SortedBytesMap<MemoryObject>()
    /// By `uploadKey`.
    var uploads = SortedBytesMap<MemoryUpload>()

    init(bucket: Bucket) { self.bucket = bucket }

    /// Key bytes, a zero, the id: every id has the same length, so the key can be cut out again.
    static func uploadKey(_ key: String, _ id: String) -> [UInt8] { Array(key.utf8) + [0] + Array(id.utf8) }
}

struct MemoryObject: Sendable {
    var metadata: ObjectMetadata
    var content: MemoryContent
    var parts: [ObjectPart] = []
}

struct MemoryUpload: Sendable {
    var upload: MultipartUpload
    var parts: [Int: (part: UploadPart, content: MemoryContent)] = [:]
}
