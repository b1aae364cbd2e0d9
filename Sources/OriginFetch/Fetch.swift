// A request to an origin and its response. The request target is sent exactly as given: an origin that verifies
// signatures, or holds keys with odd names, must see the bytes that were signed.

package import ByteStreaming
package import HTTPTypes
package import NIOCore

/// The content of a request to an origin. Streams pass through without being held.
package protocol FetchRequestContent: Sendable {
    /// Bytes; nil when only the end tells.
    var byteCount: Int? { get }
    /// The next chunk; nil at the end. Throws when the content can't be had whole.
    func nextChunk() async throws -> ByteBuffer?
}

/// A request as it goes to an origin.
package struct FetchRequest: Sendable {
    package var method: HTTPRequest.Method
    /// Path and query as they go on the wire.
    package var target: String
    /// Everything but framing; must include `Host`.
    package var fields: HTTPFields
    package var content: (any FetchRequestContent)?
    /// Called on the connection's event loop with each interim response before the final one; must not block.
    package var onInterim: (@Sendable (InterimHead) -> Void)?

    package init(
        method: HTTPRequest.Method, target: String, fields: HTTPFields, content: (any FetchRequestContent)? = nil
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.content = content
    }
}

/// An origin's response; its content arrives while it is read.
package struct FetchResponse: Sendable {
    package var status: HTTPResponse.Status
    package var fields: HTTPFields
    /// What `Content-Length` announced; nil when the content is chunked or ends with the connection.
    package var contentLength: Int?
    /// Ends early with `OriginError` when the origin breaks its framing. Letting go of it gives the connection up.
    package var content: FetchContent
    /// How long making the connection took, name look-up included; zero for a kept one.
    package var connectDuration: Duration = .zero
    /// Which origin answered, by the name that its asker has for it.
    package var originID: String?
    /// Set when another edge answered in the origin's place.
    package var shield: Shield?

    /// How a shield had what it answered.
    package struct Shield: Sendable, Equatable {
        package var isHit: Bool
        /// Whether the content is compressed by it, and not by the origin.
        package var isCompressed: Bool

        package init(isHit: Bool, isCompressed: Bool) { (self.isHit, self.isCompressed) = (isHit, isCompressed) }
    }

    package init(status: HTTPResponse.Status, fields: HTTPFields, contentLength: Int?, content: FetchContent) {
        self.status = status
        self.fields = fields
        self.contentLength = contentLength
        self.content = content
    }
}

/// A response's content. Closes the connection if it is let go before the end.
package final class FetchContent: Sendable {
    private let stream: ByteStream<OriginError>
    private let onRelease: @Sendable () -> Void

    package init(stream: ByteStream<OriginError>, onRelease: @escaping @Sendable () -> Void = {}) {
        self.stream = stream
        self.onRelease = onRelease
    }

    deinit { onRelease() }

    /// The next chunk; nil at the end.
    package func next() async throws -> ByteBuffer? {
        var iterator = stream.makeAsyncIterator()
        return try await iterator.next()
    }
}

/// Fetches from origins.
package protocol OriginFetcher: Sendable {
    /// Returns as soon as the response's head is there. Throws `OriginError`, or `CancellationError`.
    func fetch(_ request: FetchRequest, from endpoint: OriginEndpoint) async throws -> FetchResponse
}
