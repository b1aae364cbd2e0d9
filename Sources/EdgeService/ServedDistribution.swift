// The configuration as traffic uses it: one immutable snapshot in which everything that can be worked out ahead of a
// request has been. A reload builds a new snapshot and puts it in the place of the old one; requests under way keep theirs.

package import AccessLogs
package import DistributionModel
package import EdgeFigures
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import OriginFetch
import SignedURLs

/// Everything the pipeline needs to know of the configuration.
package final class EdgeSnapshot: Sendable {
    let figures: EdgeFigures
    let configuration: EdgeConfiguration
    let distributions: [ServedDistribution]
    private let router: HostRouter
    private let exactHosts: HostTable

    /// Throws `EdgeSetupError` when an origin must be signed for and there are no credentials to do it with.
    ///
    /// - Parameters:
    ///   - figures: where requests are counted; one object for all snapshots of a process, so that counts go on over reloads.
    ///   - log: where the lines of a distribution's log go; nil where it has none.
    package init(
        _ configuration: EdgeConfiguration, credentials: OriginAccessCredentials?, figures: EdgeFigures = EdgeFigures(),
        log: (Distribution) -> LogQueue? = { _ in nil }
    ) throws(EdgeSetupError) {
        self.configuration = configuration
        self.figures = figures
        var served: [ServedDistribution] = []
        for distribution in configuration.distributions {
            served.append(
                try ServedDistribution(
                    distribution, configuration: configuration, credentials: credentials, figures: figures, log: log(distribution)))
        }
        distributions = served
        router = HostRouter(configuration.distributions)
        exactHosts = HostTable(configuration.distributions)
    }

    /// The distribution for a Host field's bytes; nil when nobody claims the name.
    func distribution(forHost host: UnsafeRawBufferPointer) -> ServedDistribution? {
        if let position = exactHosts.position(of: host) { return distributions[position] }
        return router.distribution(forHost: String(decoding: host, as: UTF8.self)).map { distributions[$0] }
    }

    func distribution(forHost host: String) -> ServedDistribution? {
        router.distribution(forHost: host).map { distributions[$0] }
    }

    /// The distribution of that id.
    package func distribution(id: String) -> Distribution? { distributions.first { $0.model.id == id }?.model }
}

/// Why a configuration that is valid in itself can't be served.
package struct EdgeSetupError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

/// One distribution with its behaviours and origins resolved.
final class ServedDistribution: Sendable {
    let model: Distribution
    let behaviors: [ServedBehavior]
    /// The edges that are asked in the place of its origins, each once.
    let shields: [ServedShield]
    let defaultBehavior: ServedBehavior
    /// The distribution's own host name.
    let domainName: String
    let personality: Personality
    let traits: PersonalityTraits
    /// `<id>.cloudfront.net`-like name that `Via` shows.
    let viaName: String
    /// The path that stands for `/`; nil when there is no default root object.
    let rootPath: String?
    private let rootPathBytes: [UInt8]
    /// Takes a line for every request; nil where nothing is logged.
    let log: LogQueue?
    /// The fields of a hit that are the same for every object, up to where the request id goes, or the seconds left.
    let hitFields: ByteBuffer

    init(
        _ model: Distribution, configuration: EdgeConfiguration, credentials: OriginAccessCredentials?, figures: EdgeFigures,
        log: LogQueue?
    ) throws(EdgeSetupError) {
        self.model = model
        self.log = log
        domainName = model.domainName
        personality = model.personality
        let traits = model.personality.traits
        self.traits = traits
        viaName = model.id.lowercased() + ".cloudfront.net"
        rootPath = model.defaultRootObject?.path
        rootPathBytes = Array((model.defaultRootObject?.path ?? "/").utf8)
        let via = "Via: \(traits.marks.via(version: "1.1", domain: viaName))\r\n"
        hitFields = switch traits.marks {
        case .cloudFront:
            ByteBuffer(string: "X-Cache: \(ResultType.hit.xCache)\r\n\(via)X-Amz-Cf-Pop: \(edgeLocation)\r\nX-Amz-Cf-Id: ")
        case .cacheStatus: ByteBuffer(string: "\(via)Cache-Status: \(CacheStatus(isHit: true).fieldValue); ttl=")
        }
        var origins: [String: ServedOrigin] = [:]
        for origin in model.origins {
            origins[origin.id] = try ServedOrigin(
                origin, of: model, configuration: configuration, credentials: credentials,
                figures: figures.origin(distribution: model.id, origin: origin.id))
        }
        func serve(_ behavior: CacheBehavior) throws(EdgeSetupError) -> ServedBehavior {
            func origin(_ id: String) throws(EdgeSetupError) -> ServedOrigin {
                guard let origin = origins[id] else { throw EdgeSetupError("distribution \(model.id): no origin has the id \(id)") }
                return origin
            }
            let group = model.originGroup(id: behavior.targetOriginID)
            var failover: OriginFailover?
            if let group { failover = OriginFailover(to: try origin(group.secondary), statuses: Set(group.failoverStatusCodes)) }
            return ServedBehavior(
                behavior, traits: traits, origin: try origin(group?.primary ?? behavior.targetOriginID), failover: failover,
                trustedKeys: try configuration.trustedKeys(of: behavior, distribution: model.id),
                figures: figures.behavior(distribution: model.id, pathPattern: behavior.pathPattern.text))
        }
        var shields: [ServedShield] = []
        for shield in origins.values.compactMap(\.shield) where !shields.contains(where: { $0.endpoint == shield.endpoint }) {
            shields.append(shield)
        }
        self.shields = shields
        defaultBehavior = try serve(model.defaultCacheBehavior)
        var behaviors: [ServedBehavior] = []
        for behavior in model.cacheBehaviors { behaviors.append(try serve(behavior)) }
        self.behaviors = behaviors
    }

    /// The behaviour for a normalised path.
    func behavior(forPath path: Span<UInt8>) -> ServedBehavior {
        for behavior in behaviors where behavior.model.pathPattern.matches(path) { return behavior }
        return defaultBehavior
    }

    /// The default root object in the place of exactly `/`.
    func withRootPath<Result>(of path: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        guard path.count == 1, rootPath != nil else { return body(path) }
        return rootPathBytes.withUnsafeBytes(body)
    }

    /// Error Caching Minimum TTL of a status, in seconds.
    func errorCachingMinTTL(for status: Int) -> Int64 {
        model.customErrorResponse(for: status).map { Int64($0.errorCachingMinTTL) } ?? ErrorCaching.defaultMinTTL
    }
}

/// Where this edge says it is. CloudFront names its locations after airports; ours is on the rocks.
let edgeLocation = "SKY50-C1"

/// One behaviour with what follows from its policy.
final class ServedBehavior: Sendable {
    let model: CacheBehavior
    /// The only origin, or the primary of a group.
    let origin: ServedOrigin
    let failover: OriginFailover?
    /// Where its requests are counted.
    let figures: BehaviorFigures
    /// Whether origins get to see the Host that the viewer sent.
    let forwardsHost: Bool
    let compression: CompressionRule
    /// Whose signature a request needs; nil when it needs none.
    let trustedKeys: TrustedKeys?
    /// Whether a key can be made from the path, query and Accept-Encoding alone, and hits need no more than bytes and no
    /// look at who asks.
    let hasPlainKey: Bool
    /// What a hit on the fast path gets from the response headers policy; nil without one.
    let immediateHeaders: ImmediateResponseHeaders?
    /// Whether the query reaches the origin as it is.
    let sendsWholeQuery: Bool
    /// Whether methods that no set of CloudFront's has are let through.
    let allowsUnknownMethods: Bool
    /// Whether misses on one key may share a fetch.
    let collapses: Bool
    let forwardsCookies: Bool
    /// Whether requests over HTTP are redirected or refused.
    let needsHTTPS: Bool
    /// The `CloudFront-*` headers that the policies name.
    let generatedNames: [HTTPField.Name]
    /// Whether any of them is in the key.
    let keyNamesGenerated: Bool

    var policy: CachePolicy { model.cachePolicy }

    init(
        _ model: CacheBehavior, traits: PersonalityTraits, origin: ServedOrigin, failover: OriginFailover? = nil, trustedKeys: TrustedKeys?,
        figures: BehaviorFigures
    ) {
        self.model = model
        self.figures = figures
        self.origin = origin
        self.failover = failover
        forwardsHost = model.cachePolicy.headers.contains(.hostField)
            || (model.originRequestPolicy?.headers.selects(.hostField) ?? false)
        compression = CompressionRule(isEnabled: model.compress)
        needsHTTPS = model.viewerProtocolPolicy != .allowAll
        let policy = model.cachePolicy
        self.trustedKeys = trustedKeys
        immediateHeaders = model.responseHeadersPolicy.flatMap(ImmediateResponseHeaders.init)
        hasPlainKey = policy.headers.isEmpty && policy.cookies == .none && trustedKeys == nil
            && (model.responseHeadersPolicy == nil || immediateHeaders != nil)
        let toOrigin = model.originRequestPolicy
        forwardsCookies = policy.cookies != .none || (toOrigin?.cookies ?? .none) != .none
        collapses = traits.sharesFetchesWithCookies
            ? !policy.disablesCaching : Collapsing(cachePolicy: policy, originRequestPolicy: toOrigin) == .allowed
        sendsWholeQuery = policy.queryStrings == .all || toOrigin?.queryStrings == .all
        allowsUnknownMethods = traits.allowsUnknownMethods && model.allowedMethods == .all
        keyNamesGenerated = policy.headers.contains(where: GeneratedHeaders.isGenerated)
        // Names that are listed as exceptions are not selected, so nothing is made for them.
        generatedNames = (policy.headers + (toOrigin?.headers.names.filter { toOrigin?.headers.selects($0) ?? false } ?? []))
            .filter(GeneratedHeaders.isGenerated)
    }
}

/// Exact host names, found by their bytes without making a string of them.
struct HostTable: Sendable {
    private var buckets: [[(name: [UInt8], position: Int)]]

    init(_ distributions: [Distribution]) {
        var names: [(String, Int)] = []
        for (position, distribution) in distributions.enumerated() {
            names += distribution.aliases.filter { !$0.isWildcard }.map { ($0.name, position) }
        }
        for (position, distribution) in distributions.enumerated() { names.append((distribution.domainName, position)) }
        buckets = Array(repeating: [], count: max(16, names.count * 2))
        for (name, position) in names {
            let bytes = Array(name.utf8)
            let index = Self.index(bytes.withUnsafeBytes { Self.hash($0) }, buckets.count)
            if !buckets[index].contains(where: { $0.name == bytes }) { buckets[index].append((bytes, position)) }
        }
    }

    func position(of host: UnsafeRawBufferPointer) -> Int? {
        let end = host.firstIndex(of: UInt8(ascii: ":")) ?? host.count
        let name = UnsafeRawBufferPointer(rebasing: host[..<end])
        for entry in buckets[Self.index(Self.hash(name), buckets.count)] where entry.name.count == name.count {
            if zip(entry.name, name).allSatisfy({ $0 == Self.lowercased($1) }) { return entry.position }
        }
        return nil
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64(lowercased($1))) &* 0x100_0000_01B3 }
    }

    private static func index(_ hash: UInt64, _ count: Int) -> Int { Int(truncatingIfNeeded: hash % UInt64(count)) }

    @inline(__always)
    private static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
