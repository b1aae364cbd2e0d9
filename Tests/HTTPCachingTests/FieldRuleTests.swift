import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

private let now = HTTPDate(secondsSince1970: 1_795_521_600)

@Suite struct StoredFieldsTests {
    @Test func `hop-by-hop fields and those Connection names are stripped`() {
        var fields: HTTPFields = [
            .contentType: "a/b", .keepAlive: "5", .transferEncoding: "chunked", .upgrade: "h2c", .te: "trailers", .trailer: "x",
            .proxyAuthenticate: "Basic", .init("X-One")!: "1", .init("X-Two")!: "2", .init("X-Three")!: "3",
        ]
        fields.append(HTTPField(name: .connection, value: "close, x-one"))
        fields.append(HTTPField(name: .connection, value: "X-TWO"))
        #expect(HopByHop.stripped(fields) == [.contentType: "a/b", .init("X-Three")!: "3"])
    }

    @Test func `stored fields lose Age, foreign delivery marks and unforwarded cookies, and gain a Date`() {
        let fields: HTTPFields = [.age: "5", .xCache: "Hit", .xAmzCfId: "i", .xAmzCfPop: "p", .setCookie: "a=b", .eTag: "\"a\""]
        #expect(StoredFields.prepared(fields, forwardsCookies: false, receivedAt: now) == [.eTag: "\"a\"", .date: now.formatted])
        #expect(
            StoredFields.prepared(fields, forwardsCookies: true, receivedAt: now)
                == [.setCookie: "a=b", .eTag: "\"a\"", .date: now.formatted])
        let dated: HTTPFields = [.date: "Sun, 06 Nov 1994 08:49:37 GMT"]
        #expect(StoredFields.prepared(dated, forwardsCookies: true, receivedAt: now) == dated)
    }

    @Test func `a 304 replaces every stored line of its fields but not those describing the body`() {
        var stored: HTTPFields = [
            .contentLength: "10", .contentEncoding: "gzip", .contentType: "a/b", .cacheControl: "max-age=1", .date: now.formatted,
            .eTag: "\"a\"", .init("X-Kept")!: "1",
        ]
        stored.append(HTTPField(name: .init("X-Many")!, value: "1"))
        stored.append(HTTPField(name: .init("X-Many")!, value: "2"))
        let later = now.advanced(bySeconds: 100).formatted
        var update: HTTPFields = [
            .contentLength: "0", .contentEncoding: "br", .contentRange: "bytes 0-1/2", .cacheControl: "max-age=2", .date: later,
            .eTag: "\"b\"", .init("X-Many")!: "3", .init("X-New")!: "4", .connection: "x-hop", .init("X-Hop")!: "5",
        ]
        update.append(HTTPField(name: .init("X-New")!, value: "6"))
        let result = StoredFields.updated(stored, with: update, edgeCompressed: false, forwardsCookies: true, receivedAt: now)
        var expected: HTTPFields = [
            .contentLength: "10", .contentEncoding: "gzip", .contentType: "a/b", .cacheControl: "max-age=2", .date: later,
            .eTag: "\"b\"", .init("X-Kept")!: "1", .init("X-Many")!: "3", .init("X-New")!: "4",
        ]
        expected.append(HTTPField(name: .init("X-New")!, value: "6"))
        #expect(result == expected)
    }

    @Test func `a 304 leaves ETag and Vary of an edge-compressed body alone`() {
        let stored: HTTPFields = [.eTag: "W/\"a\"", .vary: "Accept-Encoding", .date: now.formatted]
        let result = StoredFields.updated(
            stored, with: [.eTag: "\"a\"", .vary: "Origin", .date: now.formatted], edgeCompressed: true, forwardsCookies: false, receivedAt: now)
        #expect(result == stored)
    }

    @Test func `Vary toward the viewer keeps only what chose the answer`() {
        func vary(_ value: String?, policy: CachePolicy = CachePolicy(), origin: OriginRequestPolicy? = nil, compressed: Bool = false) -> String? {
            ViewerVary.rewritten(value.map { [.vary: $0] } ?? [:], cachePolicy: policy, originRequestPolicy: origin, edgeCompressed: compressed)
        }
        #expect(vary("Accept-Encoding, Cookie, Origin, User-Agent") == "Accept-Encoding, Cookie")
        #expect(vary("Origin, X-A", policy: CachePolicy(headers: [.origin])) == "Origin")
        #expect(vary("Origin, X-A", origin: OriginRequestPolicy(headers: .allViewer)) == "Origin, X-A")
        let device = CachePolicy(headers: [.init("CloudFront-Is-Mobile-Viewer")!])
        #expect(vary("User-Agent", policy: device) == "User-Agent")
        #expect(vary("*") == nil)
        #expect(vary("Origin") == nil)
        #expect(vary(nil, compressed: true) == "Accept-Encoding")
        #expect(vary("accept-encoding", compressed: true) == "accept-encoding")
    }
}

@Suite struct OriginRequestTests {
    private func request(_ policy: CachePolicy = CachePolicy(), _ origin: OriginRequestPolicy? = nil) -> OriginRequest {
        OriginRequest(
            cachePolicy: policy, originRequestPolicy: origin, originHost: "origin.example", viewerAddress: "192.0.2.1",
            distributionDomain: "d1.cloudfront.net", requestID: "id==")
    }

    private static let viewer: HTTPFields = [
        .accept: "*/*", .acceptEncoding: "gzip, br", .acceptLanguage: "de", .authorization: "Basic x", .cookie: "a=1; b=2",
        .referer: "r", .userAgent: "curl", .expect: "100-continue", .proxyAuthorization: "p", .te: "trailers",
        .xForwardedProto: "https", .xRealIP: "1", .init("X-Edge-Foo")!: "1", .init("X-Custom")!: "1", .connection: "X-Hop",
        .init("X-Hop")!: "1", .ifNoneMatch: "\"a\"", .range: "bytes=0-1", .contentType: "a/b", .init("CloudFront-Viewer-Country")!: "XX",
    ]

    private static let base: HTTPFields = [
        .hostField: "origin.example", .userAgent: "Amazon CloudFront", .xForwardedFor: "192.0.2.1",
        .via: "1.1 d1.cloudfront.net (CloudFront)", .xAmzCfId: "id==",
    ]

    private func adding(_ fields: HTTPFields, to base: HTTPFields = base) -> HTTPFields {
        var result = base
        result.append(contentsOf: fields)
        return result
    }

    @Test func `a read carries nothing unasked but conditions and range`() {
        let fields = request().fields(from: Self.viewer, method: .get, viewerHost: "viewer.example")
        #expect(fields == adding([.ifNoneMatch: "\"a\"", .range: "bytes=0-1"]))
    }

    @Test func `what is in the key is sent`() {
        let policy = CachePolicy(
            enableAcceptEncodingGzip: true, enableAcceptEncodingBrotli: true, headers: [.authorization, .hostField, .acceptLanguage],
            cookies: .whitelist(["b"]), queryStrings: .whitelist(["x"]))
        var request = request(policy)
        request.conditionals = .drop
        request.passesRange = false
        let fields = request.fields(from: Self.viewer, method: .get, viewerHost: "viewer.example")
        var base = Self.base
        base[.hostField] = "viewer.example"
        #expect(
            fields == adding([.acceptLanguage: "de", .authorization: "Basic x", .acceptEncoding: "br,gzip", .cookie: "b=2"], to: base))
        #expect(request.query(from: "y=1&x=2&x=3") == "x=2&x=3")
        #expect(request.query(from: "y=1") == nil)
        #expect(request.query(from: nil) == nil)
    }

    @Test func `AllViewer sends everything of the viewer's that may be sent`() {
        let policy = OriginRequestPolicy.managed(named: "AllViewer")!.policy
        var request = request(CachePolicy(), policy)
        request.generated = [.init("CloudFront-Viewer-Country")!: "DE"]
        let fields = request.fields(from: Self.viewer, method: .get, viewerHost: "viewer.example")
        var base = Self.base
        base[.hostField] = "viewer.example"
        base[.userAgent] = "curl"
        #expect(fields == adding([
            .accept: "*/*", .acceptEncoding: "gzip, br", .acceptLanguage: "de", .authorization: "Basic x", .cookie: "a=1; b=2", .referer: "r",
            .init("X-Custom")!: "1", .ifNoneMatch: "\"a\"", .range: "bytes=0-1", .contentType: "a/b",
        ], to: base))
        #expect(request.query(from: "y=1&x=2") == "y=1&x=2")
    }

    @Test func `generated headers are sent when named, and the viewer cannot forge them`() {
        var request = request(CachePolicy(headers: [.init("CloudFront-Viewer-Country")!]))
        #expect(request.fields(from: Self.viewer, method: .get, viewerHost: nil)[.init("CloudFront-Viewer-Country")!] == nil)
        request.generated = [.init("CloudFront-Viewer-Country")!: "DE", .init("CloudFront-Viewer-City")!: "Bonn"]
        let fields = request.fields(from: Self.viewer, method: .get, viewerHost: nil)
        #expect(fields[.init("CloudFront-Viewer-Country")!] == "DE")
        #expect(fields[.init("CloudFront-Viewer-City")!] == nil)
    }

    @Test func `AllViewerExceptHostHeader keeps the origin's name in Host`() {
        let policy = OriginRequestPolicy.managed(named: "AllViewerExceptHostHeader")!.policy
        let fields = request(CachePolicy(), policy).fields(from: Self.viewer, method: .get, viewerHost: "viewer.example")
        #expect(fields[.hostField] == "origin.example")
        #expect(fields[.accept] == "*/*")
    }

    @Test func `a write carries all but what the table removes`() {
        let fields = request().fields(from: Self.viewer, method: .post, viewerHost: "viewer.example")
        #expect(fields == adding([
            .authorization: "Basic x", .init("X-Custom")!: "1", .ifNoneMatch: "\"a\"", .range: "bytes=0-1", .contentType: "a/b",
        ]))
    }

    @Test func `the way here is appended, not replaced`() {
        let viewer: HTTPFields = [.xForwardedFor: "198.51.100.7", .via: "1.0 fred", .xAmzCfId: "other"]
        var request = request()
        request.viewerVersion = "2.0"
        let fields = request.fields(from: viewer, method: .get, viewerHost: nil)
        #expect(fields[.xForwardedFor] == "198.51.100.7, 192.0.2.1")
        #expect(fields[.via] == "1.0 fred, 2.0 d1.cloudfront.net (CloudFront)")
        #expect(fields[.xAmzCfId] == "id==")
    }

    @Test func `custom headers replace the viewer's and validators replace conditions`() {
        var request = request(CachePolicy(), OriginRequestPolicy(headers: .allViewer))
        request.customHeaders = [.init("X-Custom")!: "secret"]
        request.conditionals = .replace(ConditionalFields(ifNoneMatch: "\"v\""))
        let fields = request.fields(from: Self.viewer, method: .get, viewerHost: nil)
        #expect(fields[values: .init("X-Custom")!] == ["secret"])
        #expect(fields[.ifNoneMatch] == "\"v\"")
    }

    @Test func `headers that are never forwarded cannot be whitelisted`() {
        #expect(OriginRequestPolicy(headers: .whitelist([.te])).problems == [.refusedName(kind: "header", name: "TE")])
        #expect(OriginRequestPolicy(headers: .allViewerAndWhitelistCloudFront([.accept])).problems == [.refusedName(kind: "header", name: "Accept")])
    }
}
