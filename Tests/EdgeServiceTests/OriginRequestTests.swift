import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import OriginFetch
import Testing

@testable import EdgeService

/// What the origin sees of a request.
struct OriginRequestTests {
    private static func fetch(
        _ distribution: Distribution, _ target: String = "/a", _ fields: HTTPFields = [:], method: HTTPRequest.Method = .get
    ) async throws -> RecordedFetch {
        let edge = try Edge([distribution])
        edge.origin.answer(OriginReply())
        await edge.get(target, fields, method: method)
        return try #require(edge.origin.last)
    }

    @Test func `host, agent and trace are the edge's own`() async throws {
        let fetch = try await Self.fetch(
            .site(), "/a", [.userAgent: "curl", .xForwardedFor: "203.0.113.9", .via: "1.0 proxy", .hostField: "www.example.com"])
        #expect(fetch.fields[.hostField] == "origin.example:9000")
        #expect(fetch.fields[.userAgent] == "Amazon CloudFront")
        #expect(fetch.fields[.xForwardedFor] == "203.0.113.9, 192.0.2.7")
        #expect(fetch.fields[.via] == "1.0 proxy, 1.1 e1abcdef.cloudfront.net (CloudFront)")
        #expect(fetch.fields[.xAmzCfId]?.utf8.count == 56)
        #expect(fetch.endpoint.host == "origin.example")
        #expect(fetch.endpoint.port == 9000)
    }

    @Test func `a port that is the protocol's own is not named`() async throws {
        let fetch = try await Self.fetch(.site(behaviors: [behavior("*", origin: "other")]))
        #expect(fetch.fields[.hostField] == "other.example")
    }

    @Test func `what no policy names stays at the edge`() async throws {
        let fields: HTTPFields = [
            .authorization: "Basic eDp5", .cookie: "a=b", .referer: "http://x/", .accept: "text/html", .acceptLanguage: "de",
            .origin: "https://x", .acceptEncoding: "gzip",
        ]
        let fetch = try await Self.fetch(.site(), "/a?q=1", fields)
        for field in fields { #expect(!fetch.fields.contains(field.name), "\(field.name)") }
        #expect(fetch.target == "/a")
    }

    @Test func `what is in the key is sent`() async throws {
        let policy = CachePolicy(
            enableAcceptEncodingGzip: true, headers: [.authorization, .origin], cookies: .whitelist(["id"]), queryStrings: .whitelist(["v"]))
        let fetch = try await Self.fetch(
            .site(policy), "/a?x=1&v=2", [.authorization: "Basic eDp5", .origin: "https://x", .cookie: "other=1; id=7", .acceptEncoding: "br, gzip"])
        #expect(fetch.fields[.authorization] == "Basic eDp5")
        #expect(fetch.fields[.origin] == "https://x")
        #expect(fetch.fields[.cookie] == "id=7")
        #expect(fetch.fields[.acceptEncoding] == "gzip")
        #expect(fetch.target == "/a?v=2")
    }

    @Test func `the origin path stands before the raw path`() async throws {
        let fetch = try await Self.fetch(.site(originPath: "/site/v1"), "/%7Euser/a%2Fb/../c")
        #expect(fetch.target == "/site/v1/%7Euser/a%2Fb/../c")
    }

    @Test func `custom headers replace the viewer's`() async throws {
        let site = try Distribution.site(
            customHeaders: [.init(name: "X-Origin-Secret", value: "s"), .init(name: "Origin", value: "edge")], methods: .all)
        for method in [HTTPRequest.Method.get, .post] {
            let fetch = try await Self.fetch(site, "/a", [.origin: "https://x", try .named("X-Origin-Secret"): "forged"], method: method)
            #expect(fetch.fields[fields: try .named("X-Origin-Secret")].map(\.value) == ["s"])
            #expect(fetch.fields[.origin] == "edge")
        }
    }

    @Test func `hop-by-hop fields and those the edge keeps to itself never pass`() async throws {
        let fields: HTTPFields = [
            .connection: "x-own", try .named("X-Own"): "1", .te: "trailers", .expect: "100-continue", .xForwardedProto: "https",
            .xRealIP: "1.2.3.4", .proxyAuthorization: "x", try .named("X-Edge-Location"): "x",
        ]
        let fetch = try await Self.fetch(.site(methods: .all), "/a", fields, method: .post)
        for field in fields { #expect(!fetch.fields.contains(field.name), "\(field.name)") }
    }

    @Test func `HTTP versions of viewers show in Via`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply())
        await edge.get("/a", version: .http10)
        #expect(edge.origin.last?.fields[.via] == "1.0 e1abcdef.cloudfront.net (CloudFront)")
    }
}
