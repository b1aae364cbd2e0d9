import HTTPTypes
import ObjectStorage
@testable import OriginService
import S3Model
import SigV4
import Testing


@Suite struct ErrorMappingTests {
    static let signatures: [(SigV4Error, S3ErrorCode, Int)] = [
        (.accessDenied(.noValidDate), .accessDenied, 403), (.authorizationHeaderMalformed("x"), .authorizationHeaderMalformed, 400),
        (.authorizationQueryParametersError("x"), .authorizationQueryParametersError, 400),
        (.expiresOutOfRange("x"), .authorizationQueryParametersError, 403),
        (.requestTimeTooSkewed(requestTime: "", serverTime: SigningTime(secondsSince1970: 0), maxAllowedSkewMilliseconds: 1), .requestTimeTooSkewed, 403),
        (.xAmzContentSHA256Mismatch(clientComputed: "", s3Computed: ""), .xAmzContentSHA256Mismatch, 400),
        (.invalidArgument("x", name: "n", value: "v"), .invalidArgument, 400), (.invalidRequest("x"), .invalidRequest, 400),
        (.invalidToken("x"), .invalidToken, 400), (.invalidChunkSize("x"), .invalidChunkSizeError, 403), (.incompleteBody("x"), .incompleteBody, 400),
        (.malformedTrailer("x"), .malformedTrailerError, 400), (.missingContentLength("x"), .missingContentLength, 411),
        (.notImplemented("x"), .notImplemented, 501),
    ]

    @Test(arguments: signatures)
    func `every signature error keeps its code`(_ row: (SigV4Error, S3ErrorCode, Int)) {
        let error = ErrorMapping.s3Error(row.0)
        #expect(error.code == row.1)
        #expect(ErrorMapping.status(error).code == row.2)
    }

    static let storage: [(ObjectStoreError, Int)] = [
        (.noSuchBucket("b"), 404), (.bucketNotEmpty("b"), 409), (.noSuchKey(bucket: "b", key: "k"), 404), (.preconditionFailed(.ifMatch, current: nil), 412),
        (.entityTooLarge(bytes: 2, max: 1), 400), (.rangeNotSatisfiable(lower: 0, upper: 2, size: 1), 416), (.noSuchUpload("u"), 404),
        (.overloaded, 503), (.storageFull(during: "w"), 503), (.readOnly(during: "w"), 503), (.closed, 503), (.ioFailure(during: "r", detail: "d"), 500),
        (.damaged("d"), 500), (.copySourceChanged(bucket: "b", key: "k"), 409),
    ]

    @Test(arguments: storage)
    func `every store error has a status that says whose fault it is`(_ row: (ObjectStoreError, Int)) {
        #expect(ErrorMapping.status(ErrorMapping.s3Error(row.0)).code == row.1)
    }
}
