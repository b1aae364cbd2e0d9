// CloudFront's HttpVersion, as far as it is spoken here.

/// The newest HTTP version that viewers of a distribution are offered over HTTPS (ALPN, RFC 7301).
package enum ViewerHTTPVersion: String, Sendable, Hashable, CaseIterable {
    case http11 = "http1.1"
    /// HTTP/2, and HTTP/1.1 for those who don't offer it.
    case http2
}
