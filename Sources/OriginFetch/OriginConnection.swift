// One connection to an origin, as the last handler behind NIO's HTTP/1 codec: one request at a time, the response's
// content handed on with back-pressure, silence bounded. All methods run on the connection's event loop.

import ByteStreaming
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Runs requests over one connection, one after another.
final class OriginConnection: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    private enum State {
        case idle
        /// The request is out; `contentSent` tells whether its content is too.
        case awaitingHead(CheckedContinuation<FetchResponse, any Error>)
        case streaming(ByteStream<OriginError>)
        case closed
    }

    /// What the pool does with a connection that is done with its exchange.
    typealias Release = @Sendable (_ reusable: Bool) -> Void

    private let endpoint: OriginEndpoint
    private let origin: String
    private let onIdleClose: @Sendable () -> Void
    private var state = State.idle
    private var context: ChannelHandlerContext?
    private var keepsAlive = true
    private var requestIsComplete = true
    private var responseIsComplete = true
    private var receivedAnything = false
    private var release: Release?
    private var full = false
    private var heldRead = false
    private var deadline = NIODeadline.distantFuture
    private var timer: Scheduled<Void>?
    private var exchangeCount = 0

    init(endpoint: OriginEndpoint, onIdleClose: @escaping @Sendable () -> Void) {
        self.endpoint = endpoint
        self.origin = "\(endpoint.host):\(endpoint.port)"
        self.onIdleClose = onIdleClose
    }

    // MARK: Requests

    /// Sends a head and starts to wait for the response.
    func start(
        _ head: HTTPRequestHead, hasContent: Bool, continuation: CheckedContinuation<FetchResponse, any Error>,
        release: @escaping Release
    ) {
        guard let context, case .idle = state, context.channel.isActive else {
            continuation.resume(throwing: ReusedConnectionClosed())
            release(false)
            return
        }
        exchangeCount += 1
        self.release = release
        (keepsAlive, requestIsComplete, responseIsComplete, receivedAnything) = (true, !hasContent, false, false)
        state = .awaitingHead(continuation)
        setDeadline(endpoint.readTimeout)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !hasContent { context.write(wrapOutboundOut(.end(nil)), promise: nil) }
        context.flush()
    }

    func sendContent(_ chunk: ByteBuffer, promise: EventLoopPromise<Void>) {
        guard let context, !requestIsComplete else { return promise.fail(ChannelError.ioOnClosedChannel) }
        setDeadline(endpoint.readTimeout)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(chunk))), promise: promise)
    }

    func endContent() {
        guard let context, !requestIsComplete else { return }
        requestIsComplete = true
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        setDeadline(endpoint.readTimeout)
        finishIfComplete()
    }

    /// Ends the exchange from our side: the caller has lost interest or its own content broke.
    func giveUp(_ error: OriginError) {
        fail(error)
        context?.close(promise: nil)
    }

    /// The response's content was let go before its end.
    func contentReleased(_ exchange: Int) {
        guard exchange == exchangeCount, case .streaming = state else { return }
        giveUp(OriginError(.communication, origin: origin, detail: "the response was given up"))
    }

    func contentDrained(_ exchange: Int) {
        guard exchange == exchangeCount, let context else { return }
        full = false
        setDeadline(endpoint.readTimeout)
        if heldRead {
            heldRead = false
            context.read()
        }
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    func read(context: ChannelHandlerContext) {
        if full { heldRead = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receivedAnything = true
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .awaitingHead(let continuation)): receive(head, continuation, context)
        case (.body(let chunk), .streaming(let stream)):
            setDeadline(endpoint.readTimeout)
            if !stream.append(chunk) {
                full = true
                deadline = .distantFuture
            }
        case (.end, .streaming(let stream)):
            responseIsComplete = true
            stream.end(.success(()))
            finishIfComplete()
        default:
            // A response nobody asked for: the two sides no longer agree on where they are.
            giveUp(OriginError(.invalidResponse, origin: origin, detail: "the origin sent a response out of turn"))
        }
    }

    private func receive(
        _ head: HTTPResponseHead, _ continuation: CheckedContinuation<FetchResponse, any Error>,
        _ context: ChannelHandlerContext
    ) {
        // The codec has swallowed 1xx responses; what arrives is final.
        keepsAlive = head.isKeepAlive
        var fields = HTTPFields()
        fields.reserveCapacity(head.headers.count)
        for (name, value) in head.headers {
            guard let name = HTTPField.Name(name) else {
                giveUp(OriginError(.invalidResponse, origin: origin, detail: "a header field has no valid name"))
                return
            }
            fields.append(HTTPField(name: name, value: value))
        }
        let length = head.headers.first(name: "content-length").flatMap { Int($0) }
        let exchange = exchangeCount
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let stream = ByteStream<OriginError>(
            expectedBytes: length,
            onDrained: { eventLoop.execute { loopBound.value.contentDrained(exchange) } })
        let content = FetchContent(stream: stream) {
            eventLoop.execute { loopBound.value.contentReleased(exchange) }
        }
        state = .streaming(stream)
        setDeadline(endpoint.readTimeout)
        continuation.resume(
            returning: FetchResponse(
                status: .init(code: Int(head.status.code), reasonPhrase: head.status.reasonPhrase), fields: fields,
                contentLength: length, content: content))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError, error != .invalidEOFState {
            fail(OriginError(.invalidResponse, origin: origin, detail: "the response is not HTTP: \(error)"))
        } else {
            fail(OriginError(.communication, origin: origin, detail: "the connection broke: \(error)"))
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .idle = state { onIdleClose() }
        fail(OriginError(.communication, origin: origin, detail: "the origin closed the connection before its response was whole"))
        context.fireChannelInactive()
    }

    // MARK: Ending

    private func finishIfComplete() {
        guard responseIsComplete, case .streaming = state else { return }
        // A response before the end of the request's content: the rest of it is not wanted.
        let reusable = keepsAlive && requestIsComplete && context?.channel.isActive == true
        full = false
        deadline = .distantFuture
        timer?.cancel()
        timer = nil
        let release = self.release
        self.release = nil
        if reusable {
            state = .idle
            setDeadline(endpoint.keepaliveTimeout)
        } else {
            state = .closed
            context?.close(promise: nil)
        }
        release?(reusable)
    }

    private func fail(_ error: OriginError) {
        let before = state
        state = .closed
        timer?.cancel()
        timer = nil
        switch before {
        case .idle, .closed: break
        case .awaitingHead(let continuation):
            continuation.resume(throwing: receivedAnything || exchangeCount == 1 ? error : ReusedConnectionClosed(cause: error))
        case .streaming(let stream): stream.end(.failure(error))
        }
        let release = self.release
        self.release = nil
        release?(false)
    }

    // MARK: Time

    private func setDeadline(_ amount: TimeAmount) {
        guard let context else { return }
        deadline = context.eventLoop.now + amount
        if timer == nil { armTimer(context) }
    }

    private func armTimer(_ context: ChannelHandlerContext) {
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: deadline) { loopBound.value.timerFired() }
    }

    private func timerFired() {
        timer = nil
        guard let context, deadline != .distantFuture else { return }
        if context.eventLoop.now < deadline {
            armTimer(context)
            return
        }
        switch state {
        case .idle:
            onIdleClose()
            state = .closed
            context.close(promise: nil)
        case .awaitingHead, .streaming:
            let seconds = Double(endpoint.readTimeout.nanoseconds) / 1e9
            giveUp(OriginError(.timeout, origin: origin, detail: "no byte from the origin for \(seconds) seconds"))
        case .closed: break
        }
    }
}

/// A kept connection turned out to be closed before anything of the response came: safe to try again on another.
struct ReusedConnectionClosed: Error {
    var cause: OriginError?
}
