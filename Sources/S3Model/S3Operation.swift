// One request, one value: which S3 API is called and with what. Nothing is done before this value exists.
// Conditions on reads and ranges are HTTP's own and stay in the header section; they are judged when the object is known.

/// A supported S3 operation with its parameters.
package enum S3Operation: Sendable, Equatable {
    case listBuckets(ListBucketsParameters)

    case createBucket(BucketName)
    case deleteBucket(BucketName)
    case headBucket(BucketName)
    case getBucketLocation(BucketName)
    case listObjects(BucketName, ListObjectsParameters)
    case listObjectsV2(BucketName, ListObjectsV2Parameters)
    case listObjectVersions(BucketName, ListObjectVersionsParameters)
    case deleteObjects(BucketName)
    case listMultipartUploads(BucketName, ListMultipartUploadsParameters)

    case getBucketPolicy(BucketName)
    case putBucketPolicy(BucketName)
    case deleteBucketPolicy(BucketName)
    case getBucketPolicyStatus(BucketName)
    case getPublicAccessBlock(BucketName)
    case putPublicAccessBlock(BucketName)
    case deletePublicAccessBlock(BucketName)
    case getBucketWebsite(BucketName)
    case putBucketWebsite(BucketName)
    case deleteBucketWebsite(BucketName)
    /// A read of a setting that this server always answers with "not configured".
    case getUnconfigured(BucketName, UnconfiguredSubresource)
    /// Asks for what every bucket has anyway; anything else is refused.
    case putOwnershipControls(BucketName)
    /// A removal of such a setting: nothing to do.
    case deleteUnconfigured(BucketName, UnconfiguredSubresource)

    case getObject(ObjectAddress, GetObjectParameters)
    case headObject(ObjectAddress, GetObjectParameters)
    case getObjectAttributes(ObjectAddress, GetObjectAttributesParameters)
    case getObjectACL(ObjectAddress)
    case getObjectTagging(ObjectAddress)
    case putObject(ObjectAddress, PutObjectParameters)
    case copyObject(ObjectAddress, CopyObjectParameters)
    case deleteObject(ObjectAddress, WriteCondition)

    case createMultipartUpload(ObjectAddress, CreateMultipartUploadParameters)
    case uploadPart(ObjectAddress, PartAddress, ChecksumRequest)
    case uploadPartCopy(ObjectAddress, PartAddress, CopySourceHeader)
    case completeMultipartUpload(ObjectAddress, CompleteMultipartUploadParameters)
    case abortMultipartUpload(ObjectAddress, uploadID: String)
    case listParts(ObjectAddress, ListPartsParameters)

    /// A cross-origin preflight: refused, as no bucket has a CORS configuration.
    case preflight(BucketName)
}

package struct GetObjectParameters: Sendable, Equatable {
    package var partNumber: Int?
    package var overrides: ResponseOverrides
    /// `x-amz-checksum-mode: ENABLED`
    package var showsChecksum: Bool
    /// Whether `versionId=null` was sent; other versions don't exist here.
    package var namesNullVersion: Bool
}

package struct GetObjectAttributesParameters: Sendable, Equatable {
    package enum Attribute: String, Sendable, CaseIterable {
        case eTag = "ETag"
        case checksum = "Checksum"
        case objectParts = "ObjectParts"
        case storageClass = "StorageClass"
        case objectSize = "ObjectSize"
    }

    package var attributes: Set<Attribute>
    package var partsMax: Int
    package var partNumberMarker: Int
}

package struct PutObjectParameters: Sendable, Equatable {
    package var headers: ObjectHeaders
    package var checksum: ChecksumRequest
    package var condition: WriteCondition
}

package struct CopyObjectParameters: Sendable, Equatable {
    package var source: CopySourceHeader
    /// The new headers when the directive is REPLACE, else nil (COPY).
    package var replacement: ObjectHeaders?
    /// The website redirect is never copied; it is what the request says.
    package var websiteRedirectLocation: String?
    package var checksumAlgorithm: ChecksumAlgorithm?
    package var condition: WriteCondition
}

package struct PartAddress: Sendable, Equatable {
    package var uploadID: String
    package var number: Int

    package static let numbers = 1...10_000

    package init(uploadID: String, number: Int) {
        self.uploadID = uploadID
        self.number = number
    }
}

package struct CreateMultipartUploadParameters: Sendable, Equatable {
    package var headers: ObjectHeaders
    package var checksumAlgorithm: ChecksumAlgorithm?
    package var checksumType: ChecksumType?
}

package struct CompleteMultipartUploadParameters: Sendable, Equatable {
    package var uploadID: String
    package var checksum: ChecksumRequest
    package var condition: WriteCondition
    /// `x-amz-mp-object-size`
    package var objectBytes: Int64?
}

/// Bucket settings that exist in S3 and are never configured here.
package enum UnconfiguredSubresource: String, Sendable, CaseIterable {
    case accelerate, acl, analytics, cors, encryption, intelligentTiering = "intelligent-tiering", inventory, lifecycle, logging
    case metrics, notification, objectLock = "object-lock", ownershipControls, replication, requestPayment, tagging, versioning

    /// Whether S3 has a DELETE for it, which removes nothing here.
    var canBeDeleted: Bool {
        switch self {
        case .cors, .encryption, .lifecycle, .ownershipControls, .replication, .tagging: true
        default: false
        }
    }
}

extension S3Operation {
    package var bucket: BucketName? {
        switch self {
        case .listBuckets: nil
        case .createBucket(let bucket), .deleteBucket(let bucket), .headBucket(let bucket), .getBucketLocation(let bucket),
            .listObjects(let bucket, _), .listObjectsV2(let bucket, _), .listObjectVersions(let bucket, _), .deleteObjects(let bucket),
            .listMultipartUploads(let bucket, _), .getBucketPolicy(let bucket), .putBucketPolicy(let bucket),
            .deleteBucketPolicy(let bucket), .getBucketPolicyStatus(let bucket), .getPublicAccessBlock(let bucket),
            .putPublicAccessBlock(let bucket), .deletePublicAccessBlock(let bucket), .getBucketWebsite(let bucket),
            .putBucketWebsite(let bucket), .deleteBucketWebsite(let bucket), .getUnconfigured(let bucket, _),
            .putOwnershipControls(let bucket), .deleteUnconfigured(let bucket, _), .preflight(let bucket):
            bucket
        default: object?.bucket
        }
    }

    package var object: ObjectAddress? {
        switch self {
        case .getObject(let object, _), .headObject(let object, _), .getObjectAttributes(let object, _), .getObjectACL(let object),
            .getObjectTagging(let object), .putObject(let object, _), .copyObject(let object, _), .deleteObject(let object, _),
            .createMultipartUpload(let object, _), .uploadPart(let object, _, _), .uploadPartCopy(let object, _, _),
            .completeMultipartUpload(let object, _), .abortMultipartUpload(let object, _), .listParts(let object, _):
            object
        default: nil
        }
    }

    /// The policy action that allows the operation on its own resource.
    ///
    /// A copy also needs `s3:GetObject` on its source; DeleteObjects is judged per key; a preflight needs nothing.
    /// Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
    package var action: String? {
        switch self {
        case .listBuckets: "s3:ListAllMyBuckets"
        case .createBucket: "s3:CreateBucket"
        case .deleteBucket: "s3:DeleteBucket"
        case .headBucket, .listObjects, .listObjectsV2: "s3:ListBucket"
        case .listObjectVersions: "s3:ListBucketVersions"
        case .getBucketLocation: "s3:GetBucketLocation"
        case .listMultipartUploads: "s3:ListBucketMultipartUploads"
        case .getBucketPolicy: "s3:GetBucketPolicy"
        case .putBucketPolicy: "s3:PutBucketPolicy"
        case .deleteBucketPolicy: "s3:DeleteBucketPolicy"
        case .getBucketPolicyStatus: "s3:GetBucketPolicyStatus"
        case .getPublicAccessBlock: "s3:GetBucketPublicAccessBlock"
        case .putPublicAccessBlock, .deletePublicAccessBlock: "s3:PutBucketPublicAccessBlock"
        case .getBucketWebsite: "s3:GetBucketWebsite"
        case .putBucketWebsite: "s3:PutBucketWebsite"
        case .deleteBucketWebsite: "s3:DeleteBucketWebsite"
        case .getUnconfigured(_, let what): what.readAction
        case .putOwnershipControls: UnconfiguredSubresource.ownershipControls.writeAction
        case .deleteUnconfigured(_, let what): what.writeAction
        case .getObject, .headObject, .getObjectAttributes: "s3:GetObject"
        case .getObjectACL: "s3:GetObjectAcl"
        case .getObjectTagging: "s3:GetObjectTagging"
        case .putObject, .copyObject, .createMultipartUpload, .uploadPart, .uploadPartCopy, .completeMultipartUpload: "s3:PutObject"
        case .deleteObject: "s3:DeleteObject"
        case .abortMultipartUpload: "s3:AbortMultipartUpload"
        case .listParts: "s3:ListMultipartUploadParts"
        case .deleteObjects, .preflight: nil
        }
    }
}

extension UnconfiguredSubresource {
    var readAction: String { "s3:Get" + actionNoun }
    var writeAction: String { "s3:Put" + actionNoun }

    private var actionNoun: String {
        switch self {
        case .accelerate: "AccelerateConfiguration"
        case .acl: "BucketAcl"
        case .analytics: "AnalyticsConfiguration"
        case .cors: "BucketCORS"
        case .encryption: "EncryptionConfiguration"
        case .intelligentTiering: "IntelligentTieringConfiguration"
        case .inventory: "InventoryConfiguration"
        case .lifecycle: "LifecycleConfiguration"
        case .logging: "BucketLogging"
        case .metrics: "MetricsConfiguration"
        case .notification: "BucketNotification"
        case .objectLock: "BucketObjectLockConfiguration"
        case .ownershipControls: "BucketOwnershipControls"
        case .replication: "ReplicationConfiguration"
        case .requestPayment: "BucketRequestPayment"
        case .tagging: "BucketTagging"
        case .versioning: "BucketVersioning"
        }
    }
}
