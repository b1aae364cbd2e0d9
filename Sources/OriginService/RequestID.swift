// The two identifiers on every response.

import Cryptography
import HTTPSemantics
import HTTPTypes
import S3Model

/// `x-amz-request-id` and `x-amz-id-2` of one request.
struct RequestID: Sendable {
    /// 16 upper-case hexadecimal digits.
    let requestID: String
    /// Base 64 of 48 bytes.
    let hostID: String

    /// - Parameter bytes: 56 random bytes.
    init(randomBytes bytes: [UInt8]) {
        precondition(bytes.count == Self.randomBytesNeeded)
        requestID = Hex.encode(bytes[..<8]).uppercased()
        hostID = Base64.standard.encode(bytes[8...])
    }

    static let randomBytesNeeded = 56

    func add(to fields: inout HTTPFields) {
        fields[.xAmzRequestID] = requestID
        fields[.xAmzID2] = hostID
    }
}
