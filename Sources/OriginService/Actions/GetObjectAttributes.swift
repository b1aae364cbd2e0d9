// GetObjectAttributes, and the reads of object settings that are never set.

import HTTPSemantics
import HTTPTypes
import ObjectStorage
import S3Model

extension ActionContext {
    /// GET /BUCKET/KEY?attributes
    func getObjectAttributes(_ object: ObjectAddress, _ parameters: GetObjectAttributesParameters) async throws -> S3Answer {
        let metadata = try await visible(object) { try await store.head(bucket: object.bucket.description, key: object.key.description) }
        let checksum = metadata.checksums.first
        let document = ObjectDocument.attributes(
            parameters.attributes, eTag: metadata.etag, bytes: metadata.size, checksum: checksum.flatMap(ChecksumValue.init),
            type: checksum.map { ChecksumType($0.scope) }, parts: try await parts(object, metadata, parameters))
        return .xml(document, fields: [.lastModified: metadata.lastModified.httpDate.formatted])
    }

    private func parts(
        _ object: ObjectAddress, _ metadata: ObjectMetadata, _ parameters: GetObjectAttributesParameters
    ) async throws -> ObjectDocument.Parts? {
        guard parameters.attributes.contains(.objectParts), let total = metadata.partCount else { return nil }
        let page = try await store.parts(
            ofObject: object.key.description, bucket: object.bucket.description,
            PartListQuery(afterNumber: parameters.partNumberMarker, entriesMax: parameters.partsMax))
        let listed = page.parts.map {
            ListedPart(number: $0.number, bytes: $0.size, eTag: "", lastModified: metadata.lastModified.s3, checksum: $0.checksums.first.flatMap(ChecksumValue.init))
        }
        return ObjectDocument.Parts(
            total: total, page: listed, partNumberMarker: parameters.partNumberMarker, nextPartNumberMarker: page.next,
            partsMax: parameters.partsMax)
    }

    /// GET /BUCKET/KEY?acl
    func getObjectACL(_ object: ObjectAddress) async throws -> S3Answer {
        _ = try await visible(object) { try await store.head(bucket: object.bucket.description, key: object.key.description) }
        return .xml(ObjectDocument.accessControlPolicy(owner: bucketOwner))
    }

    /// GET /BUCKET/KEY?tagging
    func getObjectTagging(_ object: ObjectAddress) async throws -> S3Answer {
        _ = try await visible(object) { try await store.head(bucket: object.bucket.description, key: object.key.description) }
        return .xml(ObjectDocument.emptyTagging)
    }
}
