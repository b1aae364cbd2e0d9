import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

/// RFC 9111 sections 3.3 and 3.4: partial responses stored, served from, completed and joined.
@Suite struct StrictPartialTests {
    private static let bytes = RangeOrigin.bytes(1_000)

    private static func edge(
        _ fields: HTTPFields = [.eTag: "\"v1\"", .cacheControl: "max-age=60"], objectBytesMax: Int = 2_000
    ) throws -> (Edge, RangeOrigin) {
        let edge = try Edge([.strict()], objectBytesMax: objectBytesMax, partBytes: 100)
        let origin = RangeOrigin(bytes: bytes, fields)
        edge.origin.answer { origin.answer($0) }
        return (edge, origin)
    }

    private func get(_ edge: Edge, _ range: String?, _ wanted: Range<Int>, _ fields: HTTPFields = [:], status: Int = 206) async -> ViewerReply {
        var fields = fields
        fields[.range] = range
        let reply = await edge.get("/a", fields)
        await edge.settle()
        #expect(reply.status == status && reply.body == Array(Self.bytes[wanted]), "\(range ?? "whole")")
        return reply
    }

    @Test func `a range goes to the origin as it is, and its answer serves ranges within it`() async throws {
        let (edge, _) = try Self.edge()
        #expect(await get(edge, "bytes=100-299", 100..<300).cacheStatus?.hasPrefix("fwd=uri-miss; fwd-status=206") == true)
        #expect(edge.origin.last?.fields[.range] == "bytes=100-299")
        edge.clock.advance(5)
        for (range, wanted) in [("bytes=100-299", 100..<300), ("bytes=150-160", 150..<161)] {
            let hit = await get(edge, range, wanted)
            #expect(hit.isHit && hit.age == 5 && hit.fields[.contentRange] == "bytes \(wanted.lowerBound)-\(wanted.upperBound - 1)/1000")
        }
        #expect(edge.origin.count == 1)
    }

    @Test func `what is missing is asked for under If-Range and joined`() async throws {
        let (edge, _) = try Self.edge()
        _ = await get(edge, "bytes=0-499", 0..<500)
        _ = await get(edge, nil, 0..<1_000, status: 200)
        #expect(edge.origin.last?.fields[.range] == "bytes=500-" && edge.origin.last?.fields[.ifRange] == "\"v1\"")
        #expect(await get(edge, nil, 0..<1_000, status: 200).isHit)
        #expect(edge.origin.count == 2)
    }

    @Test(arguments: [[.eTag: "W/\"v1\"", .cacheControl: "max-age=60"], [.cacheControl: "max-age=60"]] as [HTTPFields])
    func `without a strong validator nothing is joined`(fields: HTTPFields) async throws {
        let (edge, _) = try Self.edge(fields)
        _ = await get(edge, "bytes=0-99", 0..<100)
        #expect(await get(edge, "bytes=10-19", 10..<20).isHit)
        _ = await get(edge, "bytes=50-199", 50..<200)
        #expect(edge.origin.last?.fields[.range] == "bytes=50-199")
    }

    @Test func `a new version is never joined to an old one`() async throws {
        let (edge, origin) = try Self.edge()
        _ = await get(edge, "bytes=0-499", 0..<500)
        let new = RangeOrigin.bytes(1_000, version: 2)
        origin.replace(bytes: new, [.eTag: "\"v2\"", .cacheControl: "max-age=60"])
        let reply = await edge.get("/a", [.range: "bytes=400-599"])
        await edge.settle()
        #expect(reply.status == 206 && reply.body == Array(new[400..<600]))
        let again = await edge.get("/a", [.range: "bytes=0-9"])
        #expect(again.body == Array(new[0..<10]))
    }

    @Test(arguments: ["no-store", "private"])
    func `a range that may not be stored isn't`(directives: String) async throws {
        let (edge, _) = try Self.edge([.eTag: "\"v1\"", .cacheControl: directives])
        for _ in 0..<2 { _ = await get(edge, "bytes=0-99", 0..<100) }
        #expect(edge.origin.count == 2 && edge.cache.statistics.entries == 0)
    }

    @Test func `parts expire, are confirmed, and bypassed by request directives`() async throws {
        let (edge, _) = try Self.edge()
        _ = await get(edge, "bytes=0-99", 0..<100)
        #expect(await get(edge, "bytes=0-99", 0..<100, [.cacheControl: "no-cache"]).isHit == false)
        #expect(await get(edge, "bytes=0-99", 0..<100, [.cacheControl: "max-age=10"]).isHit)
        edge.clock.advance(60)
        #expect(await get(edge, "bytes=0-99", 0..<100).isHit == false)
        #expect(await get(edge, "bytes=0-99", 0..<100).isHit)
    }

    @Test func `a write takes parts with it`() async throws {
        for objectBytesMax in [400, 2_000] {
            let (edge, origin) = try Self.edge(objectBytesMax: objectBytesMax)
            _ = await get(edge, "bytes=0-299", 0..<300)
            edge.origin.answer(OriginReply(.noContent))
            await edge.get("/a", method: .put)
            edge.origin.answer { origin.answer($0) }
            let before = edge.origin.count
            #expect(await get(edge, "bytes=0-99", 0..<100).isHit == false)
            #expect(edge.origin.count == before + 1)
        }
    }

    @Test func `variants in parts stay apart, and stand for no other`() async throws {
        let (edge, origin) = try Self.edge([.eTag: "\"v1\"", .cacheControl: "max-age=60", .vary: "Foo"], objectBytesMax: 400)
        _ = await get(edge, nil, 0..<1_000, [foo: "1"], status: 200)
        #expect(await get(edge, "bytes=5-9", 5..<10, [foo: "1"]).isHit)
        let new = RangeOrigin.bytes(1_000, version: 2)
        origin.replace(bytes: new, [.eTag: "\"v2\"", .cacheControl: "max-age=60", .vary: "Foo"])
        let other = await edge.get("/a", [foo: "2"])
        await edge.settle()
        #expect(other.status == 200 && other.body == new)
        #expect(edge.origin.last?.fields[.ifNoneMatch] == nil, "a head of parts is offered to nobody")
        #expect(await get(edge, "bytes=5-9", 5..<10, [foo: "1"]).isHit)
        let hit = await edge.get("/a", [foo: "2", .range: "bytes=5-9"])
        #expect(hit.isHit && hit.body == Array(new[5..<10]))
    }
}
