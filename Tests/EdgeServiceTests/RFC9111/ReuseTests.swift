import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

/// RFC 9111 sections 4.2.4, 4.3 and 5.2.1, RFC 5861 and RFC 8246 through the whole edge.
@Suite struct StrictReuseTests {
    @Test(arguments: [
        // What the request says, how old the response is then (fresh for 60 s), and whether the cache answers.
        ("max-age=10", 10, true), ("max-age=10", 11, false), ("max-age=0", 0, true), ("min-fresh=50", 10, true), ("min-fresh=50", 11, false),
        ("max-stale=10", 70, true), ("max-stale=10", 71, false), ("max-stale", 1_000, true), ("no-cache", 0, false), ("no-store", 0, false),
        ("only-if-cached", 0, true), ("only-if-cached, max-stale", 100, true), ("foo", 0, true),
    ] as [(String, Int64, Bool)])
    func `the request's directives are obeyed`(directives: String, seconds: Int64, isHit: Bool) async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=60", [.eTag: "\"1\""]))
        await edge.get("/a")
        edge.clock.advance(seconds)
        let reply = await edge.get("/a", [.cacheControl: directives])
        #expect(reply.status == 200 && reply.isHit == isHit, "\(reply.cacheStatus ?? "")")
        #expect(edge.origin.count == (isHit ? 1 : 2))
    }

    @Test func `only-if-cached is answered 504 where nothing is stored`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=60"))
        let reply = await edge.get("/a", [.cacheControl: "only-if-cached"])
        #expect(reply.status == 504 && reply.fields[.server] == "skerry")
        #expect(edge.origin.count == 0)
    }

    @Test func `a request's no-store leaves nothing behind, and nothing of what is there`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=60", [:], "one"))
        #expect(await edge.get("/a", [.cacheControl: "no-store"]).cacheStatus == "fwd=request; fwd-status=200; detail=requestNoStore")
        #expect(edge.cache.statistics.entries == 0)
        await edge.get("/a")
        edge.origin.answer(.cached("max-age=60", [:], "two"))
        #expect(await edge.get("/a", [.cacheControl: "no-store"]).text == "two")
        #expect(await edge.get("/a").text == "one")
    }

    @Test func `no-cache in a request has the origin confirm a fresh response`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=60", [.eTag: "\"1\""]))
        await edge.get("/a")
        edge.origin.answer(OriginReply(.notModified))
        for fields in [[.cacheControl: "no-cache"], [.pragma: "no-cache"]] as [HTTPFields] {
            let reply = await edge.get("/a", fields)
            #expect(reply.cacheStatus == "fwd=request; fwd-status=304; ttl=60" && reply.text == "hello")
            #expect(edge.origin.last?.fields[.ifNoneMatch] == "\"1\"")
        }
    }

    @Test func `a reload does not wait for a fetch that began before it`() async throws {
        let edge = try strictEdge()
        let gate = edge.origin.gate()
        let first = edge.begin("/a")
        await until("the fetch is under way") { edge.readers == 1 }
        edge.origin.answer(.cached("max-age=60", [:], "newer"))
        #expect(await edge.get("/a", [.cacheControl: "no-cache"]).text == "newer")
        gate.sendHead(.ok, [.cacheControl: "max-age=60"], length: 5)
        gate.send("older")
        gate.end()
        #expect(await first.reply.text == "older")
    }

    @Test func `an immutable response is not confirmed for a reload while it is fresh`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=60, immutable", [.eTag: "\"1\""]))
        await edge.get("/a")
        #expect(await edge.get("/a", [.cacheControl: "max-age=0"]).isHit)
        #expect(await edge.get("/a", [.cacheControl: "no-cache"]).isHit == false)
    }

    @Test func `no-cache in a response has each use confirmed`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("no-cache, max-age=60", [.eTag: "\"1\""]))
        await edge.get("/a")
        edge.origin.answer(OriginReply(.notModified, [.server: "two"]))
        let reply = await edge.get("/a")
        #expect(reply.status == 200 && reply.text == "hello" && reply.fields[.server] == "two")
        #expect(edge.origin.last?.fields[.ifNoneMatch] == "\"1\"")
        edge.origin.fail(.communication)
        #expect(await edge.get("/a").status == 504, "not without the origin's word")
    }

    @Test func `a stale response is confirmed by its validators, byte for byte`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=10", [.eTag: "W/\"1\"", .lastModified: "Monday, 01-Jan-24 00:00:00 GMT"]))
        await edge.get("/a")
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.notModified, [.cacheControl: "max-age=20", .age: "3"]))
        let reply = await edge.get("/a")
        #expect(reply.cacheStatus == "fwd=stale; fwd-status=304; ttl=17" && reply.age == 3)
        #expect(edge.origin.last?.fields[.ifNoneMatch] == "W/\"1\"")
        #expect(edge.origin.last?.fields[.ifModifiedSince] == "Monday, 01-Jan-24 00:00:00 GMT")
        edge.clock.advance(16)
        #expect(await edge.get("/a").cacheStatus == "hit; ttl=1")
    }

    @Test(arguments: [
        ("7", "7"), (" 7 ", "7"), ("7, 9", "7"), ("99999999999999999999", "2147483648"), ("-7", nil), ("1.5", nil), ("soon", nil), ("", nil),
    ])
    func `the origin's Age goes on when it is one`(value: String, sent: String?) async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=60", [.age: value]))
        let miss = await edge.get("/a")
        #expect(miss.status == 200 && miss.fields[.age] == sent)
    }

    @Test func `a HEAD that goes through is not said to forbid storing`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=60"))
        #expect(await edge.get("/a", method: .head).cacheStatus?.contains("requestNoStore") == false)
        #expect(await edge.get("/b", [.cacheControl: "no-store"], method: .head).cacheStatus?.contains("detail=requestNoStore") == true)
    }

    @Test func `a 304 with another entity tag confirms nothing`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=10", [.eTag: "\"1\""]))
        await edge.get("/a")
        edge.clock.advance(10)
        edge.origin.answer { $0.fields.contains(.ifNoneMatch) ? OriginReply(.notModified, [.eTag: "\"2\""]) : .cached("max-age=10", [.eTag: "\"2\""], "new") }
        let reply = await edge.get("/a")
        #expect(reply.status == 200 && reply.text == "new" && reply.fields[.eTag] == "\"2\"")
        #expect(edge.origin.count == 3)
    }

    @Test func `stale-while-revalidate serves at once and renews behind the viewer's back`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=10, stale-while-revalidate=20", [.eTag: "\"1\""], "old"))
        await edge.get("/a")
        edge.clock.advance(29)
        edge.origin.answer(.cached("max-age=10, stale-while-revalidate=20", [.eTag: "\"2\""], "new"))
        let stale = await edge.get("/a")
        #expect(stale.text == "old" && stale.cacheStatus == "hit; ttl=-19" && stale.age == 29)
        await edge.settle()
        #expect(edge.origin.last?.fields[.ifNoneMatch] == "\"1\"")
        #expect(await edge.get("/a").text == "new")
        edge.clock.advance(30)
        #expect(await edge.get("/a").isHit == false, "the window is over")
        #expect(edge.origin.count == 3)
    }

    @Test(arguments: [
        ("max-age=10", true), ("max-age=10, stale-if-error=60", true), ("max-age=10, stale-if-error=5", false), ("max-age=10, must-revalidate", false),
        ("max-age=10, proxy-revalidate", false), ("s-maxage=10", false), ("max-age=10, no-cache", false),
    ])
    func `an origin that can't be reached is replaced by what is stale, unless that is forbidden`(directives: String, servesStale: Bool) async throws {
        for kind in [OriginError.Kind.connect, .communication, .timeout, .dns] {
            let edge = try strictEdge()
            edge.origin.answer(.cached(directives))
            await edge.get("/a")
            edge.clock.advance(15)
            edge.origin.fail(kind)
            let reply = await edge.get("/a")
            #expect(reply.text == "hello" ? servesStale : !servesStale)
            if servesStale {
                #expect(reply.status == 200 && reply.age == 15 && reply.cacheStatus == "fwd=stale; ttl=-5; detail=served-stale")
                #expect(reply.fields[.warning] == nil)
            } else {
                #expect(reply.status == (directives.contains("stale-if-error") ? kind == .timeout ? 504 : 502 : 504))
            }
            edge.origin.answer(.cached("max-age=10", [:], "back"))
            #expect(await edge.get("/a").text == "back", "the failure is not remembered")
        }
    }

    @Test(arguments: [500, 502, 503, 504])
    func `an error of the origin is replaced only within stale-if-error`(status: Int) async throws {
        let edge = try strictEdge()
        edge.origin.answer { .cached($0.path == "/a" ? "max-age=10, stale-if-error=20" : "max-age=10") }
        await edge.get("/a")
        await edge.get("/b")
        edge.origin.answer(OriginReply(.init(code: status), [:], "broken"))
        edge.clock.advance(29)
        #expect(await edge.get("/a").text == "hello")
        #expect(await edge.get("/b").status == status)
        #expect(await edge.get("/c", [.cacheControl: "stale-if-error=60"]).status == status)
        edge.clock.advance(1)
        #expect(await edge.get("/a").status == status)
    }

    @Test func `a failure without anything stored is told, and not remembered`() async throws {
        let edge = try strictEdge()
        edge.origin.fail(.connect)
        let reply = await edge.get("/a")
        #expect(reply.status == 502 && reply.cacheStatus == "fwd=uri-miss; detail=origin-failed")
        await edge.get("/a")
        #expect(edge.origin.count == 2)
        #expect(edge.cache.statistics.entries == 0)
    }

    // MARK: Conditions and ranges of the viewer (sections 4.3.2 and 4.3.3)

    private static let modified = "Mon, 01 Jan 2024 00:00:00 GMT"

    @Test(arguments: [
        ([.ifNoneMatch: "\"1\""], 304), ([.ifNoneMatch: "W/\"1\""], 304), ([.ifNoneMatch: "\"0\", \"1\""], 304), ([.ifNoneMatch: "*"], 304),
        ([.ifNoneMatch: "\"2\""], 200), ([.ifNoneMatch: "1"], 200), ([.ifNoneMatch: "\"2\"", .ifModifiedSince: modified], 200),
        ([.ifNoneMatch: "\"1\"", .ifModifiedSince: "Sun, 31 Dec 2023 00:00:00 GMT"], 304), ([.ifModifiedSince: modified], 304),
        ([.ifModifiedSince: "Monday, 01-Jan-24 00:00:00 GMT"], 304), ([.ifModifiedSince: "Mon Jan  1 00:00:00 2024"], 304),
        ([.ifModifiedSince: "Sun, 31 Dec 2023 23:59:59 GMT"], 200), ([.ifModifiedSince: "yesterday"], 200),
    ] as [(HTTPFields, Int)])
    func `conditions are answered from the cache`(fields: HTTPFields, status: Int) async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=60", [.eTag: "\"1\"", .lastModified: Self.modified, .vary: "Foo", .contentLocation: "/x"]))
        await edge.get("/a")
        let reply = await edge.get("/a", fields)
        #expect(reply.status == status && edge.origin.count == 1)
        guard status == 304 else { return }
        #expect(reply.body.isEmpty && reply.fields[.contentLength] == nil)
        for name in [HTTPField.Name.eTag, .cacheControl, .vary, .contentLocation, .date] { #expect(reply.fields[name] != nil, "\(name)") }
    }

    @Test func `a viewer's condition is answered after the origin has confirmed`() async throws {
        let edge = try strictEdge()
        edge.origin.answer(.cached("max-age=10", [.eTag: "\"1\""]))
        await edge.get("/a")
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.notModified))
        #expect(await edge.get("/a", [.ifNoneMatch: "\"1\""]).status == 304)
        edge.clock.advance(10)
        edge.origin.answer(.cached("max-age=10", [.eTag: "\"2\""], "new"))
        #expect(await edge.get("/a", [.ifNoneMatch: "\"1\""]).text == "new")
        #expect(edge.origin.last?.fields[.ifNoneMatch] == "\"1\"")
    }

    @Test(arguments: [
        ([.range: "bytes=0-1"], 206, "he"), ([.range: "bytes=1-"], 206, "ello"), ([.range: "bytes=-1"], 206, "o"), ([.range: "bytes=9-"], 416, nil),
        ([.range: "bytes=0-1", .ifRange: "\"1\""], 206, "he"), ([.range: "bytes=0-1", .ifRange: "W/\"1\""], 200, "hello"),
        ([.range: "bytes=0-1", .ifRange: "\"2\""], 200, "hello"), ([.range: "bytes=0-1", .ifRange: modified], 206, "he"),
        ([.range: "bytes=0-1", .ifRange: "Sun, 31 Dec 2023 00:00:00 GMT"], 200, "hello"), ([.range: "bytes=0-1", .ifNoneMatch: "\"1\""], 304, ""),
    ] as [(HTTPFields, Int, String?)])
    func `ranges are served from a whole response`(fields: HTTPFields, status: Int, text: String?) async throws {
        let edge = try strictEdge()
        let server = HTTPField.Name.server
        edge.origin.answer(.cached("max-age=60", [.eTag: "\"1\"", .lastModified: Self.modified, server: "one"]))
        await edge.get("/a")
        let reply = await edge.get("/a", fields)
        #expect(reply.status == status && edge.origin.count == 1 && reply.fields[server] == "one")
        if let text { #expect(reply.text == text) }
    }

    // MARK: The fast path

    @Test func `plain hits are answered on the spot as the pipeline answers them, and others are declined`() async throws {
        let edge = try strictEdge()
        edge.origin.answer { request in
            switch request.path {
            case "/vary": .cached("max-age=60", [.vary: "Foo"])
            case "/stale": .cached("max-age=1")
            case "/validate": .cached("max-age=60, no-cache", [.eTag: "\"1\""])
            default: .cached("max-age=60", [.age: "4", .contentType: "text/plain", .server: "origin"])
            }
        }
        for target in ["/a", "/a?q=1", "/vary", "/stale", "/validate"] { await edge.get(target) }
        edge.clock.advance(2)
        func both(_ line: String, _ fields: [String] = []) async throws -> (fast: String?, general: String) {
            let (fast, general) = try await FastPathTests.both(edge, FastPathTests.Row(line: line, fields: fields, isFast: true).text)
            return (fast.map(FastPathTests.comparable), FastPathTests.comparable(general))
        }
        for line in ["GET /a HTTP/1.1", "HEAD /a HTTP/1.1", "GET /a?q=1 HTTP/1.1"] {
            let (fast, general) = try await both(line)
            #expect(fast == general)
            #expect(general.contains("\r\nVia: 1.1 skerry\r\nCache-Status: skerry; hit; ttl=54\r\nAge: 6\r\n"))
        }
        #expect(try await both("GET /a HTTP/1.1", ["Cookie: a=b", "Foo: 1"]).fast != nil)
        for fields in [["Cache-Control: no-cache"], ["Cache-Control: foo"], ["Pragma: x"], ["If-None-Match: \"1\""], ["Range: bytes=0-"]] {
            #expect(try await both("GET /a HTTP/1.1", fields).fast == nil, "\(fields)")
        }
        for line in ["GET /vary HTTP/1.1", "GET /stale HTTP/1.1", "GET /validate HTTP/1.1", "GET /a? HTTP/1.1", "GET /b HTTP/1.1"] {
            #expect(try await both(line).fast == nil, "\(line)")
        }
    }
}
