/// Why a store refused or failed an operation; every store throws this and nothing else.
///
/// The first group is the caller's doing and maps to one S3 error code each; the second is the store's
/// own condition (S3: 500, 503 or 507-like answers). No case means that something was half done: after a
/// throw the old state is what readers see.
package enum ObjectStoreError: Error, Sendable, Hashable {
    // The caller's doing.
    case noSuchBucket(String)
    /// The name is taken; `owner` is the canonical id of its holder (S3: BucketAlreadyOwnedByYou or BucketAlreadyExists).
    case bucketAlreadyExists(bucket: String, owner: String)
    case bucketNotEmpty(String)
    case configurationTooLarge(kind: String, bytes: Int, max: Int)
    /// Also thrown when `If-Match` names an entity tag and the key does not exist (S3 answers 404 there).
    case noSuchKey(bucket: String, key: String)
    /// A write condition did not hold; `current` is the entity tag of the object in place, nil when there is none.
    case preconditionFailed(WritePrecondition.Unmet, current: String?)
    /// The copy source is no longer the generation the caller looked at; look again and retry.
    case copySourceChanged(bucket: String, key: String)
    case tooManyDeletions(count: Int, max: Int)
    /// S3: EntityTooLarge.
    case entityTooLarge(bytes: Int64, max: Int64)
    /// A byte range outside of the content.
    case rangeNotSatisfiable(lower: Int64, upper: Int64, size: Int64)
    case noSuchUpload(String)
    case invalidPartNumber(Int)
    /// A completion names a part that was never stored or whose entity tag differs.
    case invalidPart(number: Int)
    /// The part numbers of a completion do not ascend strictly.
    case invalidPartOrder(after: Int, found: Int)
    /// A completion with no part at all (S3: MalformedXML).
    case noParts
    /// A part other than the last is smaller than `minimum` bytes.
    case entityTooSmall(partNumber: Int, bytes: Int64, minimum: Int64)
    /// The joined content would consist of more pieces than the store keeps per object (only chains of part copies get there).
    case tooFragmented(pieces: Int, max: Int)
    /// `write`, `commit` on a writer that was committed, aborted or had failed before.
    case writerFinished

    // The store's condition.
    /// No space left on the device or over quota (ENOSPC, EDQUOT, SQLITE_FULL). Reads go on.
    case storageFull(during: String)
    /// The directory or file system refuses writes (EROFS, EACCES, SQLITE_READONLY). Reads go on.
    case readOnly(during: String)
    /// More mutations are waiting than the store queues; retry later (S3: 503 SlowDown).
    case overloaded
    /// The operating system or the index failed; `detail` names the call and the error.
    case ioFailure(during: String, detail: String)
    /// Bytes that the index promises are missing or unreadable.
    case damaged(String)
    /// The store has been shut down.
    case closed
}
