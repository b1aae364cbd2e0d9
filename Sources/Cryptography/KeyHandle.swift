// What public and private keys have in common: libcrypto's key object and the rules for which keys are taken.
//
// RSA with PKCS #1 v1.5 padding (RFC 8017 section 8.2) and ECDSA over P-256 (FIPS 186-4) with DER signatures: what
// CloudFront takes. Keys under a passphrase, other curves and other algorithms are left out.

import COpenSSL

/// The algorithms a key may be of.
package enum KeyKind: String, Sendable, Hashable {
    case rsa = "RSA"
    case ecdsaP256 = "ECDSA P-256"

    /// Bits of an RSA modulus that are taken. CloudFront takes 2,048; the upper bound keeps a verification cheap.
    package static let rsaBits = 2_048...8_192
    /// Longest PEM text that is looked at, bytes.
    package static let pemBytesMax = 32_768
}

/// One key object of libcrypto.
///
/// Unchecked because the pointer is opaque to Swift. The object is not changed after `init`; libcrypto documents use of
/// an unchanging `EVP_PKEY` from several threads as safe, and only `deinit`, which runs once, frees it.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    let kind: KeyKind

    /// Takes over the object that `decode` makes of a PEM text, and frees it if it is of no kind that is known.
    init(pem: String, block: String, _ decode: (OpaquePointer) -> OpaquePointer?) throws(KeyError) {
        defer { ERR_clear_error() }
        var text = pem
        guard text.utf8.count <= KeyKind.pemBytesMax else { throw .malformed(block) }
        let found = text.withUTF8 { bytes -> OpaquePointer? in
            guard let source = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
            defer { BIO_free(source) }
            return decode(source)
        }
        guard let found else {
            if !Self.contains(pem, "\(block)-----") { throw .missing(block) }
            throw .malformed(block)
        }
        do throws(KeyError) {
            kind = try Self.kind(of: found)
        } catch {
            EVP_PKEY_free(found)
            throw error
        }
        pointer = found
    }

    deinit { EVP_PKEY_free(pointer) }

    private static func kind(of key: OpaquePointer) throws(KeyError) -> KeyKind {
        if EVP_PKEY_is_a(key, "RSA") == 1 {
            let bits = Int(EVP_PKEY_get_bits(key))
            guard KeyKind.rsaBits.contains(bits) else { throw .size(bits: bits) }
            return .rsa
        }
        guard EVP_PKEY_is_a(key, "EC") == 1 else {
            throw .unsupported(algorithm: EVP_PKEY_get0_type_name(key).map { String(cString: $0) } ?? "unknown")
        }
        let curve = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { name in
            EVP_PKEY_get_group_name(key, name.baseAddress, name.count, nil) == 1 ? name.baseAddress.map { String(cString: $0) } : nil
        }
        guard curve == "prime256v1" else { throw .unsupportedCurve(curve ?? "unknown") }
        return .ecdsaP256
    }

    static func contains(_ text: String, _ part: String) -> Bool {
        let (text, part) = (Array(text.utf8), Array(part.utf8))
        guard text.count >= part.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
    }
}
