// Why the text of a key can't be used, in words that say what to do instead.

/// A PEM text that holds no key this project signs or verifies with.
package enum KeyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No block of the wanted kind: `PUBLIC KEY` or `PRIVATE KEY`.
    case missing(String)
    /// A block is there, but what it holds is damaged.
    case malformed(String)
    /// The private key is locked with a passphrase.
    case encrypted
    /// A key of another algorithm, by libcrypto's name for it.
    case unsupported(algorithm: String)
    /// An elliptic curve other than P-256, by libcrypto's name for it.
    case unsupportedCurve(String)
    /// An RSA key whose modulus is too short or too long, bits.
    case size(bits: Int)
    /// libcrypto would not sign.
    case signingFailed

    package var description: String {
        switch self {
        case .missing(let kind): "no \(kind) block in PEM (-----BEGIN \(kind)-----)"
        case .malformed(let kind): "a \(kind) block that cannot be decoded"
        case .encrypted: "a private key under a passphrase; write it without one"
        case .unsupported(let algorithm): "a key of the kind \(algorithm); only RSA and ECDSA P-256 are known"
        case .unsupportedCurve(let name): "a key on the curve \(name); only P-256 (prime256v1) is known"
        case .size(let bits):
            "an RSA key of \(bits) bits; it must have \(KeyKind.rsaBits.lowerBound) to \(KeyKind.rsaBits.upperBound)"
        case .signingFailed: "a key that cannot sign"
        }
    }
}
