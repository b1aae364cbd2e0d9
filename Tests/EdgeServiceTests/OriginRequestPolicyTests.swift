import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

@testable import EdgeService

/// What an origin request policy adds to what the origin sees, and what that means for the cache.
struct OriginRequestPolicyTests {
    private static let viewer: HTTPFields = [
        .hostField: "www.example.com", .userAgent: "curl", .authorization: "Basic eDp5", .cookie: "a=1; b=2", .accept: "text/html",
        .origin: "https://x",
    ]

    private static func managed(_ name: String) throws -> OriginRequestPolicy {
        try #require(OriginRequestPolicy.managed(named: name)).policy
    }

    private static func fetch(
        _ policy: OriginRequestPolicy, kind: Origin.Kind? = nil, _ fields: HTTPFields = viewer
    ) async throws -> RecordedFetch {
        let edge = try Edge([.site(kind: kind, toOrigin: policy)])
        edge.origin.answer(OriginReply())
        await edge.get("/a?q=1&v=2", fields)
        return try #require(edge.origin.last)
    }

    @Test func `AllViewer sends everything on, Host included`() async throws {
        let fetch = try await Self.fetch(Self.managed("AllViewer"))
        for field in Self.viewer { #expect(fetch.fields[field.name] == field.value, "\(field.name)") }
        #expect(fetch.target == "/a?q=1&v=2")
    }

    @Test func `a bucket gets its own Host all the same`() async throws {
        let fetch = try await Self.fetch(Self.managed("AllViewer"), kind: .s3(S3Origin()))
        #expect(fetch.fields[.hostField] == "origin.example:9000")
        #expect(fetch.fields[.userAgent] == "curl")
    }

    @Test func `a whitelist sends only what it names`() async throws {
        let policy = OriginRequestPolicy(
            headers: .whitelist([.accept, .known("CloudFront-Viewer-Address"), .known("CloudFront-Is-Desktop-Viewer")]),
            cookies: .whitelist(["b"]), queryStrings: .allExcept(["q"]))
        var forged = Self.viewer
        forged[.known("CloudFront-Viewer-Address")] = "203.0.113.1:1"
        let fetch = try await Self.fetch(policy, forged)
        #expect(fetch.fields[.accept] == "text/html")
        #expect(fetch.fields[.cookie] == "b=2")
        #expect(fetch.fields[.origin] == nil && fetch.fields[.authorization] == nil)
        #expect(fetch.fields[.known("CloudFront-Viewer-Address")] == "192.0.2.7:4711")
        #expect(fetch.fields[.known("CloudFront-Is-Desktop-Viewer")] == "true")
        #expect(fetch.target == "/a?v=2")
    }

    @Test func `the policy with CloudFront's headers sends those that can be made`() async throws {
        let fetch = try await Self.fetch(Self.managed("AllViewerAndCloudFrontHeaders-2022-06"))
        #expect(fetch.fields[.known("CloudFront-Viewer-Http-Version")] == "1.1")
        #expect(fetch.fields[.known("CloudFront-Forwarded-Proto")] == "http")
        #expect(fetch.fields[.known("CloudFront-Viewer-Country")] == nil)
    }

    @Test func `what only the origin sees makes no second object`() async throws {
        let edge = try Edge([.site(toOrigin: OriginRequestPolicy(headers: .whitelist([.accept]), queryStrings: .all))])
        edge.origin.answer(OriginReply(.ok, [.vary: "Accept, Origin"], "x"))
        #expect(await edge.get("/a?q=1", [.accept: "a"]).fields[.vary] == "Accept")
        #expect(await edge.get("/a?q=2", [.accept: "b"]).xCache == "Hit")
        #expect(edge.origin.count == 1)
    }

    @Test(arguments: [(NameSelection.none, false), (.whitelist(["a"]), true), (.all, true)])
    func `Set-Cookie is kept, and fetches are not shared, when cookies go to the origin`(cookies: NameSelection, forwards: Bool) async throws {
        let edge = try Edge([.site(toOrigin: OriginRequestPolicy(cookies: cookies))])
        let gate = edge.origin.gate()
        let first = edge.begin("/a")
        await until("the first fetch has begun") { edge.origin.count == 1 }
        edge.origin.answer(OriginReply(.ok, [.setCookie: "s=1"], "x"))
        if forwards {
            #expect(await edge.get("/a").xCache == "Miss")
            #expect(edge.origin.count == 2)
        }
        gate.sendHead(.ok, [.setCookie: "s=1"], length: 1)
        gate.send("x")
        gate.end()
        #expect(await first.reply.fields[.setCookie] == (forwards ? "s=1" : nil))
        await edge.settle()
        let hit = await edge.get("/a")
        #expect(hit.xCache == "Hit")
        #expect(hit.fields[.setCookie] == (forwards ? "s=1" : nil))
    }

    @Test func `a device header in the key makes an object for each kind, and cannot be forged`() async throws {
        let name = HTTPField.Name.known("CloudFront-Is-Mobile-Viewer")
        let edge = try Edge([.site(CachePolicy(headers: [name]))])
        edge.origin.answer { OriginReply(.ok, [.vary: "User-Agent"], $0.fields[name] ?? "none") }
        let phone: HTTPFields = [.userAgent: "Mozilla/5.0 (iPhone) Mobile"]
        #expect(await edge.get("/a", phone).text == "true")
        #expect(await edge.get("/a", [.userAgent: "curl"]).text == "false")
        let forged = await edge.get("/a", [.userAgent: "wget", name: "true"])
        #expect(forged.text == "false")
        #expect(forged.xCache == "Hit")
        #expect(forged.fields[.vary] == "User-Agent")
        #expect(edge.origin.count == 2)
    }
}
