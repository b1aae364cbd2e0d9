// How long a stored response may be used, and why. Counted from the moment it was stored, so that reuse is one
// subtraction; the age the response already had then is kept apart, for the Age field.

/// The result of the TTL arithmetic for one response.
package struct Freshness: Hashable, Sendable {
    /// Where the lifetime came from.
    package enum Source: String, Hashable, Sendable, CaseIterable {
        case sMaxage = "s-maxage"
        case maxAge = "max-age"
        case expires = "Expires"
        /// The policy's Default TTL: the origin said nothing.
        case defaultTTL = "Default TTL"
        /// The policy's Minimum TTL overrode no-store, no-cache or private.
        case minTTLOverDirective = "Minimum TTL over directive"
        /// Error Caching Minimum TTL, at least as long as the origin's own figure.
        case errorCachingMinTTL = "Error Caching Minimum TTL"
        /// `Vary: *` with Minimum TTL 0: kept, never fresh.
        case varyAny = "Vary: *"
        /// A heuristic (RFC 9111 section 4.2.2), or nothing at all but a validator; not used by CloudFront.
        case heuristic
    }

    /// Whether the policy moved the origin's figure.
    package enum Bound: String, Hashable, Sendable { case none, raisedToMinTTL, loweredToMaxTTL }

    /// Seconds after `storedAt` during which the response is fresh. RFC 9111's rules count from the response's origination, so
    /// that it is negative for what arrived stale; CloudFront's never are.
    package var lifetimeSeconds: Int64
    package var source: Source
    package var bound: Bound
    /// Age of the response when it was stored, in seconds (RFC 9111 section 4.2.3).
    package var initialAgeSeconds: Int64
    /// Seconds after expiry during which it is served at once and refreshed in the background (RFC 5861 section 3).
    package var staleWhileRevalidateSeconds: Int64
    package var staleIfError: StaleIfError
    /// must-revalidate or proxy-revalidate was present.
    package var forbidsStale: Bool
    /// An expired entry is fetched anew without conditional fields.
    package var refetchesUnconditionally: Bool
    /// no-cache: confirmed before each use, however fresh it is. RFC 9111's rules only.
    package var mustValidate = false
    /// immutable: while it is fresh there is nothing newer (RFC 8246). RFC 9111's rules only.
    package var isImmutable = false

    /// Whether an expired response may stand in for an origin that fails (RFC 5861 section 4).
    package enum StaleIfError: Hashable, Sendable {
        /// No directive: the personality's default.
        case unspecified
        /// Seconds after expiry; 0 switches it off.
        case window(seconds: Int64)
    }

    package init(
        lifetimeSeconds: Int64, source: Source, bound: Bound = .none, initialAgeSeconds: Int64 = 0,
        staleWhileRevalidateSeconds: Int64 = 0, staleIfError: StaleIfError = .unspecified,
        forbidsStale: Bool = false, refetchesUnconditionally: Bool = false
    ) {
        self.lifetimeSeconds = lifetimeSeconds
        self.source = source
        self.bound = bound
        self.initialAgeSeconds = initialAgeSeconds
        self.staleWhileRevalidateSeconds = staleWhileRevalidateSeconds
        self.staleIfError = staleIfError
        self.forbidsStale = forbidsStale
        self.refetchesUnconditionally = refetchesUnconditionally
    }
}
