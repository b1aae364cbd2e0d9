// The choice of rules as one value. Each personality is a rule set of its own with the same verbs; the only
// switch over personalities in the program is in this file. Facts and answers are shared types, so that the engine
// (`EdgeStorage`, `EdgeService`) does not know which rules it follows.

package import HTTPSemantics
package import HTTPTypes

/// The rule set a distribution caches by.
package enum Personality: Hashable, Sendable {
    /// CloudFront's written rules.
    case cloudFront(CloudFrontRules)
    /// RFC 9111's, for a shared cache.
    case rfc9111(RFC9111Rules)

    /// CloudFront's rules with their standard switches.
    package static var cloudFront: Personality { .cloudFront(CloudFrontRules()) }
    package static var rfc9111: Personality { .rfc9111(RFC9111Rules()) }

    /// The names in `edge.conf`.
    package enum Name: String, CaseIterable, Sendable { case cloudfront, rfc9111 }

    package init(named name: Name) {
        switch name {
        case .cloudfront: self = .cloudFront
        case .rfc9111: self = .rfc9111
        }
    }

    package var name: Name {
        switch self {
        case .cloudFront: .cloudfront
        case .rfc9111: .rfc9111
        }
    }

    /// What the engine does differently under it.
    package var traits: PersonalityTraits {
        switch self {
        case .cloudFront: .cloudFront
        case .rfc9111: .rfc9111
        }
    }

    /// May this response be stored, and for how long?
    package func storability(of response: ResponseFacts, for request: RequestFacts, under policy: StoragePolicy) -> Storability {
        switch self {
        case .cloudFront(let rules): rules.storability(of: response, for: request, under: policy)
        case .rfc9111(let rules): rules.storability(of: response, for: request, under: policy)
        }
    }

    /// May this entry answer a request now?
    package func reuse(of entry: EntryFacts, for request: RequestFacts, at now: HTTPDate) -> Reuse {
        switch self {
        case .cloudFront(let rules): rules.reuse(of: entry, at: now)
        case .rfc9111(let rules): rules.reuse(of: entry, for: request, at: now)
        }
    }

    /// May this expired entry stand in for an origin that just failed?
    package func fallback(
        to entry: EntryFacts, for request: RequestFacts, after failure: OriginFailure, under policy: StoragePolicy, at now: HTTPDate
    ) -> Fallback {
        switch self {
        case .cloudFront(let rules): rules.fallback(to: entry, after: failure, under: policy, at: now)
        case .rfc9111(let rules): rules.fallback(to: entry, for: request, after: failure, at: now)
        }
    }

    /// Must this request go past the cache?
    package func bypasses(_ request: RequestFacts) -> Bool {
        switch self {
        case .cloudFront: false
        case .rfc9111(let rules): rules.bypasses(request)
        }
    }

    /// May the origin be asked for this request?
    package func mayForward(_ request: RequestFacts) -> Bool {
        switch self {
        case .cloudFront: true
        case .rfc9111(let rules): rules.mayForward(request)
        }
    }

    /// May this request wait for a fetch that began before it?
    package func mayShareFetch(_ request: RequestFacts) -> Bool {
        switch self {
        case .cloudFront: true
        case .rfc9111(let rules): rules.mayShareFetch(request)
        }
    }

    /// The fields of a response for viewers and for the store.
    package func fields(of response: ResponseFacts, forwardsCookies: Bool) -> ResponseFields {
        switch self {
        case .cloudFront:
            ResponseFields(StoredFields.prepared(response.fields, forwardsCookies: forwardsCookies, receivedAt: response.receivedAt))
        case .rfc9111: ResponseFields(endToEnd: response)
        }
    }

    /// The fields of an entry after a 304 confirmed it.
    package func fields(
        of stored: HTTPFields, updatedBy notModified: ResponseFacts, edgeCompressed: Bool, forwardsCookies: Bool
    ) -> HTTPFields {
        let arriving = fields(of: notModified, forwardsCookies: forwardsCookies).stored
        return StoredFields.updated(stored, with: arriving, edgeCompressed: edgeCompressed)
    }
}

/// The request, as far as caching rules look at it.
package struct RequestFacts: Sendable {
    package var method: HTTPRequest.Method
    /// The viewer's fields. CloudFront's rules ignore them; RFC 9111's do not.
    package var fields: HTTPFields
    /// What it is for; needed only where a response is compared with it.
    package var target: TargetURI?

    package init(method: HTTPRequest.Method, fields: HTTPFields = HTTPFields(), target: TargetURI? = nil) {
        (self.method, self.fields, self.target) = (method, fields, target)
    }
}

/// The origin's response, as far as caching rules look at it.
package struct ResponseFacts: Sendable {
    package var status: Int
    package var fields: HTTPFields
    /// Bytes of the body when known: Content-Length, or the count once it has ended.
    package var bodyLength: Int64?
    package var requestedAt: HTTPDate
    package var receivedAt: HTTPDate

    package init(status: Int, fields: HTTPFields, bodyLength: Int64? = nil, requestedAt: HTTPDate, receivedAt: HTTPDate) {
        self.status = status
        self.fields = fields
        self.bodyLength = bodyLength
        self.requestedAt = requestedAt
        self.receivedAt = receivedAt
    }
}

/// What the distribution's configuration says about storing.
package struct StoragePolicy: Hashable, Sendable {
    package var cachePolicy: CachePolicy
    /// Whether the behaviour's cached methods include OPTIONS.
    package var cachesOptions: Bool
    /// Error Caching Minimum TTL of the status at hand, in seconds.
    package var errorCachingMinTTL: Int64

    package init(cachePolicy: CachePolicy, cachesOptions: Bool = false, errorCachingMinTTL: Int64 = ErrorCaching.defaultMinTTL) {
        self.cachePolicy = cachePolicy
        self.cachesOptions = cachesOptions
        self.errorCachingMinTTL = errorCachingMinTTL
    }
}
