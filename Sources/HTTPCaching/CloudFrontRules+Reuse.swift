// CloudFront's personality: use of stored objects (CloudFront Developer Guide, "How CloudFront processes requests" and
// "Serve stale content"). No directive is needed to serve stale when the origin fails; without a window it may be
// served until it is evicted, each time asking the origin again after Error Caching Minimum TTL.

package import HTTPSemantics

extension CloudFrontRules {
    package func reuse(of entry: EntryFacts, at now: HTTPDate) -> Reuse {
        let elapsed = entry.elapsedSeconds(at: now)
        // RFC 9111 section 4.2: fresh while the lifetime exceeds the age.
        if elapsed < entry.freshness.lifetimeSeconds { return .fresh(ageSeconds: entry.ageSeconds(at: now)) }
        if entry.status >= 400 { return .fetch(because: .errorExpired) }
        if let retryAt = entry.retryAt, now < retryAt, staleIsRefused(entry, elapsed: elapsed) == nil {
            return .staleAfterError(ageSeconds: entry.ageSeconds(at: now), retryAt: retryAt)
        }
        if entry.freshness.refetchesUnconditionally { return .fetch(because: .varyAny) }
        if !(honorsMustRevalidate && entry.freshness.forbidsStale),
            elapsed - entry.freshness.lifetimeSeconds < entry.freshness.staleWhileRevalidateSeconds
        {
            return .staleWhileRevalidate(ageSeconds: entry.ageSeconds(at: now), entry.conditionals)
        }
        return entry.conditionals.isEmpty ? .fetch(because: .expiredWithoutValidator) : .revalidate(entry.conditionals)
    }

    package func fallback(to entry: EntryFacts, after failure: OriginFailure, under policy: StoragePolicy, at now: HTTPDate) -> Fallback {
        if case .status(let status) = failure, status < 500 { return .passError(because: .clientError) }
        if policy.cachePolicy.disablesCaching { return .passError(because: .cachingDisabled) }
        if entry.status >= 400 { return .passError(because: .entryIsError) }
        if let reason = staleIsRefused(entry, elapsed: entry.elapsedSeconds(at: now)) { return .passError(because: reason) }
        return .serveStale(
            ageSeconds: entry.ageSeconds(at: now), retryAt: now.advanced(bySeconds: max(0, policy.errorCachingMinTTL)))
    }

    /// Why an entry may not be served stale in place of an error; nil when it may.
    private func staleIsRefused(_ entry: EntryFacts, elapsed: Int64) -> Fallback.Reason? {
        if honorsMustRevalidate, entry.freshness.forbidsStale { return .mustRevalidate }
        switch entry.freshness.staleIfError {
        case .unspecified: return nil
        case .window(seconds: 0): return .switchedOff
        case .window(let seconds):
            return elapsed - entry.freshness.lifetimeSeconds < seconds ? nil : .windowPassed
        }
    }
}
