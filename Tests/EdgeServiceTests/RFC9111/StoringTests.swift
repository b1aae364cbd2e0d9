import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

/// RFC 9111 sections 3 and 4.2 through the whole edge.
@Suite struct StrictStoringTests {
    @Test func `a fresh response is served from the cache with Age, Date kept and Cache-Status`() async throws {
        let edge = try strictEdge()
        let date = edge.clock.now.advanced(bySeconds: -2).formatted
        edge.origin.answer(.cached("max-age=60", [.date: date, .age: "5", .via: "1.0 other", .server: "origin"]))
        let first = await edge.get("/a")
        #expect(first.cacheStatus == "fwd=uri-miss; fwd-status=200; ttl=55; stored")
        #expect(first.fields[.age] == "5", "what the origin said")
        edge.clock.advance(10)
        let second = await edge.get("/a")
        #expect(second.cacheStatus == "hit; ttl=45")
        #expect(second.age == 15)
        #expect(second.fields[.date] == date && second.fields[.server] == "origin")
        #expect(second.fields[values: .via] == ["1.0 other", "1.1 skerry"])
        #expect(second.fields[.xCache] == nil && second.fields[.xAmzCfId] == nil && second.fields[.xAmzCfPop] == nil)
        #expect(second.text == "hello")
        #expect(edge.origin.count == 1)
        edge.clock.advance(45)
        #expect(await edge.get("/a").cacheStatus == "fwd=stale; fwd-status=200; ttl=3; stored", "by its Date it is 57 seconds old")
        #expect(edge.origin.count == 2)
    }

    @Test func `an earlier cache's Cache-Status stays in front`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=60", [.cacheStatus: "ExampleCache; hit"]))
        await edge.get("/a")
        #expect(await edge.get("/a").fields[values: .cacheStatus] == ["ExampleCache; hit", "skerry; hit; ttl=60"])
    }

    @Test func `what the origin sends passes through unchanged, but for what belongs to the connection`() async throws {
        let edge = try strictEdge()
        let own = try HTTPField.Name.named("X-Own")
        let sent: HTTPFields = [
            .vary: "Origin, X-Nobody", .setCookie: "a=b", .cdnCacheControl: "max-age=60", .connection: "X-Own", own: "1", .keepAlive: "timeout=5",
            .proxyAuthenticate: "Basic", .xCache: "Hit from elsewhere", .acceptRanges: "bytes", .cacheControl: "no-store",
        ]
        edge.origin.answer(OriginReply(.ok, sent, "x"))
        for _ in 0..<2 {
            let reply = await edge.get("/a")
            for name in [HTTPField.Name.vary, .setCookie, .cdnCacheControl, .xCache, .cacheControl] { #expect(reply.fields[name] == sent[name], "\(name)") }
            for name in [own, .connection, .keepAlive, .proxyAuthenticate, .warning] { #expect(reply.fields[name] == nil, "\(name)") }
        }
        #expect(edge.origin.count == 1)
    }

    @Test func `the origin sees the viewer's request, with this hop added`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("no-store"))
        await edge.get(
            "/a?b=1", [.acceptEncoding: "zstd;q=0.5, gzip", .via: "1.0 client", .cacheControl: "max-age=9", .cookie: "a=b", .te: "trailers", foo: "1", .connection: "x"])
        let fields = try #require(edge.origin.last?.fields)
        #expect(edge.origin.last?.target == "/a?b=1")
        #expect(fields[.hostField] == "www.example.com")
        #expect(fields[.acceptEncoding] == "zstd;q=0.5, gzip" && fields[.cookie] == "a=b" && fields[foo] == "1" && fields[.cacheControl] == "max-age=9")
        #expect(fields[.via] == "1.0 client, 1.1 skerry")
        #expect(fields[.userAgent] == nil && fields[.xAmzCfId] == nil && fields[.te] == nil && fields[.connection] == nil)
    }

    @Test(arguments: [
        ("no-store", false), ("private", false), ("max-age=0", false), ("s-maxage=60", true), ("max-age=60, private=\"x\"", true),
        ("no-store, max-age=60, must-understand", true), ("max-age=60, max-age=61", false),
    ])
    func `directives are obeyed`(directives: String, isHit: Bool) async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached(directives))
        await edge.get("/a")
        #expect(await edge.get("/a").isHit == isHit)
        #expect(edge.origin.count == (isHit ? 1 : 2))
    }

    @Test(arguments: [200, 203, 299, 301, 302, 307, 308, 400, 403, 404, 410, 499, 500, 502, 503, 504, 599])
    func `any status with explicit freshness is kept for that time, errors too`(status: Int) async throws {
        let edge = try strictEdge()
        edge.origin.answer(OriginReply(.init(code: status), [.cacheControl: "max-age=60"], "body"))
        #expect(await edge.get("/a").status == status)
        edge.clock.advance(59)
        let hit = await edge.get("/a")
        #expect(hit.status == status && hit.cacheStatus == "hit; ttl=1" && hit.age == 59 && hit.text == "body")
        edge.clock.advance(1)
        #expect(await edge.get("/a").isHit == false)
        #expect(edge.origin.count == 2)
    }

    @Test(arguments: [(404, true), (204, true), (500, false), (403, false)])
    func `heuristic freshness is for the statuses that have it`(status: Int, isHit: Bool) async throws {
        let edge = try strictEdge()
        let modified = edge.clock.now.advanced(bySeconds: -1_000).formatted
        edge.origin.answer(OriginReply(.init(code: status), [.lastModified: modified], status == 204 ? "" : "x"))
        await edge.get("/a")
        edge.clock.advance(99)
        #expect(await edge.get("/a").isHit == isHit)
    }

    @Test func `without anything to go by nothing is kept`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(OriginReply(.ok, [:], "x"))
        #expect(await edge.get("/a").cacheStatus == "fwd=uri-miss; fwd-status=200; detail=noFreshness")
        await edge.get("/a")
        #expect(edge.origin.count == 2)
        #expect(edge.cache.statistics.entries == 0)
    }

    @Test func `targeted directives take the place of Cache-Control`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(OriginReply(.ok, [.cdnCacheControl: "max-age=60", .cacheControl: "no-store"], "x"))
        await edge.get("/a")
        let hit = await edge.get("/a")
        #expect(hit.isHit && hit.fields[.cdnCacheControl] == "max-age=60" && hit.fields[.cacheControl] == "no-store")
        edge.origin.answer(OriginReply(.ok, [.cdnCacheControl: "max-age=\"60\"", .cacheControl: "no-store"], "x"))
        await edge.get("/b")
        #expect(await edge.get("/b").isHit == false)
    }

    @Test func `an answer to an authenticated request is shared only where it says so`() async throws {
        let edge = try strictEdge()
        edge.origin.answer { OriginReply(.ok, [.cacheControl: $0.query == "p" ? "max-age=60, public" : "max-age=60"], $0.fields[.authorization] ?? "none") }
        #expect(await edge.get("/a", [.authorization: "Basic me"]).text == "Basic me")
        #expect(await edge.get("/a").text == "none")
        #expect(await edge.get("/a?p", [.authorization: "Basic me"]).text == "Basic me")
        #expect(await edge.get("/a?p").text == "Basic me")
    }

    @Test func `an authenticated request does not drive out what is stored for all`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=10, stale-if-error=60", [:], "for all"))
        await edge.get("/a")
        edge.clock.advance(10)
        edge.origin.answer(.cached("max-age=10", [:], "mine"))
        #expect(await edge.get("/a", [.authorization: "Basic me"]).text == "mine")
        edge.origin.fail(.connect)
        #expect(await edge.get("/a").text == "for all")
    }

    @Test func `fields that are for the requester alone reach nobody else, also not who waits for the same fetch`() async throws {
        let edge = try strictEdge()
        let gate = edge.origin.gate()
        let first = edge.begin("/a")
        await until("the fetch is under way") { edge.readers == 1 }
        let second = edge.begin("/a")
        await until("both wait") { edge.readers == 2 }
        edge.origin.answer(.cached("max-age=60, private=\"set-cookie\"", [.setCookie: "id=2"], "hi"))
        gate.sendHead(.ok, [.cacheControl: "max-age=60, private=\"set-cookie\"", .setCookie: "id=1"], length: 2)
        gate.send("hi")
        gate.end()
        #expect(await first.reply.fields[.setCookie] == "id=1")
        #expect(await second.reply.fields[.setCookie] == "id=2", "it fetched for itself")
        let hit = await edge.get("/a")
        #expect(hit.isHit && hit.fields[.setCookie] == nil)
    }

    @Test func `one fetch serves all who ask at once, cookies or not, and tells them`() async throws {
        let edge = try strictEdge()
        let gate = edge.origin.gate()
        let first = edge.begin("/a", [.cookie: "a=1"])
        await until("the fetch is under way") { edge.readers == 1 }
        let second = edge.begin("/a", [.cookie: "a=2"])
        await until("both wait") { edge.readers == 2 }
        gate.sendHead(.ok, [.cacheControl: "max-age=60", .age: "7"], length: 2)
        gate.send("hi")
        gate.end()
        #expect(await first.reply.cacheStatus == "fwd=uri-miss; fwd-status=200; ttl=53; stored")
        let reply = await second.reply
        #expect(reply.cacheStatus == "fwd=uri-miss; fwd-status=200; ttl=53; stored; collapsed" && reply.age == 7 && reply.text == "hi")
        #expect(edge.origin.count == 1)
    }

    @Test func `the key is the whole URI: query, authority, scheme and path`() async throws {
        var site = try Distribution.strict()
        site.aliases += try [#require(Alias("other.example.com"))]
        let edge = try Edge([site])
        edge.origin.answer { .cached("max-age=60", [:], "\($0.fields[.hostField] ?? "")\($0.target)") }
        #expect(await edge.get("/a?x=1").text == "www.example.com/a?x=1")
        #expect(await edge.get("/a?x=2").text == "www.example.com/a?x=2")
        #expect(await edge.get("/a").text == "www.example.com/a")
        #expect(await edge.get("/a?").text == "www.example.com/a?")
        #expect(await edge.get("/a", host: "other.example.com").text == "other.example.com/a")
        #expect(await edge.get("/a", host: "WWW.example.com:80").isHit)
        let secure = Viewer(edge.service, Edge.head(.get, "/a", [:], host: "www.example.com"), isSecure: true)
        #expect(await secure.reply.isHit == false)
        #expect(edge.origin.count == 6)
    }

    @Test func `the policy's part of the request tells entries apart, and goes with the object`() async throws {
        let policy = CachePolicy(minTTL: 0, defaultTTL: 0, maxTTL: 1_000, headers: [foo], cookies: .whitelist(["c"]), queryStrings: .whitelist(["q"]))
        let edge = try Edge([.strict(policy: policy, toOrigin: nil)])
        edge.origin.answer { .cached("max-age=60", [:], "\($0.target) \($0.fields[foo] ?? "-") \($0.fields[.cookie] ?? "-")") }
        #expect(await edge.get("/a?q=1&r=2", [foo: "1", .cookie: "c=1; d=2"]).text == "/a?q=1 1 c=1")
        #expect(await edge.get("/a?q=1&r=3", [foo: "1", .cookie: "c=1; d=3"]).isHit)
        #expect(await edge.get("/a?q=1", [foo: "2", .cookie: "c=1"]).text == "/a?q=1 2 c=1")
        #expect(await edge.get("/a?q=1", [foo: "1", .cookie: "c=2"]).text == "/a?q=1 1 c=2")
        #expect(edge.cache.statistics.entries == 3)
        edge.origin.answer(OriginReply(.noContent))
        await edge.get("/a?q=1", method: .delete)
        #expect(edge.cache.statistics.entries == 0, "a write invalidates them all")
    }

    @Test func `compression at the edge keeps its classes apart, whatever the origin's Vary`() async throws {
        let policy = CachePolicy(minTTL: 0, defaultTTL: 0, maxTTL: 1_000, enableAcceptEncodingGzip: true, queryStrings: .all)
        let edge = try Edge([.strict(policy: policy, compress: true)])
        edge.origin.answer(
            OriginReply(.ok, [.cacheControl: "max-age=60", .contentType: "text/css", .vary: "Foo"], bytes: [UInt8](repeating: 0x61, count: 3_000)))
        let zipped = await edge.get("/a", [.acceptEncoding: "gzip", foo: "1"])
        #expect(zipped.fields[.contentEncoding] == "gzip" && zipped.fields[values: .vary] == ["Foo", "Accept-Encoding"])
        #expect(await edge.get("/a", [foo: "1"]).fields[.contentEncoding] == nil)
        for fields in [[.acceptEncoding: "gzip", foo: "1"], [foo: "1"]] as [HTTPFields] { #expect(await edge.get("/a", fields).isHit) }
        #expect(await edge.get("/a", [foo: "2"]).isHit == false)
        #expect(edge.origin.count == 3)
    }

    @Test func `a custom error page stands in for a kept error`() async throws {
        let edge = try Edge([
            .strict(errors: [CustomErrorResponse(errorCode: 404, page: .init(path: "/404.html", responseCode: 404))])
        ])
        edge.origin.answer { $0.path == "/404.html" ? .cached("max-age=60", [:], "page") : OriginReply(.notFound, [.cacheControl: "max-age=60"], "none") }
        for _ in 0..<2 {
            let reply = await edge.get("/a")
            #expect(reply.status == 404 && reply.text == "page")
        }
        #expect(edge.origin.count == 2)
    }

    @Test func `a response that is cut short is not stored`() async throws {
        let edge = try strictEdge()
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a")
        gate.sendHead(.ok, [.cacheControl: "max-age=60"], length: 10)
        gate.send("half")
        gate.breakOff()
        #expect(await viewer.reply.wasCut)
        await edge.settle()
        #expect(edge.cache.statistics.entries == 0)
    }
}
