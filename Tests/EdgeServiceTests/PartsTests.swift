import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Testing

@testable import EdgeService

/// Objects of 1000 bytes, entries of at most 400, parts of 100.
struct PartsTests {
    static let bytes = RangeOrigin.bytes(1_000)

    static func edge(
        _ origin: RangeOrigin = RangeOrigin(bytes: bytes), partsBytesMax: Int? = nil, policy: CachePolicy = CachePolicy()
    ) throws -> Edge {
        let edge = try Edge([.site(policy)], objectBytesMax: 400, partBytes: 100, partsBytesMax: partsBytesMax)
        edge.origin.answer { origin.answer($0) }
        return edge
    }

    @Test func `a whole read goes through in parts, and the next one is a hit`() async throws {
        let edge = try Self.edge()
        let first = await edge.get("/a")
        #expect(first.status == 200)
        #expect(first.body == Self.bytes)
        #expect(first.xCache == "Miss")
        #expect(first.fields[.contentLength] == "1000")
        await edge.settle()
        #expect(edge.cache.statistics.entries == 11, "ten parts and a head")
        let second = await edge.get("/a")
        #expect(second.body == Self.bytes)
        #expect(second.xCache == "Hit")
        #expect(second.age == 0)
        #expect(second.fields[.eTag] == "\"v1\"")
        #expect(second.fields[.contentRange] == nil)
        #expect(edge.origin.fetches.map { $0.fields[.range] } == [nil], "one answer of the origin for all ten")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var range: String
        var wanted: Range<Int>
        /// What the origin is asked for after its answer to the first, whole request.
        var asked: String?
        var testDescription: String { range }
    }

    @Test(arguments: [
        Row(range: "bytes=0-0", wanted: 0..<1), Row(range: "bytes=0-99", wanted: 0..<100), Row(range: "bytes=0-100", wanted: 0..<101),
        Row(range: "bytes=99-100", wanted: 99..<101), Row(range: "bytes=100-100", wanted: 100..<101, asked: "bytes=100-199"),
        Row(range: "bytes=199-200", wanted: 199..<201, asked: "bytes=100-299"),
        Row(range: "bytes=250-", wanted: 250..<1_000, asked: "bytes=200-"), Row(range: "bytes=-1", wanted: 999..<1_000, asked: "bytes=900-"),
        Row(range: "bytes=-100", wanted: 900..<1_000, asked: "bytes=900-"), Row(range: "bytes=-101", wanted: 899..<1_000, asked: "bytes=800-"),
        Row(range: "bytes=990-2000", wanted: 990..<1_000, asked: "bytes=900-"),
        Row(range: "bytes=899-899", wanted: 899..<900, asked: "bytes=800-899"),
    ])
    func `a range of a large object is asked for up to part boundaries and kept`(row: Row) async throws {
        let edge = try Self.edge()
        for expected in ["Miss", "Hit"] {
            let reply = await edge.get("/a", [.range: row.range])
            #expect(reply.status == 206)
            #expect(reply.body == Array(Self.bytes[row.wanted]))
            #expect(reply.fields[.contentRange] == "bytes \(row.wanted.lowerBound)-\(row.wanted.upperBound - 1)/1000")
            #expect(reply.fields[.contentLength] == String(row.wanted.count))
            #expect(reply.xCache == expected)
            await edge.settle()
        }
        #expect(edge.origin.fetches.dropFirst().map { $0.fields[.range] } == (row.asked.map { [$0] } ?? []))
        #expect(edge.origin.fetches.dropFirst().allSatisfy { $0.fields[.ifRange] == "\"v1\"" && $0.fields[.ifNoneMatch] == nil })
    }

    @Test func `only what is missing is asked for`() async throws {
        let edge = try Self.edge()
        await edge.get("/a", [.range: "bytes=350-449"])
        await edge.settle()
        await edge.get("/a", [.range: "bytes=700-700"])
        await edge.settle()
        let reply = await edge.get("/a")
        #expect(reply.body == Self.bytes)
        #expect(reply.xCache == "Miss")
        #expect(
            edge.origin.fetches.map { $0.fields[.range] }
                == [nil, "bytes=300-499", "bytes=700-799", "bytes=0-299", "bytes=500-699", "bytes=800-"])
        await edge.settle()
        #expect(await edge.get("/a").xCache == "Hit")
    }

    @Test func `a part that was evicted is fetched again, alone`() async throws {
        let edge = try Self.edge()
        await edge.get("/a")
        await edge.settle()
        let object = try #require(edge.cache.partedObject(edge.identity("/a"), now: edge.clock.now))
        edge.cache.remove(try #require(edge.cache.part(300..<400, of: object)))
        let reply = await edge.get("/a", [.range: "bytes=250-450"])
        #expect(reply.body == Array(Self.bytes[250...450]))
        #expect(reply.xCache == "Miss")
        #expect(edge.origin.fetches.map { $0.fields[.range] } == [nil, "bytes=300-399"])
        await edge.settle()
        #expect(await edge.get("/a").xCache == "Hit")
    }

    @Test func `several ranges are put together from parts`() async throws {
        let edge = try Self.edge()
        let reply = await edge.get("/a", [.range: "bytes=98-101,500-501,-2"])
        #expect(reply.status == 206)
        #expect(reply.fields[.contentLength] == String(reply.body.count))
        #expect(reply.fields[.contentType]?.hasPrefix("multipart/byteranges") == true)
        for part in [98..<102, 500..<502, 998..<1_000] {
            let head = Array("bytes \(part.lowerBound)-\(part.upperBound - 1)/1000\r\n\r\n".utf8)
            #expect(reply.body.firstRange(of: head + Self.bytes[part]) != nil)
        }
    }

    @Test func `HEAD, 304 and 416 need no bytes`() async throws {
        let edge = try Self.edge()
        await edge.get("/a", [.range: "bytes=0-0"])
        await edge.settle()
        let head = await edge.get("/a", method: .head)
        #expect(head.status == 200)
        #expect(head.fields[.contentLength] == "1000")
        #expect(head.body.isEmpty)
        #expect(await edge.get("/a", [.ifNoneMatch: "\"v1\""]).status == 304)
        let unsatisfiable = await edge.get("/a", [.range: "bytes=1000-"])
        #expect(unsatisfiable.status == 416)
        #expect(unsatisfiable.fields[.contentRange] == "bytes */1000")
        #expect(edge.origin.count == 1)
    }

    @Test(arguments: [
        ("\"v1\"", 206), ("W/\"v1\"", 200), ("\"v2\"", 200), ("Mon, 01 Jan 2024 00:00:00 GMT", 206), ("Tue, 02 Jan 2024 00:00:00 GMT", 200),
    ])
    func `If-Range holds by strong comparison only`(condition: (String, Int)) async throws {
        let fields: HTTPFields = [.eTag: "\"v1\"", .lastModified: "Mon, 01 Jan 2024 00:00:00 GMT"]
        let edge = try Self.edge(RangeOrigin(bytes: Self.bytes, fields))
        for _ in 0..<2 {
            let reply = await edge.get("/a", [.range: "bytes=200-201", .ifRange: condition.0])
            #expect(reply.status == condition.1)
            #expect(reply.body == (condition.1 == 206 ? Array(Self.bytes[200..<202]) : Self.bytes))
            await edge.settle()
        }
    }

    @Test(arguments: [
        [:], [.eTag: "W/\"v1\""], [.eTag: "nonsense"], [.lastModified: "Mon, 01 Jan 2024 00:00:00 GMT", .date: "Mon, 01 Jan 2024 00:00:00 GMT"],
        [.eTag: "\"v1\"", .acceptRanges: "none"],
    ] as [HTTPFields])
    func `without a strong validator, or ranges, nothing is kept in parts`(fields: HTTPFields) async throws {
        let edge = try Self.edge(RangeOrigin(bytes: Self.bytes, fields))
        #expect(await edge.get("/a").body == Self.bytes)
        #expect(await edge.get("/a", [.range: "bytes=500-509"]).body == Array(Self.bytes[500..<510]))
        await edge.settle()
        #expect(edge.cache.statistics.entries == 0)
    }

    @Test func `Last-Modified joins parts when it is a strong validator`() async throws {
        let fields: HTTPFields = [.lastModified: "Mon, 01 Jan 2024 00:00:00 GMT", .date: "Mon, 01 Jan 2024 00:00:01 GMT"]
        let edge = try Self.edge(RangeOrigin(bytes: Self.bytes, fields))
        await edge.get("/a", [.range: "bytes=100-100"])
        await edge.settle()
        #expect(await edge.get("/a").body == Self.bytes)
        #expect(edge.origin.last?.fields[.ifRange] == "Mon, 01 Jan 2024 00:00:00 GMT")
        await edge.settle()
        #expect(await edge.get("/a").xCache == "Hit")
    }

    @Test func `an origin that lacks ranges is read from the start, and what comes by is kept`() async throws {
        let edge = try Self.edge(RangeOrigin(bytes: Self.bytes, lacksRanges: true))
        let reply = await edge.get("/a", [.range: "bytes=500-549"])
        #expect(reply.status == 206)
        #expect(reply.body == Array(Self.bytes[500..<550]))
        await edge.settle()
        #expect(await edge.get("/a", [.range: "bytes=500-549"]).xCache == "Hit")
        let whole = await edge.get("/a")
        #expect(whole.body == Self.bytes)
        await edge.settle()
        #expect(await edge.get("/a").xCache == "Hit")
    }

    @Test func `one object's parts take no more than they may, and what fits is kept for the next time`() async throws {
        let edge = try Self.edge(partsBytesMax: 350)
        #expect(await edge.get("/a").body == Self.bytes)
        await edge.settle()
        #expect(edge.cache.statistics.entries == 4, "three parts and a head")
        let second = await edge.get("/a")
        #expect(second.body == Self.bytes)
        #expect(second.xCache == "Miss")
        #expect(edge.origin.fetches.map { $0.fields[.range] } == [nil, "bytes=300-"])
    }

    @Test func `a range within stored parts is a hit, one beyond them a miss`() async throws {
        let edge = try Self.edge(partsBytesMax: 300)
        await edge.get("/a")
        await edge.settle()
        #expect(await edge.get("/a", [.range: "bytes=299-299"]).xCache == "Hit")
        #expect(await edge.get("/a", [.range: "bytes=299-300"]).xCache == "Miss")
    }
}

extension Edge {
    func identity(_ path: String) -> ObjectIdentity {
        let key = CachePolicy().makeKey(method: .read, distribution: "E1ABCDEF", path: path, query: nil, fields: [:])
        return ObjectIdentity(key: key, distributionID: "E1ABCDEF", path: path)
    }
}
