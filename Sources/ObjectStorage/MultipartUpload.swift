/// A multipart upload to be made.
package struct NewUpload: Sendable, Hashable {
    package var bucket: String
    package var key: String
    /// Canonical id of who starts it.
    package var initiator: String
    package var initiated: StoreInstant
    /// Attributes of the object to be.
    package var attributes: ObjectAttributes
    /// The checksum algorithm and scope announced at creation, if any.
    package var checksumAlgorithm: String?
    package var checksumScope: ObjectChecksum.Scope?

    package init(
        bucket: String, key: String, initiator: String, initiated: StoreInstant,
        attributes: ObjectAttributes = ObjectAttributes(), checksumAlgorithm: String? = nil,
        checksumScope: ObjectChecksum.Scope? = nil
    ) {
        self.bucket = bucket
        self.key = key
        self.initiator = initiator
        self.initiated = initiated
        self.attributes = attributes
        self.checksumAlgorithm = checksumAlgorithm
        self.checksumScope = checksumScope
    }
}

/// An upload in progress. Ids of one key sort by the time they were initiated.
package struct MultipartUpload: Sendable, Hashable {
    package var id: String
    package var upload: NewUpload

    package init(id: String, upload: NewUpload) {
        self.id = id
        self.upload = upload
    }
}

/// Which upload an operation is about; all three must agree, else `.noSuchUpload`.
package struct UploadReference: Sendable, Hashable {
    package var bucket: String
    package var key: String
    package var id: String

    package init(bucket: String, key: String, id: String) {
        self.bucket = bucket
        self.key = key
        self.id = id
    }
}

/// A stored part of an upload in progress.
package struct UploadPart: Sendable, Hashable {
    package var number: Int
    package var size: Int64
    package var etag: String
    package var checksums: [ObjectChecksum]
    package var lastModified: StoreInstant

    package init(number: Int, size: Int64, etag: String, checksums: [ObjectChecksum], lastModified: StoreInstant) {
        self.number = number
        self.size = size
        self.etag = etag
        self.checksums = checksums
        self.lastModified = lastModified
    }
}

/// What makes written bytes, or a copied range, a part.
package struct PartCommit: Sendable, Hashable {
    /// MD5 of the part's bytes in lower-case hex, without quotes.
    package var etag: String
    package var checksums: [ObjectChecksum]
    package var lastModified: StoreInstant

    package init(etag: String, checksums: [ObjectChecksum] = [], lastModified: StoreInstant) {
        self.etag = etag
        self.checksums = checksums
        self.lastModified = lastModified
    }
}

/// UploadPartCopy: a range of an object becomes a part, sharing its bytes.
package struct PartCopy: Sendable, Hashable {
    package var source: CopySource
    /// Bytes of the source; nil for all of it. Outside of the source: `.rangeNotSatisfiable`.
    package var range: Range<Int64>?
    package var upload: UploadReference
    package var partNumber: Int
    /// The entity tag must be the MD5 of the range: read the source once to compute it, and pin its generation.
    package var commit: PartCommit

    package init(
        source: CopySource, range: Range<Int64>?, upload: UploadReference, partNumber: Int, commit: PartCommit
    ) {
        self.source = source
        self.range = range
        self.upload = upload
        self.partNumber = partNumber
        self.commit = commit
    }
}

/// CompleteMultipartUpload.
package struct UploadCompletion: Sendable, Hashable {
    package struct Part: Sendable, Hashable {
        package var number: Int
        /// Without quotes.
        package var etag: String

        package init(number: Int, etag: String) {
            self.number = number
            self.etag = etag
        }
    }

    package var upload: UploadReference
    package var parts: [Part]
    package var checksums: [ObjectChecksum]
    package var lastModified: StoreInstant
    package var precondition: WritePrecondition

    package init(
        upload: UploadReference, parts: [Part], checksums: [ObjectChecksum] = [], lastModified: StoreInstant,
        precondition: WritePrecondition = .none
    ) {
        self.upload = upload
        self.parts = parts
        self.checksums = checksums
        self.lastModified = lastModified
        self.precondition = precondition
    }
}
