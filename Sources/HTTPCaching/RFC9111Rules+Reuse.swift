// The strict personality: use of stored responses (RFC 9111 sections 4 and 5.2.1, RFC 5861, RFC 8246), and what may stand in
// for an origin that fails (section 4.2.4). Stale is served only where the origin or the client allows it, or when the
// origin can't be reached at all and nothing forbids it.

package import HTTPSemantics
import HTTPTypes

extension RFC9111Rules {
    package func reuse(of entry: EntryFacts, for request: RequestFacts, at now: HTTPDate) -> Reuse {
        let wishes = RequestWishes(request.fields)
        let age = entry.ageSeconds(at: now)
        let staleness = entry.stalenessSeconds(at: now)
        let isFresh = staleness < 0
        if !wishes.needsValidation, !entry.freshness.mustValidate, wishes.accepts(age: age, isImmutable: isFresh && entry.freshness.isImmutable) {
            if isFresh, -staleness >= wishes.minFresh { return .fresh(ageSeconds: age) }
            if !isFresh, !entry.freshness.forbidsStale, wishes.minFresh == 0 {
                if let most = wishes.maxStale, staleness <= most { return .staleAccepted(ageSeconds: age) }
                if staleness < entry.freshness.staleWhileRevalidateSeconds {
                    return .staleWhileRevalidate(ageSeconds: age, entry.conditionals)
                }
            }
        }
        guard entry.conditionals.isEmpty else { return .revalidate(entry.conditionals) }
        return .fetch(because: isFresh ? .requestDirective : entry.status >= 400 ? .errorExpired : .expiredWithoutValidator)
    }

    package func fallback(
        to entry: EntryFacts, for request: RequestFacts, after failure: OriginFailure, at now: HTTPDate
    ) -> Fallback {
        let wishes = RequestWishes(request.fields)
        // Section 5.2.1.4: not without the origin's word.
        if wishes.needsValidation { return .passError(because: .clientRefuses) }
        if entry.freshness.forbidsStale { return .passError(because: .mustRevalidate) }
        let staleness = max(0, entry.stalenessSeconds(at: now))
        let stale = Fallback.serveStale(ageSeconds: entry.ageSeconds(at: now), retryAt: now)
        if let most = wishes.staleIfError, staleness < most, failure.isServerError { return stale }
        switch (entry.freshness.staleIfError, failure) {
        case (_, .status) where !failure.isServerError: return .passError(because: .clientError)
        case (.window(seconds: 0), _): return .passError(because: .switchedOff)
        case (.window(let seconds), _): return staleness < seconds ? stale : .passError(because: .windowPassed)
        case (.unspecified, .unreachable): return stale
        case (.unspecified, .status): return .passError(because: .notPermitted)
        }
    }

    /// Whether a request may be answered from, and its answer kept in, the cache at all (section 5.2.1.5).
    package func bypasses(_ request: RequestFacts) -> Bool { CacheControl(request.fields).noStore }

    /// Whether the origin may be asked for it (section 5.2.1.7).
    package func mayForward(_ request: RequestFacts) -> Bool { !CacheControl(request.fields).onlyIfCached }

    /// Whether a fetch that began earlier may answer it: not when it wants the origin's word on its own.
    package func mayShareFetch(_ request: RequestFacts) -> Bool {
        let wishes = RequestWishes(request.fields)
        return !wishes.needsValidation && wishes.maxAge == nil && wishes.minFresh == 0
    }
}

/// A request's directives (RFC 9111 section 5.2.1).
private struct RequestWishes {
    var needsValidation: Bool
    var maxAge: Int64?
    var minFresh: Int64
    var maxStale: Int64?
    var staleIfError: Int64?

    init(_ fields: HTTPFields) {
        let directives = CacheControl(fields)
        needsValidation = directives.noCache
        maxAge = directives.maxAge.secondsOrZero
        if case .seconds(let seconds) = directives.minFresh { minFresh = seconds } else { minFresh = 0 }
        if case .seconds(let seconds) = directives.maxStale { maxStale = seconds }
        if case .seconds(let seconds) = directives.staleIfError { staleIfError = seconds }
        // Section 5.4: Pragma counts where there is no Cache-Control.
        if directives.isEmpty, !fields.contains(.cacheControl) {
            fields.forEachElement(of: .pragma) { if FieldSyntax.equalsIgnoringCase($0.utf8, "no-cache".utf8) { needsValidation = true } }
        }
    }

    /// Whether a response of that age will do. An immutable one that is fresh need not be younger (RFC 8246 section 2).
    func accepts(age: Int64, isImmutable: Bool) -> Bool { isImmutable || maxAge.map { age <= $0 } ?? true }
}

extension EntryFacts {
    /// Seconds since it became stale; negative while it is fresh.
    package func stalenessSeconds(at now: HTTPDate) -> Int64 { elapsedSeconds(at: now) - freshness.lifetimeSeconds }
}

extension OriginFailure {
    /// The failures that RFC 5861 section 4 speaks of.
    fileprivate var isServerError: Bool {
        switch self {
        case .unreachable, .status(500), .status(502), .status(503), .status(504): true
        case .status: false
        }
    }
}
