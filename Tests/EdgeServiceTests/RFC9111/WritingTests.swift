import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

/// RFC 9111 sections 4.3.5 and 4.4, RFC 9110 sections 9.3.3 and 7.6.2 through the whole edge.
@Suite struct StrictWritingTests {
    private static func edge() async throws -> Edge {
        let edge = try strictEdge()
        edge.origin.answer { .cached("max-age=60", [.vary: "Foo"], "\($0.method) \($0.fields[foo] ?? "")") }
        for target in ["/a", "/b", "/c", "/d"] { await edge.get(target, [foo: "1"]) }
        await edge.get("/a", [foo: "2"])
        return edge
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "M-SEARCH", "UNHEARD-OF"])
    func `a successful write invalidates all variants of its target, and what it names of the same authority`(method: String) async throws {
        let edge = try await Self.edge()
        edge.origin.answer(
            OriginReply(.seeOther, [.location: "/b", .contentLocation: "http://www.example.com/c"]))
        let reply = await edge.get("/a", method: try #require(HTTPRequest.Method(method)))
        #expect(reply.status == 303 && reply.cacheStatus == "fwd=method; fwd-status=303; detail=\(method == "POST" ? "noFreshness" : "methodNotCached")")
        edge.origin.answer(.cached("max-age=60", [:], "new"))
        #expect(await edge.get("/d", [foo: "1"]).isHit)
        for target in ["/a", "/b", "/c"] { #expect(await edge.get(target, [foo: "1"]).text == "new", "\(target)") }
    }

    @Test func `another authority's URIs are not for this origin to invalidate`() async throws {
        let edge = try await Self.edge()
        edge.origin.answer(OriginReply(.created, [.location: "http://other.example/b", .contentLocation: "//other.example/c"]))
        await edge.get("/d", method: .post)
        for target in ["/a", "/b", "/c"] { #expect(await edge.get(target, [foo: "1"]).isHit, "\(target)") }
    }

    @Test(arguments: [400, 404, 409, 500, 503])
    func `a failed write invalidates nothing`(status: Int) async throws {
        let edge = try await Self.edge()
        edge.origin.answer(OriginReply(.init(code: status), [.location: "/b"]))
        #expect(await edge.get("/a", method: .put).status == status)
        for target in ["/a", "/b"] { #expect(await edge.get(target, [foo: "1"]).isHit) }
    }

    @Test func `safe methods that are not cached invalidate nothing`() async throws {
        let edge = try await Self.edge()
        edge.origin.answer(OriginReply(.ok, [:], "x"))
        for method in ["OPTIONS", "PROPFIND", "SEARCH"] { await edge.get("/a", method: try #require(HTTPRequest.Method(method))) }
        #expect(await edge.get("/a", [foo: "1"]).isHit)
        #expect(edge.origin.count == 8)
    }

    @Test func `what was asked for before a write is not stored after it`() async throws {
        let edge = try strictEdge()
        let gate = edge.origin.gate()
        let reader = edge.begin("/a")
        await until("the fetch is under way") { edge.origin.count == 1 }
        edge.origin.answer(OriginReply(.noContent))
        await edge.get("/a", method: .put)
        gate.sendHead(.ok, [.cacheControl: "max-age=60"], length: 3)
        gate.send("old")
        gate.end()
        #expect(await reader.reply.text == "old")
        await edge.settle()
        edge.origin.answer(.cached("max-age=60", [:], "new"))
        #expect(await edge.get("/a").text == "new")
    }

    @Test func `a write over https invalidates what is stored for http`() async throws {
        let edge = try await Self.edge()
        edge.origin.answer(OriginReply(.noContent))
        let put = Viewer(edge.service, Edge.head(.put, "/a", [:], host: "www.example.com"), isSecure: true)
        #expect(await put.reply.status == 204)
        #expect(await edge.get("/a", [foo: "1"]).isHit == false)
    }

    @Test(arguments: ["CONNECT", "TRACE"])
    func `methods that are not for what lies behind a cache are refused`(method: String) async throws {
        let edge = try strictEdge()
        #expect(await edge.get("/a", method: try #require(HTTPRequest.Method(method))).status == 403)
        #expect(edge.origin.count == 0)
    }

    @Test func `unknown methods need all methods to be allowed`() async throws {
        var site = try Distribution.strict()
        site.defaultCacheBehavior.allowedMethods = .getHeadOptions
        let edge = try Edge([site])
        #expect(await edge.get("/a", method: try #require(HTTPRequest.Method("M-SEARCH"))).status == 403)
        let plain = try Edge([.site(methods: .all)])
        #expect(await plain.get("/a", method: try #require(HTTPRequest.Method("M-SEARCH"))).status == 403, "CloudFront knows seven")
    }

    // MARK: POST

    @Test func `an answer to POST that is about its target, with a lifetime, answers GET`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=60", [.contentLocation: "/a?q", .vary: "Foo"], "posted"))
        #expect(await edge.get("/a?q", [foo: "1"], method: .post).cacheStatus == "fwd=method; fwd-status=200; ttl=60; stored")
        let hit = await edge.get("/a?q", [foo: "1"])
        #expect(hit.isHit && hit.text == "posted")
        #expect(await edge.get("/a?q", [foo: "2"]).isHit == false)
        await edge.get("/a?q", [foo: "1"], method: .post)
        #expect(edge.origin.count == 3, "a POST itself is never answered from the cache")
    }

    @Test(arguments: [[.cacheControl: "max-age=60"], [.contentLocation: "/a"], [.cacheControl: "max-age=60", .contentLocation: "/b"]] as [HTTPFields])
    func `other answers to POST are not stored`(fields: HTTPFields) async throws {
        let edge = try strictEdge()
        edge.origin.answer(OriginReply(.ok, fields, "posted"))
        await edge.get("/a", method: .post)
        #expect(edge.cache.statistics.entries == 0)
    }

    // MARK: HEAD

    @Test func `a HEAD is answered from a fresh GET, and goes on as HEAD else`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=10", [.eTag: "\"1\""]))
        let miss = await edge.get("/a", method: .head)
        #expect(miss.status == 200 && miss.body.isEmpty && miss.fields[.contentLength] == "5")
        #expect(edge.origin.last?.method == .head && edge.cache.statistics.entries == 0)
        await edge.get("/a")
        let hit = await edge.get("/a", method: .head)
        #expect(hit.isHit && hit.fields[.contentLength] == "5" && hit.body.isEmpty)
        #expect(edge.origin.count == 2)
    }

    @Test func `a HEAD confirms, updates or invalidates a stale GET`() async throws {
        let edge = try strictEdge()
        func stale() async {
            edge.origin.answer(.cached("max-age=10", [.eTag: "\"1\"", .server: "one"]))
            await edge.get("/a", [.cacheControl: "no-cache"])
            edge.clock.advance(10)
        }
        await stale()
        edge.origin.answer(OriginReply(.notModified, [.server: "two", .cacheControl: "max-age=100"]))
        #expect(await edge.get("/a", method: .head).status == 200)
        #expect(edge.origin.last?.method == .head && edge.origin.last?.fields[.ifNoneMatch] == "\"1\"")
        var hit = await edge.get("/a")
        #expect(hit.isHit && hit.text == "hello" && hit.fields[.server] == "two")

        await stale()
        edge.origin.answer(.cached("max-age=100", [.eTag: "\"1\"", .server: "three"]))
        #expect(await edge.get("/a", method: .head).fields[.server] == "three")
        hit = await edge.get("/a")
        #expect(hit.isHit && hit.text == "hello" && hit.fields[.server] == "three")

        await stale()
        edge.origin.answer(.cached("max-age=100", [.eTag: "\"2\""], "longer than it was"))
        #expect(await edge.get("/a", method: .head).fields[.eTag] == "\"2\"")
        #expect(await edge.get("/a").text == "longer than it was")
    }

    @Test func `a conditional HEAD is answered after the origin has spoken`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=10", [.eTag: "\"1\""]))
        await edge.get("/a")
        edge.clock.advance(10)
        #expect(await edge.get("/a", [.ifNoneMatch: "\"1\""], method: .head).status == 304)
        edge.origin.fail(.connect)
        edge.clock.advance(10)
        #expect(await edge.get("/a", method: .head).status == 200, "stale, as GET would be")
    }

    // MARK: OPTIONS

    @Test func `Max-Forwards is counted down and answered where it ends`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(OriginReply(.ok, [.allow: "GET"], ""))
        #expect(await edge.get("/a", [.maxForwards: "2"], method: .options).fields[.allow] == "GET")
        #expect(edge.origin.last?.fields[.maxForwards] == "1")
        let here = await edge.get("/a", [.maxForwards: "0"], method: .options)
        #expect(here.status == 200 && here.fields[.allow] == "GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE")
        #expect(edge.origin.count == 1)
    }
}
