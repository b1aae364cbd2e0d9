import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

/// Tags from the origin's header to the invalidation that names them.
@Suite struct CacheTagTests {
    private static let header = HTTPField.Name.known("Cache-Tag")

    private static func edge(_ name: HTTPField.Name? = header) throws -> Edge {
        var site = try Distribution.site()
        site.cacheTagHeader = name
        return try Edge([site])
    }

    private static func invalidate(_ edge: Edge, _ tags: String...) -> Int {
        edge.cache.invalidate(distributionID: "E1ABCDEF", naming: InvalidationSet([], tags: Set(tags.compactMap { CacheTag($0) })))
    }

    @Test func `objects are found by the tags of the header that the distribution names`() async throws {
        let edge = try Self.edge()
        edge.origin.answer { OriginReply(.ok, [Self.header: $0.path == "/a" ? "Red, round" : "blue", .cacheControl: "max-age=60"], $0.path) }
        for path in ["/a", "/b"] { await edge.get(path) }
        #expect(Self.invalidate(edge, "red") == 1)
        #expect(await edge.get("/a").xCache == "Miss")
        let kept = await edge.get("/b")
        #expect(kept.xCache == "Hit")
        #expect(kept.fields[Self.header] == "blue", "viewers get the header as the origin sent it")
    }

    @Test func `without a header named, and under other headers, there are no tags`() async throws {
        for name in [nil, HTTPField.Name.known("x-amz-meta-cache-tag")] {
            let edge = try Self.edge(name)
            edge.origin.answer(OriginReply(.ok, [Self.header: "red"], "a"))
            await edge.get("/a")
            #expect(Self.invalidate(edge, "red") == 0)
        }
    }

    @Test func `a fetch that began before the invalidation is not kept, one of other tags is`() async throws {
        let edge = try Self.edge()
        let gates = [edge.origin.gate(), edge.origin.gate()]
        let viewers = [edge.begin("/a"), edge.begin("/b")]
        await until("both are under way") { edge.origin.count == 2 }
        #expect(Self.invalidate(edge, "red") == 0)
        for (gate, path) in zip(gates, edge.origin.fetches.map(\.path)) {
            gate.sendHead(.ok, [Self.header: path == "/a" ? "red" : "blue"], length: 1)
            gate.send("x")
            gate.end()
        }
        for viewer in viewers { #expect(await viewer.reply.text == "x") }
        await edge.settle()
        #expect(edge.cache.statistics.entries == 1)
        edge.origin.answer(OriginReply(.ok, [:], "new"))
        #expect(await edge.get("/b").xCache == "Hit")
        #expect(await edge.get("/a").text == "new")
    }

    @Test func `a confirmation's tags replace the old ones, if it has any`() async throws {
        let edge = try Self.edge()
        edge.origin.answer(OriginReply(.ok, [Self.header: "red", .cacheControl: "max-age=1", .eTag: "\"1\""], "a"))
        await edge.get("/a")
        edge.clock.advance(2)
        edge.origin.answer(OriginReply(.notModified, [.cacheControl: "max-age=1"]))
        await edge.get("/a")
        edge.clock.advance(2)
        edge.origin.answer(OriginReply(.notModified, [Self.header: "blue", .cacheControl: "max-age=60"]))
        #expect(await edge.get("/a").xCache == "RefreshHit")
        #expect(Self.invalidate(edge, "red") == 0)
        #expect(Self.invalidate(edge, "blue") == 1)
    }
}
