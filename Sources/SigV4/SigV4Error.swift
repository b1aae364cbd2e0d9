// Why a signature is refused. Each case is one S3 error code; turning it into a status and an XML document is the
// service's task, and everything S3 prints beside the code is carried here.

/// A request whose signature, signing parameters or signed body cannot be accepted.
package enum SigV4Error: Error, Sendable, Hashable {
    case accessDenied(AccessDenial)
    /// - Parameter expectedRegion: printed as `<Region>` so that clients can sign again; nil when the region was right.
    case authorizationHeaderMalformed(String, expectedRegion: String? = nil)
    case authorizationQueryParametersError(String, expectedRegion: String? = nil)
    /// X-Amz-Expires is a number outside 1...604800. Same code as above, apart because AWS's test suites expect 403 for it.
    case expiresOutOfRange(String)
    case requestTimeTooSkewed(requestTime: String, serverTime: SigningTime, maxAllowedSkewMilliseconds: Int64)
    case signatureDoesNotMatch(SignatureMismatch)
    case xAmzContentSHA256Mismatch(clientComputed: String, s3Computed: String)
    case invalidArgument(String, name: String, value: String)
    case invalidRequest(String)
    case invalidToken(String)
    case invalidChunkSize(String)
    case incompleteBody(String)
    case malformedTrailer(String)
    case missingContentLength(String)
    case notImplemented(String)

    /// S3's name for the error.
    package var code: String {
        switch self {
        case .accessDenied: "AccessDenied"
        case .authorizationHeaderMalformed: "AuthorizationHeaderMalformed"
        case .authorizationQueryParametersError, .expiresOutOfRange: "AuthorizationQueryParametersError"
        case .requestTimeTooSkewed: "RequestTimeTooSkewed"
        case .signatureDoesNotMatch: "SignatureDoesNotMatch"
        case .xAmzContentSHA256Mismatch: "XAmzContentSHA256Mismatch"
        case .invalidArgument: "InvalidArgument"
        case .invalidRequest: "InvalidRequest"
        case .invalidToken: "InvalidToken"
        case .invalidChunkSize: "InvalidChunkSizeError"
        case .incompleteBody: "IncompleteBody"
        case .malformedTrailer: "MalformedTrailerError"
        case .missingContentLength: "MissingContentLength"
        case .notImplemented: "NotImplemented"
        }
    }

    /// One sentence for the client.
    package var message: String {
        switch self {
        case .accessDenied(let denial): denial.message
        case .authorizationHeaderMalformed(let text, _): "The authorization header is malformed; \(text)"
        case .authorizationQueryParametersError(let text, _): text
        case .requestTimeTooSkewed: "The difference between the request time and the current time is too large."
        case .signatureDoesNotMatch:
            "The request signature we calculated does not match the signature you provided. Check your key and signing method."
        case .xAmzContentSHA256Mismatch: "The provided 'x-amz-content-sha256' header does not match what was computed."
        case .invalidArgument(let text, _, _), .invalidRequest(let text), .invalidToken(let text), .invalidChunkSize(let text),
            .incompleteBody(let text), .malformedTrailer(let text), .missingContentLength(let text), .notImplemented(let text),
            .expiresOutOfRange(let text):
            text
        }
    }
}

/// Why an authentic-looking request is denied before its signature is computed.
package enum AccessDenial: Sendable, Hashable {
    /// Neither x-amz-date nor Date holds a date.
    case noValidDate
    /// A query-string signature of version 2 without its three parameters.
    case incompleteQuery
    /// These headers are present and must be signed, and are not.
    case headersNotSigned([String])
    case expired(expires: SigningTime, expiresSeconds: Int64, serverTime: SigningTime)
    case notYetValid(validFrom: SigningTime, serverTime: SigningTime)

    package var message: String {
        switch self {
        case .noValidDate: "AWS authentication requires a valid Date or x-amz-date header"
        case .incompleteQuery: "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        case .headersNotSigned: "There were headers present in the request which were not signed"
        case .expired: "Request has expired"
        case .notYetValid: "Request is not valid yet"
        }
    }
}

/// Both sides of a failed comparison, as S3 prints them to help the client debug its signing.
package struct SignatureMismatch: Sendable, Hashable {
    package let accessKeyID: String
    package let stringToSign: String
    package let signatureProvided: String
    /// Nil for a chunk or trailer, whose string to sign stands alone.
    package let canonicalRequest: String?

    package init(accessKeyID: String, stringToSign: String, signatureProvided: String, canonicalRequest: String?) {
        self.accessKeyID = accessKeyID
        self.stringToSign = stringToSign
        self.signatureProvided = signatureProvided
        self.canonicalRequest = canonicalRequest
    }
}
