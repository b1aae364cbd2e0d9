// A certificate with its key, ready for handshakes. TLS 1.2 and 1.3 (RFC 5246, RFC 8446) with forward secrecy and authenticated
// encryption alone. Session tickets resume sessions for as long as the context lives; their keys never leave the process.

import NIOCore
import NIOSSL

/// Why a certificate and a key can't be used.
package enum TLSContextError: Error, Sendable, Equatable {
    /// The text holds no certificate in PEM, or one that can't be read.
    case certificate
    /// The text holds no private key in PEM, or one that can't be read or is encrypted.
    case privateKey
    /// The key is another certificate's.
    case mismatch
    /// Anything else that the library finds.
    case refused(String)
}

/// The oldest protocol a context speaks.
package enum TLSMinimumVersion: Sendable, Hashable {
    case tls12
    case tls13
}

/// What the server side of a handshake needs. Immutable and shared by connections.
package struct TLSServerContext: Sendable {
    /// TLS 1.2's suites in order of preference; those of TLS 1.3 are all good and not configurable.
    static let cipherSuites = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ]
    /// For the client's close_notify after ours, before the connection is closed all the same.
    static let shutdownTimeout = TimeAmount.seconds(2)

    let context: NIOSSLContext
    /// Whether HTTP/2 is spoken with clients that offer it (RFC 9113 section 3.2).
    package let offersHTTP2: Bool
    /// The DNS names the certificate is for, in lower case, wildcards as `*.example.com`.
    package let names: [String]
    /// Seconds since 1970.
    package let notValidAfter: Int64

    /// - Parameters:
    ///   - certificateChain: PEM, the server's own certificate first.
    ///   - privateKey: PEM, not encrypted.
    package init(
        certificateChain: [UInt8], privateKey: [UInt8], minimumVersion: TLSMinimumVersion = .tls12, offersHTTP2: Bool = true
    ) throws(TLSContextError) {
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(certificateChain), let leaf = chain.first else {
            throw .certificate
        }
        // Without a callback that knows none, the library asks for a passphrase on the terminal.
        guard let key = try? NIOSSLPrivateKey(bytes: privateKey, format: .pem, passphraseCallback: { $0([UInt8]()) }) else {
            throw .privateKey
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = minimumVersion == .tls13 ? .tlsv13 : .tlsv12
        configuration.cipherSuites = Self.cipherSuites.joined(separator: ":")
        configuration.applicationProtocols = offersHTTP2 ? ["h2", "http/1.1"] : ["http/1.1"]
        self.offersHTTP2 = offersHTTP2
        configuration.shutdownTimeout = Self.shutdownTimeout
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch NIOSSLError.failedToLoadPrivateKey {
            // It was read above: what can be wrong with it is only whose it is.
            throw .mismatch
        } catch {
            throw .refused("\(error)")
        }
        names = leaf._subjectAlternativeNames().compactMap { name in
            guard name.nameType == .dnsName else { return nil }
            return name.contents.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }.lowercased()
        }
        notValidAfter = Int64(leaf.notValidAfter)
    }

    /// Whether clients accept the certificate for a name; for `*.example.com`, whether they do for every name of one label more
    /// (RFC 6125 section 6.4.3).
    package func covers(_ name: String) -> Bool {
        if names.contains(name) { return true }
        guard !name.hasPrefix("*"), let dot = name.firstIndex(of: "."), dot > name.startIndex else { return false }
        return names.contains("*" + name[dot...])
    }
}

/// Finds the certificate for the name that a client asks for (Server Name Indication, RFC 6066 section 3).
package protocol TLSContextSource: Sendable {
    /// What is known at once; called on a connection's event loop, so must not block.
    ///
    /// - Parameter name: in lower case; nil when the client named none, as for an address.
    func context(forServerName name: String?) -> TLSContextAnswer

    /// The context after `.later`, off the event loop; nil refuses the name.
    func makeContext(forServerName name: String?) async -> TLSServerContext?
}

package enum TLSContextAnswer: Sendable {
    case context(TLSServerContext)
    /// Ask `makeContext`.
    case later
    /// Nobody claims the name: the handshake is refused with `unrecognized_name`.
    case unknownName
}

/// What a handshake has agreed on.
package struct TLSFacts: Sendable, Hashable {
    /// `TLSv1.2` or `TLSv1.3`, as logs write it.
    package var version: String
    /// The protocol chosen by ALPN (RFC 7301); nil when the client offered none of ours.
    package var applicationProtocol: String?
    /// The name that the client asked for, in lower case; nil when it named none.
    package var serverName: String?

    package init(version: String, applicationProtocol: String? = nil, serverName: String? = nil) {
        self.version = version
        self.applicationProtocol = applicationProtocol
        self.serverName = serverName
    }
}
