// Making signatures.

import COpenSSL

/// A private key.
package struct PrivateKey: Sendable {
    private let handle: KeyHandle

    /// Reads a `PRIVATE KEY` (PKCS #8), `RSA PRIVATE KEY` or `EC PRIVATE KEY` block without a passphrase.
    package init(pem: String) throws(KeyError) {
        if KeyHandle.contains(pem, "ENCRYPTED") { throw .encrypted }
        // A passphrase is never asked for: without the callback libcrypto would, on the terminal.
        handle = try KeyHandle(pem: pem, block: "PRIVATE KEY") { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }
    }

    package var kind: KeyKind { handle.kind }

    /// The signature over the digest of a message; RSA: PKCS #1 v1.5, ECDSA: DER with fresh randomness.
    package func signature(of message: some Collection<UInt8>, digest: DigestAlgorithm) throws(KeyError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("libcrypto is out of memory") }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard EVP_DigestSignInit(context, nil, digest.implementation.pointer, nil, handle.pointer) == 1 else { throw .signingFailed }
        let room = Int(EVP_PKEY_get_size(handle.pointer))
        let signature = withContiguousBytes(message) { message in
            [UInt8](unsafeUninitializedCapacity: room) { output, count in
                var length = room
                let done = EVP_DigestSign(
                    context, output.baseAddress, &length, message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count)
                count = done == 1 ? length : 0
            }
        }
        guard !signature.isEmpty else { throw .signingFailed }
        return signature
    }
}
