// What x-amz-content-sha256 promises about the body: its hash, nothing, or a chunked encoding that carries its own
// proofs. The ECDSA (SigV4A) encodings are recognised and refused, since no asymmetric keys exist here.

import Cryptography

/// The payload mode of a request, the last line of its canonical request.
package enum PayloadHash: Sendable, Hashable {
    /// The body's SHA-256, 64 lower-case hexadecimal digits.
    case sha256(String)
    case unsigned
    /// aws-chunked, each chunk signed.
    case streamingSigned
    /// aws-chunked, each chunk and the trailer signed.
    case streamingSignedTrailer
    /// aws-chunked with a trailer, nothing signed.
    case streamingUnsignedTrailer

    /// The SHA-256 of no bytes.
    package static let empty = PayloadHash.sha256("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

    /// The mode that promises exactly these bytes.
    package static func of(_ body: some Collection<UInt8>) -> PayloadHash {
        .sha256(Hex.encode(DigestAlgorithm.sha256.digest(of: body)))
    }

    /// The value of x-amz-content-sha256.
    package var headerValue: String {
        switch self {
        case .sha256(let hex): hex
        case .unsigned: "UNSIGNED-PAYLOAD"
        case .streamingSigned: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
        case .streamingSignedTrailer: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
        case .streamingUnsignedTrailer: "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
        }
    }

    /// Whether the body is in the aws-chunked encoding.
    package var isChunked: Bool {
        switch self {
        case .sha256, .unsigned: false
        case .streamingSigned, .streamingSignedTrailer, .streamingUnsignedTrailer: true
        }
    }

    /// Reads the value of x-amz-content-sha256.
    package init(parsing value: String) throws(SigV4Error) {
        switch value {
        case "UNSIGNED-PAYLOAD": self = .unsigned
        case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": self = .streamingSigned
        case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": self = .streamingSignedTrailer
        case "STREAMING-UNSIGNED-PAYLOAD-TRAILER": self = .streamingUnsignedTrailer
        case "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER":
            throw .notImplemented("A header you provided implies functionality that is not implemented: \(value)")
        default:
            guard value.utf8.count == 64, value.utf8.allSatisfy({ Hex.value(of: $0) != nil }) else {
                throw .invalidArgument(
                    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                        + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
                    name: "x-amz-content-sha256", value: value)
            }
            self = .sha256(value)
        }
    }

    /// Compares a promised hash with the digest of the body that arrived; the other modes promise nothing here.
    package func check(bodySHA256 digest: [UInt8]) throws(SigV4Error) {
        guard case .sha256(let promised) = self else { return }
        let computed = Hex.encode(digest)
        guard asciiLowercased(promised) == computed else {
            throw .xAmzContentSHA256Mismatch(clientComputed: promised, s3Computed: computed)
        }
    }
}
