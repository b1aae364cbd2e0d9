// What an action works with after the caller is known and permitted. The actions are extensions of it, one file for each.

import HTTPSemantics
import HTTPTransport
import HTTPTypes
import ObjectStorage
import S3Model
import SigV4

struct ActionContext: Sendable {
    let request: S3Request
    let query: S3Query
    let signed: SigV4Request
    let authentication: Authentication
    /// The bucket of the operation with its settings; nil for operations without an existing bucket.
    var bucket: BucketAccess?

    var store: any ObjectStore { request.store }
    var configuration: BucketServer.Configuration { request.configuration }
    var fields: HTTPFields { request.fields }
    var now: StoreInstant { request.now }
    var caller: Caller { authentication.caller }

    /// Carries an operation out.
    func act(_ operation: S3Operation) async throws -> S3Answer {
        switch operation {
        case .listBuckets(let parameters): try await listBuckets(parameters)
        case .createBucket(let bucket): try await createBucket(bucket)
        case .deleteBucket(let bucket): try await deleteBucket(bucket)
        case .headBucket(let bucket): try await headBucket(bucket)
        case .getBucketLocation: try await getBucketLocation()
        case .listObjects(let bucket, let parameters): try await listObjects(bucket, parameters)
        case .listObjectsV2(let bucket, let parameters): try await listObjectsV2(bucket, parameters)
        case .listObjectVersions(let bucket, let parameters): try await listObjectVersions(bucket, parameters)
        case .deleteObjects(let bucket): try await deleteObjects(bucket)
        case .listMultipartUploads(let bucket, let parameters): try await listMultipartUploads(bucket, parameters)
        case .getBucketPolicy(let bucket): try await getBucketPolicy(bucket)
        case .putBucketPolicy(let bucket): try await putBucketPolicy(bucket)
        case .deleteBucketPolicy(let bucket): try await deleteBucketPolicy(bucket)
        case .getBucketPolicyStatus(let bucket): try await getBucketPolicyStatus(bucket)
        case .getPublicAccessBlock(let bucket): try await getPublicAccessBlock(bucket)
        case .putPublicAccessBlock(let bucket): try await putPublicAccessBlock(bucket)
        case .deletePublicAccessBlock(let bucket): try await deletePublicAccessBlock(bucket)
        case .getBucketWebsite(let bucket): try await getBucketWebsite(bucket)
        case .putBucketWebsite(let bucket): try await putBucketWebsite(bucket)
        case .deleteBucketWebsite(let bucket): try await deleteBucketWebsite(bucket)
        case .getUnconfigured(_, let setting): try getUnconfigured(setting)
        case .putOwnershipControls: try await putOwnershipControls()
        case .deleteUnconfigured: S3Answer(.noContent)
        case .getObject(let object, let parameters), .headObject(let object, let parameters): try await getObject(object, parameters)
        case .getObjectAttributes(let object, let parameters): try await getObjectAttributes(object, parameters)
        case .getObjectACL(let object): try await getObjectACL(object)
        case .getObjectTagging(let object): try await getObjectTagging(object)
        case .putObject(let object, let parameters): try await putObject(object, parameters)
        case .copyObject(let object, let parameters): try await copyObject(object, parameters)
        case .deleteObject(let object, let condition): try await deleteObject(object, condition)
        case .createMultipartUpload(let object, let parameters): try await createMultipartUpload(object, parameters)
        case .uploadPart(let object, let part, let checksum): try await uploadPart(object, part, checksum)
        case .uploadPartCopy(let object, let part, let source): try await uploadPartCopy(object, part, source)
        case .completeMultipartUpload(let object, let parameters): try await completeMultipartUpload(object, parameters)
        case .abortMultipartUpload(let object, let uploadID): try await abortMultipartUpload(object, uploadID)
        case .listParts(let object, let parameters): try await listParts(object, parameters)
        case .preflight: throw S3Error(.accessForbidden, "CORSResponse: CORS is not enabled for this bucket.")
        }
    }

    /// The request's content, judged by its head.
    func content(
        _ checksum: ChecksumRequest, bytesMax: Int64, requiresLength: Bool = true, algorithmDefault: ChecksumAlgorithm? = nil
    ) throws -> RequestContent {
        try RequestContent(
            request.exchange, request: signed, authentication: authentication, checksum: checksum, bytesMax: bytesMax,
            requiresLength: requiresLength, algorithmDefault: algorithmDefault)
    }

    /// A request document; more than `bytesMax` bytes is MaxMessageLengthExceeded.
    func document(bytesMax: Int) async throws -> [UInt8] {
        do {
            return try await content(try ChecksumRequest(fields), bytesMax: Int64(bytesMax), requiresLength: false).document()
        } catch let error as S3Error where error.code == .entityTooLarge {
            throw S3Error(.maxMessageLengthExceeded, "The request document is larger than \(bytesMax) bytes")
        }
    }

    /// How documents show whoever has a canonical id.
    func owner(_ canonicalID: String) -> S3Owner {
        configuration.users.first { $0.canonicalID == canonicalID }?.owner ?? S3Owner(canonicalID: canonicalID, displayName: canonicalID)
    }

    var bucketOwner: S3Owner { owner(bucket?.bucket.owner ?? "") }
}

extension StoreInstant {
    var s3: S3Timestamp { S3Timestamp(millisecondsSince1970: millisecondsSince1970) }
    var httpDate: HTTPDate { HTTPDate(secondsSince1970: secondsSince1970) }
}

extension WriteCondition {
    var precondition: WritePrecondition {
        switch self {
        case .none: .none
        case .ifAbsent: .absent
        case .ifPresent: WritePrecondition(ifMatch: .any)
        case .ifMatch(let tag): .matches(tag)
        }
    }
}

extension ObjectHeaders {
    var attributes: ObjectAttributes {
        ObjectAttributes(
            contentType: contentType, cacheControl: cacheControl, contentDisposition: contentDisposition, contentEncoding: contentEncoding,
            contentLanguage: contentLanguage, expires: expires,
            userMetadata: userMetadata.map { UserMetadataField(name: $0.name, value: $0.value) },
            websiteRedirectLocation: websiteRedirectLocation)
    }

    init(_ attributes: ObjectAttributes) {
        self.init(
            contentType: attributes.contentType, cacheControl: attributes.cacheControl, contentDisposition: attributes.contentDisposition,
            contentEncoding: attributes.contentEncoding, contentLanguage: attributes.contentLanguage, expires: attributes.expires,
            websiteRedirectLocation: attributes.websiteRedirectLocation,
            userMetadata: attributes.userMetadata.map { UserMetadatum(name: $0.name, value: $0.value) })
    }
}
