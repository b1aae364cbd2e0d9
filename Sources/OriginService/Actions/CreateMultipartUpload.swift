// CreateMultipartUpload, AbortMultipartUpload and the listings of uploads and parts.

import HTTPTypes
import ObjectStorage
import S3Model

extension ObjectAddress {
    func upload(_ id: String) -> UploadReference { UploadReference(bucket: bucket.description, key: key.description, id: id) }
}

extension MultipartUpload {
    var algorithm: ChecksumAlgorithm? { upload.checksumAlgorithm.flatMap(ChecksumAlgorithm.init(rawValue:)) }
    var checksumType: ChecksumType? { upload.checksumScope.map { ChecksumType($0) } }
}

extension ActionContext {
    /// POST /BUCKET/KEY?uploads
    func createMultipartUpload(_ object: ObjectAddress, _ parameters: CreateMultipartUploadParameters) async throws -> S3Answer {
        let type = parameters.checksumAlgorithm.map { parameters.checksumType ?? $0.defaultMultipartType }
        let upload = try await store.createUpload(
            NewUpload(
                bucket: object.bucket.description, key: object.key.description, initiator: initiator, initiated: now,
                attributes: parameters.headers.attributes, checksumAlgorithm: parameters.checksumAlgorithm?.rawValue, checksumScope: type?.scope))
        var answer = HTTPFields()
        answer[.xAmzChecksumAlgorithm] = parameters.checksumAlgorithm?.rawValue
        answer[.xAmzChecksumType] = type?.rawValue
        return .xml(MultipartDocument.initiated(object, uploadID: upload.id), fields: answer)
    }

    /// Who starts an upload; those without an own canonical id act for the bucket's owner.
    private var initiator: String {
        switch caller {
        case .user(let user): user.canonicalID
        case .originAccessIdentity(_, let canonicalID): canonicalID
        case .anonymous, .service: bucket?.bucket.owner ?? ""
        }
    }

    /// DELETE /BUCKET/KEY?uploadId
    func abortMultipartUpload(_ object: ObjectAddress, _ uploadID: String) async throws -> S3Answer {
        try await store.abortUpload(object.upload(uploadID))
        return S3Answer(.noContent)
    }

    /// GET /BUCKET?uploads
    func listMultipartUploads(_ bucket: BucketName, _ parameters: ListMultipartUploadsParameters) async throws -> S3Answer {
        let page = try await store.listUploads(
            UploadListQuery(
                bucket: bucket.description, prefix: parameters.common.prefix, delimiter: parameters.common.delimiter ?? "",
                keyMarker: parameters.keyMarker, uploadIDMarker: parameters.uploadIDMarker.isEmpty ? nil : parameters.uploadIDMarker,
                entriesMax: parameters.common.keysMax))
        return .xml(
            MultipartDocument.uploads(
                bucket: bucket, parameters, page.uploads.map(listed), commonPrefixes: page.commonPrefixes,
                next: page.next.map { (key: $0.keyMarker, uploadID: $0.uploadIDMarker ?? "") }))
    }

    /// GET /BUCKET/KEY?uploadId
    func listParts(_ object: ObjectAddress, _ parameters: ListPartsParameters) async throws -> S3Answer {
        let reference = object.upload(parameters.uploadID)
        let upload = try await store.upload(reference)
        let page = try await store.listParts(
            of: reference, PartListQuery(afterNumber: parameters.partNumberMarker, entriesMax: parameters.partsMax))
        let parts = page.parts.map {
            ListedPart(
                number: $0.number, bytes: $0.size, eTag: $0.etag, lastModified: $0.lastModified.s3,
                checksum: $0.checksums.first.flatMap(ChecksumValue.init))
        }
        return .xml(MultipartDocument.parts(object, parameters, listed(upload), parts, nextPartNumberMarker: page.next))
    }

    private func listed(_ upload: MultipartUpload) -> ListedUpload {
        ListedUpload(
            key: upload.upload.key, uploadID: upload.id, initiated: upload.upload.initiated.s3, owner: owner(upload.upload.initiator),
            checksumAlgorithm: upload.algorithm, checksumType: upload.checksumType)
    }
}
