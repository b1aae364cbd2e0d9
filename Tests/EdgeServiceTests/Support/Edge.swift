// An edge in process: a scripted origin behind it, viewers in front, a clock that moves when told.

import AccessLogs
import BucketPolicy
import ByteStreaming
import ConfigurationReading
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

final class TestClock: Sendable {
    private let seconds = Mutex<Int64>(1_780_000_000)
    var now: HTTPDate { HTTPDate(secondsSince1970: seconds.withLock { $0 }) }
    private let passed = Mutex(Duration.zero)
    var ticks: Duration { passed.withLock { $0 } }
    /// Lets time pass that only durations show.
    func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
    func advance(_ count: Int64) { seconds.withLock { $0 += count } }
}

final class Edge: Sendable {
    static let credentials = OriginAccessCredentials(accessKeyID: "EDGEKEY", secretAccessKey: "edge-secret")
    static let accountID = "123456789012"

    let origin = ScriptedOrigin()
    let clock = TestClock()
    let cache: EdgeCache
    let service: EdgeService

    init(
        _ distributions: [Distribution] = [.site()], memoryBytes: Int = 64 << 20, objectBytesMax: Int = 16 << 20, partBytes: Int? = nil, partsBytesMax: Int? = nil,
        requestBodyBytesMax: Int = 1_000, publicKeys: [NamedPublicKey] = [], keyGroups: [KeyGroup] = [],
        samplePercent: @escaping @Sendable () -> Double = { 0 }, log: LogQueue? = nil, disk: DiskTier? = nil
    ) throws {
        var limits = EdgeCacheLimits(memoryBytesMax: memoryBytes, objectBytesMax: objectBytesMax)
        if let partBytes { limits.partBytes = partBytes }
        if let partsBytesMax { limits.partsOfObjectBytesMax = partsBytesMax }
        cache = EdgeCache(limits: limits, disk: disk)
        let clock = clock
        service = EdgeService(
            snapshot: try Self.snapshot(
                distributions, requestBodyBytesMax: requestBodyBytesMax, publicKeys: publicKeys, keyGroups: keyGroups, log: log),
            cache: cache, fetcher: origin,
            clock: EdgeClock(now: { clock.now }, ticks: { clock.ticks }), requestIDs: RequestIDs(seed: 42),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), samplePercent: samplePercent)
    }

    static func snapshot(
        _ distributions: [Distribution], requestBodyBytesMax: Int = 1_000, publicKeys: [NamedPublicKey] = [], keyGroups: [KeyGroup] = [],
        log: LogQueue? = nil
    ) throws -> EdgeSnapshot {
        let address = ListenAddress(host: "127.0.0.1", port: 0)
        var configuration = EdgeConfiguration(
                listen: .init(http: address, control: address), cache: .init(memoryBytes: 0, objectBytesMax: 0),
                originAccess: .init(credentialsFile: nil, profile: "default", accountID: accountID),
                limits: .init(
                    connectionsMax: 10, urlBytesMax: 8_192, headerBytesMax: 20_480, requestBodyBytesMax: requestBodyBytesMax,
                    keepAliveTimeout: .seconds(1), headerTimeout: .seconds(1), bodyTimeout: .seconds(1), sendTimeout: .seconds(1),
                    drainTimeout: .seconds(1), originConnectionsMax: 10),
                publicKeys: publicKeys, keyGroups: keyGroups, distributions: distributions)
        configuration.explainFrom = ["192.0.2.0/28"].compactMap(CIDRBlock.init)
        return try EdgeSnapshot(configuration, credentials: credentials, log: { _ in log })
    }

    static func head(
        _ method: HTTPRequest.Method, _ target: String, _ fields: HTTPFields, host: String, version: HTTPVersion = .http11
    ) -> RequestHead {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return RequestHead(
            method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, authority: host, version: version, fields: fields)
    }

    /// Starts a request.
    func begin(
        _ target: String, _ fields: HTTPFields = [:], method: HTTPRequest.Method = .get, host: String = "www.example.com",
        version: HTTPVersion = .http11, content: RequestBody = RequestBody(), isSecure: Bool = false
    ) -> Viewer {
        Viewer(service, Self.head(method, target, fields, host: host, version: version), content: content, isSecure: isSecure)
    }

    /// A request from beginning to end.
    @discardableResult
    func get(
        _ target: String, _ fields: HTTPFields = [:], method: HTTPRequest.Method = .get, host: String = "www.example.com",
        version: HTTPVersion = .http11, content: RequestBody = RequestBody()
    ) async -> ViewerReply {
        await begin(target, fields, method: method, host: host, version: version, content: content).reply
    }

    /// Readers of the one fetch that can be joined.
    var readers: Int { cache.state.withLock { state in state.fills.values.first?.fill.readerCount ?? 0 } }

    /// Waits until what fetches leave behind them has come to rest.
    func settle() async {
        await until("fetches are over") { cache.state.withLock { $0.permits.isEmpty } }
    }
}

extension Distribution {
    /// A distribution for `www.example.com` with one origin named `origin`.
    static func site(
        _ policy: CachePolicy = CachePolicy(), id: String = "E1ABCDEF", alias: String = "www.example.com", kind: Origin.Kind? = nil,
        originPath: String = "", customHeaders: [Origin.CustomHeader] = [], methods: AllowedMethods = .getHead,
        cached: CachedMethods = .getHead, compress: Bool = false, root: String? = nil, behaviors: [CacheBehavior] = [],
        errors: [CustomErrorResponse] = [], enabled: Bool = true, toOrigin: OriginRequestPolicy? = nil,
        responseHeaders: ResponseHeadersPolicy? = nil
    ) throws -> Distribution {
        Distribution(
            id: id, aliases: [try #require(Alias(alias))], enabled: enabled, defaultRootObject: root.flatMap { DefaultRootObject($0) },
            origins: [
                Origin(
                    id: "origin", domainName: try #require(OriginDomainName("origin.example:9000")),
                    originPath: try #require(OriginPath(originPath)), customHeaders: customHeaders, kind: kind ?? .custom(CustomOrigin())),
                Origin(id: "other", domainName: try #require(OriginDomainName("other.example")), kind: .custom(CustomOrigin())),
            ],
            defaultCacheBehavior: CacheBehavior(
                targetOriginID: "origin", allowedMethods: methods, cachedMethods: cached, compress: compress, cachePolicy: policy,
                originRequestPolicy: toOrigin, responseHeadersPolicy: responseHeaders),
            cacheBehaviors: behaviors, customErrorResponses: errors)
    }

    static func site() -> Distribution {
        Distribution(
            id: "E1ABCDEF", aliases: [Alias("www.example.com")].compactMap { $0 },
            origins: [OriginDomainName("origin.example:9000")].compactMap { $0 }.map {
                Origin(id: "origin", domainName: $0, kind: .custom(CustomOrigin()))
            },
            defaultCacheBehavior: CacheBehavior(targetOriginID: "origin", cachePolicy: CachePolicy()))
    }
}

extension CachePolicy {
    static let disabled = CachePolicy(minTTL: 0, defaultTTL: 0, maxTTL: 0)
    static let compressing = CachePolicy(minTTL: 1, enableAcceptEncodingGzip: true, enableAcceptEncodingBrotli: true)
}

func behavior(_ pattern: String, origin: String = "origin", policy: CachePolicy = CachePolicy()) throws -> CacheBehavior {
    CacheBehavior(pathPattern: try PathPattern(pattern), targetOriginID: origin, cachePolicy: policy)
}

/// Gives other tasks turns until something holds; records an issue when it never does.
func until(_ what: String, _ condition: () -> Bool) async {
    for _ in 0..<1_000_000 {
        if condition() { return }
        await Task.yield()
    }
    Issue.record("never happened: \(what)")
}

extension HTTPField.Name {
    static func named(_ text: String) throws -> HTTPField.Name { try #require(HTTPField.Name(text)) }
}
