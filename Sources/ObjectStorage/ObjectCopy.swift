/// Where a copy takes its bytes from.
package struct CopySource: Sendable, Hashable {
    package var bucket: String
    package var key: String
    /// The `generation` of the metadata the caller judged (conditions, directives); nil takes what is there.
    package var generation: Int64?

    package init(bucket: String, key: String, generation: Int64? = nil) {
        self.bucket = bucket
        self.key = key
        self.generation = generation
    }
}

/// A copy within the store; bytes are shared, not rewritten. Source and target may be the same key.
package struct ObjectCopy: Sendable, Hashable {
    package var source: CopySource
    package var bucket: String
    package var key: String
    /// nil keeps the source's attributes.
    package var attributes: ObjectAttributes?
    /// nil keeps the source's entity tag (S3 gives a copy of a multipart object a fresh MD5 only because it rewrites it).
    package var etag: String?
    /// nil keeps the source's checksums.
    package var checksums: [ObjectChecksum]?
    package var lastModified: StoreInstant
    /// About the target.
    package var precondition: WritePrecondition

    package init(
        source: CopySource, bucket: String, key: String, attributes: ObjectAttributes? = nil, etag: String? = nil,
        checksums: [ObjectChecksum]? = nil, lastModified: StoreInstant, precondition: WritePrecondition = .none
    ) {
        self.source = source
        self.bucket = bucket
        self.key = key
        self.attributes = attributes
        self.etag = etag
        self.checksums = checksums
        self.lastModified = lastModified
        self.precondition = precondition
    }
}

/// One key of a batch delete.
package struct ObjectDeletion: Sendable, Hashable {
    package var key: String
    package var precondition: WritePrecondition

    package init(key: String, precondition: WritePrecondition = .none) {
        self.key = key
        self.precondition = precondition
    }
}

/// What became of one key of a batch delete.
package enum DeletionOutcome: Sendable, Hashable {
    case deleted
    /// There was no such object; S3 reports it as deleted.
    case absent
    case refused(ObjectStoreError)
}
