// PutBucketPolicy, GetBucketPolicy, DeleteBucketPolicy, GetBucketPolicyStatus.

import BucketPolicy
import HTTPTypes
import ObjectStorage
import S3Model

extension ActionContext {
    /// GET /BUCKET?policy
    func getBucketPolicy(_ name: BucketName) async throws -> S3Answer {
        guard let policy = bucket?.policy else { throw S3Error(.noSuchBucketPolicy).with("BucketName", name.description) }
        return S3Answer(.ok, [.contentType: "application/json"], .document(Array(policy.source.utf8)))
    }

    /// PUT /BUCKET?policy
    func putBucketPolicy(_ name: BucketName) async throws -> S3Answer {
        let source = try await policyDocument()
        let policy: PolicyDocument
        do throws(BucketPolicyError) {
            policy = try PolicyDocument(parsing: source, bucket: name.description)
        } catch {
            throw error.s3
        }
        guard bucket?.block?.blockPublicPolicy != true || !policy.isPublic else {
            throw S3Error(.accessDenied, "The public access block of the bucket (BlockPublicPolicy) refuses policies that grant public access")
        }
        try await store.setConfiguration(.policy, of: name.description, to: source)
        return S3Answer(.noContent)
    }

    private func policyDocument() async throws -> [UInt8] {
        do {
            return try await document(bytesMax: PolicyDocument.bytesMax)
        } catch let error as S3Error where error.code == .maxMessageLengthExceeded {
            throw S3Error(.malformedPolicy, "Policies must not exceed \(PolicyDocument.bytesMax) bytes")
        }
    }

    /// DELETE /BUCKET?policy
    func deleteBucketPolicy(_ name: BucketName) async throws -> S3Answer {
        try await store.removeConfiguration(.policy, of: name.description)
        return S3Answer(.noContent)
    }

    /// GET /BUCKET?policyStatus
    func getBucketPolicyStatus(_ name: BucketName) async throws -> S3Answer {
        guard let policy = bucket?.policy else { throw S3Error(.noSuchBucketPolicy).with("BucketName", name.description) }
        return .xml(BucketDocument.policyStatus(isPublic: policy.isPublic))
    }
}

extension BucketPolicyError {
    var s3: S3Error {
        let base = S3Error(.malformedPolicy, message).with("Detail", detail)
        return position.map { base.with("Position", $0.description) } ?? base
    }
}
