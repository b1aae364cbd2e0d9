import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

@testable import EdgeService

struct FreshnessTests {
    @Test func `a miss is kept and its age moves with the clock`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.contentType: "text/plain", .eTag: "\"1\""], "hello"))
        let miss = await edge.get("/a")
        #expect(miss.status == 200)
        #expect(miss.text == "hello")
        #expect(miss.xCache == "Miss")
        #expect(miss.age == nil)
        for seconds in [0, 5] {
            edge.clock.advance(5)
            let hit = await edge.get("/a")
            #expect(hit.xCache == "Hit")
            #expect(hit.age == seconds + 5)
            #expect(hit.text == "hello")
            #expect(hit.fields[.eTag] == "\"1\"")
            #expect(hit.fields[.contentLength] == "5")
        }
        #expect(edge.origin.count == 1)
    }

    @Test func `an age that the origin sends is counted`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=100", .age: "40"], "x"))
        await edge.get("/a")
        edge.clock.advance(59)
        let hit = await edge.get("/a")
        #expect(hit.age == 99)
        edge.clock.advance(1)
        await edge.get("/a")
        #expect(edge.origin.count == 2)
    }

    struct Lifetime: Sendable, CustomTestStringConvertible {
        var name: String
        var policy = CachePolicy()
        var fields: HTTPFields
        var seconds: Int64
        var testDescription: String { name }
    }

    @Test(arguments: [
        Lifetime(name: "max-age", fields: [.cacheControl: "max-age=60"], seconds: 60),
        Lifetime(name: "s-maxage before max-age", fields: [.cacheControl: "max-age=60, s-maxage=90"], seconds: 90),
        Lifetime(name: "default", policy: CachePolicy(defaultTTL: 30), fields: [:], seconds: 30),
        Lifetime(name: "minimum", policy: CachePolicy(minTTL: 45), fields: [.cacheControl: "max-age=10"], seconds: 45),
        Lifetime(name: "maximum", policy: CachePolicy(defaultTTL: 5, maxTTL: 20), fields: [.cacheControl: "max-age=100"], seconds: 20),
        Lifetime(name: "minimum over no-store", policy: CachePolicy(minTTL: 7), fields: [.cacheControl: "no-store"], seconds: 7),
    ])
    func `an entry is fresh until its lifetime, and not a second longer`(row: Lifetime) async throws {
        let edge = try Edge([.site(row.policy)])
        edge.origin.answer(OriginReply(.ok, row.fields, "x"))
        await edge.get("/a")
        edge.clock.advance(row.seconds - 1)
        #expect(await edge.get("/a").xCache == "Hit", "one second before")
        #expect(edge.origin.count == 1)
        edge.clock.advance(1)
        #expect(await edge.get("/a").xCache == "Miss", "at the end")
        #expect(edge.origin.count == 2)
        edge.clock.advance(row.seconds + 1)
        #expect(await edge.get("/a").xCache == "Miss", "one second after")
        #expect(edge.origin.count == 3)
    }

    @Test(arguments: ["no-store", "no-cache", "private"])
    func `what may not be stored is fetched for each request`(directive: String) async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.cacheControl: directive], "x"))
        for _ in 0..<2 { #expect(await edge.get("/a").xCache == "Miss") }
        #expect(edge.origin.count == 2)
        #expect(edge.cache.statistics.entries == 0)
    }

    @Test func `the viewer's own directives force nothing`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [:], "x"))
        await edge.get("/a")
        #expect(await edge.get("/a", [.cacheControl: "no-cache", .pragma: "no-cache"]).xCache == "Hit")
    }

    @Test func `redirects are kept like objects`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.found, [.location: "/elsewhere", .cacheControl: "max-age=10"]))
        for result in ["Miss", "Hit"] {
            let reply = await edge.get("/a")
            #expect(reply.status == 302)
            #expect(reply.fields[.location] == "/elsewhere")
            #expect(reply.xCache == result)
        }
    }

    @Test func `the origin's Cache-Control reaches the viewer untouched, and nothing is added`() async throws {
        let edge = try Edge()
        edge.origin.answer { OriginReply(.ok, $0.path == "/a" ? [.cacheControl: "max-age=5, x=\"y\""] : [:], "x") }
        for _ in 0..<2 {
            #expect(await edge.get("/a").fields[.cacheControl] == "max-age=5, x=\"y\"")
            #expect(await edge.get("/b").fields[.cacheControl] == nil)
        }
    }
}
