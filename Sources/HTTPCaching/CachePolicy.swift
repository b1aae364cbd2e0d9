// A CloudFront cache policy: TTL bounds and what enters the cache key (API type CachePolicyConfig). Everything that
// enters the key is also sent to the origin. Managed policies are in `CachePolicy+Managed.swift`, quotas and refused
// combinations in `CachePolicy+Validation.swift`.

package import HTTPTypes

/// TTL bounds and the composition of the cache key.
package struct CachePolicy: Hashable, Sendable {
    /// Seconds an object is kept at least, whatever the origin says.
    package var minTTL: Int64
    /// Seconds an object is kept when the origin says nothing.
    package var defaultTTL: Int64
    /// Seconds an object is kept at most, whatever the origin says.
    package var maxTTL: Int64
    /// Whether the normalised Accept-Encoding may say gzip, in the key and to the origin.
    package var enableAcceptEncodingGzip: Bool
    /// Whether the normalised Accept-Encoding may say br.
    package var enableAcceptEncodingBrotli: Bool
    /// Headers in the key; a cache policy knows `none` and `whitelist` only.
    package private(set) var headers: [HTTPField.Name]
    package var cookies: NameSelection
    package var queryStrings: NameSelection

    package static let standardDefaultTTL: Int64 = 86_400
    package static let standardMaxTTL: Int64 = 31_536_000

    /// A policy; omitted TTLs follow CloudFront: default is a day or `minTTL` if that is longer, maximum is a year
    /// or `defaultTTL` if that is longer.
    package init(
        minTTL: Int64 = 0, defaultTTL: Int64? = nil, maxTTL: Int64? = nil,
        enableAcceptEncodingGzip: Bool = false, enableAcceptEncodingBrotli: Bool = false,
        headers: [HTTPField.Name] = [], cookies: NameSelection = .none, queryStrings: NameSelection = .none
    ) {
        self.minTTL = minTTL
        self.defaultTTL = defaultTTL ?? max(Self.standardDefaultTTL, minTTL)
        self.maxTTL = maxTTL ?? max(Self.standardMaxTTL, self.defaultTTL)
        self.enableAcceptEncodingGzip = enableAcceptEncodingGzip
        self.enableAcceptEncodingBrotli = enableAcceptEncodingBrotli
        // Sorted, so that the same set of headers gives the same key in whatever order it was written.
        self.headers = headers.sorted { $0.canonicalName < $1.canonicalName }
        self.cookies = cookies
        self.queryStrings = queryStrings
    }

    /// Whether nothing may be kept: a maximum of zero seconds.
    package var disablesCaching: Bool { maxTTL == 0 }

    /// Whether the key carries the normalised Accept-Encoding. Naming the header explicitly turns that off.
    package var normalizesAcceptEncoding: Bool {
        (enableAcceptEncodingGzip || enableAcceptEncodingBrotli) && !headers.contains(.acceptEncoding)
    }
}
