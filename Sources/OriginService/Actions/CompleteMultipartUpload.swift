import Cryptography
import HTTPTransport
import HTTPTypes
import ObjectStorage
import S3Model

extension ActionContext {
    /// POST /BUCKET/KEY?uploadId
    func completeMultipartUpload(_ object: ObjectAddress, _ parameters: CompleteMultipartUploadParameters) async throws -> S3Answer {
        // The checksum fields of this operation are about the object, not about the request's document.
        let body = try content(ChecksumRequest(), bytesMax: Int64(RequestDocumentLimit.completeMultipartUploadBytesMax), requiresLength: false)
        let document = try CompleteMultipartUploadRequest(try await body.document())
        let reference = object.upload(parameters.uploadID)
        guard let upload = try await uploadInProgress(reference) else {
            guard let again = await answerAgain(object, document) else { throw ObjectStoreError.noSuchUpload(parameters.uploadID) }
            return again
        }
        if let type = parameters.checksum.type, let created = upload.checksumType, type != created {
            throw S3Error(
                .invalidRequest,
                "The upload was created using the \(created.rawValue) checksum mode. The complete request must use the same checksum mode.")
        }
        let parts = try await named(document, reference)
        let bytes = parts.reduce(0) { $0 + $1.size }
        if let expected = parameters.objectBytes, expected != bytes {
            throw S3Error(.invalidRequest, "The provided 'x-amz-mp-object-size' header does not match what was computed.")
        }
        let checksum = try objectChecksum(parts, upload, parameters.checksum)
        let metadata = try await store.completeUpload(
            UploadCompletion(
                upload: reference, parts: document.parts.map { UploadCompletion.Part(number: $0.number, etag: $0.eTag) },
                checksums: checksum.map { [$0.stored(upload.checksumType ?? .fullObject)] } ?? [], lastModified: request.origin.now(),
                precondition: parameters.condition.precondition))
        return completed(object, metadata)
    }

    private func completed(_ object: ObjectAddress, _ metadata: ObjectMetadata) -> S3Answer {
        let checksum = metadata.checksums.first
        let location = "http://\(request.exchange.head.authority)\(request.exchange.head.path)"
        return .xml(
            MultipartDocument.completed(
                object, location: location, eTag: metadata.etag, checksum: checksum.flatMap(ChecksumValue.init),
                type: checksum.map { ChecksumType($0.scope) }))
    }

    /// The upload, or nil when it was completed or aborted, or never was.
    private func uploadInProgress(_ reference: UploadReference) async throws -> MultipartUpload? {
        do {
            return try await store.upload(reference)
        } catch {
            guard case .noSuchUpload = error else { throw error }
            return nil
        }
    }

    /// A client that lost the first answer asks again: the object that these very parts make is there, so it gets the
    /// same answer. nil when it is not.
    private func answerAgain(_ object: ObjectAddress, _ document: CompleteMultipartUploadRequest) async -> S3Answer? {
        var digests: [UInt8] = []
        for part in document.parts {
            guard let digest = Hex.decode(part.eTag) else { return nil }
            digests += digest
        }
        let eTag = Hex.encode(DigestAlgorithm.md5.digest(of: digests)) + "-\(document.parts.count)"
        let present = try? await store.head(bucket: object.bucket.description, key: object.key.description)
        guard let present, present.etag == eTag else { return nil }
        return completed(object, present)
    }

    /// The stored parts that the request names, which must be there with the stated entity tags and checksums.
    private func named(_ document: CompleteMultipartUploadRequest, _ reference: UploadReference) async throws -> [UploadPart] {
        var stored: [Int: UploadPart] = [:]
        var after: Int? = 0
        while let marker = after {
            let page = try await store.listParts(of: reference, PartListQuery(afterNumber: marker))
            for part in page.parts { stored[part.number] = part }
            after = page.next
        }
        var parts: [UploadPart] = []
        for wanted in document.parts {
            guard let part = stored[wanted.number], part.etag == wanted.eTag else {
                throw S3Error(.invalidPart).with("PartNumber", String(wanted.number)).with("ETag", wanted.eTag)
            }
            if let stated = wanted.checksum, let own = part.checksums.first.flatMap(ChecksumValue.init), stated != own {
                throw S3Error(.invalidPart).with("PartNumber", String(wanted.number)).with(stated.algorithm.elementName, stated.text)
            }
            parts.append(part)
        }
        return parts
    }

    /// The object's checksum under the upload's algorithm, held against the one that the request states.
    private func objectChecksum(_ parts: [UploadPart], _ upload: MultipartUpload, _ stated: ChecksumRequest) throws(S3Error) -> ChecksumValue? {
        guard let algorithm = upload.algorithm, let type = upload.checksumType else {
            guard stated.stated == nil else {
                throw S3Error(.invalidRequest, "The upload was created without a checksum algorithm, so no checksum of the object can be checked")
            }
            return nil
        }
        var values: [MultipartChecksum.Part] = []
        for part in parts {
            guard let value = part.checksums.first.flatMap(ChecksumValue.init), value.algorithm == algorithm else {
                throw S3Error(.invalidPart, "Part \(part.number) has no \(algorithm.rawValue) checksum").with("PartNumber", String(part.number))
            }
            values.append(MultipartChecksum.Part(bytes: part.size, checksum: value))
        }
        guard let computed = MultipartChecksum.combine(values, algorithm: algorithm, type: type) else { throw S3Error(.internalError) }
        if let wanted = stated.stated {
            guard wanted.algorithm == algorithm, wanted.bytes == computed.bytes, wanted.partCount == nil || wanted.partCount == computed.partCount
            else {
                throw S3Error(.badDigest, "The \(wanted.algorithm.rawValue) you specified did not match the calculated checksum.")
                    .with("ExpectedDigest", wanted.text).with("CalculatedDigest", computed.text)
            }
        }
        return computed
    }
}
