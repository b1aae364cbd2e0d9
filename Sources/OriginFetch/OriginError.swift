// Why an origin gave no (whole) response, in CloudFront's own division (`x-edge-detailed-result-type`).

/// A failure between the edge and an origin. Carries the address and what went wrong, for logs and error pages.
package struct OriginError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// The name did not resolve.
        case dns = "OriginDnsError"
        /// No connection within the attempts and time allowed.
        case connect = "OriginConnectError"
        /// Connected, but no (further) byte within the read timeout.
        case timeout = "OriginReadError"
        /// The connection ended or broke before the response was whole.
        case communication = "OriginCommError"
        /// What came back was not HTTP.
        case invalidResponse = "OriginInvalidResponseError"
        /// A 206 whose Content-Range doesn't fit its content or what was asked for.
        case contentRangeLength = "OriginContentRangeLengthError"
        /// The request's own content could not be had whole: the client's fault.
        case requestContent = "ClientCommError"
        /// No connection came free in time, or too many were waiting.
        case capacity = "CapacityExceeded"
    }

    package var kind: Kind
    /// `host:port`.
    package var origin: String
    package var detail: String
    /// Set when the connection was there, but not TLS over it.
    package var tls: OriginTLSFailure?

    package init(_ kind: Kind, origin: String, detail: String) {
        self.kind = kind
        self.origin = origin
        self.detail = detail
    }

    package init(_ failure: OriginTLSFailure, origin: String) {
        self.init(.connect, origin: origin, detail: failure.description)
        tls = failure
    }

    package var description: String { "\(kind.rawValue) at \(origin): \(detail)" }

    /// The status a viewer gets: 504 for silence, 503 for want of capacity, 400 for content of its own that broke off,
    /// 502 for everything else.
    package var status: Int {
        switch kind {
        case .timeout: 504
        case .capacity: 503
        case .requestContent: 400
        case .connect, .dns, .communication, .invalidResponse, .contentRangeLength: 502
        }
    }
}
