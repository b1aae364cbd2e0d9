import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

struct ErrorPageTests {
    private static let rule = CustomErrorResponse(
        errorCode: 404, page: .init(path: "/errors/404.html", responseCode: 404), errorCachingMinTTL: 10)

    private static func edge(_ rule: CustomErrorResponse = rule, behaviors: [CacheBehavior] = []) throws -> Edge {
        let edge = try Edge([.site(behaviors: behaviors, errors: [rule])])
        edge.origin.answer { request in
            switch request.path {
            case "/errors/404.html": OriginReply(.ok, [.contentType: "text/html", .eTag: "\"page\""], "a kind page")
            default: OriginReply(.notFound, [.contentType: "text/xml"], "<NoSuchKey/>")
            }
        }
        return edge
    }

    @Test func `the page takes the error's place, both are remembered`() async throws {
        let edge = try Self.edge()
        for round in 0..<2 {
            let reply = await edge.get("/missing")
            #expect(reply.status == 404)
            #expect(reply.reasonPhrase == "Not Found")
            #expect(reply.text == "a kind page")
            #expect(reply.fields[.contentType] == "text/html")
            #expect(reply.fields[.contentLength] == "11")
            #expect(reply.xCache == "Error")
            #expect(edge.origin.count == 2, "round \(round)")
            await edge.settle()
        }
        #expect(await edge.get("/errors/404.html").xCache == "Hit", "the page is an object like others")
    }

    @Test func `an error under a page is remembered even when its content comes late`() async throws {
        let edge = try Self.edge()
        await edge.get("/errors/404.html")
        let gate = edge.origin.gate()
        let viewer = edge.begin("/missing")
        gate.sendHead(.notFound, length: 5)
        #expect(await viewer.reply.text == "a kind page")
        gate.send("sorry")
        gate.end()
        await edge.settle()
        #expect(await edge.get("/missing").text == "a kind page")
        #expect(edge.origin.count == 2)
    }

    @Test func `the page's status is replaced by the rule's`() async throws {
        let edge = try Self.edge(CustomErrorResponse(errorCode: 404, page: .init(path: "/errors/404.html", responseCode: 200)))
        let reply = await edge.get("/app/route")
        #expect(reply.status == 200)
        #expect(reply.text == "a kind page")
    }

    @Test func `the page goes through its own behaviour`() async throws {
        let edge = try Self.edge(behaviors: [try behavior("/errors/*", origin: "other")])
        await edge.get("/missing")
        #expect(edge.origin.fetches.map(\.endpoint.host) == ["origin.example", "other.example"])
    }

    @Test func `a page that fails itself gives the status of that fetch`() async throws {
        let edge = try Self.edge()
        edge.origin.answer { OriginReply($0.path == "/missing" ? .notFound : .forbidden, [:], "no page either") }
        let reply = await edge.get("/missing")
        #expect(reply.status == 403)
        #expect(reply.text == "no page either")
    }

    @Test func `a page for an unreachable origin comes from the cache`() async throws {
        let edge = try Self.edge(CustomErrorResponse(errorCode: 502, page: .init(path: "/errors/404.html", responseCode: 502)))
        await edge.get("/errors/404.html")
        edge.origin.fail(.connect)
        let reply = await edge.get("/a")
        #expect(reply.status == 502)
        #expect(reply.text == "a kind page")
    }

    @Test func `HEAD gets the page's fields`() async throws {
        let edge = try Self.edge()
        let reply = await edge.get("/missing", method: .head)
        #expect(reply.status == 404)
        #expect(reply.fields[.contentType] == "text/html")
        #expect(reply.body.isEmpty)
        #expect(edge.origin.fetches.map(\.target) == ["/missing", "/errors/404.html"])
    }

    @Test func `conditions and ranges of the request don't apply to the page`() async throws {
        let edge = try Self.edge()
        for _ in 0..<2 {
            let reply = await edge.get("/missing", [.ifNoneMatch: "\"page\"", .range: "bytes=0-1"])
            #expect(reply.status == 404)
            #expect(reply.text == "a kind page")
        }
        #expect(edge.origin.last?.fields[.range] == nil)
    }

    @Test func `the edge's own errors have pages too, want of capacity excepted`() async throws {
        let edge = try Self.edge(CustomErrorResponse(errorCode: 403, page: .init(path: "/errors/404.html", responseCode: 403)))
        let refused = await edge.get("/a", method: .post)
        #expect(refused.status == 403)
        #expect(refused.text == "a kind page")
        let busy = try Self.edge(CustomErrorResponse(errorCode: 503, page: .init(path: "/errors/404.html", responseCode: 200)))
        busy.origin.fail(.capacity)
        let reply = await busy.get("/a")
        #expect(reply.status == 503)
        #expect(reply.xCache == "CapacityExceeded")
        #expect(busy.origin.count == 1)
    }
}
