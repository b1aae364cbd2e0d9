import HTTPTypes
import ObjectStorage
import S3Model
import WebsiteRouting

extension ActionContext {
    /// GET /BUCKET?website
    func getBucketWebsite(_ bucket: BucketName) async throws -> S3Answer {
        guard let document = try await store.configuration(.website, of: bucket.description) else {
            throw S3Error(.noSuchWebsiteConfiguration).with("BucketName", bucket.description)
        }
        return .xml(document)
    }

    /// PUT /BUCKET?website
    func putBucketWebsite(_ bucket: BucketName) async throws -> S3Answer {
        let website = try WebsiteConfiguration(xml: try await document(bytesMax: RequestDocumentLimit.websiteBytesMax))
        try website.validate()
        try await store.setConfiguration(.website, of: bucket.description, to: website.document)
        return S3Answer(.ok)
    }

    /// DELETE /BUCKET?website
    func deleteBucketWebsite(_ bucket: BucketName) async throws -> S3Answer {
        try await store.removeConfiguration(.website, of: bucket.description)
        return S3Answer(.noContent)
    }
}
