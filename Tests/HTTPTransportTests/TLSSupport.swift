import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

@testable import HTTPTransport
import TestKeyMaterial

/// Two names with certificates, one that is made late, and the rest unknown.
struct ScriptedCertificates: TLSContextSource {
    let first: TLSServerContext
    let other: TLSServerContext

    init(minimumVersion: TLSMinimumVersion = .tls12) throws {
        first = try TLSServerContext(
            certificateChain: Array(TestCertificates.certificate.utf8), privateKey: Array(TestCertificates.key.utf8),
            minimumVersion: minimumVersion)
        other = try TLSServerContext(
            certificateChain: Array(TestCertificates.otherCertificate.utf8), privateKey: Array(TestCertificates.otherKey.utf8))
    }

    func context(forServerName name: String?) -> TLSContextAnswer {
        switch name {
        case nil, "www.example.com": .context(first)
        case "other.example.net": .context(other)
        case "late.other.example.net", "never.example.com": .later
        default: .unknownName
        }
    }

    func makeContext(forServerName name: String?) async -> TLSServerContext? {
        name == "late.other.example.net" ? other : nil
    }
}

/// What a client trusts and speaks.
func clientContext(
    trusting certificate: String = TestCertificates.certificate, minimum: TLSVersion = .tlsv12, maximum: TLSVersion? = nil,
    protocols: [String] = []
) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)))
    configuration.minimumTLSVersion = minimum
    configuration.maximumTLSVersion = maximum
    configuration.applicationProtocols = protocols
    return try NIOSSLContext(configuration: configuration)
}

/// Runs `body` against a TLS listener of its own.
func withTLSListener(
    _ service: any HTTPService, limits: TransportLimits = TransportLimits(), minimumVersion: TLSMinimumVersion = .tls12,
    budget: ConnectionBudget? = nil, _ body: (HTTPListener) async throws -> Void
) async throws {
    let listener = try await HTTPListener.bind(
        host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, limits: limits,
        tls: try ScriptedCertificates(minimumVersion: minimumVersion), budget: budget, service: service)
    do {
        try await body(listener)
    } catch {
        await listener.drain(patience: .zero)
        throw error
    }
    await listener.drain(patience: .zero)
}

extension HTTPListener {
    func secureClient(
        _ context: NIOSSLContext? = nil, name: String? = "www.example.com", reading: Bool = true
    ) async throws -> WireClient {
        try await WireClient.connect(
            port: address.port ?? 0, reading: reading, tls: (try context ?? clientContext(), name))
    }
}
