import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

/// Who gets Server-Timing, and what it says.
struct ServerTimingTests {
    private static func edge(rate: Double?, sample: Double) throws -> Edge {
        let edge = try Edge(
            [.site(responseHeaders: ResponseHeadersPolicy(serverTimingSamplingRate: rate))], samplePercent: { sample })
        let clock = edge.clock
        edge.origin.answer { request in
            clock.pass(.milliseconds(30))
            return request.fields.contains(.ifNoneMatch)
                ? OriginReply(.notModified) : OriginReply(.ok, [.eTag: "\"v\"", .cacheControl: "max-age=10", .serverTiming: "db;dur=1"], "x")
        }
        return edge
    }

    @Test(arguments: [(Double?.none, 0.0, false), (0, 0, false), (50, 49.9, true), (50, 50, false), (100, 99.9, true)])
    func `the sampling rate says how many get it`(rate: Double?, sample: Double, isTold: Bool) async throws {
        let edge = try Self.edge(rate: rate, sample: sample)
        await edge.get("/a")
        #expect((await edge.get("/a").fields[.serverTiming] ?? "").contains("cdn-cache-hit") == isTold)
        let asked = await edge.get("/a", [.pragma: "server-timing"])
        #expect((asked.fields[.serverTiming] ?? "").contains("cdn-cache-hit") == (rate != nil))
    }

    @Test func `misses and confirmations tell of their fetch, hits of none`() async throws {
        let edge = try Self.edge(rate: 100, sample: 0)
        let miss = try #require(await edge.get("/a").fields[.serverTiming])
        #expect(miss.hasPrefix("db;dur=1, cdn-upstream-layer;desc=\"EDGE\",cdn-upstream-connect;dur=0,cdn-upstream-fbl;dur=30,cdn-cache-miss,"))
        #expect(miss.hasSuffix(",cdn-downstream-fbl;dur=30"))
        await edge.settle()
        let reply = await edge.get("/a")
        let hit = try #require(reply.fields[.serverTiming])
        #expect(hit.hasPrefix("cdn-cache-hit,cdn-pop;desc=\"\(edgeLocation)\",cdn-rid;desc=\"\(reply.fields[.xAmzCfId] ?? "")\","))
        #expect(hit.hasSuffix(",cdn-downstream-fbl;dur=0"))
        edge.clock.advance(20)
        let refreshed = try #require(await edge.get("/a").fields[.serverTiming])
        #expect(refreshed.contains("cdn-upstream-fbl;dur=30,cdn-cache-refresh,"))
        edge.origin.fail(.connect)
        #expect(await edge.get("/b").fields[.serverTiming]?.contains("cdn-pop") == true)
    }
}
