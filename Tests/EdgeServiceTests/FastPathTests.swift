// The fast path against the general one: for each request of a table, either it declines or its bytes are those of the
// other, request id aside.

import Cryptography
import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import SignedURLs
import Testing

@testable import EdgeService
@testable import HTTPTransport
import TestKeyMaterial

struct FastPathTests {
    /// What both paths give for one request as it came over the wire; the fast one nil when it declined.
    static func both(_ edge: Edge, _ text: String) async throws -> (fast: [UInt8]?, general: [UInt8]) {
        var fast: [UInt8]?
        let bytes = Array(text.utf8)
        let parsed: Result<RequestHead, RequestError> = bytes.withUnsafeBytes { bytes in
            var parser = HeadParser(limits: TransportLimits())
            var layout = HeadLayout()
            return Result { () throws(RequestError) -> RequestHead in
                guard try parser.parse(bytes, into: &layout) else { throw RequestError(400, "incomplete") }
                let view = RequestView(bytes: bytes, layout: layout)
                var output = ByteBuffer()
                if case .answered(let body) = edge.service.answerImmediately(
                    view, on: ConnectionInfo(clientAddress: "192.0.2.7"), into: &output)
                {
                    if let body { output.writeImmutableBuffer(body) }
                    fast = Array(output.readableBytesView)
                } else {
                    #expect(output.readableBytes == 0, "what declines writes nothing")
                }
                return try view.makeHead()
            }
        }
        let head = try parsed.get()
        let reply = await Viewer(edge.service, head).reply
        var output = ByteBuffer()
        let response = ResponseHead(status: .init(code: reply.status, reasonPhrase: reply.reasonPhrase), fields: reply.fields)
        let framing = ResponseFraming(for: response, isHEAD: head.method == .head, version: head.version)
        encode(response, framing: framing, connection: .implicit, into: &output)
        if head.method != .head { output.writeBytes(reply.body) }
        return (fast, Array(output.readableBytesView))
    }

    /// The text with the request id blanked out.
    static func comparable(_ bytes: [UInt8]) -> String {
        let name = Array("\r\nX-Amz-Cf-Id: ".utf8)
        guard let place = bytes.firstRange(of: name)?.upperBound else { return String(decoding: bytes, as: UTF8.self) }
        return String(decoding: bytes[..<place] + bytes[(place + 56)...], as: UTF8.self)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var line: String
        var fields: [String] = []
        var isFast: Bool
        var testDescription: String { ([line] + fields).joined(separator: " | ") }
        var text: String { ([line, "Host: www.example.com"] + fields).map { $0 + "\r\n" }.joined() + "\r\n" }
    }

    private static let rows = [
        Row(line: "GET /a HTTP/1.1", isFast: true), Row(line: "HEAD /a HTTP/1.1", isFast: true),
        Row(line: "GET / HTTP/1.1", isFast: true), Row(line: "GET /?x=1 HTTP/1.1", isFast: true),
        Row(line: "GET /index.html HTTP/1.1", isFast: true), Row(line: "GET /a?x=1 HTTP/1.1", isFast: true),
        Row(line: "GET /query?v=1&t=9 HTTP/1.1", isFast: true), Row(line: "GET /query?v=2 HTTP/1.1", isFast: false),
        Row(line: "GET /text HTTP/1.1", isFast: true),
        Row(line: "GET /text HTTP/1.1", fields: ["Accept-Encoding: gzip"], isFast: true),
        Row(line: "GET /text HTTP/1.1", fields: ["Accept-Encoding: br, gzip"], isFast: true),
        Row(line: "GET /text HTTP/1.1", fields: ["Accept-Encoding: identity"], isFast: true),
        Row(line: "GET /text HTTP/1.1", fields: ["Accept-Encoding: identity", "Accept-Encoding: gzip"], isFast: false),
        Row(line: "GET /a HTTP/1.1", fields: ["Cookie: a=b", "Authorization: x", "User-Agent: y", "Cache-Control: no-cache"], isFast: true),
        Row(line: "GET /a HTTP/1.1", fields: ["Range: bytes=0-1"], isFast: false),
        Row(line: "GET /a HTTP/1.1", fields: ["If-None-Match: \"v1\""], isFast: false),
        Row(line: "GET /a HTTP/1.1", fields: ["If-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT"], isFast: false),
        Row(line: "GET /a HTTP/1.1", fields: ["If-Match: *"], isFast: false),
        Row(line: "GET /a HTTP/1.1", fields: ["If-Range: \"v1\"", "Range: bytes=0-1"], isFast: false),
        Row(line: "GET /a HTTP/1.1", fields: ["Upgrade: websocket"], isFast: false),
        Row(line: "OPTIONS /a HTTP/1.1", isFast: false), Row(line: "POST /a HTTP/1.1", isFast: false),
        Row(line: "GET /never HTTP/1.1", isFast: false), Row(line: "GET /missing HTTP/1.1", isFast: false),
        Row(line: "GET /header HTTP/1.1", isFast: false), Row(line: "GET /cookie HTTP/1.1", isFast: false),
        Row(line: "GET /x/../a HTTP/1.1", isFast: false), Row(line: "GET /%61 HTTP/1.1", isFast: false),
        Row(line: "GET /A HTTP/1.1", isFast: false), Row(line: "GET http://www.example.com/a HTTP/1.1", isFast: true),
        Row(line: "GET http://www.example.com HTTP/1.1", isFast: false), Row(line: "GET http://other.example/a HTTP/1.1", isFast: false),
        Row(line: "GET /large HTTP/1.1", isFast: false), Row(line: "GET /empty HTTP/1.1", isFast: true),
        Row(line: "GET /redirect HTTP/1.1", isFast: true), Row(line: "GET /fields HTTP/1.1", isFast: true),
        Row(line: "GET /a?\(String(repeating: "x", count: 8_190)) HTTP/1.1", isFast: false),
        Row(line: "GET /a?\(String(repeating: "x", count: 8_189)) HTTP/1.1", isFast: true),
    ]

    private static func edge() async throws -> Edge {
        let edge = try Edge([
            .site(
                .compressing, compress: true, root: "index.html",
                behaviors: [
                    behavior("/query", policy: CachePolicy(queryStrings: .whitelist(["v"]))),
                    behavior("/header", policy: CachePolicy(headers: [.origin])), behavior("/cookie", policy: CachePolicy(cookies: .all)),
                    behavior("/never", policy: .disabled),
                ])
        ])
        edge.origin.answer { request in
            switch request.path {
            case "/missing": OriginReply(.notFound, [:], "none")
            case "/text": OriginReply(.ok, [.contentType: "text/css", .eTag: "\"t\""], bytes: [UInt8](repeating: 0x61, count: 3_000))
            case "/large": OriginReply(.ok, [:], bytes: [UInt8](repeating: 0x61, count: 1024 * 1024 + 1))
            case "/empty": OriginReply()
            case "/redirect": OriginReply(.movedPermanently, [.location: "/a"])
            case "/fields":
                OriginReply(
                    .ok,
                    [
                        .via: "1.1 origin", .age: "7", .vary: "Origin", .setCookie: "a=b", .xCache: "Hit from elsewhere", .connection: "x-own",
                        .keepAlive: "timeout=5", .cacheControl: "max-age=100", .date: "Mon, 01 Jan 2024 00:00:00 GMT",
                    ], "x")
            default: OriginReply(.ok, [.contentType: "text/plain", .eTag: "\"v1\""], "hello")
            }
        }
        for path in ["/a", "/index.html", "/query?v=1", "/text", "/header", "/cookie", "/large", "/empty", "/redirect", "/fields", "/missing"] {
            await edge.get(path)
        }
        for accepted in ["gzip", "gzip, br"] { await edge.get("/text", [.acceptEncoding: accepted]) }
        edge.clock.advance(3)
        return edge
    }

    @Test(arguments: rows)
    func `the fast path gives the general path's bytes or declines`(row: Row) async throws {
        let edge = try await Self.edge()
        let (fast, general) = try await Self.both(edge, row.text)
        #expect((fast != nil) == row.isFast)
        if let fast { #expect(Self.comparable(fast) == Self.comparable(general)) }
    }

    private static let policies: [(ResponseHeadersPolicy, [String], Bool)] = [
        (ResponseHeadersPolicy(headers: [.contentTypeOptions(override: true)]), [], true),
        (ResponseHeadersPolicy(headers: [.init(.server, "mine", override: false)]), [], true),
        (ResponseHeadersPolicy(headers: [.init(.eTag, "mine", override: false)]), [], false),
        (ResponseHeadersPolicy(removed: [.server]), [], false), (ResponseHeadersPolicy(removed: [.date]), [], false),
        (ResponseHeadersPolicy(removed: [.age]), [], false), (ResponseHeadersPolicy(removed: [.eTag]), [], false),
        (ResponseHeadersPolicy(serverTimingSamplingRate: 0), [], false), (ResponseHeadersPolicy(removed: [.vary]), [], true), (cors("*"), [], true), (cors("*"), ["Origin: https://a"], false),
        (cors("https://a"), [], true), (cors("https://a"), ["origin: https://a"], false),
        (ResponseHeadersPolicy(cors: cors("https://a").cors, headers: [.frameOptions("DENY", override: false)], removed: [.via]), [], true),
    ]

    private static func cors(_ origin: String) -> ResponseHeadersPolicy {
        ResponseHeadersPolicy(cors: CORSPolicy(allowOrigins: [origin].compactMap(CORSOrigin.init), originOverride: true))
    }

    @Test(arguments: policies.indices)
    func `they agree under a response headers policy`(index: Int) async throws {
        let (policy, fields, isFast) = Self.policies[index]
        let edge = try Edge([.site(responseHeaders: policy)])
        edge.origin.answer(OriginReply(.ok, [.contentType: "text/plain", .eTag: "\"v1\""], "hello"))
        await edge.get("/a")
        for line in ["GET /a HTTP/1.1", "HEAD /a HTTP/1.1"] {
            let (fast, general) = try await Self.both(edge, Row(line: line, fields: fields, isFast: isFast).text)
            #expect((fast != nil) == isFast)
            if let fast { #expect(Self.comparable(fast) == Self.comparable(general)) }
        }
    }

    @Test func `a stored Vary sends a policy that depends on origins to the pipeline`() async throws {
        let edge = try Edge([.site(CachePolicy(enableAcceptEncodingGzip: true), responseHeaders: Self.cors("https://a"))])
        edge.origin.answer(OriginReply(.ok, [.vary: "Accept-Encoding"], "hello"))
        await edge.get("/a")
        let (fast, general) = try await Self.both(edge, Row(line: "GET /a HTTP/1.1", isFast: false).text)
        #expect(fast == nil)
        #expect(Self.comparable(general).contains("Vary: Accept-Encoding, Origin\r\n"))
    }

    @Test func `they agree over the whole life of an entry`() async throws {
        for seconds in [0, 1, 86_399, 86_400, 1_000_000] as [Int64] {
            let edge = try await Self.edge()
            edge.clock.advance(seconds - 3)
            let (fast, general) = try await Self.both(edge, Row(line: "GET /a HTTP/1.1", isFast: true).text)
            #expect((fast != nil) == (seconds < 86_400), "\(seconds)")
            if let fast { #expect(Self.comparable(fast) == Self.comparable(general)) }
        }
    }

    @Test func `after a confirmation the fast path shows the new fields`() async throws {
        let edge = try await Self.edge()
        edge.clock.advance(100_000)
        edge.origin.answer(OriginReply(.notModified, [.server: "two"]))
        #expect(await edge.get("/a").xCache == "RefreshHit")
        let (fast, general) = try await Self.both(edge, Row(line: "GET /a HTTP/1.1", isFast: true).text)
        #expect(Self.comparable(try #require(fast)) == Self.comparable(general))
        #expect(Self.comparable(general).contains("\r\nServer: two\r\n"))
    }

    @Test func `what needs a signature is declined, though it is cached`() async throws {
        var site = Distribution.site()
        site.defaultCacheBehavior.trustedKeyGroups = ["members"]
        let edge = try Edge(
            [site], publicKeys: [NamedPublicKey(id: "KEC", source: .encodedKey(TestKeys.ecPublic))],
            keyGroups: [KeyGroup(name: "members", publicKeys: ["KEC"])])
        edge.origin.answer(OriginReply(.ok, [:], "for members"))
        let policy = URLSigner.Policy.canned(resource: "http://www.example.com/a", expires: edge.clock.now.secondsSince1970 + 60)
        let signer = URLSigner(keyPairID: "KEC", key: try PrivateKey(pem: TestKeys.ecPrivate))
        let target = try signer.signedURL("/a", policy: policy)
        for _ in 0..<2 {
            for (path, mark) in [(target, "for members"), ("/a", "403 Forbidden")] {
                let (fast, general) = try await Self.both(edge, Row(line: "GET \(path) HTTP/1.1", isFast: false).text)
                #expect(fast == nil)
                #expect(String(decoding: general, as: UTF8.self).contains(mark))
            }
        }
        #expect(edge.origin.count == 1)
    }
}
