// The answers to "may this entry be used?" and "may it stand in for a failing origin?", the same types for every
// personality.

package import HTTPSemantics
package import HTTPTypes

/// A stored response, as far as reuse rules look at it.
package struct EntryFacts: Hashable, Sendable {
    package var status: Int
    /// When the response arrived or was last confirmed by the origin.
    package var storedAt: HTTPDate
    package var freshness: Freshness
    /// Conditional fields that would confirm it.
    package var conditionals: ConditionalFields
    /// Set when a confirmation failed: until then the stale entry is served without another attempt.
    package var retryAt: HTTPDate?

    package init(
        status: Int, storedAt: HTTPDate, freshness: Freshness, conditionals: ConditionalFields = ConditionalFields(),
        retryAt: HTTPDate? = nil
    ) {
        self.status = status
        self.storedAt = storedAt
        self.freshness = freshness
        self.conditionals = conditionals
        self.retryAt = retryAt
    }

    /// Seconds since storing; clock steps backwards count as no time.
    package func elapsedSeconds(at now: HTTPDate) -> Int64 { max(0, now.seconds(since: storedAt)) }

    /// Value of the Age field (RFC 9111 section 4.2.3): initial age plus time in this cache.
    package func ageSeconds(at now: HTTPDate) -> Int64 { freshness.initialAgeSeconds + elapsedSeconds(at: now) }

    /// The instant from which the entry is no longer fresh.
    package var expiresAt: HTTPDate { storedAt.advanced(bySeconds: freshness.lifetimeSeconds) }
}

/// What to do with an entry that was found.
package enum Reuse: Hashable, Sendable {
    /// Serve it.
    case fresh(ageSeconds: Int64)
    /// Serve it stale; the origin failed a short while ago and is not asked again before `retryAt`.
    case staleAfterError(ageSeconds: Int64, retryAt: HTTPDate)
    /// Serve it stale, as the request's max-stale allows.
    case staleAccepted(ageSeconds: Int64)
    /// Serve it stale at once and confirm it in the background.
    case staleWhileRevalidate(ageSeconds: Int64, ConditionalFields)
    /// Ask the origin with these fields; 304 confirms the entry.
    case revalidate(ConditionalFields)
    /// Ask the origin without conditions; the entry may still serve when that fails.
    case fetch(because: FetchReason)

    package enum FetchReason: String, Hashable, Sendable, CaseIterable {
        /// Expired, with neither ETag nor Last-Modified.
        case expiredWithoutValidator
        /// A cached error expired.
        case errorExpired
        /// `Vary: *` with Minimum TTL 0.
        case varyAny
        /// It is fresh, but the request's own directives ask for more, and there is no validator to confirm it by.
        case requestDirective
    }
}

/// Validators in the form in which they are sent back to the origin (RFC 9110 sections 13.1.2 and 13.1.3).
package struct ConditionalFields: Hashable, Sendable {
    /// Value of If-None-Match: the origin's ETag, byte for byte.
    package var ifNoneMatch: String?
    /// Value of If-Modified-Since: the origin's Last-Modified, byte for byte.
    package var ifModifiedSince: String?

    package init(ifNoneMatch: String? = nil, ifModifiedSince: String? = nil) {
        (self.ifNoneMatch, self.ifModifiedSince) = (ifNoneMatch, ifModifiedSince)
    }

    /// From the fields of the origin's response, before the edge changed them (compression weakens the ETag).
    ///
    /// Malformed validators are left out: an origin could not compare them reliably.
    package init(originFields fields: HTTPFields, now: HTTPDate) {
        ifNoneMatch = fields.single(.eTag).flatMap { EntityTag($0) == nil ? nil : $0 }
        ifModifiedSince = fields.single(.lastModified).flatMap { HTTPDate($0, now: now) == nil ? nil : $0 }
    }

    package var isEmpty: Bool { ifNoneMatch == nil && ifModifiedSince == nil }

    /// Replaces all conditional fields of an origin request by these.
    package func apply(to fields: inout HTTPFields) {
        for name in [HTTPField.Name.ifMatch, .ifUnmodifiedSince, .ifRange] { fields[name] = nil }
        fields[.ifNoneMatch] = ifNoneMatch
        fields[.ifModifiedSince] = ifModifiedSince
    }
}

/// How an attempt to reach the origin failed.
package enum OriginFailure: Hashable, Sendable {
    /// It answered with an error status.
    case status(Int)
    /// No usable answer: connection refused or dropped, name not found, timeout, malformed response.
    case unreachable
}

/// What to answer after the origin failed while an expired entry was at hand.
package enum Fallback: Hashable, Sendable {
    /// Serve the entry stale, and record `retryAt` with it.
    case serveStale(ageSeconds: Int64, retryAt: HTTPDate)
    /// Pass the error on.
    case passError(because: Reason)

    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// A status below 500 is the origin's answer, not its failure.
        case clientError
        /// `stale-if-error=0`.
        case switchedOff
        /// The stale-if-error window has passed.
        case windowPassed
        /// must-revalidate or proxy-revalidate.
        case mustRevalidate
        /// The entry is itself an error.
        case entryIsError
        /// Caching is off: Minimum and Maximum TTL are 0.
        case cachingDisabled
        /// The request's no-cache.
        case clientRefuses
        /// The origin answered with an error and has not allowed stale in its place.
        case notPermitted
    }
}
