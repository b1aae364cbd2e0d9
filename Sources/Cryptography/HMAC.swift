// Keyed-hash message authentication (RFC 2104), one-shot, over libcrypto.

import COpenSSL

/// HMAC with a digest of the caller's choice.
package enum HMAC {
    /// The authentication code of `message` under `key`; as long as the digest, bytes.
    package static func authenticationCode(
        _ algorithm: DigestAlgorithm, key: some Collection<UInt8>, message: some Collection<UInt8>
    ) -> [UInt8] {
        withContiguousBytes(key) { key in
            withContiguousBytes(message) { message in
                [UInt8](unsafeUninitializedCapacity: algorithm.byteCount) { output, count in
                    // libcrypto reads a null key as "keep the previous one", so an empty key still needs an address.
                    var none: UInt8 = 0
                    let done = withUnsafePointer(to: &none) { none in
                        COpenSSL.HMAC(
                            algorithm.implementation.pointer, key.baseAddress ?? UnsafeRawPointer(none), Int32(key.count),
                            message.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? none, message.count,
                            output.baseAddress, nil)
                    }
                    precondition(done != nil, "libcrypto computes an HMAC over a digest it has fetched")
                    count = algorithm.byteCount
                }
            }
        }
    }

    package static func sha256(key: some Collection<UInt8>, message: some Collection<UInt8>) -> [UInt8] {
        authenticationCode(.sha256, key: key, message: message)
    }

    package static func sha256(key: some Collection<UInt8>, message: some StringProtocol) -> [UInt8] {
        authenticationCode(.sha256, key: key, message: message.utf8)
    }

    package static func sha1(key: some Collection<UInt8>, message: some Collection<UInt8>) -> [UInt8] {
        authenticationCode(.sha1, key: key, message: message)
    }

    package static func sha1(key: some Collection<UInt8>, message: some StringProtocol) -> [UInt8] {
        authenticationCode(.sha1, key: key, message: message.utf8)
    }
}
