// The strict personality: which responses a shared cache may store (RFC 9111 section 3) and for how long they are fresh
// (section 4.2). Reuse is in `RFC9111Rules+Reuse.swift`, selection by Vary in `SelectingFields.swift`.
//
// Where the RFC leaves a choice:
// - Several values of one freshness directive: the response is stale (section 4.2.1).
// - Heuristic freshness: a tenth of the time since Last-Modified, at most a week; without Last-Modified the policy's Default
//   TTL, of which 0 means that nothing is assumed (section 4.2.2). None for what sets a cookie: with explicit freshness it
//   is stored like anything else (section 7.3), but that one viewer's cookie goes to others is not for us to assume.
// - no-store wins over every directive but must-understand (section 5.2.2.3), for which the registered statuses count as
//   understood.
// - A response that could never be used again (never fresh, no validator, nothing that allows stale) is not stored.
//
// The policy's Minimum TTL raises an origin's figure and its Maximum TTL lowers it: both are the operator's word and beyond
// the RFC, which Minimum TTL 0 follows to the letter.

import HTTPSemantics
import HTTPTypes

/// RFC 9111's rules for a shared cache.
package struct RFC9111Rules: Hashable, Sendable {
    /// Upper bound of heuristic freshness, in seconds.
    package static let heuristicSecondsMax: Int64 = 7 * 86_400
    /// Part of the time since Last-Modified that a response is taken to be fresh for.
    package static let heuristicDivisor: Int64 = 10

    package init() {}

    package func storability(of response: ResponseFacts, for request: RequestFacts, under policy: StoragePolicy) -> Storability {
        if policy.cachePolicy.disablesCaching { return .doNotStore(.cachingDisabled) }
        let directives = ResponseDirectives(response.fields)
        if let reason = refusal(of: response, directives, for: request) { return .doNotStore(reason) }
        let age = Age.corrected(response.fields, requestedAt: response.requestedAt, receivedAt: response.receivedAt)
        let explicit = explicitLifetime(response, directives)
        if request.method == .post {
            // RFC 9110 section 9.3.3: an answer to POST stands for a GET only if it says so and for how long.
            guard explicit != nil else { return .doNotStore(.noFreshness) }
            guard request.target.map({ Self.isAboutTarget(response.fields, $0) }) ?? false else { return .doNotStore(.methodNotCached) }
        }
        let mayAssume = HeuristicStatuses.contains(response.status) || directives.isPublic
        guard explicit != nil || mayAssume else { return .doNotStore(.noFreshness) }
        let conditionals = ConditionalFields(originFields: response.fields, now: response.receivedAt)
        let found = explicit ?? heuristicLifetime(response, under: policy.cachePolicy)
        guard found != nil || !conditionals.isEmpty else { return .doNotStore(.noFreshness) }
        var freshness = freshness(from: found ?? (0, .heuristic), directives, initialAge: age, under: policy.cachePolicy)
        freshness.isImmutable = directives.immutable
        return .store(freshness)
    }

    /// What forbids storing, in the order of section 3.
    private func refusal(of response: ResponseFacts, _ directives: ResponseDirectives, for request: RequestFacts) -> Storability.Reason? {
        switch request.method {
        case .get, .post: break
        case .head: return .headHasNoBody
        default: return .methodNotCached
        }
        switch response.status {
        case 100..<200: return .interim
        case 206: return .partialContent
        case 304: return .notModified
        case 200..<600: break
        default: return .statusNotCached
        }
        if CacheControl(request.fields).noStore { return .requestNoStore }
        if directives.mustUnderstand {
            guard ReasonPhrase.isRegistered(response.status) else { return .statusNotUnderstood }
        } else if directives.noStore {
            return .noStore
        }
        if directives.isPrivate { return .isPrivate }
        if request.fields.contains(.authorization), !directives.isPublic, !directives.mustRevalidate, directives.sMaxage == nil {
            return .authorization
        }
        // Section 4.1: such a response is selected by no request.
        if Vary(response.fields) == .any { return .varyAny }
        return nil
    }

    private func freshness(
        from found: (seconds: Int64, source: Freshness.Source), _ directives: ResponseDirectives, initialAge: Int64, under policy: CachePolicy
    ) -> Freshness {
        let floor = directives.noCache ? 0 : policy.minTTL
        let bounded = max(floor, min(found.seconds, policy.maxTTL))
        var freshness = Freshness(
            lifetimeSeconds: bounded - initialAge, source: found.source,
            bound: bounded > found.seconds ? .raisedToMinTTL : bounded < found.seconds ? .loweredToMaxTTL : .none,
            initialAgeSeconds: initialAge)
        freshness.mustValidate = directives.noCache
        // Section 5.2.2.10: s-maxage has the meaning of proxy-revalidate too.
        freshness.forbidsStale = directives.noCache || directives.mustRevalidate || directives.proxyRevalidate || directives.sMaxage != nil
        freshness.staleWhileRevalidateSeconds = min(directives.staleWhileRevalidate ?? 0, policy.maxTTL)
        if let seconds = directives.staleIfError { freshness.staleIfError = .window(seconds: min(seconds, policy.maxTTL)) }
        return freshness
    }

    // MARK: Freshness lifetime (section 4.2.1)

    /// s-maxage before max-age before Expires, in seconds from the response's origination.
    private func explicitLifetime(_ response: ResponseFacts, _ directives: ResponseDirectives) -> (seconds: Int64, source: Freshness.Source)? {
        if let seconds = directives.sMaxage { return (seconds, .sMaxage) }
        if let seconds = directives.maxAge { return (seconds, .maxAge) }
        guard !directives.isTargeted, response.fields.contains(.expires) else { return nil }
        // Anything but one valid date means a time in the past (section 5.3).
        guard let value = response.fields.single(.expires), let expires = HTTPDate(value, now: response.receivedAt, letters: .ignored)
        else { return (0, .expires) }
        return (max(0, expires.seconds(since: response.originatedAt)), .expires)
    }

    /// Section 4.2.2; the policy's Default TTL takes the place of a heuristic that there is no ground for.
    private func heuristicLifetime(_ response: ResponseFacts, under policy: CachePolicy) -> (seconds: Int64, source: Freshness.Source)? {
        if response.fields.contains(.setCookie) { return nil }
        if let value = response.fields.single(.lastModified), let modified = HTTPDate(value, now: response.receivedAt) {
            let unchanged = max(0, response.originatedAt.seconds(since: modified))
            return (min(unchanged / Self.heuristicDivisor, Self.heuristicSecondsMax), .heuristic)
        }
        return policy.defaultTTL > 0 ? (policy.defaultTTL, .defaultTTL) : nil
    }

    private static func isAboutTarget(_ fields: HTTPFields, _ target: TargetURI) -> Bool {
        guard let reference = fields.single(.contentLocation) else { return false }
        return target.resolving(reference) == target
    }
}

/// Statuses that are heuristically cacheable (RFC 9110 section 15.1), the 206 apart that is stored in parts.
private enum HeuristicStatuses {
    static func contains(_ status: Int) -> Bool {
        switch status {
        case 200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501: true
        default: false
        }
    }
}

extension ResponseFacts {
    /// When the origin made it: Date, or its arrival where that is missing or unreadable.
    var originatedAt: HTTPDate {
        fields.single(.date).flatMap { HTTPDate($0, now: receivedAt, letters: .ignored) } ?? receivedAt
    }
}
