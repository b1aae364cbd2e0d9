import ContentCoding
import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import Testing

@testable import EdgeService

struct CompressionTests {
    /// Text with some variety that compresses well.
    private static func content(_ count: Int) -> [UInt8] {
        let words = Array("the edge keeps what the origin sent, and sends it on. ".utf8)
        return (0..<count).map { words[($0 + $0 / 97) % words.count] }
    }

    private static func edge(
        _ count: Int = 5_000, _ fields: HTTPFields = [.contentType: "text/html", .eTag: "\"v1\""], status: HTTPResponse.Status = .ok,
        policy: CachePolicy = .compressing, compress: Bool = true, sendsLength: Bool = true
    ) throws -> Edge {
        let edge = try Edge([.site(policy, compress: compress)])
        edge.origin.answer(OriginReply(status, fields, bytes: content(count), sendsLength: sendsLength))
        return edge
    }

    private static func plain(_ reply: ViewerReply) throws -> [UInt8] {
        let coding = try #require(reply.fields[.contentEncoding].flatMap { ContentCoding(rawValue: $0) })
        return try Decompressor.decompressed(reply.body, coding, atMost: 20_000_000)
    }

    @Test(arguments: [("gzip", "gzip"), ("br", "br"), ("gzip, br", "br"), ("deflate, gzip;q=0.5", "gzip"), ("br;q=0, gzip", "gzip")])
    func `the best coding that is accepted and enabled is used, on the miss and on the hit`(accepted: String, coding: String) async throws {
        let edge = try Self.edge()
        for result in ["Miss", "Hit"] {
            let reply = await edge.get("/a", [.acceptEncoding: accepted])
            #expect(reply.xCache == result)
            #expect(reply.fields[.contentEncoding] == coding)
            #expect(reply.fields[.vary] == "Accept-Encoding")
            #expect(reply.fields[.eTag] == "W/\"v1\"")
            #expect(reply.fields[.contentLength] == (result == "Miss" ? nil : String(reply.body.count)))
            #expect(try Self.plain(reply) == Self.content(5_000))
            #expect(reply.body.count < 2_500)
        }
        #expect(edge.origin.count == 1)
    }

    @Test func `variants are kept apart, and each is a hit for its like`() async throws {
        let edge = try Self.edge()
        let classes: [(HTTPFields, String?)] = [
            ([:], nil), ([.acceptEncoding: "gzip"], "gzip"), ([.acceptEncoding: "br"], "br"), ([.acceptEncoding: "gzip, br"], "br"),
            ([.acceptEncoding: "identity"], nil),
        ]
        for result in ["Miss", "Hit"] {
            for (index, (fields, coding)) in classes.enumerated() {
                let reply = await edge.get("/a", fields)
                #expect(reply.fields[.contentEncoding] == coding)
                #expect(reply.xCache == (index == 4 ? "Hit" : result))
            }
        }
        #expect(edge.origin.count == 4)
        #expect(edge.origin.fetches.map { $0.fields[.acceptEncoding] } == [nil, "gzip", "br", "br,gzip"])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var count = 5_000
        var fields: HTTPFields = [.contentType: "text/html"]
        var status: HTTPResponse.Status = .ok
        var policy = CachePolicy.compressing
        var compress = true
        var sendsLength = true
        var version = HTTPVersion.http11
        var isCompressed = false
        var testDescription: String { name }
    }

    @Test(arguments: [
        Row(name: "999 bytes", count: 999), Row(name: "1,000 bytes", count: 1_000, isCompressed: true),
        Row(name: "10,000,000 bytes", count: 10_000_000, isCompressed: true), Row(name: "10,000,001 bytes", count: 10_000_001),
        Row(name: "403", status: .forbidden, isCompressed: true), Row(name: "404", status: .notFound, isCompressed: true),
        Row(name: "500", status: .internalServerError), Row(name: "203", status: .nonAuthoritativeInformation),
        Row(name: "already encoded", fields: [.contentType: "text/html", .contentEncoding: "x-own"]),
        Row(name: "type not in the list", fields: [.contentType: "image/png"]), Row(name: "no type", fields: [:]),
        Row(name: "type with parameters", fields: [.contentType: "Text/CSS; charset=utf-8"], isCompressed: true),
        Row(name: "no-transform", fields: [.contentType: "text/html", .cacheControl: "no-transform"]),
        Row(name: "length unknown", sendsLength: false), Row(name: "behaviour says no", compress: false),
        Row(name: "policy says no", policy: CachePolicy()), Row(name: "HTTP/1.0", version: .http10),
    ])
    func `what is compressed, and what is not`(row: Row) async throws {
        let edge = try Self.edge(
            row.count, row.fields, status: row.status, policy: row.policy, compress: row.compress, sendsLength: row.sendsLength)
        let reply = await edge.get("/a", [.acceptEncoding: "gzip"], version: row.version)
        #expect(reply.isWhole)
        #expect(reply.status == row.status.code)
        if row.isCompressed {
            #expect(reply.fields[.contentEncoding] == "gzip")
            #expect(try Self.plain(reply) == Self.content(row.count))
        } else {
            #expect(reply.fields[.contentEncoding] == row.fields[.contentEncoding])
            #expect(reply.body == Self.content(row.count))
        }
    }

    @Test func `HTTP/1.0 and HTTP/1.1 viewers don't get each other's variant`() async throws {
        let edge = try Self.edge()
        #expect(await edge.get("/a", [.acceptEncoding: "gzip"], version: .http10).fields[.contentEncoding] == nil)
        #expect(await edge.get("/a", [.acceptEncoding: "gzip"]).fields[.contentEncoding] == "gzip")
        let old = await edge.get("/a", [.acceptEncoding: "gzip"], version: .http10)
        #expect(old.fields[.contentEncoding] == nil)
        #expect(old.xCache == "Hit")
    }

    @Test(arguments: [("\"v1\"", "W/\"v1\""), ("W/\"v1\"", "W/\"v1\""), ("v1", nil)] as [(String, String?)])
    func `a compressed response has a weak tag, or none`(tag: String, shown: String?) async throws {
        let edge = try Self.edge(5_000, [.contentType: "text/html", .eTag: tag])
        #expect(await edge.get("/a", [.acceptEncoding: "gzip"]).fields[.eTag] == shown)
    }

    @Test func `a compressed entry is confirmed by the origin's own tag and keeps its form`() async throws {
        let edge = try Self.edge(5_000, [.contentType: "text/html", .eTag: "\"v1\"", .cacheControl: "max-age=10"])
        await edge.get("/a", [.acceptEncoding: "gzip"])
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.notModified, [.eTag: "\"v1\"", .vary: "Origin"]))
        let reply = await edge.get("/a", [.acceptEncoding: "gzip"])
        #expect(edge.origin.last?.fields[.ifNoneMatch] == "\"v1\"")
        #expect(reply.xCache == "RefreshHit")
        #expect(reply.fields[.eTag] == "W/\"v1\"")
        #expect(reply.fields[.vary] == "Accept-Encoding")
        #expect(try Self.plain(reply) == Self.content(5_000))
    }

    @Test func `an invalidation covers all variants`() async throws {
        let edge = try Self.edge()
        for accepted in ["gzip", "br"] { await edge.get("/a", [.acceptEncoding: accepted]) }
        #expect(edge.cache.invalidate(distributionID: "E1ABCDEF", matching: try InvalidationPattern("/a")) == 2)
        #expect(await edge.get("/a", [.acceptEncoding: "br"]).xCache == "Miss")
    }

    @Test func `ranges of a compressed entry are of its stored bytes`() async throws {
        let edge = try Self.edge()
        let whole = await edge.get("/a", [.acceptEncoding: "gzip"])
        let part = await edge.get("/a", [.acceptEncoding: "gzip", .range: "bytes=10-19"])
        #expect(part.status == 206)
        #expect(part.body == Array(whole.body[10..<20]))
        #expect(part.fields[.contentRange] == "bytes 10-19/\(whole.body.count)")
    }
}
