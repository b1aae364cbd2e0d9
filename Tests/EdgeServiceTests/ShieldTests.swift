import AccessLogs
import ByteStreaming
import DistributionModel

import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import Logging
import NIOCore
import OriginFetch
import Synchronization
import Testing

@testable import EdgeService
@testable import EdgeStorage

/// Two edges of one distribution in process: a viewer's and its shield.
private final class Pair: Sendable {
    static let secret = String(repeating: "s", count: 40)

    let origin = ScriptedOrigin()
    let clock = TestClock()
    let front: EdgeService
    let shield: EdgeService
    let line: Line
    let told = Mutex<[String]>([])

    /// - Parameters:
    ///   - secrets: the front's; the shield knows the usual one.
    ///   - shieldID: the distribution's id at the shield.
    init(
        _ policy: CachePolicy = CachePolicy(), secrets: [String] = [Pair.secret], shieldID: String = "E1ABCDEF", compress: Bool = false,
        shieldIsFront: Bool = false, _ change: (inout Distribution) -> Void = { _ in }
    ) throws {
        var site = try Distribution.site(policy, methods: .all, compress: compress)
        site.origins[0].shieldRegion = "near"
        change(&site)
        let address = try #require(OriginDomainName("shield.example:8090"))
        var shielding = Shielding(regions: [.init(name: "near", address: address)])
        shielding.secrets = secrets
        front = try Self.service(site, shielding, self.clock, Line.Proxy())
        line = Line(origin)
        var behind = site
        behind.id = shieldID
        shielding.secrets = [Self.secret]
        shielding.ownRegion = "near"
        shield = shieldIsFront ? front : try Self.service(behind, shielding, clock, origin)
        line.connect(ShieldService(edge: shield, control: Control { [weak self] text in self?.told.withLock { $0.append(text) } }))
        (front.driver.fetcher as? Line.Proxy)?.line.withLock { $0 = line }
    }

    private static func service(_ site: Distribution, _ shielding: Shielding, _ clock: TestClock, _ fetcher: any OriginFetcher) throws -> EdgeService {
        var configuration = try Edge.snapshot([site]).configuration
        configuration.shielding = shielding
        return EdgeService(
            snapshot: try EdgeSnapshot(configuration, credentials: Edge.credentials),
            cache: EdgeCache(limits: EdgeCacheLimits(memoryBytesMax: 64 << 20, objectBytesMax: 16 << 20)), fetcher: fetcher,
            clock: EdgeClock(now: { clock.now }, ticks: { clock.ticks }), requestIDs: RequestIDs(seed: 42),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), samplePercent: { 0 })
    }

    @discardableResult
    func get(
        _ target: String, _ fields: HTTPFields = [:], method: HTTPRequest.Method = .get, at edge: EdgeService? = nil, isSecure: Bool = false
    ) async -> ViewerReply {
        await Viewer(edge ?? front, Edge.head(method, target, fields, host: "www.example.com"), isSecure: isSecure).reply
    }

    /// A control API that notes what it is asked.
    struct Control: HTTPService {
        let note: @Sendable (String) -> Void

        init(_ note: @escaping @Sendable (String) -> Void) { self.note = note }

        func handle(_ exchange: ServerExchange) async {
            let document = (try? await exchange.body.collect(upTo: 1_000)).flatMap { $0 }.map { String(buffer: $0) }
            note("\(exchange.head.target) \(document ?? "-")")
            try? await exchange.respond(ResponseHead(status: .created), body: nil)
        }

        func refusal(of error: RequestError, on connection: ConnectionInfo) -> (ResponseHead, ByteBuffer) { (ResponseHead(status: .badRequest), ByteBuffer()) }
    }
}

/// The way from the front to the shield, or past it to the origin.
private final class Line: OriginFetcher {
    private let origin: ScriptedOrigin
    private let service = Mutex<ShieldService?>(nil)
    /// What went to the shield.
    let asked = Mutex<[FetchRequest]>([])
    /// Runs when the shield has been asked, before it answers.
    let whileAsked = Mutex<(@Sendable () -> Void)?>(nil)
    /// Set while the shield is down.
    let failure = Mutex<OriginError.Kind?>(nil)

    init(_ origin: ScriptedOrigin) { self.origin = origin }

    func connect(_ service: ShieldService) { self.service.withLock { $0 = service } }

    var askedCount: Int { asked.withLock { $0.count } }

    func fetch(_ request: FetchRequest, from endpoint: OriginEndpoint) async throws -> FetchResponse {
        guard endpoint.host == "shield.example" else { return try await origin.fetch(request, from: endpoint) }
        asked.withLock { $0.append(request) }
        whileAsked.withLock { $0 }?()
        if let kind = failure.withLock({ $0 }) { throw OriginError(kind, origin: endpoint.name, detail: "scripted") }
        guard let service = service.withLock({ $0 }) else { throw OriginError(.connect, origin: endpoint.name, detail: "nobody") }
        let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let content = try await request.content?.nextChunk()
        let sink = RecordingSink()
        await service.handle(
            ServerExchange(
                head: RequestHead(
                    method: request.method, path: parts[0], query: parts.count > 1 ? parts[1] : nil,
                    authority: request.fields[.hostField] ?? "", fields: request.fields),
                connection: ConnectionInfo(clientAddress: "198.51.100.1"), body: content.map { RequestBody($0) } ?? RequestBody(), sink: sink))
        let reply = sink.reply
        return FetchResponse(
            status: .init(code: reply.status), fields: reply.fields, contentLength: reply.fields[.contentLength].flatMap { Int($0) },
            content: FetchContent(stream: ByteStream(reply.body.isEmpty ? nil : ByteBuffer(bytes: reply.body))))
    }

    /// Stands for the line until it is there.
    final class Proxy: OriginFetcher {
        let line = Mutex<Line?>(nil)

        func fetch(_ request: FetchRequest, from endpoint: OriginEndpoint) async throws -> FetchResponse {
            guard let line = line.withLock({ $0 }) else { throw OriginError(.connect, origin: endpoint.name, detail: "no line") }
            return try await line.fetch(request, from: endpoint)
        }
    }
}

@Suite struct ShieldTests {
    @Test func `a miss of both is the origin's, a hit of the shield is told apart, and ages add up`() async throws {
        let pair = try Pair()
        pair.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=100", .age: "7"], "a"))
        let first = await pair.get("/a")
        #expect(first.xCache == "Miss")
        #expect(first.text == "a")
        #expect(pair.origin.count == 1)
        #expect(await pair.get("/a").xCache == "Hit")

        // Another edge behind the same shield would find the object there.
        pair.front.cache.invalidate(distributionID: "E1ABCDEF", matching: try InvalidationPattern("/*"))
        pair.clock.advance(20)
        let second = await pair.get("/a")
        #expect(second.xCache == "Hit")
        #expect(second.age == 27)
        #expect(second.fields[values: .via].joined(separator: ", ").components(", ") == ["1.1 e1abcdef.cloudfront.net (CloudFront)", "1.1 e1abcdef.cloudfront.net (CloudFront)"])
        #expect(second.fields[ShieldCall.fieldName] == nil)
        #expect(pair.origin.count == 1)
        pair.clock.advance(10)
        #expect(await pair.get("/a").age == 37)
        // Fresh for what is left of the origin's time.
        pair.clock.advance(62)
        #expect(await pair.get("/a").age == 99)
        pair.clock.advance(2)
        pair.origin.answer(OriginReply(.ok, [:], "b"))
        #expect(await pair.get("/a").text == "b")
    }

    @Test func `the shield's hit is the log's detailed result`() async throws {
        let pair = try Pair()
        pair.origin.answer(OriginReply(.ok, [:], "a"))
        await pair.get("/a", at: pair.shield)
        let trace = RequestTrace(requestID: "r", began: 0)
        let sink = RecordingSink()
        let exchange = ServerExchange(
            head: Edge.head(.get, "/a", [:], host: "www.example.com"), connection: ConnectionInfo(clientAddress: "192.0.2.7"), body: RequestBody(), sink: sink)
        await RequestPipeline(service: pair.front, exchange: exchange, trace: trace).run()
        let outcome = trace.notes.outcome(of: exchange, began: 0, ended: 1, at: pair.clock.now)
        #expect(outcome.result == .hit)
        #expect(outcome.isShieldHit)
        #expect(outcome.detailedResult == "OriginShieldHit")
        let timed = await Viewer(
            pair.front, Edge.head(.get, "/a", [:], host: "www.example.com")).reply
        #expect(timed.xCache == "Hit")
    }

    @Test func `default TTL counts from the arrival at the shield`() async throws {
        let pair = try Pair(CachePolicy(minTTL: 10, defaultTTL: 100, maxTTL: 1_000))
        pair.origin.answer(OriginReply(.ok, [:], "a"))
        await pair.get("/a", at: pair.shield)
        pair.clock.advance(60)
        #expect(await pair.get("/a").age == 60)
        pair.clock.advance(39)
        #expect(await pair.get("/a").xCache == "Hit")
        #expect(pair.line.askedCount == 1)
        pair.clock.advance(1)
        pair.origin.answer(OriginReply(.ok, [:], "b"))
        #expect(await pair.get("/a").text == "b")
        #expect(pair.line.askedCount == 2)
        // Minimum TTL holds whatever the age.
        pair.clock.advance(95)
        pair.front.cache.invalidate(distributionID: "E1ABCDEF", matching: try InvalidationPattern("/*"))
        #expect(await pair.get("/a").age == 95)
        pair.clock.advance(9)
        #expect(await pair.get("/a").age == 104)
        #expect(pair.line.askedCount == 3)
    }

    @Test func `the origin sees one request as if the viewer had come to the shield`() async throws {
        let pair = try Pair(
            CachePolicy(headers: [.init("CloudFront-Forwarded-Proto")!], cookies: .whitelist(["a"]), queryStrings: .whitelist(["q"]))) { site in
                site.origins[0].customHeaders = [.init(name: "X-Own", value: "1")]
                site.origins[0].originPath = OriginPath("/site") ?? .root
                site.defaultRootObject = DefaultRootObject("index.html")
                site.defaultCacheBehavior.originRequestPolicy = OriginRequestPolicy(headers: .whitelist([.init("CloudFront-Viewer-Address")!, .referer]))
            }
        pair.origin.answer(OriginReply(.ok, [:], "a"))
        let fields: HTTPFields = [.cookie: "a=1; b=2", .referer: "r", .range: "bytes=0-0", .ifNoneMatch: "\"x\"", .init("X-Edge-Location")!: "x", .xForwardedFor: "203.0.113.9"]
        let reply = await pair.get("/?q=1&other=2", fields, method: .head, isSecure: true)
        #expect(reply.status == 206 || reply.status == 200)
        let fetch = try #require(pair.origin.last)
        #expect(pair.origin.count == 1)
        #expect(fetch.method == .get)
        #expect(fetch.target == "/site/index.html?q=1")
        #expect(fetch.fields[.cookie] == "a=1")
        #expect(fetch.fields[.referer] == "r")
        #expect(fetch.fields[.range] == nil)
        #expect(fetch.fields[.ifNoneMatch] == nil)
        #expect(fetch.fields[.init("X-Own")!] == "1")
        #expect(fetch.fields[.init("X-Edge-Location")!] == nil)
        #expect(fetch.fields[ShieldCall.fieldName] == nil)
        #expect(fetch.fields[.init("CloudFront-Forwarded-Proto")!] == "https")
        #expect(fetch.fields[.init("CloudFront-Viewer-Address")!] == "192.0.2.7:4711")
        #expect(fetch.fields[.xForwardedFor] == "203.0.113.9, 192.0.2.7")
        #expect(fetch.fields[.hostField] == "origin.example:9000")
    }

    @Test func `an expired entry is confirmed by the shield`() async throws {
        let pair = try Pair()
        pair.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=10", .eTag: "\"1\""], "a"))
        await pair.get("/a")
        pair.clock.advance(11)
        pair.origin.answer(OriginReply(.notModified, [.cacheControl: "max-age=10"]))
        let reply = await pair.get("/a")
        #expect(reply.xCache == "RefreshHit")
        #expect(reply.text == "a")
        #expect(pair.origin.last?.fields[.ifNoneMatch] == "\"1\"")
        #expect(await pair.get("/a").xCache == "Hit")
        #expect(pair.line.askedCount == 2)
    }

    @Test func `what the shield has compressed is known for it`() async throws {
        let pair = try Pair(.compressing, compress: true)
        pair.origin.answer(OriginReply(.ok, [.contentType: "text/plain", .eTag: "\"1\"", .cacheControl: "max-age=10"], String(repeating: "a", count: 2_000)))
        let reply = await pair.get("/a", [.acceptEncoding: "gzip"])
        #expect(reply.fields[.contentEncoding] == "gzip")
        #expect(reply.fields[.eTag] == "W/\"1\"")
        let entry = pair.front.cache.state.withLock { $0.entries.compactMap { $0 }.first }
        #expect(entry?.isEdgeCompressed == true)
        // Were it not, a 304 of the origin itself would give the compressed content the tag of the other.
        pair.clock.advance(11)
        pair.line.failure.withLock { $0 = .connect }
        pair.origin.answer(OriginReply(.notModified, [.eTag: "\"1\""]))
        let confirmed = await pair.get("/a", [.acceptEncoding: "gzip"])
        #expect(confirmed.xCache == "RefreshHit")
        #expect(confirmed.fields[.eTag] == "W/\"1\"")
        #expect(confirmed.body == reply.body)
    }

    @Test func `error pages, response headers and the viewer's protocol are the front's alone`() async throws {
        let pair = try Pair { site in
            site.customErrorResponses = [CustomErrorResponse(errorCode: 404, page: .init(path: "/page", responseCode: 200))]
            site.defaultCacheBehavior.viewerProtocolPolicy = .httpsOnly
            site.defaultCacheBehavior.responseHeadersPolicy = ResponseHeadersPolicy(headers: [.init(.init("X-Policy")!, "1", override: true)], removed: [.age])
        }
        pair.origin.answer { $0.path == "/page" ? OriginReply(.ok, [:], "page") : OriginReply(.notFound, [:], "none") }
        let reply = await pair.get("/a", isSecure: true)
        #expect(reply.status == 200)
        #expect(reply.text == "page")
        #expect(reply.fields[values: .init("X-Policy")!] == ["1"])
        #expect(pair.origin.fetches.map(\.path) == ["/a", "/page"])
        let kept = pair.shield.cache.state.withLock { $0.entries.compactMap { $0 }.map(\.fields) }
        #expect(kept.count == 2)
        #expect(!kept.contains { fields in fields.contains(HTTPField.Name("X-Policy")!) })
    }

    @Test(arguments: [OriginError.Kind.connect, .dns, .timeout, .communication, .invalidResponse, .capacity])
    func `a shield that is down is passed over for ten seconds`(kind: OriginError.Kind) async throws {
        let pair = try Pair()
        pair.origin.answer { OriginReply(.ok, [:], $0.path) }
        pair.line.failure.withLock { $0 = kind }
        #expect(await pair.get("/a").text == "/a")
        #expect(await pair.get("/b").text == "/b")
        #expect(pair.line.askedCount == 1)
        pair.line.failure.withLock { $0 = nil }
        pair.clock.advance(9)
        await pair.get("/c")
        #expect(pair.line.askedCount == 1)
        pair.clock.advance(1)
        #expect(await pair.get("/d").xCache == "Miss")
        #expect(pair.line.askedCount == 2)
        #expect(pair.origin.count == 4)
    }

    @Test(arguments: [(["x" + Pair.secret], "E1ABCDEF"), ([Pair.secret], "E9OTHER")])
    func `a shield that refuses is passed over`(secrets: [String], id: String) async throws {
        let pair = try Pair(secrets: secrets, shieldID: id)
        pair.origin.answer(OriginReply(.ok, [:], "a"))
        let reply = await pair.get("/a")
        #expect(reply.text == "a")
        #expect(reply.xCache == "Miss")
        #expect(pair.shield.cache.statistics.entries == 0)
    }

    @Test func `of the requests after the rest one tries the shield, and the others pass it over until it has answered`() async throws {
        let pair = try Pair()
        pair.origin.answer { OriginReply(.ok, [:], $0.path) }
        pair.line.failure.withLock { $0 = .timeout }
        await pair.get("/a")
        pair.clock.advance(10)
        let rest = try #require(pair.front.snapshot.distributions[0].shields.first).rest
        #expect(rest.mayAsk(at: pair.clock.now))
        await pair.get("/b")
        #expect(pair.line.askedCount == 1)
        pair.clock.advance(10)
        pair.line.failure.withLock { $0 = nil }
        await pair.get("/c")
        await pair.get("/d")
        #expect(pair.line.askedCount == 3)
    }

    @Test(arguments: [true, false])
    func `the rest of a shield that took its time counts from its failure`(answers: Bool) async throws {
        let pair = try Pair(secrets: answers ? ["x" + Pair.secret] : [Pair.secret])
        pair.origin.answer { OriginReply(.ok, [:], $0.path) }
        let clock = pair.clock
        pair.line.whileAsked.withLock { $0 = { clock.advance(9) } }
        if !answers { pair.line.failure.withLock { $0 = .timeout } }
        await pair.get("/a")
        pair.clock.advance(9)
        await pair.get("/b")
        #expect(pair.line.askedCount == 1)
        pair.clock.advance(1)
        await pair.get("/c")
        #expect(pair.line.askedCount == 2)
    }

    @Test func `a shield is waited for as long as the settings say, and in no other way`() throws {
        let shield = try #require(try Pair().front.snapshot.distributions[0].shields.first)
        #expect(shield.endpoint.connectionAttempts == 1)
        #expect(shield.endpoint.connectionTimeout == .seconds(2))
        #expect(shield.endpoint.firstByteTimeout == .seconds(10))
        #expect(shield.endpoint.readTimeout == .seconds(30))
        #expect(shield.boundedEndpoint.completionTimeout == .seconds(12))
    }

    @Test func `an edge that is named as its own shield notices`() async throws {
        let pair = try Pair(shieldIsFront: true)
        pair.origin.answer(OriginReply(.ok, [:], "a"))
        #expect(await pair.get("/a").text == "a")
        #expect(pair.line.askedCount == 1)
        #expect(pair.origin.count == 1)
    }

    @Test func `writes, and what may not be cached, go past the shield`() async throws {
        let pair = try Pair(.disabled)
        pair.origin.answer(OriginReply(.ok, [:], "a"))
        await pair.get("/a")
        await pair.get("/a", method: .delete)
        #expect(pair.line.askedCount == 0)
        #expect(pair.origin.count == 2)
    }

    @Test func `a viewer at the shield's listener, or with an edge's word at the viewers' listener, gets nowhere`() async throws {
        let pair = try Pair()
        pair.origin.answer(OriginReply(.ok, [:], "a"))
        await pair.get("/a")
        let captured = try #require(pair.line.asked.withLock { $0.first })
        // At the viewers' listener the word means nothing, and goes no further.
        let viewer = await pair.get("/b", [ShieldCall.fieldName: captured.fields[ShieldCall.fieldName] ?? ""], at: pair.shield)
        #expect(viewer.xCache == "Miss")
        #expect(viewer.fields[ShieldCall.fieldName] == nil)
        #expect(pair.origin.last?.fields[ShieldCall.fieldName] == nil)
        for change in [{ $0[ShieldCall.fieldName] = nil }, { $0[.cookie] = "x=y" }] as [(inout HTTPFields) -> Void] {
            var forged = captured
            change(&forged.fields)
            let endpoint = OriginEndpoint(host: "shield.example", port: 8090)
            let reply = try await pair.line.fetch(forged, from: endpoint)
            #expect(reply.status == .forbidden)
            #expect(reply.fields[ShieldCall.fieldName]?.hasPrefix("refused ") == true)
        }
        #expect(pair.origin.count == 2)
    }

    @Test func `invalidations reach the shield as they were given`() async throws {
        let pair = try Pair()
        let path = "/2020-05-31/distribution/E1ABCDEF/invalidation"
        #expect(await pair.front.passOn(invalidationAt: path, ByteBuffer(string: "document"), of: "E1ABCDEF") == [])
        #expect(pair.told.withLock { $0 } == ["\(path) document"])
        // The shield itself has nobody behind it.
        #expect(await pair.shield.passOn(invalidationAt: path, ByteBuffer(string: "document"), of: "E1ABCDEF") == [])
        pair.line.failure.withLock { $0 = .connect }
        #expect(await pair.front.passOn(invalidationAt: path, ByteBuffer(string: "document"), of: "E1ABCDEF") == ["near: scripted"])
        // Another document under a signature that was overheard.
        var forged = try #require(pair.line.asked.withLock { $0.first })
        pair.line.failure.withLock { $0 = nil }
        forged.content = BufferContent(ByteBuffer(string: "another"))
        let reply = try await pair.line.fetch(forged, from: OriginEndpoint(host: "shield.example", port: 8090))
        #expect(reply.status == .forbidden)
        #expect(pair.told.withLock { $0.count } == 1)
    }

    @Test func `the secondary of a group has a shield of its own`() async throws {
        let pair = try Pair { site in
            site.originGroups = [OriginGroup(id: "pair", primary: "other", secondary: "origin", failoverStatusCodes: [503])]
            site.defaultCacheBehavior.targetOriginID = "pair"
        }
        pair.origin.answer { $0.endpoint.host == "other.example" ? OriginReply(.serviceUnavailable) : OriginReply(.ok, [:], "secondary") }
        #expect(await pair.get("/a").text == "secondary")
        #expect(pair.line.askedCount == 1)
        #expect(pair.shield.cache.statistics.entries == 1)
    }
}

private final class BufferContent: FetchRequestContent {
    private let buffer: Mutex<ByteBuffer?>
    let byteCount: Int?

    init(_ buffer: ByteBuffer) {
        byteCount = buffer.readableBytes
        self.buffer = Mutex(buffer)
    }

    func nextChunk() async throws -> ByteBuffer? {
        buffer.withLock { buffer in
            defer { buffer = nil }
            return buffer
        }
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
