// Which error statuses are cached (CloudFront Developer Guide, "How CloudFront caches HTTP 4xx and 5xx status codes").

/// CloudFront's table of cached error statuses.
package enum ErrorCaching: Hashable, Sendable {
    /// Cached for at least Error Caching Minimum TTL.
    case always
    /// Cached only when the origin sends max-age or s-maxage.
    case onlyWithMaxAge
    case never

    /// Error Caching Minimum TTL where nothing is configured, in seconds.
    package static let defaultMinTTL: Int64 = 10

    /// Statuses for which a custom error response may be configured, and the statuses it may answer with besides 200.
    package static let customizableStatuses: [Int] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]

    /// The rule for a status of 400 or more.
    package init(status: Int) {
        switch status {
        case 404, 414, 500, 501, 502, 503, 504: self = .always
        case 400, 403, 405, 412, 415: self = .onlyWithMaxAge
        default: self = .never
        }
    }
}
