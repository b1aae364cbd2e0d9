// What a request says about who signed it, and the proof once the secret has been found.

import Cryptography

/// A request's well-formed, timely, complete claim to be signed by `accessKeyID`; not yet proven.
package struct SigV4Claim: Sendable {
    private let request: SigV4Request
    private let parameters: SigningParameters

    init(request: SigV4Request, parameters: SigningParameters) {
        self.request = request
        self.parameters = parameters
    }

    /// Whose secret `verify` needs.
    package var accessKeyID: String { parameters.credential.accessKeyID }
    package var scope: CredentialScope { parameters.credential.scope }
    package var payload: PayloadHash { parameters.payload }

    /// Compares the signature with the one this secret gives, in constant time.
    package func verify(secretAccessKey: String) throws(SigV4Error) -> VerifiedSignature {
        try verify(key: SigningKey(secretAccessKey: secretAccessKey, scope: scope))
    }

    /// The same with a key derived before; its scope must be this claim's.
    package func verify(key: SigningKey) throws(SigV4Error) -> VerifiedSignature {
        precondition(key.scope == scope, "a signing key is good for its own scope only")
        let canonical = CanonicalRequest(
            request, signedHeaders: parameters.signedHeaders, payloadHash: parameters.payload.headerValue)
        let stringToSign = StringToSign.request(canonical, at: parameters.time, scope: scope)
        let expected = key.signature(of: stringToSign)
        guard constantTimeEqual(expected.utf8, parameters.signature.utf8) else {
            throw .signatureDoesNotMatch(
                SignatureMismatch(
                    accessKeyID: accessKeyID, stringToSign: stringToSign, signatureProvided: parameters.signature,
                    canonicalRequest: canonical.text))
        }
        return VerifiedSignature(
            accessKeyID: accessKeyID, type: parameters.type, time: parameters.time, payload: parameters.payload,
            signedHeaders: parameters.signedHeaders,
            chain: ChunkSignatureChain(seed: expected, accessKeyID: accessKeyID, key: key, time: parameters.time))
    }
}

/// A request proven to be signed by `accessKeyID`.
package struct VerifiedSignature: Sendable {
    package let accessKeyID: String
    package let type: AuthenticationType
    package let time: SigningTime
    /// What the body must still be checked against.
    package let payload: PayloadHash
    package let signedHeaders: [String]
    /// Where the chunk signatures of an aws-chunked body start.
    package let chain: ChunkSignatureChain

    /// The policy key `s3:signatureversion`.
    package static let policySignatureVersion = StringToSign.algorithm

    /// The policy key `s3:signatureAge`: milliseconds since a URL was presigned.
    package func signatureAgeMilliseconds(at now: SigningTime) -> Int64 { now.seconds(since: time) * 1000 }
}
