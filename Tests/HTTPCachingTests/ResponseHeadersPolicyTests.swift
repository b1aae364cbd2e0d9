import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

private let now = HTTPDate(secondsSince1970: 1_795_521_600)

private func applied(
    _ policy: ResponseHeadersPolicy, _ fields: HTTPFields = [:], method: HTTPRequest.Method = .get, _ request: HTTPFields = [:]
) -> HTTPFields {
    var result = fields
    policy.apply(to: &result, for: CORSPolicy.Request(method: method, fields: request), now: now)
    return result
}

@Suite struct ResponseHeadersPolicyTests {
    private static func managed(_ name: String) throws -> ResponseHeadersPolicy {
        try #require(ResponseHeadersPolicy.managed(named: name)).policy
    }

    @Test func `SecurityHeadersPolicy adds five headers, of which one replaces the origin's`() throws {
        let policy = try Self.managed("Managed-SecurityHeadersPolicy")
        #expect(
            applied(policy) == [
                .init("X-XSS-Protection")!: "1; mode=block", .init("X-Frame-Options")!: "SAMEORIGIN",
                .init("Referrer-Policy")!: "strict-origin-when-cross-origin", .xContentTypeOptions: "nosniff",
                .strictTransportSecurity: "max-age=31536000",
            ])
        let mixed = applied(policy, [.init("X-Frame-Options")!: "DENY", .xContentTypeOptions: "other"])
        #expect(mixed[.init("X-Frame-Options")!] == "DENY")
        #expect(mixed[.xContentTypeOptions] == "nosniff")
    }

    @Test func `managed policies are found by id and name`() throws {
        #expect(Set(ResponseHeadersPolicy.managed.map(\.id)).count == 5)
        for policy in ResponseHeadersPolicy.managed {
            #expect(ResponseHeadersPolicy.managed(named: policy.id) == policy)
            #expect(ResponseHeadersPolicy.managed(named: "Managed-" + policy.name) == policy)
        }
    }

    @Test(arguments: [(true, "new"), (false, "old")])
    func `a flag says whose header stays`(override: Bool, value: String) throws {
        let name = try #require(HTTPField.Name("X-A"))
        let policy = ResponseHeadersPolicy(headers: [.init(name, "new", override: override)])
        var fields: HTTPFields = [name: "old"]
        fields.append(HTTPField(name: name, value: "old"))
        #expect(applied(policy, fields)[fields: name].map(\.value) == (override ? ["new"] : ["old", "old"]))
        #expect(applied(policy)[name] == "new")
    }

    @Test func `what is removed first can be added again`() throws {
        let name = try #require(HTTPField.Name("X-Powered-By"))
        let policy = ResponseHeadersPolicy(headers: [.init(name, "", override: false)], removed: [name, .vary])
        #expect(applied(policy, [name: "PHP", .vary: "Accept", .eTag: "\"a\""]) == [.eTag: "\"a\"", name: ""])
    }

    @Test func `for Server and Date the edge has its own`() {
        let policy = ResponseHeadersPolicy(removed: [.server, .date])
        #expect(applied(policy, [.server: "nginx", .date: "x"]) == [.server: "CloudFront", .date: now.formatted])
        #expect(!policy.isConstantWithoutOrigin)
        #expect(!ResponseHeadersPolicy(removed: [.age]).isConstantWithoutOrigin)
        #expect(ResponseHeadersPolicy(removed: [.vary]).isConstantWithoutOrigin)
    }

    @Test(arguments: [
        ("Connection", true), ("Content-Length", true), ("Via", true), ("X-Cache", true), ("X-Amz-Cf-Id", true), ("X-Edge-Location", true),
        ("Server", false), ("Date", false), ("Vary", false), ("X-Powered-By", false), ("ETag", false),
    ])
    func `some headers are not a policy's to change`(name: String, isFixed: Bool) throws {
        #expect(ResponseHeadersPolicy.isFixed(try #require(HTTPField.Name(name))) == isFixed)
    }

    @Test func `security values are written as browsers read them`() {
        #expect(
            ResponseHeadersPolicy.Header.strictTransportSecurity(maxAge: 5, includeSubdomains: true, preload: true, override: true).value
                == "max-age=5; includeSubDomains; preload")
        #expect(ResponseHeadersPolicy.Header.xssProtection(false, override: true).value == "0")
        #expect(ResponseHeadersPolicy.Header.xssProtection(true, reportURI: "https://r/", override: true).value == "1; report=https://r/")
    }
}

@Suite struct CORSPolicyTests {
    private static let preflight: HTTPFields = [.origin: "https://a.example.com", .accessControlRequestMethod: "PUT"]

    private static func policy(credentials: Bool = false, override: Bool = true, origins: [String] = ["https://*.example.com"]) -> ResponseHeadersPolicy {
        ResponseHeadersPolicy(
            cors: CORSPolicy(
                allowOrigins: origins.compactMap(CORSOrigin.init), allowHeaders: ["X-A", "X-B"], allowMethods: ["GET", "PUT"],
                allowCredentials: credentials, exposeHeaders: ["ETag"], maxAge: 600, originOverride: override))
    }

    @Test func `a request of an allowed origin is told so, and caches that it depends`() {
        #expect(
            applied(Self.policy(credentials: true), [.vary: "Accept-Encoding"], [.origin: "https://a.example.com"]) == [
                .vary: "Accept-Encoding, Origin", .accessControlAllowOrigin: "https://a.example.com", .accessControlAllowCredentials: "true",
                .accessControlExposeHeaders: "ETag",
            ])
    }

    @Test func `a preflight is answered in full`() {
        #expect(
            applied(Self.policy(), method: .options, Self.preflight) == [
                .accessControlAllowOrigin: "https://a.example.com", .accessControlExposeHeaders: "ETag",
                .accessControlAllowMethods: "GET, PUT", .accessControlAllowHeaders: "X-A, X-B", .accessControlMaxAge: "600", .vary: "Origin",
            ])
        #expect(applied(Self.policy(), method: .get, Self.preflight)[.accessControlAllowMethods] == nil)
        #expect(applied(Self.policy(), method: .options, [.origin: "https://a.example.com"])[.accessControlMaxAge] == nil)
    }

    @Test func `others are told nothing but that it depends`() {
        #expect(applied(Self.policy(), [:], [.origin: "https://evil.test"]) == [.vary: "Origin"])
        #expect(applied(Self.policy(), [.vary: "origin"]) == [.vary: "origin"])
        #expect(applied(Self.policy(), [.vary: "*"]) == [.vary: "*"])
        #expect(applied(Self.policy(origins: ["*"])) == [:])
    }

    @Test func `any origin is a star, which does not depend`() throws {
        let simple = try #require(ResponseHeadersPolicy.managed(named: "SimpleCORS")).policy
        #expect(applied(simple, [:], [.origin: "https://x"]) == [.accessControlAllowOrigin: "*"])
        #expect(simple.touchedNames == [])
    }

    @Test func `without override one CORS header of the origin's keeps the policy's out`() {
        let origins: HTTPFields = [.accessControlMaxAge: "1"]
        #expect(applied(Self.policy(override: false, origins: ["*"]), origins, [.origin: "https://x"]) == origins)
        let replaced = applied(Self.policy(origins: ["*"]), [.accessControlAllowOrigin: "https://x"], [.origin: "https://x"])
        #expect(replaced[.accessControlAllowOrigin] == "*")
    }

    @Test(arguments: [
        ("*", "null", true), ("https://a.example.com", "https://a.example.com", true), ("https://a.example.com", "HTTPS://A.Example.com", true),
        ("https://a.example.com", "http://a.example.com", false), ("a.example.com", "http://a.example.com", true),
        ("a.example.com", "ftp://a.example.com", false), ("https://*.example.com", "https://example.com", false),
        ("https://*.example.com", "https://b.a.example.com", true), ("https://*.example.com", "https://.example.com", false),
        ("https://*.example.com", "https://badexample.com", false), ("*.example.com", "https://a.example.com.evil.test", false),
        ("https://a:8443", "https://a:8443", true), ("https://a:8443", "https://a", false), ("https://a", "https://a:8443", false),
        ("https://a", "null", false), ("https://a", "https://a/path", false), ("https://a", "https://x@a", false),
    ])
    func `an origin is allowed or not`(listed: String, origin: String, allowed: Bool) throws {
        #expect(try #require(CORSOrigin(listed)).allows(origin) == allowed)
    }

    @Test(arguments: [
        "", "https://", "https://*", "https://a.*.com", "https://w*.example.com", "ftp://a", "https://a/", "https://a:", "https://a:0",
        "https://a:65536", "https://a:+1", "a..b", "https://a b", String(repeating: "a", count: 301),
    ])
    func `what is no origin is not taken for one`(text: String) {
        #expect(CORSOrigin(text) == nil)
    }
}
