// The one place where errors become statuses: every error a lower layer throws is given an S3 code here, and the code's
// table gives the status.

import HTTPTransport
import HTTPTypes
import ObjectStorage
import S3Model
import SigV4

enum ErrorMapping {
    /// What S3 calls an error from anywhere below.
    static func s3Error(_ error: any Error) -> S3Error {
        switch error {
        case let error as S3Error: error
        case let error as SigV4Error: s3Error(error)
        case let error as ObjectStoreError: s3Error(error)
        case let error as ExchangeError: s3Error(error)
        case is CancellationError: S3Error(.incompleteBody)
        default: S3Error(.internalError)
        }
    }

    /// Whether an error is ours and belongs into the log.
    static func isInternal(_ error: S3Error) -> Bool { error.code.status >= 500 && error.code != .notImplemented && error.code != .slowDown }

    static func s3Error(_ error: ObjectStoreError) -> S3Error {
        switch error {
        case .noSuchBucket(let bucket): S3Error(.noSuchBucket).with("BucketName", bucket)
        case .bucketAlreadyExists(let bucket, _): S3Error(.bucketAlreadyExists).with("BucketName", bucket)
        case .bucketNotEmpty(let bucket): S3Error(.bucketNotEmpty).with("BucketName", bucket)
        case .configurationTooLarge(let kind, let bytes, let max):
            S3Error(.maxMessageLengthExceeded, "The \(kind) document has \(bytes) bytes, \(max) are allowed")
        case .noSuchKey(_, let key): S3Error(.noSuchKey).with("Key", key)
        case .preconditionFailed(let unmet, _):
            S3Error(.preconditionFailed).with("Condition", unmet == .ifMatch ? "If-Match" : "If-None-Match")
        case .copySourceChanged: S3Error(.conditionalRequestConflict, "The copy source was overwritten meanwhile; try again")
        case .tooManyDeletions(let count, let max): S3Error.malformedXML("\(count) objects, \(max) are allowed")
        case .entityTooLarge(let bytes, let max):
            S3Error(.entityTooLarge).with("ProposedSize", String(bytes)).with("MaxSizeAllowed", String(max))
        case .rangeNotSatisfiable(let lower, let upper, let size):
            S3Error(.invalidRange, "The range \(lower)-\(upper - 1) is outside of the \(size) bytes there are")
                .with("ActualObjectSize", String(size))
        case .noSuchUpload(let id): S3Error(.noSuchUpload).with("UploadId", id)
        case .invalidPartNumber(let number):
            S3Error.invalidArgument("partNumber", String(number), "Part number must be an integer between 1 and 10000, inclusive")
        case .invalidPart(let number): S3Error(.invalidPart).with("PartNumber", String(number))
        case .invalidPartOrder: S3Error(.invalidPartOrder)
        case .noParts: S3Error.malformedXML("no parts")
        case .entityTooSmall(let number, let bytes, let minimum):
            S3Error(.entityTooSmall).with("PartNumber", String(number)).with("ProposedSize", String(bytes)).with("MinSizeAllowed", String(minimum))
        case .tooFragmented(let pieces, let max):
            S3Error(.invalidRequest, "The object would consist of \(pieces) pieces, \(max) are allowed")
        case .storageFull: S3Error(.serviceUnavailable, "The device that holds the store is full; deletions are still taken")
        case .readOnly: S3Error(.serviceUnavailable, "The device that holds the store cannot be written to")
        case .closed: S3Error(.serviceUnavailable, "The server is stopping")
        case .overloaded: S3Error(.slowDown)
        case .writerFinished, .ioFailure, .damaged: S3Error(.internalError)
        }
    }

    static func s3Error(_ error: ExchangeError) -> S3Error {
        switch error {
        case .timedOut: S3Error(.requestTimeout)
        case .malformedBody(let reason): S3Error(.badRequest, reason)
        case .connectionClosed: S3Error(.incompleteBody)
        case .responseOutOfOrder: S3Error(.internalError)
        }
    }

    static func s3Error(_ error: SigV4Error) -> S3Error {
        guard let code = S3ErrorCode(rawValue: error.code) else { return S3Error(.invalidRequest, error.message) }
        let base = S3Error(code, error.message)
        switch error {
        case .authorizationHeaderMalformed(_, let region?), .authorizationQueryParametersError(_, let region?):
            return base.with("Region", region)
        case .requestTimeTooSkewed(let requestTime, let serverTime, let allowed):
            return base.with("RequestTime", requestTime).with("ServerTime", serverTime.extended)
                .with("MaxAllowedSkewMilliseconds", String(allowed))
        case .signatureDoesNotMatch(let mismatch):
            var detailed = base.with("AWSAccessKeyId", mismatch.accessKeyID).with("StringToSign", mismatch.stringToSign)
                .with("SignatureProvided", mismatch.signatureProvided)
            if let canonical = mismatch.canonicalRequest { detailed = detailed.with("CanonicalRequest", canonical) }
            return detailed
        case .xAmzContentSHA256Mismatch(let client, let computed):
            return base.with("ClientComputedContentSHA256", client).with("S3ComputedContentSHA256", computed)
        case .invalidArgument(_, let name, let value): return base.with("ArgumentName", name).with("ArgumentValue", value)
        case .accessDenied(.headersNotSigned(let names)): return base.with("HeadersNotSigned", names.joined(separator: ", "))
        case .accessDenied(.expired(let expires, let seconds, let serverTime)):
            return base.with("X-Amz-Expires", String(seconds)).with("Expires", expires.extended).with("ServerTime", serverTime.extended)
        case .expiresOutOfRange:
            // AWS's code with 403 where other faults of the query are 400.
            var refused = base
            refused.status = 403
            return refused
        default: return base
        }
    }

    /// The status of an error; a few depend on more than the code.
    static func status(_ error: S3Error) -> HTTPResponse.Status { .init(code: error.status) }

    /// The response to an error.
    static func answer(_ error: S3Error, resource: String, id: RequestID) -> S3Answer {
        .xml(
            error.document(resource: resource, requestID: id.requestID, hostID: id.hostID), status: status(error), fields: error.fields)
    }
}
