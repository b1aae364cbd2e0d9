/// Buckets, objects and multipart uploads behind the S3 API: what the origin needs from storage, and no more.
///
/// Every operation is atomic: it happens whole, at one moment, or throws and changes nothing. A mutation that returns
/// is durable as far as the store is (memory: not at all; disk: data and index have reached the device). Reads see
/// every mutation that returned before they began. Keys and names compare byte for byte in UTF-8 - never by Unicode
/// equivalence. Names, keys and documents are validated by the caller. Left out: object versions, locks, encryption.
package protocol ObjectStore: Sendable {
    // MARK: Buckets

    /// Errors: `.bucketAlreadyExists` with the present owner.
    func createBucket(_ bucket: Bucket) async throws(ObjectStoreError)
    /// Removes an empty bucket, its configuration and its unfinished uploads. Errors: `.noSuchBucket`, `.bucketNotEmpty`.
    func deleteBucket(_ bucket: String) async throws(ObjectStoreError)
    /// Errors: `.noSuchBucket`, as for all that follow.
    func bucket(_ bucket: String) async throws(ObjectStoreError) -> Bucket
    func listBuckets(_ query: BucketListQuery) async throws(ObjectStoreError) -> BucketListPage

    /// The document of one kind; nil when none is set.
    func configuration(_ kind: BucketConfigurationKind, of bucket: String) async throws(ObjectStoreError) -> [UInt8]?
    /// Every document of a bucket in one read.
    func configurations(of bucket: String) async throws(ObjectStoreError) -> [BucketConfigurationKind: [UInt8]]
    /// Errors: `.configurationTooLarge`.
    func setConfiguration(
        _ kind: BucketConfigurationKind, of bucket: String, to document: [UInt8]
    ) async throws(ObjectStoreError)
    /// Removing what is not set is no error.
    func removeConfiguration(_ kind: BucketConfigurationKind, of bucket: String) async throws(ObjectStoreError)

    // MARK: Objects

    /// Opens a writer; the bucket must exist now and again at commit.
    func beginPut(bucket: String, key: String) async throws(ObjectStoreError) -> any ObjectWriter
    /// Metadata alone. Errors: `.noSuchKey`.
    func head(bucket: String, key: String) async throws(ObjectStoreError) -> ObjectMetadata
    /// Metadata and bytes of one and the same object. Errors: `.noSuchKey`, `.damaged`.
    func read(bucket: String, key: String) async throws(ObjectStoreError) -> StoredObject
    /// The parts of an object that came from a multipart upload; empty for others.
    func parts(
        ofObject key: String, bucket: String, _ query: PartListQuery
    ) async throws(ObjectStoreError) -> PartListPage<ObjectPart>
    /// `.deleted` or `.absent`; an unmet condition throws.
    func deleteObject(
        bucket: String, key: String, precondition: WritePrecondition
    ) async throws(ObjectStoreError) -> DeletionOutcome
    /// Up to `ObjectStoreLimits.batchDeletionsMax` keys in one transaction; outcomes in the order given.
    func deleteObjects(
        bucket: String, _ deletions: [ObjectDeletion]
    ) async throws(ObjectStoreError) -> [DeletionOutcome]
    /// Errors: `.noSuchKey` and `.noSuchBucket` naming source or target, `.copySourceChanged`, `.preconditionFailed`.
    func copyObject(_ copy: ObjectCopy) async throws(ObjectStoreError) -> ObjectMetadata
    /// A page costs the same in a bucket of any size.
    func listObjects(_ query: ObjectListQuery) async throws(ObjectStoreError) -> ObjectListPage

    // MARK: Multipart uploads

    func createUpload(_ upload: NewUpload) async throws(ObjectStoreError) -> MultipartUpload
    /// Errors: `.noSuchUpload`, as for all that follow.
    func upload(_ upload: UploadReference) async throws(ObjectStoreError) -> MultipartUpload
    /// Errors: `.invalidPartNumber`.
    func beginPart(_ number: Int, of upload: UploadReference) async throws(ObjectStoreError) -> any PartWriter
    func copyPart(_ copy: PartCopy) async throws(ObjectStoreError) -> UploadPart
    func listParts(
        of upload: UploadReference, _ query: PartListQuery
    ) async throws(ObjectStoreError) -> PartListPage<UploadPart>
    func listUploads(_ query: UploadListQuery) async throws(ObjectStoreError) -> UploadListPage
    /// Joins the named parts into an object without rewriting a byte; other parts are dropped.
    ///
    /// The entity tag is the MD5 of the parts' MD5s, then "-" and their number. Errors: `.noParts`, `.invalidPartOrder`,
    /// `.invalidPart`, `.entityTooSmall`, `.entityTooLarge`, `.preconditionFailed`; the upload then stays as it is.
    func completeUpload(_ completion: UploadCompletion) async throws(ObjectStoreError) -> ObjectMetadata
    func abortUpload(_ upload: UploadReference) async throws(ObjectStoreError)

    /// Finishes what was accepted, refuses what comes later with `.closed`.
    func close() async
}
