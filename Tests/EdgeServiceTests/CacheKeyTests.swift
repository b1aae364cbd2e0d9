import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

@testable import EdgeService

/// Which requests share an entry.
struct CacheKeyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var policy = CachePolicy()
        var first = "/a"
        var second = "/a"
        var firstFields: HTTPFields = [:]
        var secondFields: HTTPFields = [:]
        var isShared: Bool
        var testDescription: String { name }
    }

    @Test(arguments: [
        Row(name: "query not in the key", first: "/a?x=1", second: "/a?x=2", isShared: true),
        Row(name: "query in the key", policy: CachePolicy(queryStrings: .all), first: "/a?x=1", second: "/a?x=2", isShared: false),
        Row(name: "order of the query", policy: CachePolicy(queryStrings: .all), first: "/a?x&y", second: "/a?y&x", isShared: false),
        Row(
            name: "listed parameter", policy: CachePolicy(queryStrings: .whitelist(["v"])), first: "/a?v=1&t=1", second: "/a?t=2&v=1",
            isShared: true),
        Row(
            name: "excepted parameter", policy: CachePolicy(queryStrings: .allExcept(["t"])), first: "/a?v=1&t=1", second: "/a?v=2&t=1",
            isShared: false),
        Row(name: "path case", first: "/a", second: "/A", isShared: false),
        Row(name: "path spelling", first: "/a", second: "/%61", isShared: false),
        Row(name: "header not in the key", firstFields: [.origin: "x"], secondFields: [.origin: "y"], isShared: true),
        Row(
            name: "header in the key", policy: CachePolicy(headers: [.origin]), firstFields: [.origin: "x"], secondFields: [.origin: "y"],
            isShared: false),
        Row(name: "header absent or empty", policy: CachePolicy(headers: [.origin]), secondFields: [.origin: ""], isShared: false),
        Row(
            name: "header equal", policy: CachePolicy(headers: [.origin]), firstFields: [.origin: "x"], secondFields: [.origin: "x"],
            isShared: true),
        Row(name: "cookie not in the key", firstFields: [.cookie: "a=1"], secondFields: [.cookie: "a=2"], isShared: true),
        Row(
            name: "cookie in the key", policy: CachePolicy(cookies: .all), firstFields: [.cookie: "a=1"], secondFields: [.cookie: "a=2"],
            isShared: false),
        Row(
            name: "order of cookies", policy: CachePolicy(cookies: .all), firstFields: [.cookie: "a=1; b=2"],
            secondFields: [.cookie: "b=2; a=1"], isShared: true),
        Row(
            name: "listed cookie", policy: CachePolicy(cookies: .whitelist(["a"])), firstFields: [.cookie: "a=1; t=1"],
            secondFields: [.cookie: "t=2; a=1"], isShared: true),
        Row(name: "Accept-Encoding without compression", firstFields: [.acceptEncoding: "gzip"], isShared: true),
        Row(
            name: "Accept-Encoding of one class", policy: .compressing, firstFields: [.acceptEncoding: "gzip, deflate"],
            secondFields: [.acceptEncoding: "gzip;q=0.8"], isShared: true),
        Row(name: "Accept-Encoding of two classes", policy: .compressing, firstFields: [.acceptEncoding: "gzip"], isShared: false),
    ])
    func `requests share an entry exactly when their keys agree`(row: Row) async throws {
        let edge = try Edge([.site(row.policy)])
        edge.origin.answer(OriginReply(.ok, [:], "x"))
        await edge.get(row.first, row.firstFields)
        #expect(await edge.get(row.second, row.secondFields).xCache == (row.isShared ? "Hit" : "Miss"))
        #expect(await edge.get(row.first, row.firstFields).xCache == "Hit")
    }

    @Test func `an absolute target's authority, not Host, is in the key and goes to the origin`() async throws {
        let edge = try Edge([.site(CachePolicy(headers: [.hostField]))])
        edge.origin.answer { OriginReply(.ok, [:], $0.fields[.hostField] ?? "none") }
        let forged = await edge.get("/a", [.hostField: "e1abcdef.cloudfront.localhost"], host: "www.example.com")
        #expect(forged.text == "www.example.com")
        let other = await edge.get("/a", [.hostField: "e1abcdef.cloudfront.localhost"], host: "e1abcdef.cloudfront.localhost")
        #expect(other.xCache == "Miss", "nobody's entry is made under another's name")
        #expect(other.text == "e1abcdef.cloudfront.localhost")
    }

    @Test func `Set-Cookie is kept where cookies are forwarded, and nowhere else`() async throws {
        for (policy, isKept) in [(CachePolicy(), false), (CachePolicy(cookies: .all), true)] {
            let edge = try Edge([.site(policy)])
            edge.origin.answer(OriginReply(.ok, [.setCookie: "id=1"], "x"))
            for _ in 0..<2 { #expect(await edge.get("/a").fields[.setCookie] == (isKept ? "id=1" : nil)) }
            #expect(await edge.get("/a").xCache == "Hit")
        }
    }

    @Test func `an invalidation reaches all variants by headers, cookies and keyed query`() async throws {
        let edge = try Edge([.site(CachePolicy(headers: [.origin], cookies: .all, queryStrings: .all))])
        edge.origin.answer(OriginReply(.ok, [:], "x"))
        for origin in ["x", "y"] {
            for cookie in ["a=1", "a=2"] { await edge.get("/a", [.origin: origin, .cookie: cookie]) }
        }
        await edge.get("/a?v=1")
        #expect(edge.cache.statistics.entries == 5)
        #expect(edge.cache.invalidate(distributionID: "E1ABCDEF", matching: try InvalidationPattern("/a")) == 4)
        #expect(edge.cache.invalidate(distributionID: "E1ABCDEF", matching: try InvalidationPattern("/a*")) == 1)
    }
}
