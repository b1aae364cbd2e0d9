// The content of a writing request: taken out of aws-chunked where it is in it, hashed as it passes, and held against
// everything that was stated about it - length, x-amz-content-sha256, Content-MD5, the additional checksum in a header
// or trailer, the chunk signatures. Nothing may be committed before `finish` has returned.

import ByteStreaming
import Cryptography
import HTTPTransport
import HTTPTypes
import NIOCore
import S3Model
import SigV4

/// What is known about content that passed every check.
struct ReceivedContent: Sendable {
    var bytes: Int64
    /// 16 bytes.
    var md5: [UInt8]
    /// The additional checksum, when one was asked for.
    var checksum: ChecksumValue?

    /// The entity tag of a simple object or a part.
    var eTag: String { Hex.encode(md5) }
}

/// Reads one request's content, once.
struct RequestContent: Sendable {
    private let body: RequestBody
    /// nil for chunked content, whose length shows at its end.
    private let expectedBytes: Int64?
    private let bytesMax: Int64
    private let request: SigV4Request
    private let authentication: Authentication
    private let payload: PayloadHash
    private let contentMD5: [UInt8]?
    private let checksum: ChecksumRequest
    /// The checksum to compute although nothing was stated, for a multipart upload that has one.
    var algorithmDefault: ChecksumAlgorithm?

    /// Judges what the head says about the content.
    ///
    /// - Parameters:
    ///   - bytesMax: more is EntityTooLarge, before a byte is read.
    ///   - requiresLength: whether an absent Content-Length is an error even when there is no content.
    ///   - algorithmDefault: the checksum to compute although none was stated, for a multipart upload that has one.
    init(
        _ exchange: ServerExchange, request: SigV4Request, authentication: Authentication, checksum: ChecksumRequest, bytesMax: Int64,
        requiresLength: Bool = true, algorithmDefault: ChecksumAlgorithm? = nil
    ) throws {
        let fields = exchange.head.fields
        body = exchange.body
        self.request = request
        self.authentication = authentication
        self.checksum = checksum
        self.algorithmDefault = algorithmDefault
        payload = try Self.payload(authentication, fields)
        if checksum.trailer != nil, !payload.hasTrailer {
            throw S3Error(.invalidRequest, "x-amz-trailer needs an x-amz-content-sha256 that announces a trailer")
        }
        if checksum.algorithm != nil, checksum.stated == nil, checksum.trailer == nil, fields[.xAmzSDKChecksumAlgorithm] != nil {
            throw S3Error(
                .invalidRequest,
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
        }
        contentMD5 = try fields[.contentMD5].map { text in
            guard let bytes = Base64.standard.decode(text), bytes.count == 16 else { throw S3Error(.invalidDigest).with("Content-MD5", text) }
            return bytes
        }
        expectedBytes = try Self.length(exchange, payload, isRequired: requiresLength)
        self.bytesMax = bytesMax
        if let expectedBytes, expectedBytes > bytesMax { throw Self.tooLarge(expectedBytes, bytesMax) }
    }

    /// Passes the content on in pieces and returns what was proven about it.
    ///
    /// Throws `S3Error`, `SigV4Error`, `ExchangeError`, or whatever `take` throws.
    func read(_ take: ([UInt8]) async throws -> Void) async throws -> ReceivedContent {
        var hashing = ContentHashing(
            checksum: checksum.effectiveAlgorithm ?? algorithmDefault, sha256: { if case .sha256 = payload { true } else { false } }())
        var trailers: [Trailer] = []
        if payload.isChunked {
            var decoder = try makeDecoder()
            for try await chunk in body {
                var pieces: [[UInt8]] = []
                try chunk.withUnsafeReadableBytes { raw in
                    var ranges: [Range<Int>] = []
                    try decoder.decode(raw, payload: &ranges)
                    for range in ranges where !range.isEmpty {
                        let piece = UnsafeRawBufferPointer(rebasing: raw[range])
                        hashing.update(piece)
                        pieces.append(Array(piece))
                    }
                }
                for piece in pieces { try await take(piece) }
            }
            trailers = try decoder.finish()
        } else {
            for try await chunk in body {
                let piece = chunk.withUnsafeReadableBytes { raw in
                    hashing.update(raw)
                    return Array(raw)
                }
                guard hashing.bytes <= bytesMax else { throw Self.tooLarge(hashing.bytes, bytesMax) }
                try await take(piece)
            }
            guard expectedBytes == nil || hashing.bytes == expectedBytes else { throw S3Error(.incompleteBody) }
        }
        return try check(hashing.result(), trailers)
    }

    /// The whole content of a small request document.
    func document() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        _ = try await read { bytes += $0 }
        return bytes
    }

    private func makeDecoder() throws -> AWSChunkedDecoder {
        guard let signature = authentication.signature else { return try AWSChunkedDecoder.unsignedDecoder(for: request) }
        guard let decoder = try AWSChunkedDecoder.decoder(for: signature, request: request) else {
            throw S3Error(.invalidRequest, "The body is not in the encoding that x-amz-content-sha256 names")
        }
        return decoder
    }

    private func check(_ hashes: ContentHashing.Result, _ trailers: [Trailer]) throws -> ReceivedContent {
        if let sha256 = hashes.sha256 { try payload.check(bodySHA256: sha256) }
        if let contentMD5, contentMD5 != hashes.md5 {
            throw S3Error(.badDigest, "The Content-MD5 you specified did not match what we received.")
                .with("ExpectedDigest", Hex.encode(contentMD5)).with("CalculatedDigest", Hex.encode(hashes.md5))
        }
        if let stated = try statedChecksum(trailers), let computed = hashes.checksum, stated.bytes != computed.bytes {
            throw S3Error(.badDigest, "The \(stated.algorithm.rawValue) you specified did not match the calculated checksum.")
                .with("ExpectedDigest", stated.text).with("CalculatedDigest", computed.text)
        }
        return ReceivedContent(bytes: hashes.bytes, md5: hashes.md5, checksum: hashes.checksum)
    }

    private func statedChecksum(_ trailers: [Trailer]) throws -> ChecksumValue? {
        guard let algorithm = checksum.trailer else { return checksum.stated }
        guard let text = trailers.first(where: { $0.name == algorithm.headerName.canonicalName })?.value else {
            throw S3Error(.malformedTrailerError)
        }
        guard let value = ChecksumValue(algorithm: algorithm, text: text), value.partCount == nil else {
            throw S3Error(.invalidRequest, "Value for \(algorithm.headerName.rawName) trailing header is invalid.")
        }
        return value
    }

    /// How the content is promised; an anonymous request may still use the unsigned encoding with a trailer.
    private static func payload(_ authentication: Authentication, _ fields: HTTPFields) throws -> PayloadHash {
        if let signature = authentication.signature { return signature.payload }
        guard let text = fields[.xAmzContentSHA256] else { return .unsigned }
        let payload = try PayloadHash(parsing: text)
        switch payload {
        case .streamingSigned, .streamingSignedTrailer:
            throw S3Error(.invalidRequest, "A request without a signature cannot have signed chunks")
        default: return payload
        }
    }

    private static func tooLarge(_ bytes: Int64, _ bytesMax: Int64) -> S3Error {
        S3Error(.entityTooLarge).with("ProposedSize", String(bytes)).with("MaxSizeAllowed", String(bytesMax))
    }

    /// The bytes to come, nil for chunked content. Neither length nor chunks is refused where content is required.
    private static func length(_ exchange: ServerExchange, _ payload: PayloadHash, isRequired: Bool) throws -> Int64? {
        if payload.isChunked {
            guard let text = exchange.head.fields[.xAmzDecodedContentLength], let bytes = Int64(text), bytes >= 0 else {
                throw S3Error(.missingContentLength)
            }
            return bytes
        }
        guard let bytes = exchange.body.expectedBytes else { return nil }
        guard bytes > 0 || !isRequired || exchange.head.fields[.contentLength] != nil else {
            throw S3Error(.missingContentLength)
        }
        return Int64(bytes)
    }
}

extension PayloadHash {
    fileprivate var hasTrailer: Bool {
        switch self {
        case .streamingSignedTrailer, .streamingUnsignedTrailer: true
        case .sha256, .unsigned, .streamingSigned: false
        }
    }
}

/// The digests that run beside the content.
struct ContentHashing: ~Copyable {
    struct Result {
        var bytes: Int64
        var md5: [UInt8]
        var sha256: [UInt8]?
        var checksum: ChecksumValue?
    }

    private(set) var bytes: Int64 = 0
    private var md5 = Digest(.md5)
    private var sha256: Digest?
    private var checksum: RunningChecksum?

    init(checksum: ChecksumAlgorithm?, sha256: Bool = false) {
        self.sha256 = sha256 ? Digest(.sha256) : nil
        if let checksum { self.checksum = RunningChecksum(checksum) } else { self.checksum = nil }
    }

    mutating func update(_ piece: UnsafeRawBufferPointer) {
        bytes += Int64(piece.count)
        md5.update(piece)
        sha256?.update(piece)
        checksum?.update(piece)
    }

    /// What is known after the last byte.
    func result() -> Result {
        Result(bytes: bytes, md5: md5.current(), sha256: sha256?.current(), checksum: checksum?.current())
    }
}
