import HTTPTypes
import ObjectStorage
import S3Model

extension ActionContext {
    /// PUT /BUCKET
    func createBucket(_ name: BucketName) async throws -> S3Answer {
        guard let user = caller.user else { throw S3Error(.accessDenied) }
        let request = try CreateBucketRequest(try await document(bytesMax: RequestDocumentLimit.createBucketBytesMax))
        if let location = request.locationConstraint, location != configuration.region {
            throw S3Error(
                .illegalLocationConstraintException,
                "The \(location) location constraint is incompatible for the region specific endpoint this request was sent to.")
        }
        let owned = try await store.listBuckets(BucketListQuery(owner: user.canonicalID, entriesMax: configuration.bucketsPerUserMax))
        guard owned.buckets.count < configuration.bucketsPerUserMax else { throw S3Error(.tooManyBuckets) }
        let bucket = Bucket(name: name.description, owner: user.canonicalID, region: request.locationConstraint ?? "", created: now)
        if let holder = try await createUnlessTaken(bucket) {
            guard holder == user.canonicalID else { throw S3Error(.bucketAlreadyExists).with("BucketName", name.description) }
            // us-east-1 alone answers a repeated creation by the owner with success.
            guard configuration.region == "us-east-1" else { throw S3Error(.bucketAlreadyOwnedByYou).with("BucketName", name.description) }
        } else {
            try await setFirstAccessBlock(name)
        }
        return S3Answer(.ok, [.location: "/\(name)"])
    }

    /// Creates the bucket, or returns the canonical id of who has the name.
    private func createUnlessTaken(_ bucket: Bucket) async throws -> String? {
        do {
            try await store.createBucket(bucket)
            return nil
        } catch {
            guard case .bucketAlreadyExists(_, let holder) = error else { throw error }
            return holder
        }
    }

    /// A bucket must not stay behind without the block it was to begin with.
    private func setFirstAccessBlock(_ name: BucketName) async throws {
        guard let block = configuration.newBucketPublicAccessBlock else { return }
        do {
            try await store.setConfiguration(.publicAccessBlock, of: name.description, to: block.document)
        } catch {
            try? await store.deleteBucket(name.description)
            throw error
        }
    }
}
