// The message digests S3 and CloudFront need, as libcrypto implements them (FIPS 180-4, RFC 1321).
//
// Each algorithm is fetched from libcrypto once per process; the handle is immutable and shared. SHA-3, BLAKE2 and
// keyed digests are left out: nothing on the wire asks for them.

import COpenSSL

/// A message digest by its specification's name.
package enum DigestAlgorithm: String, Sendable, Hashable, CaseIterable {
    case md5 = "MD5"
    case sha1 = "SHA1"
    case sha256 = "SHA256"
    case sha384 = "SHA384"
    case sha512 = "SHA512"

    /// Length of the digest, bytes.
    package var byteCount: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The digest of bytes that are all at hand.
    package func digest(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
            let done = EVP_Digest(bytes.baseAddress, bytes.count, output.baseAddress, nil, implementation.pointer, nil)
            precondition(done == 1, "libcrypto computes a digest it has fetched")
            count = byteCount
        }
    }

    /// The digest of bytes that are all at hand.
    package func digest(of bytes: RawSpan) -> [UInt8] {
        bytes.withUnsafeBytes { digest(of: $0) }
    }

    /// The digest of bytes that are all at hand.
    package func digest(of bytes: some Collection<UInt8>) -> [UInt8] {
        withContiguousBytes(bytes) { digest(of: $0) }
    }

    /// The digest of a string's UTF-8.
    package func digest(of text: some StringProtocol) -> [UInt8] {
        digest(of: text.utf8)
    }
}

/// libcrypto's implementation of one digest.
///
/// Unchecked because the pointer is opaque to Swift. An `EVP_MD` is immutable once fetched, libcrypto documents it as
/// shareable between threads, and this process never frees it.
struct DigestImplementation: @unchecked Sendable {
    let pointer: OpaquePointer

    private init(_ name: String) {
        guard let fetched = EVP_MD_fetch(nil, name, nil) else { preconditionFailure("libcrypto has no \(name)") }
        pointer = fetched
    }

    static let md5 = DigestImplementation("MD5")
    static let sha1 = DigestImplementation("SHA1")
    static let sha256 = DigestImplementation("SHA256")
    static let sha384 = DigestImplementation("SHA384")
    static let sha512 = DigestImplementation("SHA512")
}

extension DigestAlgorithm {
    var implementation: DigestImplementation {
        switch self {
        case .md5: .md5
        case .sha1: .sha1
        case .sha256: .sha256
        case .sha384: .sha384
        case .sha512: .sha512
        }
    }
}

/// Lends the bytes of any collection as one contiguous region, copying only where the collection has none.
func withContiguousBytes<R>(_ bytes: some Collection<UInt8>, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    if let result = bytes.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) { return result }
    return Array(bytes).withUnsafeBytes(body)
}
