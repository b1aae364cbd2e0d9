import HTTPSemantics
import HTTPTypes
import ObjectStorage
import S3Model

extension ActionContext {
    /// How often a copy is tried when its source keeps being overwritten.
    static let copyAttemptsMax = 3

    /// PUT /BUCKET/KEY with x-amz-copy-source
    ///
    /// The store shares bytes, so sources beyond 5 GiB are copied too, and a copy of a multipart object keeps its entity tag.
    func copyObject(_ object: ObjectAddress, _ parameters: CopyObjectParameters) async throws -> S3Answer {
        let source = parameters.source
        if source.object == object, parameters.replacement == nil, parameters.websiteRedirectLocation == nil {
            throw S3Error(
                .invalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                    + "storage class, website redirect location or encryption attributes.")
        }
        return try await retryingWhileSourceChanges { try await copyOnce(object, parameters) }
    }

    /// Runs a copy again when its source was overwritten between look and copy.
    func retryingWhileSourceChanges(_ copy: () async throws -> S3Answer) async throws -> S3Answer {
        for _ in 1..<Self.copyAttemptsMax {
            do {
                return try await copy()
            } catch ObjectStoreError.copySourceChanged {
                continue
            }
        }
        return try await copy()
    }

    private func copyOnce(_ object: ObjectAddress, _ parameters: CopyObjectParameters) async throws -> S3Answer {
        let found = try await copySource(parameters.source)
        var attributes = parameters.replacement?.attributes ?? found.metadata.attributes
        attributes.websiteRedirectLocation = parameters.websiteRedirectLocation
        let metadata = try await store.copyObject(
            ObjectCopy(
                source: CopySource(
                    bucket: parameters.source.object.bucket.description, key: parameters.source.object.key.description,
                    generation: found.metadata.generation),
                bucket: object.bucket.description, key: object.key.description, attributes: attributes,
                checksums: try await checksums(found, parameters.checksumAlgorithm), lastModified: request.origin.now(),
                precondition: parameters.condition.precondition))
        let checksum = metadata.checksums.first
        return .xml(
            ObjectDocument.copied(
                eTag: metadata.etag, lastModified: metadata.lastModified.s3, checksum: checksum.flatMap(ChecksumValue.init),
                type: checksum.map { ChecksumType($0.scope) }))
    }

    /// The checksums of the copy: nil keeps the source's; an algorithm it lacks is computed over the bytes.
    private func checksums(_ found: StoredObject, _ algorithm: ChecksumAlgorithm?) async throws -> [ObjectChecksum]? {
        guard let algorithm else { return nil }
        let hasIt = found.metadata.checksums.contains { $0.algorithm == algorithm.rawValue && $0.scope == .fullObject }
        guard !hasIt else { return nil }
        let hashes = try await Self.hash(found.content, 0..<found.content.size, checksum: algorithm)
        return hashes.checksum.map { [$0.stored()] }
    }

    /// The source, when the caller may read it and the copy-source conditions hold.
    func copySource(_ source: CopySourceHeader) async throws -> StoredObject {
        let access = try await Authorization.access(to: source.object.bucket, server: request.origin)
        if let expected = fields[.xAmzSourceExpectedBucketOwner] { try Authorization.check(expectedOwner: expected, of: access, configuration) }
        var context = self
        context.bucket = access
        guard context.allows("s3:GetObject", .object(source.object)) else { throw S3Error(.accessDenied) }
        if let version = source.versionID, version != "null" { throw S3Error(.noSuchVersion).with("VersionId", version) }
        let found = try await context.visible(source.object) {
            try await store.read(bucket: source.object.bucket.description, key: source.object.key.description)
        }
        var conditions = HTTPFields()
        conditions[.ifMatch] = fields[.xAmzCopySourceIfMatch]
        conditions[.ifNoneMatch] = fields[.xAmzCopySourceIfNoneMatch]
        conditions[.ifModifiedSince] = fields[.xAmzCopySourceIfModifiedSince]
        conditions[.ifUnmodifiedSince] = fields[.xAmzCopySourceIfUnmodifiedSince]
        let outcome = Preconditions.evaluate(
            conditions, method: .get, validators: ObjectReading.validators(found.metadata, now), now: now.httpDate, tagSyntax: .allowingUnquoted)
        guard case .proceed = outcome else { throw S3Error(.preconditionFailed) }
        return found
    }

    /// Bytes of stored content hashed at a time.
    private static var hashStepBytes: Int64 { 1024 * 1024 }

    static func hash(_ content: any ObjectContent, _ range: Range<Int64>, checksum: ChecksumAlgorithm?) async throws -> ContentHashing.Result {
        var hashing = ContentHashing(checksum: checksum)
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(start + hashStepBytes, range.upperBound)
            let bytes = try await content.read(start..<end)
            bytes.withUnsafeBytes { hashing.update($0) }
            start = end
        }
        return hashing.result()
    }
}
