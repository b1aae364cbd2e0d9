// ListObjects (V1), ListObjectsV2 and ListObjectVersions: one page of the store, printed three ways.

import ObjectStorage
import S3Model

extension ActionContext {
    /// GET /BUCKET
    func listObjects(_ bucket: BucketName, _ parameters: ListObjectsParameters) async throws -> S3Answer {
        let page = try await page(bucket, parameters.common, after: parameters.marker)
        return .xml(ListDocument.objects(bucket: bucket, parameters, page, owner: bucketOwner))
    }

    /// GET /BUCKET?list-type=2
    func listObjectsV2(_ bucket: BucketName, _ parameters: ListObjectsV2Parameters) async throws -> S3Answer {
        let page = try await page(bucket, parameters.common, after: parameters.continuation?.after ?? parameters.startAfter ?? "")
        return .xml(ListDocument.objectsV2(bucket: bucket, parameters, page, owner: bucketOwner))
    }

    /// GET /BUCKET?versions
    func listObjectVersions(_ bucket: BucketName, _ parameters: ListObjectVersionsParameters) async throws -> S3Answer {
        let page = try await page(bucket, parameters.common, after: parameters.keyMarker)
        return .xml(ListDocument.versions(bucket: bucket, parameters, page, owner: bucketOwner))
    }

    private func page(_ bucket: BucketName, _ common: ListParameters, after: String) async throws -> ListedPage {
        let page = try await store.listObjects(
            ObjectListQuery(
                bucket: bucket.description, prefix: common.prefix, delimiter: common.delimiter ?? "", after: after, entriesMax: common.keysMax))
        return ListedPage(objects: page.objects.map(ListedObject.init), commonPrefixes: page.commonPrefixes, continuesAfter: page.next)
    }
}

extension ListedObject {
    init(_ entry: ObjectListEntry) {
        let checksum = entry.checksums.first
        self.init(
            key: entry.key, lastModified: entry.lastModified.s3, eTag: entry.etag, bytes: entry.size,
            checksumAlgorithm: checksum.flatMap { ChecksumAlgorithm(rawValue: $0.algorithm) },
            checksumType: checksum.map { ChecksumType($0.scope) })
    }
}
