import HTTPTypes
import ObjectStorage
import S3Model

extension ActionContext {
    /// PUT /BUCKET/KEY
    ///
    /// The content goes to the store as it arrives and becomes visible only after every check on it has passed.
    func putObject(_ object: ObjectAddress, _ parameters: PutObjectParameters) async throws -> S3Answer {
        if parameters.checksum.stated?.partCount != nil { throw S3Error(.invalidRequest, "A composite checksum is for multipart uploads") }
        let content = try content(parameters.checksum, bytesMax: ObjectStoreLimits.putBytesMax)
        try await checkEarly(parameters.condition, object)
        let writer = try await store.beginPut(bucket: object.bucket.description, key: object.key.description)
        let received: ReceivedContent
        do {
            received = try await content.read { try await writer.write($0) }
        } catch {
            await writer.abort()
            throw error
        }
        let checksums = received.checksum.map { [$0.stored()] } ?? []
        let metadata = try await writer.commit(
            ObjectCommit(
                etag: received.eTag, checksums: checksums, lastModified: request.origin.now(), attributes: parameters.headers.attributes,
                precondition: parameters.condition.precondition))
        var answer: HTTPFields = [.eTag: "\"\(metadata.etag)\""]
        answer.append(contentsOf: Self.checksumFields(metadata.checksums))
        return S3Answer(.ok, answer)
    }

    /// Spares a client the upload when its condition fails already; the store judges again at commit.
    func checkEarly(_ condition: WriteCondition, _ object: ObjectAddress) async throws {
        guard condition != .none else { return }
        var current: String?
        do {
            current = try await store.head(bucket: object.bucket.description, key: object.key.description).etag
        } catch ObjectStoreError.noSuchKey {
            current = nil
        }
        try condition.precondition.evaluate(currentETag: current, bucket: object.bucket.description, key: object.key.description)
    }
}
