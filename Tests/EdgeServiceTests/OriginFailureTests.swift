import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

struct OriginFailureTests {
    private static func withExpired(_ control: String, errors: [CustomErrorResponse] = []) async throws -> Edge {
        let edge = try Edge([.site(errors: errors)])
        edge.origin.answer(OriginReply(.ok, [.cacheControl: control, .eTag: "\"1\""], "copy"))
        await edge.get("/a")
        edge.clock.advance(100)
        return edge
    }

    enum Trouble: Sendable, CaseIterable { case status, unreachable, silent }

    @Test(arguments: Trouble.allCases)
    func `a copy stands in for a failing origin, which is asked again after the error caching minimum`(trouble: Trouble) async throws {
        let edge = try await Self.withExpired("max-age=100")
        switch trouble {
        case .status: edge.origin.answer(OriginReply(.serviceUnavailable, [:], "down"))
        case .unreachable: edge.origin.fail(.connect)
        case .silent: edge.origin.fail(.timeout)
        }
        let stale = await edge.get("/a")
        #expect(stale.status == 200)
        #expect(stale.text == "copy")
        #expect(stale.xCache == "Hit")
        #expect(stale.age == 100)
        edge.clock.advance(9)
        #expect(await edge.get("/a").text == "copy")
        #expect(edge.origin.count == 2, "one second before the minimum")
        edge.clock.advance(1)
        #expect(await edge.get("/a").text == "copy")
        #expect(edge.origin.count == 3, "at the minimum")
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.ok, [:], "back"))
        #expect(await edge.get("/a").text == "back")
    }

    @Test func `the minimum is the one of the status that came`() async throws {
        let edge = try await Self.withExpired("max-age=100", errors: [CustomErrorResponse(errorCode: 503, errorCachingMinTTL: 30)])
        edge.origin.answer(OriginReply(.serviceUnavailable))
        await edge.get("/a")
        edge.clock.advance(29)
        await edge.get("/a")
        #expect(edge.origin.count == 2)
        edge.clock.advance(1)
        await edge.get("/a")
        #expect(edge.origin.count == 3)
    }

    @Test func `a status below 500 is the origin's answer and passes`() async throws {
        let edge = try await Self.withExpired("max-age=100")
        edge.origin.answer(OriginReply(.notFound, [:], "gone"))
        let reply = await edge.get("/a")
        #expect(reply.status == 404)
        #expect(reply.text == "gone")
        #expect(reply.xCache == "Error")
    }

    @Test func `stale-if-error=0 passes the error on`() async throws {
        let edge = try await Self.withExpired("max-age=100, stale-if-error=0")
        edge.origin.answer(OriginReply(.internalServerError, [:], "broken"))
        #expect(await edge.get("/a").status == 500)
    }

    @Test func `a stale-if-error window ends`() async throws {
        let edge = try await Self.withExpired("max-age=95, stale-if-error=10")
        edge.origin.fail(.connect)
        #expect(await edge.get("/a").status == 200)
        edge.clock.advance(4)
        #expect(await edge.get("/a").status == 200)
        edge.clock.advance(1)
        #expect(await edge.get("/a").status == 502)
    }

    @Test(arguments: [
        (OriginError.Kind.timeout, 504), (.connect, 502), (.dns, 502), (.communication, 502), (.invalidResponse, 502), (.capacity, 503),
    ])
    func `without a copy the viewer gets a clear page`(kind: OriginError.Kind, status: Int) async throws {
        let edge = try Edge()
        edge.origin.fail(kind)
        let reply = await edge.get("/a")
        #expect(reply.status == status)
        #expect(reply.fields[.contentType] == "text/html; charset=utf-8")
        #expect(reply.text.contains("<h1>\(status) "))
        #expect(reply.xCache == (kind == .capacity ? "CapacityExceeded" : "Error"))
        #expect(!reply.text.contains("origin.example"), "no address of the origin's is told")
    }

    /// 304 without conditions, 206 without a range: neither tells this viewer anything.
    @Test(arguments: [false, true], [HTTPResponse.Status.notModified, .partialContent])
    func `an answer to what was not asked is an invalid one, and is not kept`(isStrict: Bool, status: HTTPResponse.Status) async throws {
        let edge = try Edge([isStrict ? .strict() : .site(CachePolicy(minTTL: 0, defaultTTL: 60, maxTTL: 60), methods: .all)])
        var fields: HTTPFields = [.eTag: "\"1\"", .cacheControl: "max-age=60"]
        if status == .partialContent { fields[.contentRange] = "bytes 0-0/10" }
        edge.origin.answer(OriginReply(status, fields, bytes: status == .partialContent ? [1] : []))
        for method in [HTTPRequest.Method.get, .head, .post] {
            let reply = await edge.get("/a", method: method)
            #expect(reply.status == 502)
            #expect(reply.fields[.eTag] == nil)
        }
        edge.clock.advance(11)
        edge.origin.answer(OriginReply(.ok, [:], "whole"))
        #expect(await edge.get("/a").text == "whole")
    }

    @Test func `a dead origin is spared for ten seconds`() async throws {
        let edge = try Edge()
        edge.origin.fail(.connect)
        for _ in 0..<3 { #expect(await edge.get("/a").status == 502) }
        #expect(edge.origin.count == 1)
        edge.clock.advance(9)
        await edge.get("/a")
        #expect(edge.origin.count == 1)
        edge.clock.advance(1)
        await edge.get("/a")
        #expect(edge.origin.count == 2)
    }

    @Test func `want of capacity is not remembered`() async throws {
        let edge = try Edge()
        edge.origin.fail(.capacity)
        await edge.get("/a")
        edge.origin.answer(OriginReply(.ok, [:], "now"))
        #expect(await edge.get("/a").text == "now")
    }

    @Test func `an origin that breaks off in mid-content cuts the response, and nothing is kept`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a")
        gate.sendHead(length: 10)
        gate.send("half")
        await until("half has arrived") { viewer.soFar.text == "half" }
        gate.breakOff()
        let reply = await viewer.reply
        #expect(reply.wasCut)
        #expect(!reply.isWhole)
        await edge.settle()
        #expect(edge.cache.statistics.entries == 0)
        #expect(edge.cache.statistics.fillingBytes == 0)
    }
}
