import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

/// What X-Skerry-Explain tells.
@Suite struct ExplanationTests {
    private func explain(_ edge: Edge, _ target: String = "/a", _ fields: HTTPFields = [:], method: HTTPRequest.Method = .get) async -> String? {
        var fields = fields
        fields[.xSkerryExplain] = "1"
        return await edge.get(target, fields, method: method).fields[.xSkerryExplain]
    }

    private let prefix = #"distribution="E1ABCDEF", behavior="*", key="read E1ABCDEF /a", "#

    @Test func `a miss tells why, and for how long the answer is kept`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=60"], "content"))
        #expect(await explain(edge) == prefix + #"result=Miss, reason=not-in-cache, ttl=60, ttl-source="max-age", age=0, fresh-for=60, stored"#)
    }

    @Test func `a hit tells its age and what is left, and does not take the fast path`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [:], "content"))
        await edge.get("/a")
        edge.clock.advance(100)
        #expect(
            await explain(edge) == prefix + #"result=Hit, found=fresh, ttl=86400, ttl-source="Default TTL", age=100, fresh-for=86300"#)
        #expect(edge.origin.last?.fields[.xSkerryExplain] == nil)
    }

    @Test func `the policy's bound on a lifetime is told`() async throws {
        let edge = try Edge([.site(CachePolicy(minTTL: 100, defaultTTL: 200, maxTTL: 300))])
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=9"], "content"))
        #expect(await explain(edge)?.contains(#"ttl=100, ttl-source="max-age", ttl-bound=raisedToMinTTL"#) == true)
    }

    @Test func `what is not stored tells why`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "no-store"], "content"))
        let text = try #require(await explain(edge))
        #expect(text.hasPrefix(prefix + "result=Miss, reason=not-in-cache"))
        #expect(text.hasSuffix("not-stored=noStore"))
    }

    @Test func `a confirmation and a changed object tell what was found`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.eTag: "\"1\"", .cacheControl: "max-age=10"], "content"))
        await edge.get("/a")
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.notModified, [.eTag: "\"1\"", .cacheControl: "max-age=20"]))
        #expect(
            await explain(edge) == prefix + #"result=RefreshHit, found=revalidate, reason=expired, ttl=20, ttl-source="max-age", age=0, fresh-for=20"#)
        edge.clock.advance(20)
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=30"], "new"))
        #expect(await explain(edge)?.contains("result=Miss, found=revalidate, reason=expired, ttl=30") == true)
        edge.clock.advance(30)
        #expect(await explain(edge)?.contains("found=fetch, reason=expired-without-validator") == true)
    }

    @Test func `a stale answer in place of an error tells how long the origin is spared`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.eTag: "\"1\"", .cacheControl: "max-age=10"], "content"))
        await edge.get("/a")
        edge.clock.advance(15)
        edge.origin.fail(.connect)
        #expect(await explain(edge)?.hasSuffix(#"age=15, fresh-for=-5, origin-spared-for=10"#) == true)
        #expect(await explain(edge)?.contains("result=Hit, found=stale-after-error") == true)
    }

    @Test func `an error tells its word`() async throws {
        let edge = try Edge()
        edge.origin.fail(.dns)
        #expect(await explain(edge)?.contains("result=Error, reason=not-in-cache, error=OriginDnsError") == true)
        #expect(await explain(edge, method: .delete)?.contains("result=Error, error=InvalidRequestMethod") == true)
    }

    @Test func `what was invalidated says so`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [:], "content"))
        await edge.get("/a")
        edge.cache.invalidate(distributionID: "E1ABCDEF", matching: try InvalidationPattern("/*"))
        #expect(await explain(edge)?.contains("result=Miss, reason=invalidated") == true)
        #expect(await explain(edge)?.contains("result=Hit") == true)
    }

    @Test func `what made room for others says so`() async throws {
        let edge = try Edge(memoryBytes: 6_000)
        edge.origin.answer(OriginReply(.ok, [:], String(repeating: "x", count: 2_000)))
        for path in ["/a", "/b", "/c", "/d"] { await edge.get(path) }
        #expect(await explain(edge)?.contains("result=Miss, reason=evicted") == true)
        #expect(await explain(edge, "/never")?.contains("reason=not-in-cache") == true)
    }

    @Test func `the key shows what is in it`() async throws {
        var policy = CachePolicy(
            enableAcceptEncodingGzip: true, headers: [.acceptLanguage], cookies: .whitelist(["id"]), queryStrings: .all)
        policy.enableAcceptEncodingBrotli = true
        let edge = try Edge([.site(policy)])
        edge.origin.answer(OriginReply(.ok, [:], "content"))
        let text = await explain(
            edge, "/a%20b?q=1&r", [.acceptEncoding: "gzip", .acceptLanguage: "de \"CH\"", .cookie: "id=7; other=8"])
        #expect(text?.contains(#"key="read gzip E1ABCDEF /a%2520b ?q=1&r header:accept-language=de%20%22CH%22 cookie:id=7""#) == true, "\(text ?? "")")
    }

    @Test(arguments: [("192.0.2.15", true), ("192.0.2.16", false), ("2001:db8::1", false), ("", false)])
    func `only those from allowed networks are told`(address: String, isTold: Bool) async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [:], "content"))
        for _ in 0..<2 {
            let head = Edge.head(.get, "/a", [.xSkerryExplain: "yes"], host: "www.example.com")
            let reply = await Viewer(edge.service, head, address: address).reply
            #expect(reply.status == 200)
            #expect((reply.fields[.xSkerryExplain] != nil) == isTold)
        }
        #expect(edge.origin.last?.fields[.xSkerryExplain] == nil)
    }

    @Test func `the header reaches the origin only where a policy names it`() async throws {
        let policy = OriginRequestPolicy(headers: .whitelist([.xSkerryExplain]))
        for (toOrigin, isSent) in [(nil, false), (policy, true)] as [(OriginRequestPolicy?, Bool)] {
            let edge = try Edge([.site(methods: .all, toOrigin: toOrigin)])
            edge.origin.answer(OriginReply(.ok, [:], "content"))
            await edge.get("/a", [.xSkerryExplain: "1"])
            #expect((edge.origin.last?.fields[.xSkerryExplain] != nil) == isSent)
            await edge.get("/a", [.xSkerryExplain: "1"], method: .post)
            #expect((edge.origin.last?.fields[.xSkerryExplain] != nil) == isSent)
        }
    }

    @Test func `nobody who does not ask is told`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [:], "content"))
        #expect(await edge.get("/a").fields[.xSkerryExplain] == nil)
    }
}
