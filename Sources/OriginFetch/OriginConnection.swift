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
        case awaitingHead(OriginExchange, CheckedContinuation<FetchResponse, any Error>)
        case streaming(OriginExchange, ByteStream<OriginError>)
        case closed

        var exchange: OriginExchange? {
            switch self {
            case .awaitingHead(let exchange, _), .streaming(let exchange, _): exchange
            case .idle, .closed: nil
            }
        }
    }

    /// What the pool does with a connection that is done with its exchange.
    typealias Release = @Sendable (_ reusable: Bool) -> Void

    private let endpoint: OriginEndpoint
    private let onIdleClose: @Sendable () -> Void
    private var state = State.idle
    private var context: ChannelHandlerContext?
    private var deadline: MovingDeadline?
    private var completion: Scheduled<Void>?
    private var isKept = false
    private var keepsAlive = true
    private var receivedAnything = false
    private var interims = InterimAllowance()
    private var release: Release?
    private var full = false
    private var heldRead = false
    // The request's content.
    private var upload: Task<Void, Never>?
    private var requestIsComplete = true
    private var contentBytesLeft: Int?

    init(endpoint: OriginEndpoint, onIdleClose: @escaping @Sendable () -> Void) {
        self.endpoint = endpoint
        self.onIdleClose = onIdleClose
    }

    private func error(_ kind: OriginError.Kind, _ detail: String) -> OriginError {
        OriginError(kind, origin: endpoint.name, detail: detail)
    }

    // MARK: Requests

    /// Sends a head, lets the content follow, and starts to wait for the response. `release` is called once, when the
    /// connection is free for the next exchange or of no more use.
    func start(
        _ exchange: OriginExchange, _ continuation: CheckedContinuation<FetchResponse, any Error>, release: @escaping Release
    ) {
        guard let context, case .idle = state, context.channel.isActive else {
            release(false)
            continuation.resume(
                throwing: isKept ? KeptConnectionClosed() : error(.communication, "the origin closed the connection at once"))
            return
        }
        guard !exchange.isCancelled else {
            release(true)
            continuation.resume(throwing: CancellationError())
            return
        }
        self.release = release
        (keepsAlive, receivedAnything, interims) = (true, false, InterimAllowance())
        requestIsComplete = exchange.content == nil
        contentBytesLeft = exchange.content?.byteCount
        state = .awaitingHead(exchange, continuation)
        if let timeout = endpoint.completionTimeout { boundCompletion(of: exchange, timeout, context) }
        // While the content's source is waited for, the origin owes nothing.
        if requestIsComplete { deadline?.set(headTimeout) } else { deadline?.clear() }
        context.write(wrapOutboundOut(.head(exchange.head)), promise: nil)
        if requestIsComplete { context.write(wrapOutboundOut(.end(nil)), promise: nil) }
        context.flush()
        guard let content = exchange.content else { return }
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let sender = ContentSender(content: content, exchange: exchange, connection: loopBound, eventLoop: eventLoop)
        upload = Task { await sender.run() }
    }

    /// Lets an exchange end in its time, however lively it is.
    private func boundCompletion(of exchange: OriginExchange, _ timeout: TimeAmount, _ context: ChannelHandlerContext) {
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        completion = context.eventLoop.scheduleTask(in: timeout) {
            let connection = loopBound.value
            guard connection.state.exchange === exchange else { return }
            let seconds = Double(timeout.nanoseconds) / 1e9
            connection.giveUp(connection.error(.timeout, "the response was not complete within \(seconds) seconds"))
        }
    }

    /// The caller has lost interest.
    func cancel(_ exchange: OriginExchange) {
        guard state.exchange === exchange else { return }
        giveUp(CancellationError(), error(.communication, "the request was cancelled"))
    }

    /// Ends the exchange from our side.
    private func giveUp(_ error: OriginError) { giveUp(error, error) }

    private func giveUp(_ thrown: any Error, _ streamed: OriginError) {
        fail(thrown, streamed)
        context?.close(promise: nil)
    }

    // MARK: Request content

    fileprivate func sendContent(_ chunk: ByteBuffer, of exchange: OriginExchange, _ promise: EventLoopPromise<Void>) {
        guard let context, state.exchange === exchange else { return promise.fail(ChannelError.ioOnClosedChannel) }
        if let left = contentBytesLeft {
            guard chunk.readableBytes <= left else {
                promise.fail(ChannelError.ioOnClosedChannel)
                return giveUp(error(.requestContent, "the request has more content than it announced"))
            }
            contentBytesLeft = left - chunk.readableBytes
        }
        if !full { deadline?.set(headTimeout) }
        promise.futureResult.assumeIsolated().whenSuccess { [self] in
            if case .awaitingHead(let current, _) = state, current === exchange, !requestIsComplete { deadline?.clear() }
        }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(chunk))), promise: promise)
        // With its last byte the request is complete, before its source says so: the origin may answer at once.
        if contentBytesLeft == 0 { endContent(of: exchange) }
    }

    fileprivate func endContent(of exchange: OriginExchange) {
        guard let context, state.exchange === exchange, !requestIsComplete else { return }
        if let left = contentBytesLeft, left > 0 {
            return giveUp(error(.requestContent, "the request's content ended \(left) bytes early"))
        }
        requestIsComplete = true
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if !full { deadline?.set(headTimeout) }
    }

    /// The bound on silence of this moment.
    private var headTimeout: TimeAmount {
        if case .awaitingHead = state { endpoint.firstByteTimeout ?? endpoint.readTimeout } else { endpoint.readTimeout }
    }

    fileprivate func contentFailed(_ failure: any Error, of exchange: OriginExchange) {
        guard state.exchange === exchange else { return }
        giveUp(error(.requestContent, "the request's content broke off: \(failure)"))
    }

    // MARK: Response content

    /// The response's content was let go before its end.
    private func contentReleased(_ exchange: OriginExchange) {
        guard state.exchange === exchange else { return }
        giveUp(error(.communication, "the response was given up"))
    }

    private func contentDrained(_ exchange: OriginExchange) {
        guard state.exchange === exchange else { return }
        full = false
        deadline?.set(endpoint.readTimeout)
        releaseHeldRead()
    }

    private func releaseHeldRead() {
        guard heldRead else { return }
        heldRead = false
        context?.read()
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        deadline = MovingDeadline(on: context.eventLoop) { [weak self] in self?.deadlineReached() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.stop()
        self.context = nil
    }

    func read(context: ChannelHandlerContext) {
        if full { heldRead = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receivedAnything = true
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .awaitingHead(let exchange, let continuation)): receive(head, exchange, continuation, context)
        case (.body(let chunk), .streaming(_, let stream)):
            if stream.append(chunk) {
                deadline?.set(endpoint.readTimeout)
            } else {
                full = true
                deadline?.clear()
            }
        case (.end, .streaming(_, let stream)):
            finish(stream)
        default:
            // A response nobody asked for: the two sides no longer agree on where they are.
            giveUp(error(.invalidResponse, "the origin sent a response out of turn"))
        }
    }

    private func receive(
        _ head: HTTPResponseHead, _ exchange: OriginExchange, _ continuation: CheckedContinuation<FetchResponse, any Error>,
        _ context: ChannelHandlerContext
    ) {
        guard head.status.code != 101 else {
            return giveUp(error(.invalidResponse, "the origin switched protocols"))
        }
        guard (100..<600).contains(head.status.code) else {
            return giveUp(error(.invalidResponse, "\(head.status.code) is no status (RFC 9110 section 15)"))
        }
        var fields = HTTPFields()
        fields.reserveCapacity(head.headers.count)
        for (name, value) in head.headers {
            guard let name = HTTPField.Name(name) else {
                return giveUp(error(.invalidResponse, "a header field has no valid name"))
            }
            fields.append(HTTPField(name: name, value: value))
        }
        let status = HTTPResponse.Status(code: Int(head.status.code), reasonPhrase: head.status.reasonPhrase)
        guard status.code >= 200 else { return receive(InterimHead(status: status, fields: fields), exchange) }
        keepsAlive = head.isKeepAlive
        let length = head.headers.contains(name: "transfer-encoding")
            ? nil : head.headers.first(name: "content-length").flatMap { Int($0) }
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let stream = ByteStream<OriginError>(
            expectedBytes: length,
            onDrained: { eventLoop.execute { loopBound.value.contentDrained(exchange) } })
        let content = FetchContent(stream: stream) {
            eventLoop.execute { loopBound.value.contentReleased(exchange) }
        }
        state = .streaming(exchange, stream)
        deadline?.set(endpoint.readTimeout)
        continuation.resume(
            returning: FetchResponse(
                status: status, fields: fields, contentLength: length, content: content))
    }

    /// A 1xx response: the final one is still to come.
    private func receive(_ interim: InterimHead, _ exchange: OriginExchange) {
        guard interims.take(interim) else {
            return giveUp(error(.invalidResponse, "the origin sent more interim responses than are taken for one request"))
        }
        if requestIsComplete { deadline?.set(headTimeout) }
        exchange.onInterim?(interim)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.invalidEOFState: connectionEnded("the origin closed the connection before its response was whole")
        case is HTTPParserError, is NIOHTTPDecoderError:
            let error = self.error(.invalidResponse, "the response is not HTTP: \(error)")
            fail(error, error)
        default: connectionEnded("the connection broke: \(error)")
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connectionEnded("the origin closed the connection before its response was whole")
        context.fireChannelInactive()
    }

    // MARK: Ending

    private func finish(_ stream: ByteStream<OriginError>) {
        // A response before the end of the request's content: the rest of it is not wanted.
        let reusable = keepsAlive && requestIsComplete && context?.channel.isActive == true
        (full, isKept) = (false, true)
        completion?.cancel()
        upload?.cancel()
        upload = nil
        let release = self.release
        self.release = nil
        if reusable {
            state = .idle
            deadline?.set(endpoint.keepaliveTimeout)
            releaseHeldRead()
        } else {
            state = .closed
            deadline?.stop()
            context?.close(promise: nil)
        }
        // First the pool, then the reader: who has read to the end finds the connection there.
        release?(reusable)
        stream.end(.success(()))
    }

    /// The origin is gone. Before anything of a response came, over a kept connection, that is a race and no failure.
    private func connectionEnded(_ detail: String) {
        let error = error(.communication, detail)
        if case .awaitingHead(let exchange, _) = state, isKept, !receivedAnything, exchange.isSafeToRepeat {
            fail(KeptConnectionClosed(), error)
        } else {
            fail(error, error)
        }
    }

    private func fail(_ thrown: any Error, _ streamed: OriginError) {
        let before = state
        state = .closed
        deadline?.stop()
        completion?.cancel()
        upload?.cancel()
        upload = nil
        let release = self.release
        self.release = nil
        release?(false)
        switch before {
        case .idle: onIdleClose()
        case .closed: break
        case .awaitingHead(_, let continuation): continuation.resume(throwing: thrown)
        case .streaming(_, let stream): stream.end(.failure(streamed))
        }
    }

    private func deadlineReached() {
        switch state {
        case .idle: giveUp(error(.timeout, "no request for the keep-alive time"))
        case .awaitingHead, .streaming:
            let seconds = Double(headTimeout.nanoseconds) / 1e9
            giveUp(error(.timeout, "no byte from the origin for \(seconds) seconds"))
        case .closed: break
        }
    }
}

/// A kept connection turned out to be closed before anything of a response came, and the request may be sent again.
struct KeptConnectionClosed: Error {}

/// Passes a request's content on as fast as the origin takes it.
private struct ContentSender: Sendable {
    let content: any FetchRequestContent
    let exchange: OriginExchange
    let connection: NIOLoopBound<OriginConnection>
    let eventLoop: any EventLoop

    func run() async {
        while true {
            let chunk: ByteBuffer?
            do { chunk = try await content.nextChunk() } catch {
                eventLoop.execute { connection.value.contentFailed(error, of: exchange) }
                return
            }
            guard let chunk else { break }
            let sent = eventLoop.makePromise(of: Void.self)
            eventLoop.execute { connection.value.sendContent(chunk, of: exchange, sent) }
            // When it can't be sent, the connection knows why and says so.
            guard (try? await sent.futureResult.get()) != nil else { return }
        }
        eventLoop.execute { connection.value.endContent(of: exchange) }
    }
}
