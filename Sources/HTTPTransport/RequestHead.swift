// What a service sees of a request, whatever protocol version carried it: the request line's parts, the header fields
// and who is at the other end. The target stays as received (bytes beyond ASCII arrive percent-encoded); decoding it is the
// service's business.

package import HTTPTypes

/// The version a request was made with.
package enum HTTPVersion: Sendable, Hashable, CustomStringConvertible {
    case http10
    case http11
    case http2

    /// As `Via` and `CloudFront-Viewer-Http-Version` write it.
    package var number: String {
        switch self {
        case .http10: "1.0"
        case .http11: "1.1"
        case .http2: "2.0"
        }
    }

    /// As log lines and `Via` write it: `HTTP/1.1`.
    package var description: String {
        switch self {
        case .http10: "HTTP/1.0"
        case .http11: "HTTP/1.1"
        case .http2: "HTTP/2.0"
        }
    }
}

/// A request's control data and header section (RFC 9110 sections 6.2 and 6.3).
package struct RequestHead: Sendable {
    package var method: HTTPRequest.Method
    /// The path as received, percent-encoding untouched, always beginning with `/` (or exactly `*`).
    package var path: String
    /// What followed the first `?`, as received and without it; nil when there was no `?`.
    package var query: String?
    /// The authority the request is for: the target's when it was in absolute form, else the `Host` field; may be empty.
    package var authority: String
    package var version: HTTPVersion
    package var fields: HTTPFields
    /// Bytes of request line and header section as they came over the wire.
    package var bytesReceived: Int

    package init(
        method: HTTPRequest.Method, path: String, query: String? = nil, authority: String = "",
        version: HTTPVersion = .http11, fields: HTTPFields = [:], bytesReceived: Int = 0
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.authority = authority
        self.version = version
        self.fields = fields
        self.bytesReceived = bytesReceived
    }

    /// Path and query as they were received.
    package var target: String { query.map { "\(path)?\($0)" } ?? path }
}

/// The two ends of the connection that a request came over.
package struct ConnectionInfo: Sendable {
    /// The client's address without port, as `X-Forwarded-For` writes it: `127.0.0.1`, `::1`.
    package var clientAddress: String
    package var clientPort: Int
    package var localPort: Int
    /// Which of its group's event loops serves it, from 0.
    package var loop = 0
    /// What TLS has agreed on; nil in the clear.
    package var tls: TLSFacts?

    package var isSecure: Bool { tls != nil }

    package init(clientAddress: String, clientPort: Int = 0, localPort: Int = 0, tls: TLSFacts? = nil) {
        self.clientAddress = clientAddress
        self.clientPort = clientPort
        self.localPort = localPort
        self.tls = tls
    }
}

/// A response's status and header section.
///
/// `Content-Length` decides the framing when it is present; without it the transport picks chunked or close-delimited.
/// `Connection`, `Keep-Alive` and `Transfer-Encoding` are the transport's own and are dropped when a service sets them.
package struct ResponseHead: Sendable {
    package var status: HTTPResponse.Status
    package var fields: HTTPFields

    package init(status: HTTPResponse.Status, fields: HTTPFields = [:]) {
        self.status = status
        self.fields = fields
    }
}
