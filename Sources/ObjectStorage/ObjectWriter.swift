/// A place where the bytes of one put arrive; nothing is visible before `commit` returns.
///
/// Used by one task at a time. After a throw from `write` the writer is finished and its bytes are gone; dropping the
/// last reference without `commit` is the same as `abort`.
package protocol ObjectWriter: AnyObject, Sendable {
    /// Appends; returns when the bytes are taken, so awaiting it is the back-pressure.
    func write(_ bytes: [UInt8]) async throws(ObjectStoreError)

    /// Makes the object durable and visible in one step, if the precondition holds at that moment.
    ///
    /// Errors: `.preconditionFailed`, `.noSuchKey` (If-Match without an object), `.noSuchBucket`, storage errors.
    func commit(_ commit: ObjectCommit) async throws(ObjectStoreError) -> ObjectMetadata

    /// Drops what was written; does nothing after `commit`.
    func abort() async
}

/// The same for one part of a multipart upload; a second commit of the same number replaces the first.
package protocol PartWriter: AnyObject, Sendable {
    func write(_ bytes: [UInt8]) async throws(ObjectStoreError)
    /// Errors: `.noSuchUpload` when the upload was completed or aborted meanwhile; storage errors.
    func commit(_ commit: PartCommit) async throws(ObjectStoreError) -> UploadPart
    func abort() async
}
