import Cryptography
import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import SignedURLs
import Testing

@testable import EdgeService
import TestKeyMaterial

struct SignedAccessTests {
    private static let host = "www.example.com"

    /// An edge whose `/members/*` needs signatures; its origin tells what it was asked.
    private static func edge(
        _ policy: CachePolicy = CachePolicy(minTTL: 60, queryStrings: .all), errors: [CustomErrorResponse] = [], root: String? = nil
    ) throws -> Edge {
        var members = try behavior("/members/*", policy: policy)
        members.trustedKeyGroups = ["members"]
        var start = try behavior("/start.html", policy: policy)
        start.trustedKeyGroups = ["members"]
        let edge = try Edge(
            [.site(policy, root: root, behaviors: [members, start], errors: errors)],
            publicKeys: [NamedPublicKey(id: "KEC", source: .encodedKey(TestKeys.ecPublic))],
            keyGroups: [KeyGroup(name: "members", publicKeys: ["KEC"])])
        edge.origin.answer { OriginReply(.ok, [:], "\($0.target)") }
        return edge
    }

    private static func signer(_ pem: String = TestKeys.ecPrivate) throws -> URLSigner {
        URLSigner(keyPairID: "KEC", key: try PrivateKey(pem: pem), algorithm: .sha256)
    }

    /// The target of a canned URL that is good for `seconds`.
    private static func signed(_ target: String, _ edge: Edge, seconds: Int64 = 60, with pem: String = TestKeys.ecPrivate) throws -> String {
        let url = "http://\(host)\(target)"
        let expires = edge.clock.now.secondsSince1970 + seconds
        return String(try signer(pem).signedURL(url, policy: .canned(resource: url, expires: expires)).dropFirst("http://\(host)".count))
    }

    @Test func `without a signature the edge's own page says 403, and nothing is asked of the origin`() async throws {
        let edge = try Self.edge()
        let reply = await edge.get("/members/a")
        #expect(reply.status == 403)
        #expect(reply.xCache == "Error")
        #expect(reply.text.contains("This content needs a signed URL or signed cookies."))
        #expect(edge.origin.count == 0)
        #expect(await edge.get("/open").status == 200, "other behaviours stay open")
    }

    @Test func `a signed URL is let in, and its parameters reach neither key nor origin`() async throws {
        let edge = try Self.edge()
        let first = await edge.get(try Self.signed("/members/a?x=1", edge))
        #expect(first.status == 200)
        #expect(first.xCache == "Miss")
        #expect(edge.origin.last?.target == "/members/a?x=1")
        let second = await edge.get(try Self.signed("/members/a?x=1", edge, seconds: 30))
        #expect(second.xCache == "Hit", "another signature, the same object")
        #expect(await edge.get("/members/a?x=1").status == 403, "a cached object is behind the signature too")
        #expect(await edge.get(try Self.signed("/members/a", edge)).text == "/members/a")
        #expect(await edge.get(try Self.signed("/members/a", edge), method: .head).status == 200)
    }

    @Test func `it is let in until its last second`() async throws {
        let edge = try Self.edge()
        let target = try Self.signed("/members/a", edge, seconds: 60)
        edge.clock.advance(59)
        #expect(await edge.get(target).status == 200)
        edge.clock.advance(1)
        let late = await edge.get(target)
        #expect(late.status == 403)
        #expect(late.text.contains("The signature has expired."))
    }

    @Test func `a stranger's signature, a changed URL and another host are refused`() async throws {
        let edge = try Self.edge()
        #expect(await edge.get(try Self.signed("/members/a", edge, with: TestKeys.ecStranger)).status == 403)
        #expect(await edge.get(try Self.signed("/members/a", edge) + "&x=1").status == 403)
        #expect(await edge.get(try Self.signed("/members/a", edge), host: "e1abcdef.cloudfront.localhost").status == 403)
        #expect(edge.origin.count == 0)
    }

    @Test func `an open behaviour leaves parameters of those names alone`() async throws {
        let edge = try Self.edge()
        #expect(await edge.get("/open?Expires=1&Policy=x").text == "/open?Expires=1&Policy=x")
    }

    @Test func `cookies let in to everything their policy names, from its addresses`() async throws {
        let edge = try Self.edge()
        func cookies(_ address: String) throws -> HTTPFields {
            let policy = SignedPolicy(
                resource: try #require(ResourcePattern("http*://\(Self.host)/members/*")), dateLessThan: edge.clock.now.secondsSince1970 + 60,
                ipAddress: IPv4Block(address))
            let pairs = try Self.signer().signedCookies(policy: .custom(policy.text))
            return [.cookie: pairs.map { "\($0)=\($1)" }.joined(separator: "; ")]
        }
        for target in ["/members/a", "/members/b?x=1"] {
            #expect(await edge.get(target, try cookies("192.0.2.0/24")).text == target)
            #expect(await edge.get(target, try cookies("192.0.2.0/24")).xCache == "Hit")
        }
        #expect(await edge.get("/members/a", try cookies("192.0.2.8")).status == 403)
        #expect(await edge.get("/members/a?Expires=1", try cookies("192.0.2.7")).status == 403, "a parameter in the URL beats cookies")
    }

    @Test func `the default root object is signed for as the root`() async throws {
        let edge = try Self.edge(root: "start.html")
        #expect(await edge.get("/").status == 403)
        #expect(await edge.get(try Self.signed("/", edge)).text == "/start.html")
    }

    @Test func `a custom error response takes the place of the 403`() async throws {
        let edge = try Self.edge(errors: [
            CustomErrorResponse(errorCode: 403, page: .init(path: "/login.html", responseCode: 403), errorCachingMinTTL: 10)
        ])
        let reply = await edge.get("/members/a")
        #expect(reply.status == 403)
        #expect(reply.xCache == "Error")
        #expect(reply.text == "/login.html")
        #expect(await edge.get(try Self.signed("/members/a", edge)).text == "/members/a", "the refusal was not remembered")
    }

    @Test func `methods are checked before signatures`() async throws {
        let edge = try Self.edge()
        #expect(await edge.get("/members/a", method: .post).text.contains("HTTP request method"))
    }

    @Test func `a snapshot needs every key it names`() throws {
        var members = try behavior("/members/*")
        members.trustedKeyGroups = ["members"]
        let site = try Distribution.site(behaviors: [members])
        let group = KeyGroup(name: "members", publicKeys: ["KEC"])
        #expect(throws: EdgeSetupError("distribution E1ABCDEF: there is no key group members")) { try Edge([site]) }
        #expect(throws: EdgeSetupError("there is no public key KEC")) { try Edge([site], keyGroups: [group]) }
        #expect(throws: EdgeSetupError("public key KEC: found no PUBLIC KEY block in PEM (-----BEGIN PUBLIC KEY-----)")) {
            try Edge([site], publicKeys: [NamedPublicKey(id: "KEC", source: .encodedKey("x"))], keyGroups: [group])
        }
    }
}
