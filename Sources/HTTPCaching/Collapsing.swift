// Whether concurrent misses for one key wait for a single fetch (CloudFront Developer Guide, "Simultaneous requests for
// the same object"). Asked twice: before the fetch, from the policies alone, and when the response's head is there.

/// CloudFront's conditions for request collapsing.
package enum Collapsing: Hashable, Sendable {
    case allowed
    case refused(Reason)

    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Maximum TTL is 0 (CachingDisabled).
        case cachingDisabled
        /// Cookies are in the key or forwarded.
        case forwardsCookies
        /// The response may not be stored, so that each waiter needs its own.
        case notStorable
        /// Minimum TTL 0 and max-age=0 or s-maxage=0: fresh for nobody but its requester.
        case neverFresh
    }

    /// Before the fetch: may a request wait for another's answer?
    package init(cachePolicy: CachePolicy, originRequestPolicy: OriginRequestPolicy?) {
        if cachePolicy.disablesCaching {
            self = .refused(.cachingDisabled)
        } else if cachePolicy.cookies != .none || (originRequestPolicy.map { $0.cookies != .none } ?? false) {
            self = .refused(.forwardsCookies)
        } else {
            self = .allowed
        }
    }

    /// With the response's head: may waiters share it? Otherwise they are let go to fetch for themselves.
    package init(_ storability: Storability) {
        switch storability {
        case .doNotStore: self = .refused(.notStorable)
        case .store(let freshness): self = freshness.lifetimeSeconds > 0 ? .allowed : .refused(.neverFresh)
        }
    }
}
