// The error table: every code this server answers with, its HTTP status and its default message.
// Codes and statuses are S3's (API reference, "Error responses"); the messages are ours.

package enum S3ErrorCode: String, Sendable, CaseIterable {
    case accessDenied = "AccessDenied"
    case accessControlListNotSupported = "AccessControlListNotSupported"
    case accessForbidden = "AccessForbidden"
    case authorizationHeaderMalformed = "AuthorizationHeaderMalformed"
    case authorizationQueryParametersError = "AuthorizationQueryParametersError"
    case badDigest = "BadDigest"
    case badRequest = "BadRequest"
    case bucketAlreadyExists = "BucketAlreadyExists"
    case bucketAlreadyOwnedByYou = "BucketAlreadyOwnedByYou"
    case bucketNotEmpty = "BucketNotEmpty"
    case conditionalRequestConflict = "ConditionalRequestConflict"
    case entityTooLarge = "EntityTooLarge"
    case entityTooSmall = "EntityTooSmall"
    case illegalLocationConstraintException = "IllegalLocationConstraintException"
    case incompleteBody = "IncompleteBody"
    case internalError = "InternalError"
    case invalidAccessKeyId = "InvalidAccessKeyId"
    case invalidArgument = "InvalidArgument"
    case invalidBucketName = "InvalidBucketName"
    case invalidChunkSizeError = "InvalidChunkSizeError"
    case invalidDigest = "InvalidDigest"
    case invalidLocationConstraint = "InvalidLocationConstraint"
    case invalidPart = "InvalidPart"
    case invalidPartNumber = "InvalidPartNumber"
    case invalidPartOrder = "InvalidPartOrder"
    case invalidPolicyDocument = "InvalidPolicyDocument"
    case invalidRange = "InvalidRange"
    case invalidRequest = "InvalidRequest"
    case invalidStorageClass = "InvalidStorageClass"
    case invalidToken = "InvalidToken"
    case invalidURI = "InvalidURI"
    case keyTooLongError = "KeyTooLongError"
    case malformedPolicy = "MalformedPolicy"
    case malformedTrailerError = "MalformedTrailerError"
    case malformedXML = "MalformedXML"
    case maxMessageLengthExceeded = "MaxMessageLengthExceeded"
    case metadataTooLarge = "MetadataTooLarge"
    case methodNotAllowed = "MethodNotAllowed"
    case missingContentLength = "MissingContentLength"
    case missingRequestBodyError = "MissingRequestBodyError"
    case missingSecurityHeader = "MissingSecurityHeader"
    case noSuchBucket = "NoSuchBucket"
    case noSuchBucketPolicy = "NoSuchBucketPolicy"
    case noSuchConfiguration = "NoSuchConfiguration"
    case noSuchCORSConfiguration = "NoSuchCORSConfiguration"
    case noSuchKey = "NoSuchKey"
    case noSuchLifecycleConfiguration = "NoSuchLifecycleConfiguration"
    case noSuchPublicAccessBlockConfiguration = "NoSuchPublicAccessBlockConfiguration"
    case noSuchTagSet = "NoSuchTagSet"
    case noSuchUpload = "NoSuchUpload"
    case noSuchVersion = "NoSuchVersion"
    case noSuchWebsiteConfiguration = "NoSuchWebsiteConfiguration"
    case notImplemented = "NotImplemented"
    case objectLockConfigurationNotFoundError = "ObjectLockConfigurationNotFoundError"
    case ownershipControlsNotFoundError = "OwnershipControlsNotFoundError"
    case preconditionFailed = "PreconditionFailed"
    case replicationConfigurationNotFoundError = "ReplicationConfigurationNotFoundError"
    case requestTimeTooSkewed = "RequestTimeTooSkewed"
    case requestTimeout = "RequestTimeout"
    case serverSideEncryptionConfigurationNotFoundError = "ServerSideEncryptionConfigurationNotFoundError"
    case serviceUnavailable = "ServiceUnavailable"
    case signatureDoesNotMatch = "SignatureDoesNotMatch"
    case slowDown = "SlowDown"
    case tooManyBuckets = "TooManyBuckets"
    case unexpectedContent = "UnexpectedContent"
    case xAmzContentSHA256Mismatch = "XAmzContentSHA256Mismatch"

    /// The HTTP status that goes with the code.
    package var status: Int { row.status }

    /// What the error document says when the thrower had nothing more exact to say.
    package var message: String { row.message }

    private var row: (status: Int, message: String) {
        switch self {
        case .accessDenied: (403, "Access Denied")
        case .accessControlListNotSupported: (400, "The bucket does not allow ACLs")
        case .accessForbidden: (403, "CORS is not enabled for this bucket")
        case .authorizationHeaderMalformed: (400, "The Authorization header cannot be read")
        case .authorizationQueryParametersError: (400, "The signing parameters in the query string cannot be read")
        case .badDigest: (400, "The body does not match the digest sent with it")
        case .badRequest: (400, "The request cannot be understood")
        case .bucketAlreadyExists: (409, "The bucket name is taken")
        case .bucketAlreadyOwnedByYou: (409, "The bucket exists already and is yours")
        case .bucketNotEmpty: (409, "The bucket still holds objects")
        case .conditionalRequestConflict: (409, "Another write to the same key was in progress")
        case .entityTooLarge: (400, "The object is larger than the largest size allowed")
        case .entityTooSmall: (400, "A part other than the last is smaller than the smallest size allowed")
        case .illegalLocationConstraintException: (400, "The location constraint does not fit this endpoint")
        case .incompleteBody: (400, "The body is shorter than its stated length")
        case .internalError: (500, "The server met an internal error; try again")
        case .invalidAccessKeyId: (403, "The access key id is not known here")
        case .invalidArgument: (400, "Invalid Argument")
        case .invalidBucketName: (400, "The bucket name is not valid")
        case .invalidChunkSizeError: (403, "A chunk of the body has a size that is not allowed")
        case .invalidDigest: (400, "The Content-MD5 or checksum value is not valid")
        case .invalidLocationConstraint: (400, "The location constraint is not valid")
        case .invalidPart: (400, "A part was not found, or its ETag differs from the one uploaded")
        case .invalidPartNumber: (416, "The part number cannot be satisfied")
        case .invalidPartOrder: (400, "The parts are not listed in ascending order")
        case .invalidPolicyDocument: (400, "The policy document is not valid")
        case .invalidRange: (416, "The range cannot be satisfied")
        case .invalidRequest: (400, "Invalid Request")
        case .invalidStorageClass: (400, "The storage class is not available here")
        case .invalidToken: (400, "The security token is not valid")
        case .invalidURI: (400, "The request's URI cannot be read")
        case .keyTooLongError: (400, "The key is longer than 1024 bytes")
        case .malformedPolicy: (400, "The policy is not valid")
        case .malformedTrailerError: (400, "The trailing fields of the body cannot be read")
        case .malformedXML: (400, "The XML is not well formed or not of the expected shape")
        case .maxMessageLengthExceeded: (400, "The request document is too large")
        case .metadataTooLarge: (400, "The user metadata is larger than 2048 bytes")
        case .methodNotAllowed: (405, "The method is not allowed on this resource")
        case .missingContentLength: (411, "The request needs a Content-Length")
        case .missingRequestBodyError: (400, "The request needs a body")
        case .missingSecurityHeader: (400, "A required header is missing")
        case .noSuchBucket: (404, "The bucket does not exist")
        case .noSuchBucketPolicy: (404, "The bucket has no policy")
        case .noSuchConfiguration: (404, "The configuration does not exist")
        case .noSuchCORSConfiguration: (404, "The bucket has no CORS configuration")
        case .noSuchKey: (404, "The key does not exist")
        case .noSuchLifecycleConfiguration: (404, "The bucket has no lifecycle configuration")
        case .noSuchPublicAccessBlockConfiguration: (404, "The bucket has no public access block")
        case .noSuchTagSet: (404, "There are no tags")
        case .noSuchUpload: (404, "The upload does not exist, or was completed or aborted")
        case .noSuchVersion: (404, "The version does not exist")
        case .noSuchWebsiteConfiguration: (404, "The bucket has no website configuration")
        case .notImplemented: (501, "The request asks for something that is not implemented")
        case .objectLockConfigurationNotFoundError: (404, "The bucket has no object lock configuration")
        case .ownershipControlsNotFoundError: (404, "The bucket has no ownership controls")
        case .preconditionFailed: (412, "A precondition of the request does not hold")
        case .replicationConfigurationNotFoundError: (404, "The bucket has no replication configuration")
        case .requestTimeTooSkewed: (403, "The request's time is too far from the server's")
        case .requestTimeout: (400, "The body did not arrive in time")
        case .serverSideEncryptionConfigurationNotFoundError: (404, "The bucket has no encryption configuration")
        case .serviceUnavailable: (503, "The server cannot answer now; try again")
        case .signatureDoesNotMatch: (403, "The signature computed here differs from the one sent; check key and signing method")
        case .slowDown: (503, "Too many requests; slow down")
        case .tooManyBuckets: (400, "There are as many buckets as are allowed")
        case .unexpectedContent: (400, "This request takes no body")
        case .xAmzContentSHA256Mismatch: (400, "The x-amz-content-sha256 header differs from the digest of the body")
        }
    }
}
