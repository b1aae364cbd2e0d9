import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

/// A response headers policy over the whole life of an object.
struct ResponseHeadersPolicyTests {
    private static let frame = HTTPField.Name.known("X-Frame-Options")
    private static let powered = HTTPField.Name.known("X-Powered-By")

    private static func managed(_ name: String) throws -> ResponseHeadersPolicy {
        try #require(ResponseHeadersPolicy.managed(named: name)).policy
    }

    private static func edge(
        _ policy: ResponseHeadersPolicy, methods: AllowedMethods = .getHeadOptions, errors: [CustomErrorResponse] = []
    ) throws -> Edge {
        let edge = try Edge([.site(methods: methods, errors: errors, responseHeaders: policy)])
        edge.origin.answer { request in
            request.path == "/missing"
                ? OriginReply(.notFound, [:], "none")
                : OriginReply(.ok, [.eTag: "\"v\"", powered: "PHP", .cacheControl: "max-age=10"], "hello")
        }
        return edge
    }

    @Test func `misses, hits, parts and confirmations have it, and the store does not`() async throws {
        let edge = try Self.edge(ResponseHeadersPolicy(headers: [.frameOptions("DENY", override: true)], removed: [Self.powered]))
        let replies = [
            await edge.get("/a"), await edge.get("/a"), await edge.get("/a", method: .head), await edge.get("/a", [.range: "bytes=0-1"]),
            await edge.get("/a", [.ifNoneMatch: "\"v\""]), await edge.get("/a", [.range: "bytes=9-"]),
        ]
        #expect(replies.map(\.status) == [200, 200, 200, 206, 304, 416])
        for reply in replies {
            #expect(reply.fields[Self.frame] == "DENY", "\(reply.status)")
            #expect(reply.fields[Self.powered] == nil, "\(reply.status)")
            #expect(reply.fields[.via] != nil)
        }
        edge.clock.advance(20)
        edge.origin.answer(OriginReply(.notModified))
        let confirmed = await edge.get("/a")
        #expect(confirmed.xCache == "RefreshHit")
        #expect(confirmed.fields[Self.frame] == "DENY")
        // Another policy finds the origin's own fields in the store.
        edge.service.replaceSnapshot(try Edge.snapshot([.site(responseHeaders: ResponseHeadersPolicy(removed: [.server]))]))
        let hit = await edge.get("/a")
        #expect(hit.xCache == "Hit")
        #expect(hit.fields[Self.frame] == nil)
        #expect(hit.fields[Self.powered] == "PHP")
        #expect(hit.fields[.server] == "CloudFront")
    }

    @Test func `error pages have it, the distribution's and the edge's own`() async throws {
        let errors = [CustomErrorResponse(errorCode: 404, page: .init(path: "/page.html", responseCode: 404), errorCachingMinTTL: 10)]
        let edge = try Self.edge(Self.managed("SecurityHeadersPolicy"), errors: errors)
        let page = await edge.get("/missing")
        #expect(page.status == 404 && page.text == "hello")
        #expect(page.fields[Self.frame] == "SAMEORIGIN")
        let refused = await edge.get("/a", method: .delete)
        #expect(refused.status == 403)
        #expect(refused.fields[Self.frame] == "SAMEORIGIN")
        edge.origin.fail(.connect)
        let failed = await edge.get("/other")
        #expect(failed.status == 502)
        #expect(failed.fields[Self.frame] == "SAMEORIGIN")
        #expect(await edge.get("/a", host: "nobody.test").fields[Self.frame] == nil)
    }

    @Test func `one object answers each origin for itself`() async throws {
        let cors = CORSPolicy(
            allowOrigins: ["https://a.test", "https://b.test"].compactMap(CORSOrigin.init), allowCredentials: true, originOverride: true)
        let edge = try Self.edge(ResponseHeadersPolicy(cors: cors))
        for origin in ["https://a.test", "https://b.test"] {
            let reply = await edge.get("/a", [.origin: origin])
            #expect(reply.fields[.accessControlAllowOrigin] == origin)
            #expect(reply.fields[.vary] == "Origin")
        }
        let other = await edge.get("/a", [.origin: "https://c.test"])
        #expect(other.fields[.accessControlAllowOrigin] == nil)
        #expect(other.xCache == "Hit")
        #expect(edge.origin.count == 1)
    }

    @Test func `a preflight goes to the origin and comes back with permission`() async throws {
        let edge = try Self.edge(Self.managed("CORS-With-Preflight"))
        let reply = await edge.get("/a", [.origin: "https://x", .accessControlRequestMethod: "PUT"], method: .options)
        #expect(edge.origin.last?.method == .options)
        #expect(reply.fields[.accessControlAllowOrigin] == "*")
        #expect(reply.fields[.accessControlAllowMethods] == "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")
    }

    @Test func `an age that is removed is not shown`() async throws {
        let edge = try Self.edge(ResponseHeadersPolicy(removed: [.age]))
        await edge.get("/a")
        let hit = await edge.get("/a")
        #expect(hit.xCache == "Hit")
        #expect(hit.age == nil)
    }
}
