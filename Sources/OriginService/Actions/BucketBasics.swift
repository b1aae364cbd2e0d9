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
        // us-east-1 is an empty constraint unless the bucket was made with its name.
        let own = bucket?.bucket.region ?? ""
        return .xml(BucketDocument.location(constraint: own.isEmpty && configuration.region != "us-east-1" ? configuration.region : own))
    }

    /// GET of a setting that no bucket has here.
    func getUnconfigured(_ setting: UnconfiguredSubresource) throws -> S3Answer {
        .xml(try BucketDocument.unconfigured(setting, query: query, owner: bucketOwner))
    }
}
