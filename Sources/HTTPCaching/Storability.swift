// The answer to "may this response be stored?", the same type for every personality. Each refusal has its own case:
// it is a counter, a log word and a test's expectation.

/// Whether and for how long a response may be stored.
package enum Storability: Hashable, Sendable {
    case store(Freshness)
    case doNotStore(Reason)

    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// A method the behaviour does not cache.
        case methodNotCached
        /// HEAD: there is no body to answer a later GET with.
        case headHasNoBody
        /// Maximum TTL is 0 (CachingDisabled).
        case cachingDisabled
        case noStore
        case noCache
        case isPrivate
        /// 206: parts are not kept.
        case partialContent
        /// 304: confirms an entry, is none itself.
        case notModified
        /// 1xx.
        case interim
        /// An error status that CloudFront never caches, or a code outside 100-599.
        case statusNotCached
        /// An error status that is cached only with max-age or s-maxage, and had neither.
        case errorWithoutMaxAge
        /// An error status with Error Caching Minimum TTL 0 and no longer figure from the origin.
        case errorTTLIsZero
        /// More than 30 GB.
        case tooLarge
        /// The request's no-store.
        case requestNoStore
        /// The request was authenticated, and the response does not say that others may have it (RFC 9111 section 3.5).
        case authorization
        /// `Vary: *`: no request selects it.
        case varyAny
        /// must-understand, and the status is unknown.
        case statusNotUnderstood
        /// Neither a lifetime nor anything that would make it usable again.
        case noFreshness
    }
}
