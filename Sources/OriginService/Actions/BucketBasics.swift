// DeleteBucket, HeadBucket, GetBucketLocation.

import HTTPTypes
import ObjectStorage
import S3Model

extension ActionContext {
    /// DELETE /BUCKET
    func deleteBucket(_ bucket: BucketName) async throws -> S3Answer {
        try await store.deleteBucket(bucket.description)
        return S3Answer(.noContent)
    }

    /// HEAD /BUCKET
    func headBucket(_ bucket: BucketName) async throws -> S3Answer {
        S3Answer(.ok, [.xAmzBucketRegion: configuration.region, .contentType: "application/xml"])
    }

    /// GET /BUCKET?location
    func getBucketLocation() async throws -> S3Answer {
        .xml(BucketDocument.location(region: configuration.region))
    }

    /// GET of a setting that no bucket has here.
    func getUnconfigured(_ setting: UnconfiguredSubresource) throws -> S3Answer {
        .xml(try BucketDocument.unconfigured(setting, query: query, owner: bucketOwner))
    }
}
