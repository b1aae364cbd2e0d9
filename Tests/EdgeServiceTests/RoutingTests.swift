import ByteStreaming
import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore
import OriginFetch
import Testing

@testable import EdgeService

struct RoutingTests {
    /// The origin answers with its own name and the path it was asked for.
    private static func edge(_ distributions: [Distribution]) throws -> Edge {
        let edge = try Edge(distributions)
        edge.origin.answer { OriginReply(.ok, [:], "\($0.endpoint.host) \($0.target)") }
        return edge
    }

    @Test(arguments: ["www.example.com", "WWW.Example.COM:8080", "www.example.com.", "e1abcdef.cloudfront.localhost"])
    func `a distribution answers for its aliases and its generated name`(host: String) async throws {
        #expect(try await Self.edge([.site()]).get("/", host: host).status == 200)
    }

    @Test(arguments: ["example.com", "x.www.example.com", "", "e1abcdef.cloudfront.localhost.evil"])
    func `a name nobody claims is refused`(host: String) async throws {
        let edge = try Self.edge([.site()])
        let reply = await edge.get("/", host: host)
        #expect(reply.status == 403)
        #expect(reply.xCache == "Error")
        #expect(reply.fields[.xAmzCfId] != nil)
        #expect(edge.origin.count == 0)
    }

    @Test func `a disabled distribution is refused`() async throws {
        #expect(try await Self.edge([.site(enabled: false)]).get("/").status == 403)
    }

    @Test func `two distributions share nothing`() async throws {
        let edge = try Self.edge([.site(), .site(id: "E2", alias: "*.example.net", originPath: "/two")])
        #expect(await edge.get("/a").text == "origin.example /a")
        #expect(await edge.get("/a", host: "any.example.net").text == "origin.example /two/a")
        #expect(await edge.get("/a").xCache == "Hit")
    }

    @Test(arguments: [
        ("/img/x.png", "other.example"), ("/a/../img/x", "other.example"), ("/%69mg/x", "other.example"), ("/img/../a", "origin.example"),
        ("/IMG/x", "origin.example"), ("/img", "origin.example"), ("/%2Fimg/x", "origin.example"), ("/x.css", "other.example"),
        ("/deep/y.css", "other.example"), ("/y.css/", "origin.example"), ("/img/x?y.css", "other.example"), ("/?x.css", "origin.example"),
    ])
    func `the normalised path chooses the behaviour, the raw one goes to the origin`(target: String, host: String) async throws {
        let edge = try Self.edge([.site(behaviors: [behavior("img/*", origin: "other"), behavior("*.css", origin: "other")])])
        await edge.get(target)
        #expect(edge.origin.last?.endpoint.host == host)
        #expect(edge.origin.last?.path == String(target.prefix { $0 != "?" }))
    }

    @Test func `the first behaviour that matches wins`() async throws {
        let edge = try Self.edge([.site(behaviors: [behavior("/img/special/*"), behavior("/img/*", origin: "other")])])
        await edge.get("/img/special/a")
        await edge.get("/img/a")
        #expect(edge.origin.fetches.map(\.endpoint.host) == ["origin.example", "other.example"])
    }

    @Test(arguments: [("/", "/index.html"), ("/docs/", "/docs/"), ("//", "//"), ("/index.html", "/index.html")])
    func `the default root object stands for exactly the root`(target: String, asked: String) async throws {
        let edge = try Self.edge([.site(root: "index.html")])
        await edge.get(target)
        #expect(edge.origin.last?.target == asked)
    }

    @Test func `the root and its object are one entry, and the behaviour is the object's`() async throws {
        let edge = try Self.edge([.site(root: "index.html", behaviors: [behavior("*.html", origin: "other")])])
        #expect(await edge.get("/").text == "other.example /index.html")
        #expect(await edge.get("/index.html").xCache == "Hit")
    }

    @Test(arguments: ["/100%", "/%zz", "*"])
    func `a target that is no path is refused`(target: String) async throws {
        let edge = try Self.edge([.site(methods: .all)])
        #expect(await edge.get(target, method: target == "*" ? .options : .get).status == 400)
        #expect(edge.origin.count == 0)
    }

    @Test(arguments: [(8_192, 200), (8_193, 413)])
    func `a URL holds 8,192 bytes`(bytes: Int, status: Int) async throws {
        let edge = try Self.edge([.site()])
        #expect(await edge.get("/" + String(repeating: "a", count: bytes - 1)).status == status)
        #expect(await edge.get("/?" + String(repeating: "a", count: bytes - 2)).status == status)
    }

    struct Methods: Sendable, CustomTestStringConvertible {
        var set: AllowedMethods
        var allowed: [HTTPRequest.Method]
        var testDescription: String { "\(set)" }
    }

    @Test(arguments: [
        Methods(set: .getHead, allowed: [.get, .head]), Methods(set: .getHeadOptions, allowed: [.get, .head, .options]),
        Methods(set: .all, allowed: [.get, .head, .options, .put, .patch, .post, .delete]),
    ])
    func `a behaviour allows its set of methods`(row: Methods) async throws {
        let edge = try Self.edge([.site(methods: row.set)])
        for method in [HTTPRequest.Method.get, .head, .options, .put, .patch, .post, .delete, .trace] {
            let reply = await edge.get("/\(method)", method: method)
            #expect(reply.status == (row.allowed.contains(method) ? 200 : 403), "\(method)")
        }
        #expect(edge.origin.fetches.map(\.method) == row.allowed.map { $0 == .head ? .get : $0 }, "a HEAD fetches for GETs to come")
    }

    @Test func `OPTIONS is cached apart from GET, where the behaviour says so`() async throws {
        let edge = try Self.edge([.site(methods: .getHeadOptions, cached: .getHeadOptions)])
        #expect(await edge.get("/a", method: .options).xCache == "Miss")
        #expect(await edge.get("/a").xCache == "Miss")
        #expect(await edge.get("/a", method: .options).xCache == "Hit")
        let plain = try Self.edge([.site(methods: .getHeadOptions)])
        for _ in 0..<2 { #expect(await plain.get("/a", method: .options).xCache == "Miss") }
    }

    @Test func `a snapshot put in force counts from the next request on, and keeps the cache`() async throws {
        let edge = try Self.edge([.site()])
        await edge.get("/a")
        let gate = edge.origin.gate()
        let under = edge.begin("/b")
        await until("it asks") { edge.origin.count == 2 }
        edge.service.replaceSnapshot(try Edge.snapshot([.site(alias: "new.example.com", originPath: "/v2")]))
        gate.sendHead(length: 0)
        gate.end()
        #expect(await under.reply.status == 200)
        #expect(await edge.get("/a").status == 403)
        #expect(await edge.get("/a", host: "new.example.com").xCache == "Hit")
        #expect(await edge.get("/c", host: "new.example.com").text == "origin.example /v2/c")
        #expect(edge.service.snapshot.distribution(id: "E1ABCDEF") != nil)
        #expect(edge.service.snapshot.distribution(id: "E2") == nil)
    }
}
