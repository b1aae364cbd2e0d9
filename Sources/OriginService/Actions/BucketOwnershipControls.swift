import HTTPTypes
import S3Model

extension ActionContext {
    /// PUT /BUCKET?ownershipControls
    ///
    /// Every bucket is BucketOwnerEnforced, so asking for that is a wish already granted; infrastructure tools do. What would
    /// bring access control lists back is refused.
    func putOwnershipControls() async throws -> S3Answer {
        let request = try OwnershipControlsRequest(try await document(bytesMax: RequestDocumentLimit.ownershipControlsBytesMax))
        guard request.objectOwnership == OwnershipControlsRequest.enforced else {
            throw S3Error.notImplemented("Object ownership \(request.objectOwnership); every bucket is BucketOwnerEnforced")
        }
        return S3Answer(.ok)
    }
}
