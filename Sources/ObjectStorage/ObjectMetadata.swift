/// Everything about an object except its bytes.
package struct ObjectMetadata: Sendable, Hashable {
    package var key: String
    /// Bytes.
    package var size: Int64
    /// Without quotes.
    package var etag: String
    package var checksums: [ObjectChecksum]
    package var lastModified: StoreInstant
    package var attributes: ObjectAttributes
    /// How many parts a completed multipart upload had; nil for a simple put.
    package var partCount: Int?
    /// Differs between any two writes of this store; lets a caller say "this very object".
    package var generation: Int64

    package init(
        key: String, size: Int64, etag: String, checksums: [ObjectChecksum], lastModified: StoreInstant,
        attributes: ObjectAttributes, partCount: Int?, generation: Int64
    ) {
        self.key = key
        self.size = size
        self.etag = etag
        self.checksums = checksums
        self.lastModified = lastModified
        self.attributes = attributes
        self.partCount = partCount
        self.generation = generation
    }
}

/// An object opened for reading: one consistent pair of metadata and bytes, whatever happens to the key meanwhile.
package struct StoredObject: Sendable {
    package var metadata: ObjectMetadata
    package var content: any ObjectContent

    package init(metadata: ObjectMetadata, content: any ObjectContent) {
        self.metadata = metadata
        self.content = content
    }
}

/// A part of a finished multipart object (`?partNumber=`, GetObjectAttributes).
package struct ObjectPart: Sendable, Hashable {
    package var number: Int
    /// Where the part begins in the object, bytes.
    package var offset: Int64
    /// Bytes.
    package var size: Int64
    package var checksums: [ObjectChecksum]

    package init(number: Int, offset: Int64, size: Int64, checksums: [ObjectChecksum]) {
        self.number = number
        self.offset = offset
        self.size = size
        self.checksums = checksums
    }
}

/// What `commit` needs to make written bytes an object.
package struct ObjectCommit: Sendable, Hashable {
    /// MD5 of the bytes in lower-case hex, without quotes, computed by the caller while writing.
    package var etag: String
    package var checksums: [ObjectChecksum]
    package var lastModified: StoreInstant
    package var attributes: ObjectAttributes
    package var precondition: WritePrecondition

    package init(
        etag: String, checksums: [ObjectChecksum] = [], lastModified: StoreInstant,
        attributes: ObjectAttributes = ObjectAttributes(), precondition: WritePrecondition = .none
    ) {
        self.etag = etag
        self.checksums = checksums
        self.lastModified = lastModified
        self.attributes = attributes
        self.precondition = precondition
    }
}
