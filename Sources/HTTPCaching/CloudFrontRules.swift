// CloudFront's personality: which responses are stored and for how long (CloudFront Developer Guide, "Manage how long
// content stays in the cache"). Every figure runs from the arrival of the response. The viewer's Cache-Control and
// Pragma never matter, no heuristic is used (Default TTL takes its place), and the answer to Vary is the cache
// policy, not the field. Reuse is in `CloudFrontRules+Reuse.swift`.
//
// Where the guide is silent:
// - A malformed max-age, s-maxage or Expires counts as zero seconds (RFC 9111 sections 4.2.1 and 5.3).
// - `private` and `no-cache` with field names count like the plain directives, the safe reading.
// - The first of several max-age or s-maxage directives counts (RFC 9111 section 4.2.1).

import HTTPSemantics
import HTTPTypes

/// CloudFront's rules with the switches for what its guide leaves open.
package struct CloudFrontRules: Hashable, Sendable {
    /// Whether an Age sent by the origin shortens a lifetime given by max-age or s-maxage.
    package var countsOriginAge = true
    /// Whether must-revalidate and proxy-revalidate forbid serving stale. The guide names only `stale-if-error=0`.
    package var honorsMustRevalidate = false

    /// Largest object that is kept: 30 GB, read as 30 x 2^30 bytes.
    package static let objectBytesMax: Int64 = 30 << 30

    package init(countsOriginAge: Bool = true, honorsMustRevalidate: Bool = false) {
        self.countsOriginAge = countsOriginAge
        self.honorsMustRevalidate = honorsMustRevalidate
    }

    package func storability(of response: ResponseFacts, for request: RequestFacts, under policy: StoragePolicy) -> Storability {
        if let reason = refusal(of: response, for: request, under: policy) { return .doNotStore(reason) }
        let directives = CacheControl(response.fields)
        if response.status >= 400 { return error(response, directives, under: policy) }
        if policy.cachePolicy.disablesCaching { return .doNotStore(.cachingDisabled) }
        return object(response, directives, under: policy.cachePolicy)
    }

    /// What is refused whatever the origin's directives say.
    private func refusal(of response: ResponseFacts, for request: RequestFacts, under policy: StoragePolicy) -> Storability.Reason? {
        switch request.method {
        case .get: break
        case .head: return .headHasNoBody
        case .options where policy.cachesOptions: break
        default: return .methodNotCached
        }
        switch response.status {
        case 100..<200: return .interim
        case 206: return .partialContent
        case 304: return .notModified
        case 200..<600: break
        default: return .statusNotCached
        }
        if let length = response.bodyLength, length > Self.objectBytesMax { return .tooLarge }
        return nil
    }

    /// Statuses below 400, redirects included.
    private func object(_ response: ResponseFacts, _ directives: CacheControl, under policy: CachePolicy) -> Storability {
        let initialAge = Age.fromFieldOnly(response.fields)
        var freshness = Freshness(lifetimeSeconds: 0, source: .defaultTTL, initialAgeSeconds: initialAge)
        if let reason = directives.storingForbidden {
            guard policy.minTTL > 0 else { return .doNotStore(reason) }
            freshness.source = .minTTLOverDirective
            freshness.lifetimeSeconds = policy.minTTL
        } else if policy.minTTL == 0, Vary(response.fields) == .any {
            freshness.source = .varyAny
            freshness.refetchesUnconditionally = true
        } else if let (seconds, source) = explicitLifetime(response, directives, initialAge: initialAge) {
            freshness.source = source
            freshness.lifetimeSeconds = max(policy.minTTL, min(seconds, policy.maxTTL))
            freshness.bound = freshness.lifetimeSeconds > seconds ? .raisedToMinTTL
                : freshness.lifetimeSeconds < seconds ? .loweredToMaxTTL : .none
        } else {
            freshness.lifetimeSeconds = max(policy.minTTL, policy.defaultTTL)
        }
        freshness.addStaleWindows(directives, boundedBy: policy.maxTTL)
        return .store(freshness)
    }

    /// Statuses from 400 up: kept for the longer of Error Caching Minimum TTL and the origin's own figure, which
    /// neither Minimum nor Maximum TTL bounds.
    private func error(_ response: ResponseFacts, _ directives: CacheControl, under policy: StoragePolicy) -> Storability {
        let hasMaxAge = directives.maxAge != .absent || directives.sMaxage != .absent
        switch ErrorCaching(status: response.status) {
        case .never: return .doNotStore(.statusNotCached)
        case .onlyWithMaxAge where !hasMaxAge: return .doNotStore(.errorWithoutMaxAge)
        case .onlyWithMaxAge, .always: break
        }
        let initialAge = Age.fromFieldOnly(response.fields)
        var freshness = Freshness(
            lifetimeSeconds: max(0, policy.errorCachingMinTTL), source: .errorCachingMinTTL, initialAgeSeconds: initialAge)
        if directives.storingForbidden == nil,
            let (seconds, source) = explicitLifetime(response, directives, initialAge: initialAge),
            seconds > freshness.lifetimeSeconds
        {
            freshness.lifetimeSeconds = seconds
            freshness.source = source
        }
        return freshness.lifetimeSeconds > 0 ? .store(freshness) : .doNotStore(.errorTTLIsZero)
    }

    /// The origin's figure in seconds from arrival: s-maxage before max-age before Expires.
    private func explicitLifetime(
        _ response: ResponseFacts, _ directives: CacheControl, initialAge: Int64
    ) -> (seconds: Int64, source: Freshness.Source)? {
        let spent = countsOriginAge ? initialAge : 0
        if let seconds = directives.sMaxage.secondsOrZero { return (max(0, seconds - spent), .sMaxage) }
        if let seconds = directives.maxAge.secondsOrZero { return (max(0, seconds - spent), .maxAge) }
        guard response.fields.contains(.expires) else { return nil }
        // An absolute instant: the time already spent is in it. Letter case: RFC 9111 section 4.2.
        guard let value = response.fields.single(.expires),
            let expires = HTTPDate(value, now: response.receivedAt, letters: .ignored)
        else { return (0, .expires) }
        return (max(0, expires.seconds(since: response.receivedAt)), .expires)
    }
}

extension CacheControl {
    /// The directive that forbids storing when Minimum TTL is 0.
    fileprivate var storingForbidden: Storability.Reason? {
        noStore ? .noStore : noCache ? .noCache : isPrivate ? .isPrivate : nil
    }
}

extension Freshness {
    fileprivate mutating func addStaleWindows(_ directives: CacheControl, boundedBy limit: Int64) {
        staleWhileRevalidateSeconds = min(directives.staleWhileRevalidate.secondsOrZero ?? 0, limit)
        if let seconds = directives.staleIfError.secondsOrZero { staleIfError = .window(seconds: min(seconds, limit)) }
        forbidsStale = directives.mustRevalidate || directives.proxyRevalidate
    }
}
