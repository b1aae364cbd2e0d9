// One request and the response to it, seen from a service. The class is the same for every protocol version and for
// tests; what differs sits behind `ExchangeSink`.

import HTTPTypes
package import NIOCore

/// Why an exchange can't go on. Every case is about the peer or the connection, never about the service.
package enum ExchangeError: Error, Sendable, Equatable {
    /// The client closed or reset the connection.
    case connectionClosed
    /// The request body broke its own framing (bad chunk, early end).
    case malformedBody(String)
    /// The client sent or accepted nothing for the time that `TransportLimits` allows.
    case timedOut
    /// The response was already started, finished or aborted; a mistake in the service.
    case responseOutOfOrder(String)
}

/// What a protocol version does for an exchange. All calls may come from any thread.
package protocol ExchangeSink: Sendable {
    func sendInformational(_ head: ResponseHead) async throws
    func respond(_ head: ResponseHead, body: ByteBuffer?) async throws
    func start(_ head: ResponseHead) async throws
    func write(_ chunk: ByteBuffer) async throws
    func write(_ region: FileRegion) async throws
    func finish() async throws
    func abort()
}

/// One request and the response to it.
///
/// A service answers with `respond` or with `start`, any number of `write`s and `finish`. Writes return when the
/// connection can take more, so a slow client slows the service and nothing piles up. If a service returns without
/// answering, the transport sends 500; if it returns between `start` and `finish`, the connection is cut so that the
/// client can tell that the response is not whole. Client disconnection cancels the task that runs the service.
package final class ServerExchange: Sendable {
    package let head: RequestHead
    package let connection: ConnectionInfo
    /// The request's content; empty when it has none. One pass only.
    package let body: RequestBody
    /// The bytes that have gone either way so far.
    package let traffic: ExchangeTraffic
    private let sink: any ExchangeSink

    package init(
        head: RequestHead, connection: ConnectionInfo, body: RequestBody, sink: any ExchangeSink, traffic: ExchangeTraffic? = nil
    ) {
        self.head = head
        self.connection = connection
        self.body = body
        self.sink = sink
        self.traffic = traffic ?? ExchangeTraffic(received: head.bytesReceived)
    }

    /// The same exchange with its content in hand, for a service that gets it from another which has read it.
    package func replacing(body: RequestBody) -> ServerExchange {
        ServerExchange(head: head, connection: connection, body: body, sink: sink, traffic: traffic)
    }

    /// The same exchange under another head, for a service that stands before another.
    package func replacing(head: RequestHead) -> ServerExchange {
        ServerExchange(head: head, connection: connection, body: body, sink: sink, traffic: traffic)
    }

    /// Sends a 1xx response before the final one. HTTP/1.0 clients are spared it.
    package func sendInformational(_ head: ResponseHead) async throws { try await sink.sendInformational(head) }

    /// Sends a whole response; sets `Content-Length` from the body unless the head has one (as for HEAD and 304).
    package func respond(_ head: ResponseHead, body: ByteBuffer? = nil) async throws {
        try await sink.respond(head, body: body)
    }

    /// Starts a response whose content follows in `write`s.
    package func start(_ head: ResponseHead) async throws { try await sink.start(head) }

    package func write(_ chunk: ByteBuffer) async throws { try await sink.write(chunk) }

    /// Sends a part of an open file without copying it through the process. The descriptor must stay open until the
    /// call returns.
    package func write(_ region: FileRegion) async throws { try await sink.write(region) }

    package func finish() async throws { try await sink.finish() }

    /// Cuts the connection: the client sees that what it got is not whole.
    package func abort() { sink.abort() }
}

/// Answers requests. One value serves all connections of a listener.
package protocol HTTPService: Sendable {
    /// Answers at once on the connection's event loop, or declines so that `handle` takes over.
    ///
    /// Called only for HTTP/1.1 and HTTP/2 requests without content on a connection that stays open. What is written is an HTTP/1.1
    /// response either way; HTTP/2 connections translate its head. Must not block. The view and
    /// what it points to are valid only during the call.
    func answerImmediately(
        _ request: RequestView, on connection: ConnectionInfo, into output: inout ByteBuffer
    ) -> ImmediateAnswer

    /// Answers in a task of its own.
    func handle(_ exchange: ServerExchange) async

    /// The answer to a request that the transport itself refuses (malformed, too large, too slow); the connection closes
    /// after it. `Content-Length` is added.
    func refusal(of error: RequestError, on connection: ConnectionInfo) -> (ResponseHead, ByteBuffer)
}

extension HTTPService {
    package func answerImmediately(
        _ request: RequestView, on connection: ConnectionInfo, into output: inout ByteBuffer
    ) -> ImmediateAnswer { .declined }
}

/// What became of `HTTPService.answerImmediately`.
package enum ImmediateAnswer {
    /// Nothing was written to the output.
    case declined
    /// A complete response head, and possibly content, was appended to the output; `body` follows it.
    case answered(body: ByteBuffer?)
}

extension HTTPService {
    package func refusal(of error: RequestError, on connection: ConnectionInfo) -> (ResponseHead, ByteBuffer) {
        let head = ResponseHead(
            status: .init(code: error.status), fields: [.contentType: "text/plain; charset=utf-8"])
        return (head, ByteBuffer(string: "\(error.status) \(head.status.reasonPhrase): \(error.reason)\n"))
    }
}
