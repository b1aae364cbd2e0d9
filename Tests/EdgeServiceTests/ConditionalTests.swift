import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

@testable import EdgeService

struct ConditionalTests {
    private static let modified = "Mon, 01 Jan 2024 00:00:00 GMT"
    private static let reply = OriginReply(
        .ok,
        [
            .eTag: "\"v1\"", .lastModified: modified, .contentType: "text/plain", .cacheControl: "max-age=100", .vary: "Accept-Encoding",
            .contentLocation: "/a", .expires: "Fri, 01 Jan 2100 00:00:00 GMT",
        ], "hello")

    struct Row: Sendable, CustomTestStringConvertible {
        var fields: HTTPFields
        var status: Int
        var testDescription: String { fields.map { "\($0.name): \($0.value)" }.joined(separator: " ") }
    }

    @Test(
        arguments: [
            Row(fields: [.ifNoneMatch: "\"v1\""], status: 304), Row(fields: [.ifNoneMatch: "W/\"v1\""], status: 304),
            Row(fields: [.ifNoneMatch: "\"v0\", \"v1\""], status: 304), Row(fields: [.ifNoneMatch: "*"], status: 304),
            Row(fields: [.ifNoneMatch: "\"v2\""], status: 200), Row(fields: [.ifNoneMatch: "v1"], status: 200),
            Row(fields: [.ifModifiedSince: modified], status: 304),
            Row(fields: [.ifModifiedSince: "Mon, 01 Jan 2024 00:00:01 GMT"], status: 304),
            Row(fields: [.ifModifiedSince: "Sun, 31 Dec 2023 23:59:59 GMT"], status: 200),
            Row(fields: [.ifModifiedSince: "never"], status: 200),
            Row(fields: [.ifNoneMatch: "\"v2\"", .ifModifiedSince: modified], status: 200),
        ], [false, true])
    func `a viewer's conditions are answered from a stored and from an arriving response`(row: Row, isStored: Bool) async throws {
        let edge = try Edge()
        edge.origin.answer(Self.reply)
        if isStored { await edge.get("/a") }
        let reply = await edge.get("/a", row.fields)
        #expect(reply.status == row.status)
        #expect(reply.text == (row.status == 304 ? "" : "hello"))
        #expect(edge.origin.last?.fields[.ifNoneMatch] == nil, "what fills the cache is fetched without them")
        #expect(edge.origin.last?.fields[.ifModifiedSince] == nil)
        await edge.settle()
        #expect(await edge.get("/a").xCache == "Hit", "and is kept whatever this viewer got")
        #expect(edge.origin.count == 1)
    }

    @Test func `a 304 carries what a cache needs and nothing about content`() async throws {
        let edge = try Edge()
        edge.origin.answer(Self.reply)
        await edge.get("/a")
        edge.clock.advance(3)
        let reply = await edge.get("/a", [.ifNoneMatch: "\"v1\""])
        for name in [HTTPField.Name.eTag, .cacheControl, .vary, .contentLocation, .expires, .date] {
            #expect(reply.fields.contains(name), "\(name)")
        }
        for name in [HTTPField.Name.contentLength, .contentType, .contentEncoding, .contentRange] {
            #expect(!reply.fields.contains(name), "\(name)")
        }
        #expect(reply.age == 3)
        #expect(reply.xCache == "Hit")
    }

    @Test func `HEAD is answered from what a GET brought, conditions included`() async throws {
        let edge = try Edge()
        edge.origin.answer(Self.reply)
        await edge.get("/a")
        let head = await edge.get("/a", method: .head)
        #expect(head.status == 200)
        #expect(head.xCache == "Hit")
        #expect(head.fields[.contentLength] == "5")
        #expect(head.body.isEmpty)
        #expect(await edge.get("/a", [.ifNoneMatch: "\"v1\""], method: .head).status == 304)
        #expect(edge.origin.count == 1)
    }

    @Test func `an expired entry serves HEAD after a revalidation by GET`() async throws {
        let edge = try Edge()
        edge.origin.answer(Self.reply)
        await edge.get("/a")
        edge.clock.advance(100)
        edge.origin.answer(OriginReply(.notModified))
        let head = await edge.get("/a", method: .head)
        #expect(head.xCache == "RefreshHit")
        #expect(head.body.isEmpty)
        #expect(edge.origin.last?.method == .get)
    }

    @Test func `with caching off conditions go to the origin, and its answers come back as they are`() async throws {
        let edge = try Edge([.site(.disabled)])
        edge.origin.answer { OriginReply($0.fields.contains(.ifNoneMatch) ? .notModified : .ok, [.eTag: "\"v1\""], "hello") }
        #expect(await edge.get("/a").text == "hello")
        let reply = await edge.get("/a", [.ifNoneMatch: "\"v1\""])
        #expect(reply.status == 304)
        #expect(edge.origin.last?.fields[.ifNoneMatch] == "\"v1\"")
        #expect(edge.origin.count == 2)
    }

    @Test func `conditions on what may not be kept are answered as well`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.eTag: "\"v1\"", .cacheControl: "no-store"], "hello"))
        #expect(await edge.get("/a", [.ifNoneMatch: "\"v1\""]).status == 304)
        #expect(await edge.get("/a", [.ifNoneMatch: "\"v2\""]).text == "hello")
    }

    @Test func `conditions don't apply to errors`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.notFound, [.eTag: "\"v1\""], "none"))
        for _ in 0..<2 { #expect(await edge.get("/a", [.ifNoneMatch: "*"]).status == 404) }
    }
}
