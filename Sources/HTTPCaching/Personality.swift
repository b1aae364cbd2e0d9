// The choice of rules as one value. Each personality is a rule set of its own with the same verbs; the only
// switch over personalities in the program is in this file. Facts and answers are shared types, so that the engine
// (`EdgeStorage`, `EdgeService`) does not know which rules it follows.

package import HTTPSemantics
package import HTTPTypes

/// The rule set a distribution caches by.
package enum Personality: Hashable, Sendable {
    /// CloudFront's written rules.
    case cloudFront(CloudFrontRules)

    /// CloudFront's rules with their standard switches.
    package static var cloudFront: Personality { .cloudFront(CloudFrontRules()) }

    /// The name in `edge.conf`.
    package var name: String {
        switch self {
        case .cloudFront: "cloudfront"
        }
    }

    /// May this response be stored, and for how long?
    package func storability(of response: ResponseFacts, for request: RequestFacts, under policy: StoragePolicy) -> Storability {
        switch self {
        case .cloudFront(let rules): rules.storability(of: response, for: request, under: policy)
        }
    }

    /// May this entry answer a request now?
    package func reuse(of entry: EntryFacts, for request: RequestFacts, at now: HTTPDate) -> Reuse {
        switch self {
        case .cloudFront(let rules): rules.reuse(of: entry, at: now)
        }
    }

    /// May this expired entry stand in for an origin that just failed?
    package func fallback(to entry: EntryFacts, after failure: OriginFailure, under policy: StoragePolicy, at now: HTTPDate) -> Fallback {
        switch self {
        case .cloudFront(let rules): rules.fallback(to: entry, after: failure, under: policy, at: now)
        }
    }
}

/// The request, as far as caching rules look at it.
package struct RequestFacts: Sendable {
    package var method: HTTPRequest.Method
    /// The viewer's fields. CloudFront's rules ignore them; RFC 9111's do not.
    package var fields: HTTPFields

    package init(method: HTTPRequest.Method, fields: HTTPFields = HTTPFields()) {
        (self.method, self.fields) = (method, fields)
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
