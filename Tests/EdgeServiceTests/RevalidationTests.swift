import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

struct RevalidationTests {
    private static let first = OriginReply(
        .ok, [.cacheControl: "max-age=10", .eTag: "\"1\"", .lastModified: "Mon, 01 Jan 2024 00:00:00 GMT", .server: "one"], "hello")

    @Test func `an expired entry is confirmed by 304 and lives again, under the new fields`() async throws {
        let edge = try Edge()
        edge.origin.answer(Self.first)
        await edge.get("/a")
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.notModified, [.cacheControl: "max-age=20", .server: "two"]))
        let confirmed = await edge.get("/a")
        #expect(confirmed.xCache == "RefreshHit")
        #expect(confirmed.status == 200)
        #expect(confirmed.text == "hello")
        #expect(confirmed.fields[.server] == "two")
        #expect(confirmed.fields[.eTag] == "\"1\"")
        #expect(confirmed.fields[.contentLength] == "5")
        #expect(confirmed.age == 0)
        #expect(edge.origin.last?.fields[.ifNoneMatch] == "\"1\"")
        #expect(edge.origin.last?.fields[.ifModifiedSince] == "Mon, 01 Jan 2024 00:00:00 GMT")
        edge.clock.advance(19)
        let hit = await edge.get("/a")
        #expect(hit.xCache == "Hit")
        #expect(hit.fields[.server] == "two")
        #expect(hit.age == 19)
        edge.clock.advance(1)
        await edge.get("/a")
        #expect(edge.origin.count == 3, "the new lifetime has its own end")
    }

    @Test func `new content on revalidation takes the old one's place`() async throws {
        let edge = try Edge()
        edge.origin.answer(Self.first)
        await edge.get("/a")
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.ok, [.eTag: "\"2\""], "new"))
        let reply = await edge.get("/a")
        #expect(reply.xCache == "Miss")
        #expect(reply.text == "new")
        #expect(await edge.get("/a").text == "new")
        #expect(edge.origin.count == 2)
    }

    @Test func `an entry without validators is fetched anew`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=10"], "x"))
        await edge.get("/a")
        edge.clock.advance(10)
        #expect(await edge.get("/a").xCache == "Miss")
        #expect(edge.origin.last?.fields[.ifNoneMatch] == nil)
        #expect(edge.origin.last?.fields[.ifModifiedSince] == nil)
    }

    @Test func `a 304 that forbids storing serves this once`() async throws {
        let edge = try Edge()
        edge.origin.answer(Self.first)
        await edge.get("/a")
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.notModified, [.cacheControl: "no-store"]))
        #expect(await edge.get("/a").text == "hello")
        #expect(edge.cache.statistics.entries == 0)
    }

    @Test func `a response that may not be kept any more drives the old entry out`() async throws {
        let edge = try Edge()
        edge.origin.answer(Self.first)
        await edge.get("/a")
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "private"], "mine"))
        #expect(await edge.get("/a").text == "mine")
        await edge.settle()
        edge.origin.fail(.connect)
        #expect(await edge.get("/a").status == 502, "the old copy is of no more use")
    }

    @Test func `Vary stays as viewers see it`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=10", .eTag: "\"1\"", .vary: "Origin, Accept-Encoding"], "x"))
        #expect(await edge.get("/a").fields[.vary] == "Accept-Encoding")
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.notModified, [.vary: "Origin, Accept-Encoding"]))
        #expect(await edge.get("/a").fields[.vary] == "Accept-Encoding")
        #expect(await edge.get("/a").fields[.vary] == "Accept-Encoding")
    }

    @Test func `several who find an entry expired share one revalidation`() async throws {
        let edge = try Edge()
        edge.origin.answer(Self.first)
        await edge.get("/a")
        edge.clock.advance(10)
        let gate = edge.origin.gate()
        let viewers = (0..<4).map { _ in edge.begin("/a") }
        await until("all wait") { edge.readers == 4 }
        gate.sendHead(.notModified)
        gate.end()
        for viewer in viewers {
            let reply = await viewer.reply
            #expect(reply.text == "hello")
            #expect(reply.xCache == "RefreshHit")
        }
        #expect(edge.origin.count == 2)
    }

    @Test func `stale-while-revalidate answers at once and refreshes once`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=10, stale-while-revalidate=5", .eTag: "\"1\""], "old"))
        await edge.get("/a")
        edge.clock.advance(14)
        let gate = edge.origin.gate()
        for _ in 0..<3 {
            let stale = await edge.get("/a")
            #expect(stale.text == "old")
            #expect(stale.xCache == "Hit")
            #expect(stale.age == 14)
        }
        await until("the refresh asks") { edge.origin.count == 2 }
        #expect(edge.origin.last?.fields[.ifNoneMatch] == "\"1\"")
        gate.sendHead(.ok, [.cacheControl: "max-age=10"], length: 3)
        gate.send("new")
        gate.end()
        await edge.settle()
        let fresh = await edge.get("/a")
        #expect(fresh.text == "new")
        #expect(fresh.age == 0)
        #expect(edge.origin.count == 2)
    }

    @Test func `behind the stale-while-revalidate window the viewer waits`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=10, stale-while-revalidate=5", .eTag: "\"1\""], "old"))
        await edge.get("/a")
        edge.clock.advance(15)
        edge.origin.answer(OriginReply(.ok, [:], "new"))
        #expect(await edge.get("/a").text == "new")
    }
}
