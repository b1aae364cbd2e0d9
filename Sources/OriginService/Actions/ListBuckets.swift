import ObjectStorage
import S3Model

extension ActionContext {
    /// GET / - the caller's own buckets.
    func listBuckets(_ parameters: ListBucketsParameters) async throws -> S3Answer {
        guard let user = caller.user else { throw S3Error(.accessDenied) }
        let page = try await store.listBuckets(
            BucketListQuery(owner: user.canonicalID, prefix: parameters.prefix, after: parameters.after, entriesMax: parameters.bucketsMax))
        let buckets = page.buckets.map { ListDocument.Bucket(name: $0.name, created: $0.created.s3, region: configuration.region) }
        return .xml(ListDocument.buckets(buckets, owner: user.owner, prefix: parameters.prefix, continuesAfter: page.next))
    }
}
