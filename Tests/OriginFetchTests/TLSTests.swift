import NIOCore
import NIOSSL
import NIOTLS
import Synchronization
import Testing

@testable import OriginFetch

/// The TLS side of a scripted origin: one certificate for whatever name is asked for, which it remembers.
final class ScriptedTLS: Sendable {
    private let context: NIOSSLContext
    private let asked = Mutex<[String?]>([])

    /// The names that clients asked for, nil for none.
    var askedNames: [String?] { asked.withLock { $0 } }

    init(_ certificate: String, minimum: TLSVersion = .tlsv1, maximum: TLSVersion? = nil) throws {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(TestCertificates.key.utf8), format: .pem)))
        configuration.minimumTLSVersion = minimum
        configuration.maximumTLSVersion = maximum
        configuration.cipherSuites += ":ECDHE-ECDSA-AES128-SHA"
        context = try NIOSSLContext(configuration: configuration)
    }

    func start(on channel: any Channel) throws {
        let names = ByteToMessageHandler(
            SNIHandler { [self] result in
                let name: String? = if case .hostname(let name) = result { name } else { nil }
                asked.withLock { $0.append(name) }
                return channel.eventLoop.makeSucceededVoidFuture()
            })
        try channel.pipeline.syncOperations.addHandlers(names, NIOSSLServerHandler(context: context))
    }
}

struct TLSTests {
    private static func endpoint(
        _ origin: ScriptedOrigin, _ names: [String] = ["origin.localhost"], trusting authority: String? = TestCertificates.authority,
        minimum: OriginTLS.Version = .tls12, maximum: OriginTLS.Version = .tls13
    ) -> OriginEndpoint {
        var endpoint = origin.endpoint
        var tls = OriginTLS(serverNames: names)
        (tls.minimumVersion, tls.maximumVersion) = (minimum, maximum)
        if let authority { tls.authorities = OriginAuthorities(pem: Array(authority.utf8)) }
        endpoint.tls = tls
        return endpoint
    }

    /// One request that the origin answers.
    private static func fetched(_ origin: ScriptedOrigin, _ endpoint: OriginEndpoint, _ fetcher: NIOOriginFetcher = makeFetcher()) async throws -> String {
        async let response = fetcher.fetch(request(), from: endpoint)
        let side = await origin.next()
        #expect(await side.received().hasPrefix("GET / HTTP/1.1\r\nHost: h\r\n"))
        try await side.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
        return try await response.text()
    }

    private static func refusal(_ endpoint: OriginEndpoint) async -> OriginError? {
        do {
            _ = try await makeFetcher().fetch(request(), from: endpoint)
            return nil
        } catch { return error as? OriginError }
    }

    @Test(arguments: [
        ["origin.localhost"], ["any.wild.localhost"], ["127.0.0.1"], ["viewer.example", "origin.localhost"], ["ORIGIN.localhost"],
    ])
    func `a request goes over TLS when the certificate is for one of the names`(names: [String]) async throws {
        let tls = try ScriptedTLS(TestCertificates.good)
        let origin = try await ScriptedOrigin.listen(tls: tls)
        #expect(try await Self.fetched(origin, Self.endpoint(origin, names)) == "secret")
        #expect(tls.askedNames == [names[0] == "127.0.0.1" ? nil : names[0]])
    }

    @Test(arguments: [
        (TestCertificates.expired, ["origin.localhost"], true, OriginTLSFailure.certificateExpired),
        (TestCertificates.future, ["origin.localhost"], true, .certificateNotYetValid),
        (TestCertificates.selfSigned, ["origin.localhost"], true, .certificateSelfSigned),
        (TestCertificates.good, ["origin.localhost"], false, .certificateNotTrusted),
        (
            TestCertificates.good, ["other.localhost"], true,
            .certificateForOtherNames(["origin.localhost", "*.wild.localhost", "127.0.0.1"], wanted: "other.localhost")
        ),
        (
            TestCertificates.good, ["a.b.wild.localhost", "wild.localhost"], true,
            .certificateForOtherNames(
                ["origin.localhost", "*.wild.localhost", "127.0.0.1"], wanted: "a.b.wild.localhost or wild.localhost")
        ),
    ])
    func `a certificate that is no good is named with its fault, after one try`(
        certificate: String, names: [String], isTrusted: Bool, expected: OriginTLSFailure
    ) async throws {
        let origin = try await ScriptedOrigin.listen(tls: try ScriptedTLS(certificate))
        let error = try #require(
            await Self.refusal(Self.endpoint(origin, names, trusting: isTrusted ? TestCertificates.authority : nil)))
        #expect(error.tls == expected)
        #expect(error.kind == .connect)
        #expect(error.status == 502)
        #expect(error.detail == expected.description)
        #expect(origin.acceptedCount == 1)
    }

    @Test func `a certificate signed by itself is good where it is trusted`() async throws {
        let origin = try await ScriptedOrigin.listen(tls: try ScriptedTLS(TestCertificates.selfSigned))
        #expect(try await Self.fetched(origin, Self.endpoint(origin, trusting: TestCertificates.selfSigned)) == "secret")
    }

    @Test(arguments: [
        (TLSVersion.tlsv1, TLSVersion.tlsv11, OriginTLS.Version.tls12, OriginTLS.Version.tls13, false),
        (.tlsv13, .tlsv13, .tls10, .tls11, false),
        (.tlsv1, .tlsv1, .tls10, .tls13, true),
        (.tlsv13, .tlsv13, .tls12, .tls13, true),
        (.tlsv12, .tlsv12, .tls12, .tls13, true),
    ])
    func `the versions of both sides must meet`(
        lowest: TLSVersion, highest: TLSVersion, minimum: OriginTLS.Version, maximum: OriginTLS.Version, meets: Bool
    ) async throws {
        let origin = try await ScriptedOrigin.listen(tls: try ScriptedTLS(TestCertificates.good, minimum: lowest, maximum: highest))
        let endpoint = Self.endpoint(origin, minimum: minimum, maximum: maximum)
        if meets {
            #expect(try await Self.fetched(origin, endpoint) == "secret")
        } else {
            #expect(await Self.refusal(endpoint)?.tls == .noCommonProtocol)
        }
    }

    @Test func `an origin that speaks plain HTTP is told from one that fails`() async throws {
        let origin = try await ScriptedOrigin.listen()
        async let error = Self.refusal(Self.endpoint(origin))
        let side = await origin.next()
        try await side.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        #expect(await error?.tls == .notTLS)
    }

    @Test func `an origin that hangs up in the handshake is tried again`() async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = Self.endpoint(origin)
        endpoint.connectionAttempts = 2
        async let error = Self.refusal(endpoint)
        for _ in 0..<2 { await origin.next().close() }
        #expect(await error?.tls == .brokenOff)
        #expect(origin.acceptedCount == 2)
    }

    @Test func `the time to connect covers the handshake`() async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = Self.endpoint(origin)
        endpoint.connectionAttempts = 1
        endpoint.connectionTimeout = .milliseconds(50)
        let error = try #require(await Self.refusal(endpoint))
        #expect(error.kind == .connect)
        #expect(error.detail == "the TLS handshake took too long")
    }

    @Test func `connections are kept by what TLS depends on`() async throws {
        let origin = try await ScriptedOrigin.listen(tls: try ScriptedTLS(TestCertificates.good))
        let fetcher = makeFetcher()
        let endpoint = Self.endpoint(origin)
        async let first = fetcher.fetch(request(), from: endpoint)
        let side = await origin.next()
        await side.received()
        side.forget()
        try await side.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(try await first.text() == "")
        async let second = fetcher.fetch(request(), from: endpoint)
        await side.received()
        try await side.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(try await second.text() == "")
        #expect(origin.acceptedCount == 1)
        #expect(try await Self.fetched(origin, Self.endpoint(origin, ["any.wild.localhost"]), fetcher) == "secret")
        #expect(origin.acceptedCount == 2)
    }

    @Test func `content cut short without TLS's own ending is no whole content`() async throws {
        let origin = try await ScriptedOrigin.listen(tls: try ScriptedTLS(TestCertificates.good))
        async let response = makeFetcher().fetch(request(), from: Self.endpoint(origin))
        let side = await origin.next()
        await side.received()
        try await side.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\npart")
        try await side.cut()
        let fetched = try await response
        #expect(await failure { _ = try await fetched.text() } == .communication)
    }
}

struct CompletionTimeoutTests {
    @Test func `a response that goes on for too long ends, however lively it is`() async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = origin.endpoint
        endpoint.completionTimeout = .milliseconds(200)
        endpoint.connectionAttempts = 1
        let reading = Task { [endpoint] in
            await failure { _ = try await makeFetcher().fetch(request(), from: endpoint).text() }
        }
        let side = await origin.next()
        await side.received()
        let dripping = Task {
            try await side.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while !Task.isCancelled { try await side.send("x") }
        }
        #expect(await reading.value == .timeout)
        dripping.cancel()
    }

    @Test func `a connection outlives the bound of a request that was in time`() async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = origin.endpoint
        endpoint.completionTimeout = .seconds(60)
        let fetcher = makeFetcher()
        async let response = fetcher.fetch(request(), from: endpoint)
        let side = await origin.next()
        await side.received()
        try await side.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        #expect(try await response.text() == "ok")
        #expect(fetcher.idleCount(endpoint) == 1)
    }
}

struct CertificateNamesTests {
    private let names = CertificateNames(names: ["a.example", "*.b.example"], addresses: [[192, 0, 2, 1], Array(repeating: 0, count: 15) + [1]])

    @Test(arguments: [
        ("a.example", true), ("A.EXAMPLE", true), ("a.example.", true), ("x.b.example", true), ("b.example", false),
        ("x.y.b.example", false), ("x.a.example", false), (".b.example", false), ("192.0.2.1", true), ("192.0.2.2", false),
        ("::1", true), ("[::1]", true), ("::2", false), ("", false),
    ])
    func `a certificate covers its names, one label for its wildcards, and its addresses`(host: String, isCovered: Bool) {
        #expect(names.covers(host) == isCovered)
    }

    @Test(arguments: [[], [0x30], [0x30, 0x80], [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], [0x30, 0x03, 0x30, 0x01, 0xA0], Array(repeating: 0x30, count: 64)] as [[UInt8]])
    func `broken encodings are not self-issued`(der: [UInt8]) {
        #expect(!CertificateText(der: der).isSelfIssued)
    }
}
