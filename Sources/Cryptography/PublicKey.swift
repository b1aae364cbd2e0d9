// Verifying signatures.

import COpenSSL

/// A public key.
package struct PublicKey: Sendable {
    private let handle: KeyHandle

    /// Reads a `PUBLIC KEY` block (RFC 7468 section 13).
    package init(pem: String) throws(KeyError) {
        handle = try KeyHandle(pem: pem, block: "PUBLIC KEY") { PEM_read_bio_PUBKEY($0, nil, { _, _, _, _ in -1 }, nil) }
    }

    package var kind: KeyKind { handle.kind }

    /// Whether a signature is this key's over the digest of a message; RSA: PKCS #1 v1.5, ECDSA: DER.
    package func verifies(
        _ signature: some Collection<UInt8>, of message: some Collection<UInt8>, digest: DigestAlgorithm
    ) -> Bool {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("libcrypto is out of memory") }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard EVP_DigestVerifyInit(context, nil, digest.implementation.pointer, nil, handle.pointer) == 1 else { return false }
        return withContiguousBytes(signature) { signature in
            withContiguousBytes(message) { message in
                EVP_DigestVerify(
                    context, signature.baseAddress?.assumingMemoryBound(to: UInt8.self), signature.count,
                    message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count) == 1
            }
        }
    }
}
