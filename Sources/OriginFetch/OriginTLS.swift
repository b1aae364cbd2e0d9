// TLS to origins: what is asked for, and what a handshake can fail with. A certificate must lead up to an authority that the
// system trusts (or one named besides) and be for one of the names given. Sessions are not resumed: the library keeps none for
// clients, and kept connections save more handshakes than it would.

import NIOCore
import NIOSSL

/// How one origin is spoken to over TLS.
package struct OriginTLS: Sendable, Hashable {
    package enum Version: Int, Sendable, Hashable, Comparable {
        case tls10, tls11, tls12, tls13

        package static func < (left: Version, right: Version) -> Bool { left.rawValue < right.rawValue }
    }

    /// Names of which the certificate must have one. The first is the one asked for (SNI), unless it is an address.
    package var serverNames: [String]
    package var minimumVersion = Version.tls12
    package var maximumVersion = Version.tls13
    /// Trusted beside the system's.
    package var authorities: OriginAuthorities?

    package init(serverNames: [String]) { self.serverNames = serverNames }
}

/// Certificates of authorities.
package struct OriginAuthorities: Sendable, Hashable {
    /// PEM.
    private let bytes: [UInt8]
    private let digest: Int

    /// Nil when the text holds no certificate in PEM, or one that can't be read.
    package init?(pem bytes: [UInt8]) {
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else { return nil }
        self.bytes = bytes
        digest = bytes.hashValue
    }

    var certificates: [NIOSSLCertificate] { (try? NIOSSLCertificate.fromPEMBytes(bytes)) ?? [] }

    /// Endpoints are looked up for every request; their authorities are hashed only once.
    package func hash(into hasher: inout Hasher) { hasher.combine(digest) }

    package static func == (left: OriginAuthorities, right: OriginAuthorities) -> Bool {
        left.digest == right.digest && left.bytes == right.bytes
    }
}

/// Why a handshake failed.
package enum OriginTLSFailure: Error, Sendable, Hashable, CustomStringConvertible {
    case certificateExpired
    case certificateNotYetValid
    case certificateSelfSigned
    /// It leads up to no authority that is trusted here.
    case certificateNotTrusted
    /// The names it is for, and the one that was asked for.
    case certificateForOtherNames([String], wanted: String)
    /// The two sides have no version of TLS or no cipher in common.
    case noCommonProtocol
    /// The origin does not speak TLS on this port.
    case notTLS
    /// The origin refused, with the library's words for it.
    case refused(String)
    /// The connection ended in the handshake.
    case brokenOff

    package var description: String {
        switch self {
        case .certificateExpired: "the origin's certificate has expired"
        case .certificateNotYetValid: "the origin's certificate is not valid yet"
        case .certificateSelfSigned: "the origin's certificate is self-signed"
        case .certificateNotTrusted: "the origin's certificate is not from a trusted authority"
        case .certificateForOtherNames(let names, let wanted):
            "the origin's certificate is for \(names.isEmpty ? "no name" : names.prefix(10).joined(separator: ", ")), not for \(wanted)"
        case .noCommonProtocol: "the origin and the edge have no TLS version or cipher in common"
        case .notTLS: "the origin does not speak TLS on this port"
        case .refused(let words): "the TLS handshake failed: \(words)"
        case .brokenOff: "the origin closed the connection during the TLS handshake"
        }
    }

    /// Whether another try could go better.
    package var mayPass: Bool { self == .brokenOff }

    /// Whether the certificate would do if its authority were trusted.
    package var wantsAuthority: Bool { self == .certificateNotTrusted || self == .certificateSelfSigned }
}

/// Contexts of the library, which are costly to make (the system's authorities are read), by what they depend on.
struct OriginTLSContexts {
    private struct Key: Hashable {
        var minimum: OriginTLS.Version
        var maximum: OriginTLS.Version
        var authorities: OriginAuthorities?
    }

    /// Contexts kept; a configuration with more different ones makes some of them anew.
    private static let countMax = 256
    private var made: [Key: NIOSSLContext] = [:]

    mutating func context(for tls: OriginTLS) throws -> NIOSSLContext {
        let key = Key(minimum: tls.minimumVersion, maximum: tls.maximumVersion, authorities: tls.authorities)
        if let context = made[key] { return context }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = tls.minimumVersion.library
        configuration.maximumTLSVersion = tls.maximumVersion.library
        if tls.minimumVersion < .tls12 {
            // What old servers have in common with us; their versions know nothing better.
            configuration.cipherSuites += ":ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:AES128-SHA:AES256-SHA"
        }
        // Names are compared by `CertificateNames`, since any of several will do.
        configuration.certificateVerification = .noHostnameVerification
        if let authorities = tls.authorities { configuration.additionalTrustRoots = [.certificates(authorities.certificates)] }
        configuration.applicationProtocols = ["http/1.1"]
        let context = try NIOSSLContext(configuration: configuration)
        if made.count >= Self.countMax { made.removeAll() }
        made[key] = context
        return context
    }
}

extension OriginTLS.Version {
    fileprivate var library: TLSVersion {
        switch self {
        case .tls10: .tlsv1
        case .tls11: .tlsv11
        case .tls12: .tlsv12
        case .tls13: .tlsv13
        }
    }
}
