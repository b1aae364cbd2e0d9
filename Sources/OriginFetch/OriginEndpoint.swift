// Where and how to reach one origin. Names under `.localhost` are loopback by definition (RFC 6761 section 6.3), also where
// the system's resolver doesn't know it.

package import NIOCore

/// One origin server's address and the patience it is given.
package struct OriginEndpoint: Sendable, Hashable {
    package var host: String
    package var port: Int
    /// Connections tried before giving up: 1 to 3.
    package var connectionAttempts = 3
    /// For one connection to be made, TLS included.
    package var connectionTimeout = TimeAmount.seconds(10)
    /// Without a byte from the origin, before the response and between its parts.
    package var readTimeout = TimeAmount.seconds(30)
    /// Without a byte before the response; nil for `readTimeout`.
    package var firstByteTimeout: TimeAmount?
    /// From the request's start to the response's end; nil for no bound.
    package var completionTimeout: TimeAmount?
    /// For a connection to wait for its next request.
    package var keepaliveTimeout = TimeAmount.seconds(5)
    /// Connections at one time; further requests wait for one to come free, at most `connectionTimeout`.
    package var connectionsMax = 256
    /// Nil for plain HTTP.
    package var tls: OriginTLS?

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `host:port`, as errors name it.
    package var name: String { "\(host):\(port)" }

    /// The host to resolve.
    var connectHost: String {
        let name = host.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") { return "127.0.0.1" }
        return host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }
}
