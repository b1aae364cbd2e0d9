import ByteStreaming
import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore
import SigV4
import Testing

@testable import EdgeService

/// Signatures on the wire, judged as the bucket judges them.
struct OriginAccessTests {
    private static let sourceARN = "x-amz-source-arn"

    private static func site(
        _ access: OriginAccess, _ policy: CachePolicy = CachePolicy(), methods: AllowedMethods = .getHead
    ) throws -> Distribution {
        try .site(policy, kind: .s3(S3Origin(access: access, region: "eu-west-1")), originPath: "/prefix", methods: methods)
    }

    private static func control(_ behavior: OriginAccessControl.SigningBehavior) -> OriginAccess {
        .originAccessControl(OriginAccessControl(name: "oac", signingBehavior: behavior))
    }

    private static func fetch(
        _ distribution: Distribution, _ target: String = "/a", _ fields: HTTPFields = [:], method: HTTPRequest.Method = .get,
        content: RequestBody = RequestBody()
    ) async throws -> (fetch: RecordedFetch, now: SigningTime) {
        let edge = try Edge([distribution])
        edge.origin.answer(OriginReply())
        await edge.get(target, fields, method: method, content: content)
        return (try #require(edge.origin.last), SigningTime(secondsSince1970: edge.clock.now.secondsSince1970))
    }

    /// Verifies what arrived at the origin; nil when it is not signed.
    private static func verified(
        _ fetch: RecordedFetch, at now: SigningTime, secret: (String) -> String
    ) throws -> VerifiedSignature? {
        let request = SigV4Request(
            method: fetch.method.rawValue, path: fetch.path, query: fetch.query ?? "",
            headers: fetch.fields.map { (name: $0.name.rawName, value: $0.value) })
        guard let claim = try SigV4Verifier(region: "eu-west-1").parse(request, at: now) else { return nil }
        return try claim.verify(secretAccessKey: secret(claim.accessKeyID))
    }

    private static func serviceSecret(_ accessKeyID: String) -> String { accessKeyID == "EDGEKEY" ? "edge-secret" : "unknown" }

    @Test(arguments: ["/a", "/", "/%C3%BC/a+b%20c", "/a?list-type=2&prefix=x%2Fy&empty="])
    func `OAC signs as the service, with the distribution's ARN in the signature`(target: String) async throws {
        let (fetch, now) = try await Self.fetch(Self.site(Self.control(.always), CachePolicy(queryStrings: .all)), target)
        #expect(fetch.target == "/prefix" + target)
        #expect(fetch.fields[try .named(Self.sourceARN)] == "arn:aws:cloudfront::123456789012:distribution/E1ABCDEF")
        let signature = try #require(try Self.verified(fetch, at: now, secret: Self.serviceSecret))
        #expect(signature.accessKeyID == "EDGEKEY")
        #expect(signature.signedHeaders.contains(Self.sourceARN))
        #expect(signature.signedHeaders.contains("host"))
    }

    @Test func `any change on the way breaks the signature`() async throws {
        let (fetch, now) = try await Self.fetch(Self.site(Self.control(.always)))
        for (name, value) in [(Self.sourceARN, "arn:aws:cloudfront::123456789012:distribution/E2"), ("host", "other.example")] {
            var changed = fetch
            changed.fields[try .named(name)] = value
            #expect(throws: SigV4Error.self) { try Self.verified(changed, at: now, secret: Self.serviceSecret) }
        }
    }

    @Test func `a viewer's own Authorization and source ARN give way to the edge's`() async throws {
        let (fetch, now) = try await Self.fetch(
            Self.site(Self.control(.always), CachePolicy(headers: [.authorization, try .named(Self.sourceARN)])), "/a",
            [.authorization: "Basic eDp5", try .named(Self.sourceARN): "arn:forged"])
        #expect(fetch.fields[fields: .authorization].count == 1)
        #expect(fetch.fields[fields: try .named(Self.sourceARN)].map(\.value) == ["arn:aws:cloudfront::123456789012:distribution/E1ABCDEF"])
        #expect(try Self.verified(fetch, at: now, secret: Self.serviceSecret) != nil)
    }

    @Test func `a write is signed without its content, whatever signing fields the viewer sent`() async throws {
        let fields: HTTPFields = [
            try .named("x-amz-date"): "20200101T000000Z", try .named("x-amz-content-sha256"): String(repeating: "0", count: 64),
            try .named("x-amz-security-token"): "token", .authorization: "AWS4-HMAC-SHA256 Credential=x",
        ]
        let (fetch, now) = try await Self.fetch(
            Self.site(Self.control(.always), methods: .all), "/a", fields, method: .put, content: RequestBody(ByteBuffer(string: "content")))
        #expect(fetch.content == Array("content".utf8))
        #expect(fetch.fields[try .named("x-amz-security-token")] == nil)
        let signature = try #require(try Self.verified(fetch, at: now, secret: Self.serviceSecret))
        #expect(signature.payload == .unsigned)
    }

    @Test func `conditions that are added for a revalidation are signed along`() async throws {
        let edge = try Edge([Self.site(Self.control(.always))])
        edge.origin.answer(OriginReply(.ok, [.eTag: "\"1\"", .cacheControl: "max-age=1"], "x"))
        await edge.get("/a")
        edge.clock.advance(1_000)
        await edge.get("/a")
        let fetch = try #require(edge.origin.last)
        #expect(fetch.fields[.ifNoneMatch] == "\"1\"")
        let now = SigningTime(secondsSince1970: edge.clock.now.secondsSince1970)
        #expect(try Self.verified(fetch, at: now, secret: Self.serviceSecret) != nil, "and the time is that of this fetch")
    }

    @Test func `no-override leaves a viewer's Authorization where the key holds it, and signs otherwise`() async throws {
        let keyed = try Self.site(Self.control(.noOverride), CachePolicy(headers: [.authorization]), methods: .all)
        let own: HTTPFields = [.authorization: "Basic eDp5"]
        #expect(try await Self.fetch(keyed, "/a", own).fetch.fields[.authorization] == "Basic eDp5")
        #expect(try await Self.fetch(keyed, "/a", own, method: .post).fetch.fields[.authorization] == "Basic eDp5")
        let (unsigned, now) = try await Self.fetch(keyed)
        #expect(try Self.verified(unsigned, at: now, secret: Self.serviceSecret) != nil)
    }

    @Test func `no-override never keeps one viewer's authorised answer for all`() async throws {
        let (fetch, now) = try await Self.fetch(Self.site(Self.control(.noOverride)), "/a", [.authorization: "Basic eDp5"])
        #expect(try Self.verified(fetch, at: now, secret: Self.serviceSecret) != nil, "it is fetched as the service")
    }

    @Test func `nor does it under an origin request policy that sends all of the viewer's`() async throws {
        var site = try Self.site(Self.control(.noOverride), methods: .all)
        site.defaultCacheBehavior.originRequestPolicy = try #require(OriginRequestPolicy.managed(named: "AllViewer")).policy
        let own: HTTPFields = [.authorization: "Basic eDp5", .userAgent: "curl"]
        let (fetch, now) = try await Self.fetch(site, "/a", own)
        #expect(fetch.fields[.userAgent] == "curl")
        #expect(try Self.verified(fetch, at: now, secret: Self.serviceSecret) != nil, "it is fetched as the service")
        #expect(try await Self.fetch(site, "/a", own, method: .post).fetch.fields[.authorization] == "Basic eDp5")
    }

    @Test func `never, and no origin access, sign nothing`() async throws {
        for access in [Self.control(.never), OriginAccess.none] {
            let (fetch, now) = try await Self.fetch(Self.site(access), "/a", [.authorization: "Basic eDp5"])
            #expect(fetch.fields[.authorization] == nil)
            #expect(fetch.fields[try .named(Self.sourceARN)] == nil)
            #expect(try Self.verified(fetch, at: now, secret: Self.serviceSecret) == nil)
        }
    }

    @Test func `OAI signs with the identity's own key and names no distribution`() async throws {
        let (fetch, now) = try await Self.fetch(Self.site(.originAccessIdentity(OriginAccessIdentity(id: "E2QWRUHAPOMQZL"))))
        let expected = OriginAccessIdentityCredential(identityID: "E2QWRUHAPOMQZL", serviceSecretAccessKey: "edge-secret")
        let signature = try #require(
            try Self.verified(fetch, at: now) { $0 == expected.accessKeyID ? expected.secretAccessKey : "unknown" })
        #expect(OriginAccessIdentityCredential.identityID(accessKeyID: signature.accessKeyID) == "E2QWRUHAPOMQZL")
        #expect(fetch.fields[try .named(Self.sourceARN)] == nil)
    }

    @Test func `a custom origin is never signed for`() async throws {
        let (fetch, now) = try await Self.fetch(.site())
        #expect(try Self.verified(fetch, at: now, secret: Self.serviceSecret) == nil)
    }

    @Test func `signing without credentials is refused at the start`() throws {
        let good = try Edge.snapshot([Self.site(Self.control(.always))])
        #expect(throws: EdgeSetupError.self) { try EdgeSnapshot(good.configuration, credentials: nil) }
        let never = try Edge.snapshot([Self.site(Self.control(.never))])
        _ = try EdgeSnapshot(never.configuration, credentials: nil)
    }
}
