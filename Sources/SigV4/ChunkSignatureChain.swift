// The signatures of an aws-chunked body: each covers the one before it, the first the request's own.
// AWS: "Transferring Payload in Multiple Chunks" and "Including Trailing Headers".

import Cryptography

/// The running end of a chunk signature chain, for whoever writes or checks the chunks.
package struct ChunkSignatureChain: Sendable {
    package let accessKeyID: String
    package let key: SigningKey
    package let time: SigningTime
    /// The signature the next one covers.
    package private(set) var previous: String

    /// - Parameter seed: the signature of the request, from Authorization or X-Amz-Signature.
    package init(seed: String, accessKeyID: String, key: SigningKey, time: SigningTime) {
        previous = seed
        self.accessKeyID = accessKeyID
        self.key = key
        self.time = time
    }

    /// The signature of the next chunk; the last chunk has no bytes.
    package mutating func sign(chunk: some Collection<UInt8>) -> String {
        sign(chunkSHA256: DigestAlgorithm.sha256.digest(of: chunk))
    }

    /// The signature of the next chunk, given the SHA-256 of its bytes.
    package mutating func sign(chunkSHA256: [UInt8]) -> String {
        previous = key.signature(of: stringToSign(chunkSHA256: chunkSHA256))
        return previous
    }

    /// The signature of the trailer, which ends the chain.
    package mutating func sign(trailers: [Trailer]) -> String {
        previous = key.signature(of: stringToSign(trailers: trailers))
        return previous
    }

    func stringToSign(chunkSHA256: [UInt8]) -> String {
        StringToSign.chunk(sha256: Hex.encode(chunkSHA256), after: previous, at: time, scope: key.scope)
    }

    func stringToSign(trailers: [Trailer]) -> String {
        let canonical = trailers.sorted { $0.name < $1.name }.map { "\($0.name):\($0.value)\n" }.joined()
        let hash = Hex.encode(DigestAlgorithm.sha256.digest(of: canonical))
        return StringToSign.trailer(sha256: hash, after: previous, at: time, scope: key.scope)
    }

    /// Checks the next chunk's signature and moves on.
    mutating func verify(chunkSHA256: [UInt8], signature: String) throws(SigV4Error) {
        try advance(to: signature, signing: stringToSign(chunkSHA256: chunkSHA256))
    }

    /// Checks the trailer's signature and moves on.
    mutating func verify(trailers: [Trailer], signature: String) throws(SigV4Error) {
        try advance(to: signature, signing: stringToSign(trailers: trailers))
    }

    private mutating func advance(to signature: String, signing stringToSign: String) throws(SigV4Error) {
        let expected = key.signature(of: stringToSign)
        guard constantTimeEqual(expected.utf8, signature.utf8) else {
            throw .signatureDoesNotMatch(
                SignatureMismatch(
                    accessKeyID: accessKeyID, stringToSign: stringToSign, signatureProvided: signature, canonicalRequest: nil))
        }
        previous = expected
    }
}

/// A header field that follows the body.
package struct Trailer: Sendable, Hashable {
    /// Lower case.
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = asciiLowercased(name)
        self.value = value
    }
}
