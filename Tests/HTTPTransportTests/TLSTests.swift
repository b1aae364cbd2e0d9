import Foundation
import HTTPTypes
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import HTTPTransport
import TestKeyMaterial

@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    private static let closing = "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

    /// Answers with what the handshake agreed on.
    private static let facts = ScriptedService { exchange in
        let tls = exchange.connection.tls
        let text = "\(tls?.version ?? "clear") \(tls?.applicationProtocol ?? "none") \(exchange.connection.isSecure)"
        try await exchange.respond(ResponseHead(status: .ok), body: ByteBuffer(string: text))
    }

    struct Agreement: Sendable {
        var maximum: TLSVersion?
        var protocols: [String] = []
        var text: String
    }

    @Test(arguments: [
        Agreement(maximum: .tlsv12, text: "TLSv1.2 none true"), Agreement(maximum: .tlsv13, text: "TLSv1.3 none true"),
        Agreement(protocols: ["http/1.1", "spdy/1"], text: "TLSv1.3 http/1.1 true"),
        Agreement(protocols: ["http/1.1"], text: "TLSv1.3 http/1.1 true"),
    ])
    func `a service learns what was agreed on`(row: Agreement) async throws {
        try await withTLSListener(Self.facts) { listener in
            let client = try await listener.secureClient(clientContext(maximum: row.maximum, protocols: row.protocols))
            try await client.send(Self.closing)
            #expect(await client.receivedToEnd().hasSuffix("\r\n\r\n" + row.text))
            #expect(!client.wasReset, "the end is TLS's own, not a cut")
            await client.close()
        }
    }

    @Test func `without TLS nothing is said to be secure`() async throws {
        try await withListener(Self.facts) { listener in
            let client = try await listener.client()
            try await client.send(Self.closing)
            #expect(await client.receivedToEnd().hasSuffix("clear none false"))
            await client.close()
        }
    }

    @Test func `several requests share a connection, an immediate answer among them`() async throws {
        let service = ScriptedService(
            immediate: { _, output in
                output.writeString("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
                return .answered(body: ByteBuffer(string: "fast"))
            }, { _ in })
        try await withTLSListener(service) { listener in
            let client = try await listener.secureClient()
            for _ in 0..<3 { try await client.send(get) }
            let text = await client.received(count: 3 * 42)
            #expect(String(decoding: text, as: UTF8.self).components(separatedBy: "fast").count == 4)
            await client.close()
        }
    }

    // MARK: Names

    @Test(arguments: [
        ("www.example.com", true), ("WWW.Example.COM", true), ("other.example.net", false), ("late.other.example.net", false),
    ])
    func `each name gets its own certificate`(name: String, isFirst: Bool) async throws {
        let trusted = isFirst ? TestCertificates.certificate : TestCertificates.otherCertificate
        try await withTLSListener(ScriptedService.echo()) { listener in
            let client = try await listener.secureClient(clientContext(trusting: trusted), name: name)
            try await client.send(Self.closing)
            #expect(await client.receivedToEnd().hasSuffix("/x"))
            #expect(client.failure == nil)
            await client.close()
        }
    }

    @Test(arguments: ["unknown.example.com", "never.example.com"])
    func `a name that nobody claims is refused by an alert`(name: String) async throws {
        try await withTLSListener(ScriptedService.echo()) { listener in
            let client = try await listener.secureClient(name: name)
            #expect(await client.receivedToEnd() == "")
            #expect(client.failure?.contains("UNRECOGNIZED_NAME") == true, "\(client.failure ?? "no failure")")
            #expect(await eventually { listener.connectionCount == 0 })
        }
    }

    @Test func `a client that names nobody gets the certificate for that`() async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.certificate.utf8)))
        configuration.certificateVerification = .noHostnameVerification
        let context = try NIOSSLContext(configuration: configuration)
        try await withTLSListener(ScriptedService.echo()) { listener in
            let client = try await listener.secureClient(context, name: nil)
            try await client.send(Self.closing)
            #expect(await client.receivedToEnd().hasSuffix("/x"))
            await client.close()
        }
    }

    // MARK: What fails

    @Test func `a protocol older than the minimum is refused`() async throws {
        try await withTLSListener(ScriptedService.echo(), minimumVersion: .tls13) { listener in
            let client = try await listener.secureClient(clientContext(maximum: .tlsv12))
            #expect(await client.receivedToEnd() == "")
            #expect(client.failure?.contains("PROTOCOL_VERSION") == true, "\(client.failure ?? "no failure")")
        }
        try await withTLSListener(ScriptedService.echo()) { listener in
            let client = try await listener.secureClient(clientContext(minimum: .tlsv1, maximum: .tlsv11))
            #expect(await client.receivedToEnd() == "")
            #expect(client.failure != nil)
        }
    }

    @Test(arguments: ["", "\u{16}\u{3}\u{1}\u{2}", "\u{16}\u{3}\u{1}"])
    func `a handshake that stalls is cut off`(beginning: String) async throws {
        var limits = TransportLimits()
        limits.handshakeTimeout = .milliseconds(50)
        try await withTLSListener(ScriptedService.echo(), limits: limits) { listener in
            let client = try await listener.client()
            if !beginning.isEmpty { try await client.send(beginning) }
            #expect(await client.receivedToEnd() == "")
            #expect(await eventually { listener.connectionCount == 0 })
            await client.close()
        }
    }

    @Test func `the time for a handshake does not run on afterwards`() async throws {
        var limits = TransportLimits()
        limits.handshakeTimeout = .seconds(3)
        limits.headTimeout = .seconds(4)
        try await withTLSListener(ScriptedService.echo(), limits: limits) { listener in
            let client = try await listener.secureClient()
            try await client.send("GET / HTTP/1.1\r\n")
            #expect(await client.receivedToEnd().hasPrefix("HTTP/1.1 408"), "it is the head's time that ends the connection")
            await client.close()
        }
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nHost: h\r\n\r\n", "\u{16}\u{3}\u{1}\u{0}\u{5}hello"])
    func `what is no handshake ends the connection`(bytes: String) async throws {
        try await withTLSListener(ScriptedService.echo()) { listener in
            let client = try await listener.client()
            try await client.send(bytes)
            #expect(!(await client.receivedToEnd()).contains("HTTP/"))
            #expect(await eventually { listener.connectionCount == 0 })
            await client.close()
        }
    }

    @Test func `listeners can share one limit on connections`() async throws {
        let budget = ConnectionBudget(max: 1)
        try await withListener(ScriptedService.echo(), budget: budget) { clear in
            try await withTLSListener(ScriptedService.echo(), budget: budget) { secure in
                let first = try await clear.client()
                try await first.send(get)
                await first.received(until: "\r\n\r\n/")
                let refused = try await secure.secureClient()
                #expect(await refused.receivedToEnd() == "")
                await first.close()
                #expect(await eventually { clear.connectionCount == 0 })
                let second = try await secure.secureClient()
                try await second.send(Self.closing)
                #expect(await second.receivedToEnd().hasSuffix("/x"))
                await second.close()
            }
        }
    }

    @Test func `a certificate or key that can't be used says which it is`() {
        func attempt(_ certificate: String, _ key: String) -> TLSContextError? {
            do throws(TLSContextError) {
                _ = try TLSServerContext(certificateChain: Array(certificate.utf8), privateKey: Array(key.utf8))
                return nil
            } catch {
                return error
            }
        }
        #expect(attempt(TestCertificates.certificate, TestCertificates.key) == nil)
        #expect(attempt("", TestCertificates.key) == .certificate)
        #expect(attempt(TestCertificates.key, TestCertificates.key) == .certificate)
        #expect(attempt(TestCertificates.certificate, "") == .privateKey)
        #expect(attempt(TestCertificates.certificate, TestCertificates.encryptedKey) == .privateKey)
        #expect(attempt(TestCertificates.certificate, TestCertificates.otherKey) == .mismatch)
    }

    @Test func `a wildcard covers names of one label more`() throws {
        let context = try ScriptedCertificates().first
        #expect(context.names == ["www.example.com", "*.www.example.com"])
        for name in ["www.example.com", "a.www.example.com", "*.www.example.com"] { #expect(context.covers(name), "\(name)") }
        for name in ["example.com", "a.b.www.example.com", "*.example.com", ".www.example.com", "www.example.org"] {
            #expect(!context.covers(name), "\(name)")
        }
    }
}
