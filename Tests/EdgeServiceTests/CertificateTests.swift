import ConfigurationReading
import DistributionModel
import HTTPTransport
import LocalCertificateAuthority
import Logging
import Synchronization
import Testing

@testable import EdgeService
import TestKeyMaterial

struct CertificateTests {
    private static let now: Int64 = 1_780_000_000
    private static let files = [
        "c.pem": TestCertificates.certificate, "k.pem": TestCertificates.key, "other.pem": TestCertificates.otherKey,
        "old.pem": TestCertificates.expiredCertificate, "empty": "",
    ]

    private static func configuration(certificate: String? = "c.pem", key: String = "k.pem", aliases: String = "www.example.com") throws -> EdgeConfiguration {
        let lines = certificate.map { ["    viewer_certificate: {certificate_file: \($0), private_key_file: \(key)}"] } ?? []
        let yaml = (["distributions:", "  - id: EONE", "    aliases: [\(aliases)]"] + lines + site
            + ["  - id: ETWO", "    aliases: [two.test, \"*.wild.test\"]"] + site).joined(separator: "\n")
        return try EdgeConfiguration.read(yaml: yaml, file: "edge.conf").value
    }

    private static let site = [
        "    origins: [{id: b, domain_name: b.s3.localhost, s3_origin_config: {}}]", "    default_cache_behavior: {target_origin_id: b}",
    ]

    private static func read(_ configuration: EdgeConfiguration) -> (table: CertificateTable, problems: [String]) {
        let result = CertificateTable.read(configuration, file: "edge.conf", now: now) { path throws(CertificateTable.FileProblem) in
            guard let text = files[path] else { throw CertificateTable.FileProblem("no such file") }
            return Array(text.utf8)
        }
        return (result.table, result.problems.map(\.description))
    }

    private static func kind(_ table: CertificateTable, _ name: String?) -> String {
        switch table.choice(forServerName: name) {
        case .file: "file"
        case .issue(let name, let offersHTTP2): "issue \(name)" + (offersHTTP2 ? "" : " for HTTP/1.1")
        case .unknownName: "unknown"
        }
    }

    @Test(arguments: [
        ("www.example.com", "file"), ("WWW.EXAMPLE.COM", "file"), ("eone.cloudfront.localhost", "issue eone.cloudfront.localhost"),
        ("etwo.cloudfront.localhost", "issue etwo.cloudfront.localhost"), ("two.test", "issue two.test"),
        ("a.wild.test", "issue a.wild.test"), ("a.b.wild.test", "issue a.b.wild.test"), ("wild.test", "unknown"),
        ("a b.wild.test", "unknown"), ("*.wild.test", "unknown"), ("example.com", "unknown"), ("", "unknown"), (nil, "file"),
    ] as [(String?, String)])
    func `each name has its certificate`(name: String?, expected: String) throws {
        #expect(Self.kind(Self.read(try Self.configuration()).table, name) == expected)
    }

    @Test func `a distribution without HTTP/2 has certificates that don't offer it`() throws {
        var configuration = try Self.configuration(certificate: nil)
        for index in configuration.distributions.indices { configuration.distributions[index].httpVersion = .http11 }
        #expect(Self.kind(Self.read(configuration).table, "two.test") == "issue two.test for HTTP/1.1")
        var filed = try Self.configuration()
        for version in [ViewerHTTPVersion.http11, .http2] {
            filed.distributions[0].httpVersion = version
            guard case .file(let context) = Self.read(filed).table.choice(forServerName: "www.example.com") else {
                Issue.record("no certificate from a file")
                continue
            }
            #expect(context.offersHTTP2 == (version == .http2))
        }
    }

    @Test func `without files everything is issued`() throws {
        let table = Self.read(try Self.configuration(certificate: nil)).table
        #expect(Self.kind(table, "www.example.com") == "issue www.example.com")
        #expect(Self.kind(table, nil) == "issue eone.cloudfront.localhost")
        #expect(!table.coversAliases)
    }

    struct Row: Sendable {
        var certificate: String
        var key = "k.pem"
        var aliases = "www.example.com"
        var problem: String?
    }

    @Test(arguments: [
        Row(certificate: "c.pem"), Row(certificate: "c.pem", aliases: "a.www.example.com, \"*.www.example.com\""),
        Row(
            certificate: "none.pem",
            problem: "edge.conf:4:44: error: distributions[0].viewer_certificate.certificate_file: found none.pem, no such file, expected a certificate in PEM"),
        Row(
            certificate: "c.pem", key: "none.pem",
            problem: "edge.conf:4:69: error: distributions[0].viewer_certificate.private_key_file: found none.pem, no such file, expected a private key in PEM, not encrypted"),
        Row(
            certificate: "empty",
            problem: "edge.conf:4:44: error: distributions[0].viewer_certificate.certificate_file: found empty, which holds none, expected a certificate in PEM"),
        Row(
            certificate: "c.pem", key: "empty",
            problem: "edge.conf:4:69: error: distributions[0].viewer_certificate.private_key_file: found empty, which holds none, expected a private key in PEM, not encrypted"),
        Row(
            certificate: "c.pem", key: "other.pem",
            problem: "edge.conf:4:69: error: distributions[0].viewer_certificate.private_key_file: found other.pem, the key of another certificate, expected the certificate's key"),
        Row(
            certificate: "old.pem",
            problem: "edge.conf:4:44: warning: distributions[0].viewer_certificate.certificate_file: found old.pem, a certificate that has expired, expected one that is valid"),
        Row(
            certificate: "c.pem", aliases: "example.com",
            problem: "edge.conf:4:44: warning: distributions[0].viewer_certificate.certificate_file: found c.pem, a certificate for www.example.com, *.www.example.com, expected one that covers the alias example.com"),
    ])
    func `what is wrong with a file is said with its place`(row: Row) throws {
        let found = Self.read(try Self.configuration(certificate: row.certificate, key: row.key, aliases: row.aliases)).problems
        #expect(found == [row.problem].compactMap { $0 })
    }

    // MARK: Issuing

    private static func certificates(
        _ configuration: EdgeConfiguration, hasAuthority: Bool = true, now: @escaping @Sendable () -> Int64 = { now }
    ) throws -> ViewerCertificates {
        ViewerCertificates(
            read(configuration).table, authority: hasAuthority ? try .make(now: self.now) : nil, now: now,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private static func answer(_ certificates: ViewerCertificates, _ name: String?) -> String {
        switch certificates.context(forServerName: name) {
        case .context(let context): context.names.joined(separator: " ")
        case .later: "later"
        case .unknownName: "unknown"
        }
    }

    @Test func `a certificate is issued once, and again when its end is near`() async throws {
        let shared = Shared(time: Self.now)
        let certificates = try Self.certificates(try Self.configuration()) { shared.now }
        #expect(Self.answer(certificates, "two.test") == "later")
        #expect(await certificates.makeContext(forServerName: "two.test")?.names == ["two.test"])
        #expect(Self.answer(certificates, "two.test") == "two.test")
        shared.advance((365 - 30) * 86_400 - 1)
        #expect(Self.answer(certificates, "two.test") == "two.test")
        shared.advance(1)
        #expect(Self.answer(certificates, "two.test") == "later")
    }

    private final class Shared: Sendable {
        private let time: Mutex<Int64>
        init(time: Int64) { self.time = Mutex(time) }
        var now: Int64 { time.withLock { $0 } }
        func advance(_ seconds: Int64) { time.withLock { $0 += seconds } }
    }

    @Test func `nothing is issued for a name that nobody claims`() async throws {
        let certificates = try Self.certificates(try Self.configuration())
        #expect(Self.answer(certificates, "evil.test") == "unknown")
        #expect(await certificates.makeContext(forServerName: "evil.test") == nil)
        #expect(await certificates.makeContext(forServerName: "www.example.com") == nil, "it has a file")
        #expect(certificates.issuedCount == 0)
    }

    @Test func `without an authority only files answer`() throws {
        let certificates = try Self.certificates(try Self.configuration(), hasAuthority: false)
        #expect(Self.answer(certificates, "two.test") == "unknown")
        #expect(Self.answer(certificates, "www.example.com") == "www.example.com *.www.example.com")
    }

    @Test func `a wildcard's names stay within a bound`() async throws {
        let certificates = try Self.certificates(try Self.configuration())
        for number in 0...ViewerCertificates.issuedCountMax {
            _ = await certificates.makeContext(forServerName: "n\(number).wild.test")
        }
        #expect(certificates.issuedCount == ViewerCertificates.issuedCountMax)
        #expect(Self.answer(certificates, "n0.wild.test") == "later", "the oldest made room")
        #expect(Self.answer(certificates, "n1.wild.test") == "n1.wild.test")
    }

    @Test func `a reload changes what new handshakes get`() async throws {
        let certificates = try Self.certificates(try Self.configuration(certificate: nil))
        _ = await certificates.makeContext(forServerName: "www.example.com")
        _ = await certificates.makeContext(forServerName: "two.test")
        #expect(Self.answer(certificates, "www.example.com") == "www.example.com")
        certificates.replaceTable(Self.read(try Self.configuration()).table)
        #expect(Self.answer(certificates, "www.example.com") == "www.example.com *.www.example.com")
        #expect(Self.answer(certificates, "two.test") == "two.test")
        #expect(certificates.issuedCount == 1)
    }
}
