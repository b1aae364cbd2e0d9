// A certificate authority for one machine: it vouches for the names of an edge that have no certificate of their own, to
// whoever was told to trust it. Certificates follow RFC 5280: the authority may sign end certificates only (path length 0),
// an end certificate is for one name and for servers alone.
//
// Left out: name constraints (an alias may be any name, and a reload may bring more), revocation, and any file for end
// certificates, which live as long as the process.

import Crypto
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Why the authority can't be used; one sentence that names the file.
package struct LocalCertificateAuthorityError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

/// A certificate with its key, as PEM documents.
package struct IssuedCertificate: Sendable, Equatable {
    /// The certificate alone: clients have the authority's already.
    package var certificatePEM: String
    package var privateKeyPEM: String
    /// Seconds since 1970.
    package var notValidAfter: Int64
}

/// The authority's key and certificate.
package struct LocalCertificateAuthority: Sendable {
    /// Life of the authority's own certificate.
    package static let lifetimeSeconds: Int64 = 3650 * 86_400
    /// Life of an issued certificate: clients refuse more than 398 days, even of some private authorities.
    package static let leafLifetimeSeconds: Int64 = 365 * 86_400
    /// Clocks of clients may be behind by so much.
    static let skewSeconds: Int64 = 3600

    package let certificatePEM: String
    /// SHA-256 of the certificate, as tools print it: `AB:CD:...`.
    package let fingerprint: String
    /// Seconds since 1970.
    package let notValidAfter: Int64
    let privateKey: P256.Signing.PrivateKey
    private let certificate: Certificate

    /// A new authority.
    ///
    /// - Parameter now: seconds since 1970.
    package static func make(now: Int64) throws(LocalCertificateAuthorityError) -> LocalCertificateAuthority {
        do {
            let key = P256.Signing.PrivateKey()
            let signer = Certificate.PrivateKey(key)
            let serial = Certificate.SerialNumber()
            // Part of the name, so that trust stores can tell several of them apart.
            let mark = serial.description.filter(\.isHexDigit).suffix(6)
            let name = try DistinguishedName {
                OrganizationName("Skerry")
                CommonName("Skerry local CA \(mark)")
            }
            let extensions = try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: signer.publicKey)
            }
            let certificate = try Certificate(
                version: .v3, serialNumber: serial, publicKey: signer.publicKey,
                notValidBefore: Date(timeIntervalSince1970: Double(now - skewSeconds)),
                notValidAfter: Date(timeIntervalSince1970: Double(now + lifetimeSeconds)), issuer: name, subject: name,
                signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions, issuerPrivateKey: signer)
            return try LocalCertificateAuthority(certificate, key)
        } catch {
            throw LocalCertificateAuthorityError("the local CA cannot be made: \(error)")
        }
    }

    /// An authority from its two documents; throws when they don't belong together.
    package init(certificatePEM: String, privateKeyPEM: String) throws(LocalCertificateAuthorityError) {
        let certificate: Certificate
        let key: P256.Signing.PrivateKey
        do { certificate = try Certificate(pemEncoded: certificatePEM) } catch {
            throw LocalCertificateAuthorityError("is not a certificate in PEM")
        }
        do { key = try P256.Signing.PrivateKey(pemRepresentation: privateKeyPEM) } catch {
            throw LocalCertificateAuthorityError("the key is not a P-256 key in PEM")
        }
        guard Certificate.PublicKey(key.publicKey) == certificate.publicKey else {
            throw LocalCertificateAuthorityError("certificate and key do not belong together")
        }
        do { try self.init(certificate, key) } catch { throw LocalCertificateAuthorityError("\(error)") }
    }

    private init(_ certificate: Certificate, _ key: P256.Signing.PrivateKey) throws {
        self.certificate = certificate
        privateKey = key
        let document = try certificate.serializeAsPEM()
        certificatePEM = document.pemString + "\n"
        fingerprint = SHA256.hash(data: document.derBytes).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined(separator: ":")
        notValidAfter = Int64(certificate.notValidAfter.timeIntervalSince1970)
    }

    package var privateKeyPEM: String { privateKey.pemRepresentation + "\n" }

    /// A certificate for one host name, good for a year but never longer than the authority itself.
    ///
    /// - Parameter name: in lower case; the caller has seen to it that somebody claims it.
    package func issue(for name: String, now: Int64) throws(LocalCertificateAuthorityError) -> IssuedCertificate {
        do {
            let key = P256.Signing.PrivateKey()
            let signer = Certificate.PrivateKey(privateKey)
            let publicKey = Certificate.PrivateKey(key).publicKey
            let end = min(now + Self.leafLifetimeSeconds, notValidAfter)
            let extensions = try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([.dnsName(name)])
                SubjectKeyIdentifier(hash: publicKey)
                AuthorityKeyIdentifier(keyIdentifier: SubjectKeyIdentifier(hash: signer.publicKey).keyIdentifier)
            }
            let certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
                notValidBefore: Date(timeIntervalSince1970: Double(now - Self.skewSeconds)),
                notValidAfter: Date(timeIntervalSince1970: Double(end)), issuer: self.certificate.subject,
                // The name stands in the alternative names; a common name holds no more than 64 characters.
                subject: try DistinguishedName { OrganizationName("Skerry local certificate") },
                signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions, issuerPrivateKey: signer)
            return IssuedCertificate(
                certificatePEM: try certificate.serializeAsPEM().pemString + "\n",
                privateKeyPEM: key.pemRepresentation + "\n", notValidAfter: end)
        } catch {
            throw LocalCertificateAuthorityError("no certificate can be issued for \(name): \(error)")
        }
    }
}
