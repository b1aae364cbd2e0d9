// Bounds on what a peer may make a listener hold or wait for.

package import NIOCore

/// What one listener grants its clients. Every value is an upper bound that a connection can't pass.
package struct TransportLimits: Sendable {
    /// Bytes of the request line; more is answered with `lineTooLongStatus`.
    package var requestLineBytesMax = 8_192 + 64
    /// The status for a request line that is too long: 414 (RFC 9112 section 3), or 413 as CloudFront has it.
    package var lineTooLongStatus = 414
    /// Bytes of request line and header section together; more is answered with `headTooLargeStatus`.
    package var headBytesMax = 32 * 1024
    /// The status for a head that is too large: 431 (RFC 6585), or 413 as CloudFront has it.
    package var headTooLargeStatus = 431
    /// Header fields in one request.
    package var fieldCountMax = 128
    /// Connections open at one time; further ones are answered with 503 and closed.
    package var connectionsMax = 16_384
    /// Bytes of pipelined requests kept unread while one request is being answered.
    package var pipelinedBytesMax = 64 * 1024
    /// Unread content of a request that is thrown away so that its connection can go on; with more, it is closed.
    package var discardedBodyBytesMax = 1024 * 1024
    /// From a connection's first moment to the end of its TLS handshake.
    package var handshakeTimeout = TimeAmount.seconds(10)
    /// From a request's first byte to the end of its head.
    package var headTimeout = TimeAmount.seconds(30)
    /// Between two requests of one connection.
    package var keepAliveTimeout = TimeAmount.seconds(60)
    /// Between two arrivals of request content.
    package var bodyTimeout = TimeAmount.seconds(60)
    /// Without any progress in sending a response.
    package var sendTimeout = TimeAmount.seconds(60)
    /// For a client to stop sending after a response that ended the connection.
    package var lingerTimeout = TimeAmount.seconds(5)

    package var http2 = HTTP2Limits()

    package init() {}
}
