import HTTPTypes
import ObjectStorage
import S3Model

extension ActionContext {
    /// GET /BUCKET?publicAccessBlock
    func getPublicAccessBlock(_ bucket: BucketName) async throws -> S3Answer {
        guard let document = try await store.configuration(.publicAccessBlock, of: bucket.description) else {
            throw S3Error(.noSuchPublicAccessBlockConfiguration).with("BucketName", bucket.description)
        }
        return .xml(document)
    }

    /// PUT /BUCKET?publicAccessBlock
    ///
    /// The two ACL switches are kept and returned; without ACLs there is nothing for them to block.
    func putPublicAccessBlock(_ bucket: BucketName) async throws -> S3Answer {
        let block = try PublicAccessBlock(try await document(bytesMax: RequestDocumentLimit.publicAccessBlockBytesMax))
        try await store.setConfiguration(.publicAccessBlock, of: bucket.description, to: block.document)
        return S3Answer(.ok)
    }

    /// DELETE /BUCKET?publicAccessBlock
    func deletePublicAccessBlock(_ bucket: BucketName) async throws -> S3Answer {
        try await store.removeConfiguration(.publicAccessBlock, of: bucket.description)
        return S3Answer(.noContent)
    }
}
