import ConfigurationReading
import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService
import TestKeyMaterial

/// A primary, `origin.example`, and a secondary, `other.example`, as a group.
@Suite struct OriginGroupTests {
    private static func site(_ codes: [Int] = [404, 503], methods: AllowedMethods = .getHead, _ change: (inout Distribution) -> Void = { _ in }) throws -> Distribution {
        var site = try Distribution.site(methods: methods)
        site.originGroups = [OriginGroup(id: "pair", primary: "origin", secondary: "other", failoverStatusCodes: codes)]
        site.defaultCacheBehavior.targetOriginID = "pair"
        change(&site)
        return site
    }

    /// Answers by host: the primary as told, the secondary with its name.
    private static func answer(_ edge: Edge, _ primary: OriginReply, secondary: OriginReply = OriginReply(.ok, [:], "secondary")) {
        edge.origin.answer { $0.endpoint.host == "origin.example" ? primary : secondary }
    }

    @Test(arguments: [(200, "primary"), (302, "primary"), (404, "secondary"), (503, "secondary"), (403, "primary"), (500, "primary")])
    func `a chosen status of the primary leads to the secondary`(status: Int, text: String) async throws {
        let edge = try Edge([Self.site()])
        Self.answer(edge, OriginReply(.init(code: status), [:], "primary"))
        let reply = await edge.get("/a")
        #expect(reply.text == text)
        #expect(reply.status == (text == "secondary" ? 200 : status))
        #expect(edge.origin.fetches.map(\.endpoint.host) == (text == "secondary" ? ["origin.example", "other.example"] : ["origin.example"]))
        if text == "secondary" {
            // It is kept under the same key; when it is not, the primary is asked first again.
            #expect(await edge.get("/a").xCache == "Hit")
            #expect(edge.origin.count == 2)
            await edge.get("/b")
            #expect(edge.origin.fetches.suffix(2).map(\.endpoint.host) == ["origin.example", "other.example"])
        }
    }

    @Test(arguments: [
        (OriginError.Kind.connect, [], true), (.dns, [], true), (.timeout, [], true), (.communication, [], false),
        (.communication, [502], true), (.invalidResponse, [500], false), (.invalidResponse, [502], true), (.capacity, [503], true),
    ] as [(OriginError.Kind, [Int], Bool)])
    func `no connection and no answer in time always lead to the secondary, other failures by their status`(
        kind: OriginError.Kind, codes: [Int], fails: Bool
    ) async throws {
        let edge = try Edge([Self.site(codes + [416])])
        Self.answer(edge, OriginReply(.ok, [:], "unused"))
        let gate = edge.origin.gate()
        gate.refuse(kind)
        let reply = await edge.get("/a")
        #expect(reply.status == (fails ? 200 : 502))
        #expect(edge.origin.count == (fails ? 2 : 1))
    }

    @Test func `each member is asked in its own way`() async throws {
        let site = try Self.site { site in
            site.origins[0].customHeaders = [.init(name: "X-Member", value: "one")]
            site.origins[1].customHeaders = [.init(name: "X-Member", value: "two")]
            site.origins[1].originPath = OriginPath("/spare") ?? .root
            site.origins[1].connectionAttempts = 1
            site.origins[1].kind = .s3(
                S3Origin(access: .originAccessControl(OriginAccessControl(name: "oac")), protocolPolicy: .httpsOnly))
        }
        let edge = try Edge([site])
        Self.answer(edge, OriginReply(.notFound))
        await edge.get("/a")
        let (first, second) = (try #require(edge.origin.fetches.first), try #require(edge.origin.last))
        #expect(first.target == "/a")
        #expect(second.target == "/spare/a")
        #expect(first.fields[.hostField] == "origin.example:9000")
        #expect(second.fields[.hostField] == "other.example")
        #expect([first, second].map { $0.fields[HTTPField.Name("X-Member")!] } == ["one", "two"])
        #expect(first.fields[.authorization] == nil)
        #expect(second.fields[.authorization]?.hasPrefix("AWS4-HMAC-SHA256") == true)
        #expect([first, second].map(\.endpoint.connectionAttempts) == [3, 1])
        #expect([first, second].map(\.endpoint.port) == [9000, 443])
        #expect(second.endpoint.tls?.serverNames == ["other.example"])
    }

    @Test(arguments: [(HTTPRequest.Method.get, 2), (.head, 2), (.options, 2), (.post, 1), (.delete, 1), (.put, 1)])
    func `only reads fail over`(method: HTTPRequest.Method, count: Int) async throws {
        let edge = try Edge([Self.site(methods: .all)])
        Self.answer(edge, OriginReply(.serviceUnavailable))
        await edge.get("/a", method: method)
        #expect(edge.origin.count == count)
    }

    @Test func `when both fail the secondary's failure is the answer, and a stale copy stands in for both`() async throws {
        let edge = try Edge([Self.site()])
        Self.answer(edge, OriginReply(.notFound), secondary: OriginReply(.serviceUnavailable, [:], "both"))
        let failed = await edge.get("/a")
        #expect(failed.status == 503)
        #expect(failed.text == "both")

        Self.answer(edge, OriginReply(.ok, [.cacheControl: "max-age=1"], "copy"))
        await edge.get("/b")
        edge.clock.advance(5)
        edge.origin.fail(.connect)
        let stale = await edge.get("/b")
        #expect(stale.text == "copy")
        #expect(stale.xCache == "Hit")
        #expect(edge.origin.fetches.suffix(2).map(\.endpoint.host) == ["origin.example", "other.example"])
    }

    @Test func `the secondary may confirm what is kept`() async throws {
        let edge = try Edge([Self.site()])
        Self.answer(edge, OriginReply(.notFound), secondary: OriginReply(.ok, [.cacheControl: "max-age=1", .eTag: "\"1\""], "copy"))
        await edge.get("/a")
        edge.clock.advance(5)
        Self.answer(edge, OriginReply(.notFound), secondary: OriginReply(.notModified))
        let reply = await edge.get("/a")
        #expect(reply.xCache == "RefreshHit")
        #expect(reply.text == "copy")
        #expect(edge.origin.fetches.suffix(2).map { $0.fields[.ifNoneMatch] } == ["\"1\"", "\"1\""])
    }
}

/// Over which protocol origins are asked.
@Suite struct OriginProtocolTests {
    private static func edge(_ policy: OriginProtocolPolicy, toOrigin: OriginRequestPolicy? = nil, _ change: (inout Origin) -> Void = { _ in }) throws -> Edge {
        var site = try Distribution.site(toOrigin: toOrigin)
        site.origins[0].domainName = try #require(OriginDomainName("origin.example"))
        site.origins[0].kind = .custom(CustomOrigin(httpPort: 8000, httpsPort: 8443, protocolPolicy: policy, sslProtocols: [.tls11, .tls12]))
        change(&site.origins[0])
        let edge = try Edge([site])
        edge.origin.answer(OriginReply(.ok, [:], "a"))
        return edge
    }

    @Test(arguments: [
        (OriginProtocolPolicy.httpOnly, true, 8000), (.httpsOnly, false, 8443), (.matchViewer, true, 8443), (.matchViewer, false, 8000),
    ])
    func `the origin is asked over the protocol of its policy`(policy: OriginProtocolPolicy, isSecure: Bool, port: Int) async throws {
        let edge = try Self.edge(policy)
        let viewer = Viewer(edge.service, Edge.head(.get, "/a", [:], host: "www.example.com"), isSecure: isSecure)
        #expect(await viewer.reply.status == 200)
        let fetch = try #require(edge.origin.last)
        #expect(fetch.endpoint.port == port)
        #expect(fetch.fields[.hostField] == "origin.example:\(port)")
        #expect(fetch.endpoint.tls?.serverNames == (port == 8443 ? ["origin.example"] : nil))
        #expect(fetch.endpoint.tls?.minimumVersion == (port == 8443 ? .tls11 : nil))
        #expect(fetch.endpoint.tls?.maximumVersion == (port == 8443 ? .tls13 : nil))
        // Whatever it was asked over, what came is for viewers of both.
        #expect(await edge.get("/a").xCache == "Hit")
    }

    @Test func `the protocol's own port is not said in Host`() async throws {
        let edge = try Self.edge(.httpsOnly) { $0.kind = .custom(CustomOrigin(protocolPolicy: .httpsOnly)) }
        await edge.get("/a")
        #expect(edge.origin.last?.endpoint.port == 443)
        #expect(edge.origin.last?.fields[.hostField] == "origin.example")
    }

    @Test func `a forwarded Host is the name asked for, and either name will do`() async throws {
        let edge = try Self.edge(.httpsOnly, toOrigin: OriginRequestPolicy(headers: .allViewer))
        await edge.get("/a", host: "WWW.example.com:8080")
        let fetch = try #require(edge.origin.last)
        #expect(fetch.endpoint.tls?.serverNames == ["www.example.com", "origin.example"])
        #expect(fetch.fields[.hostField] == "WWW.example.com:8080")
    }

    @Test func `the page says what is wrong with a certificate, and not which names it has`() async throws {
        let edge = try Self.edge(.httpsOnly)
        let gate = edge.origin.gate()
        gate.refuse(OriginError(.certificateForOtherNames(["secret.example"], wanted: "origin.example"), origin: "origin.example:443"))
        let reply = await edge.get("/a")
        #expect(reply.status == 502)
        #expect(reply.text.contains("The origin's certificate is for another name."), "\(reply.text)")
        #expect(!reply.text.contains("secret.example"))
    }

    @Test func `authorities come from their file, or the configuration can't be served`() throws {
        let place = OriginSecurity.AuthorityFile(path: "ca.pem", location: .init(line: 3, column: 5), keyPath: "origins[0].origin_ca_file")
        var site = try Distribution.site()
        site.origins[0].authorities = place
        #expect(throws: EdgeSetupError("origin origin: ca.pem holds no certificate in PEM")) { try Edge.snapshot([site]) }
        let good = Array(TestCertificates.certificate.utf8)
        for (found, read) in [
            ("ca.pem, which holds none", { (_: String) throws(CertificateTable.FileProblem) -> [UInt8] in Array("no".utf8) }),
            ("ca.pem, no such file", { _ throws(CertificateTable.FileProblem) in throw CertificateTable.FileProblem("no such file") }),
            (nil, { _ throws(CertificateTable.FileProblem) in good }),
        ] as [(String?, (String) throws(CertificateTable.FileProblem) -> [UInt8])] {
            var configuration = try Edge.snapshot([.site()]).configuration
            configuration.distributions[0].origins[0].authorities = place
            let problems = configuration.readOriginAuthorities(file: "edge.conf", read: read)
            #expect(
                problems.map(\.description)
                    == (found.map { ["edge.conf:3:5: error: origins[0].origin_ca_file: found \($0), expected certificates of authorities in PEM"] } ?? []))
            if found == nil { #expect(configuration.distributions[0].origins[0].authorities?.pem == good) }
        }
    }
}
