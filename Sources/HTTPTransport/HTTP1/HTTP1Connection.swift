// One HTTP/1.1 connection, as a NIO handler: reads heads, answers at once what the service can answer at once, runs
// everything else as an exchange, one at a time, in the order of arrival (RFC 9112 section 9.3). All methods run on the
// connection's event loop. What services ask for is in `HTTP1Connection+Responses.swift`, endings and time limits in
// `HTTP1Connection+Ending.swift`; output and deadlines have types of their own.

import ByteStreaming
import HTTPTypes
import NIOCore

/// A connection's life: reading a head, answering a request, waiting for the client to stop, gone.
final class HTTP1Connection: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    enum Phase {
        case head
        case exchange(ActiveExchange)
        /// The last response is out; what the client still sends is thrown away until it closes.
        case lingering
        case closed
    }

    let service: any HTTPService
    let limits: TransportLimits
    let info: ConnectionInfo
    let output = HTTP1Output()
    var phase = Phase.head
    var isDraining = false
    var context: ChannelHandlerContext?
    var deadline: MovingDeadline?
    private var parser: HeadParser
    private var layout = HeadLayout()
    var input = ByteBuffer()
    private var exchangeCount = 0
    private var blankLines = 0
    /// A request's first bytes are here: the client has `headTimeout`, not `keepAliveTimeout`.
    var isReadingHead = false
    private var isProcessing = false
    /// Heads wait in `input` until the client takes answers.
    private var awaitsRoom = false
    private var heldRead = false
    var inputEnded = false
    var outputEnded = false

    init(service: any HTTPService, limits: TransportLimits, info: ConnectionInfo) {
        self.service = service
        self.limits = limits
        self.info = info
        self.parser = HeadParser(limits: limits)
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        deadline = MovingDeadline(on: context.eventLoop) { [weak self] in self?.deadlineReached() }
        setDeadline(limits.keepAliveTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.stop()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .lingering, .closed: return
        case .head, .exchange: break
        }
        if input.readableBytes == 0 {
            input = bytes
        } else {
            // Without this a client that never ends a read on a message's end makes the buffer grow for ever.
            input.discardReadBytes()
            input.writeBuffer(&bytes)
        }
        process(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.fireChannelReadComplete() }

    /// Holds the socket's next read back while enough is waiting.
    func read(context: ChannelHandlerContext) {
        if wantsInput { context.read() } else { heldRead = true }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.connectionClosed)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            if case .exchange(let exchange) = phase { exchange.resumeWriters() }
            process(context)
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is DrainEvent:
            isDraining = true
            if case .head = phase, input.readableBytes == 0 { leave(context) }
        case ChannelEvent.inputClosed:
            // What has arrived is still answered; content that is not whole fails when its bytes run out.
            inputEnded = true
            if case .lingering = phase {
                if outputEnded { close(context) }
            } else {
                process(context)
            }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Input

    private var wantsInput: Bool {
        switch phase {
        case .lingering, .closed: return true
        case .head: return !awaitsRoom || input.readableBytes < limits.pipelinedBytesMax
        case .exchange(let exchange):
            return exchange.bodyIsComplete ? input.readableBytes < limits.pipelinedBytesMax : !exchange.bodyIsFull
        }
    }

    func releaseHeldRead(_ context: ChannelHandlerContext) {
        guard heldRead, wantsInput else { return }
        heldRead = false
        context.read()
    }

    /// Moves on as far as the input, and the answers under way, allow.
    func process(_ context: ChannelHandlerContext) {
        guard !isProcessing else { return }
        isProcessing = true
        repeat {
            awaitsRoom = false
            advance(context)
            output.flush(context)
        } while awaitsRoom && context.channel.isWritable
        isProcessing = false
        if input.readableBytes == 0 { input = ByteBuffer() }
        releaseHeldRead(context)
    }

    private func advance(_ context: ChannelHandlerContext) {
        while true {
            switch phase {
            case .head:
                guard context.channel.isWritable else {
                    awaitsRoom = true
                    return
                }
                guard processHead(context) else { return }
            case .exchange(let exchange):
                guard processBody(of: exchange, context) else { return }
            case .lingering, .closed: return
            }
        }
    }

    /// Reads one head and answers it or starts its exchange; false when more input is needed.
    private func processHead(_ context: ChannelHandlerContext) -> Bool {
        skipBlankLines()
        guard input.readableBytes > 0 else {
            if inputEnded { leave(context) }
            return false
        }
        do {
            let outcome = try input.withUnsafeReadableBytes { (bytes) throws(RequestError) -> HeadOutcome in
                guard try parser.parse(bytes, into: &layout) else { return .incomplete }
                let view = RequestView(bytes: bytes, layout: layout)
                if canAnswerImmediately {
                    let before = output.bytes.writerIndex
                    if case .answered(let body) = service.answerImmediately(view, on: info, into: &output.bytes) {
                        return .answered(body)
                    }
                    output.bytes.moveWriterIndex(to: before)
                }
                return .exchange(try view.makeHead())
            }
            switch outcome {
            case .incomplete:
                if inputEnded {
                    leave(context)
                } else if !isReadingHead {
                    setDeadline(limits.headTimeout)
                    isReadingHead = true
                }
                return false
            case .answered(let body):
                input.moveReaderIndex(forwardBy: layout.headBytes)
                blankLines = 0
                if let body { output.write(.byteBuffer(body), context) }
                setDeadline(limits.keepAliveTimeout)
                return true
            case .exchange(let head):
                input.moveReaderIndex(forwardBy: layout.headBytes)
                blankLines = 0
                startExchange(head, context)
                return true
            }
        } catch {
            refuse(error, context)
            return false
        }
    }

    private enum HeadOutcome {
        case incomplete
        case answered(ByteBuffer?)
        case exchange(RequestHead)
    }

    private var canAnswerImmediately: Bool {
        layout.version == .http11 && !layout.wantsClose && !isDraining && !layout.isChunked
            && (layout.contentLength ?? 0) == 0 && !layout.expectsContinue
    }

    /// A few empty lines before a request line are let pass (RFC 9112 section 2.2).
    private func skipBlankLines() {
        while blankLines < 4, input.readableBytes >= 2,
            input.getInteger(at: input.readerIndex, as: UInt16.self) == 0x0D0A
        {
            input.moveReaderIndex(forwardBy: 2)
            blankLines += 1
        }
    }

    /// Hands content to the exchange; true when the exchange is over and the next head can be read.
    private func processBody(of exchange: ActiveExchange, _ context: ChannelHandlerContext) -> Bool {
        guard exchange.bodyFailure == nil else {
            // Where the content ends is not known any more: nothing behind it can be a request.
            input = ByteBuffer()
            return false
        }
        while !exchange.bodyIsComplete, !exchange.bodyIsFull || exchange.discardsBody {
            do {
                let waiting = input.readableBytes
                defer { exchange.traffic.didReceive(waiting - input.readableBytes) }
                switch try exchange.decoder.next(from: &input) {
                case .needsMore:
                    if inputEnded { failBody(of: exchange, .connectionClosed, context) }
                    return false
                case .end:
                    exchange.bodyIsComplete = true
                    exchange.body.end(.success(()))
                    setDeadline(limits.sendTimeout)
                case .bytes(let bytes):
                    setDeadline(limits.bodyTimeout)
                    if exchange.discardsBody {
                        exchange.discardedBytes += bytes.readableBytes
                        if exchange.discardedBytes > limits.discardedBodyBytesMax {
                            linger(context)
                            return false
                        }
                    } else if !exchange.body.append(bytes) {
                        exchange.bodyIsFull = true
                    }
                }
            } catch {
                failBody(of: exchange, .malformedBody(error.reason), context)
                return false
            }
        }
        guard exchange.bodyIsComplete, exchange.response == .finished else { return false }
        finishExchange(exchange, context)
        if case .head = phase { return true }
        return false
    }

    // MARK: Exchanges

    private func startExchange(_ head: RequestHead, _ context: ChannelHandlerContext) {
        exchangeCount += 1
        let id = exchangeCount
        let hasBody = layout.isChunked || (layout.contentLength ?? 0) > 0
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let onLoop: @Sendable (@escaping @Sendable (HTTP1Connection) -> Void) -> Void = { action in
            eventLoop.execute { action(loopBound.value) }
        }
        let body = if hasBody {
            RequestBody(
                expectedBytes: layout.contentLength, onFirstDemand: { onLoop { $0.sendContinue(id) } },
                onDrained: { onLoop { $0.bodyDrained(id) } })
        } else {
            RequestBody()
        }
        let traffic = ExchangeTraffic(received: head.bytesReceived)
        let exchange = ActiveExchange(
            id: id, body: body, traffic: traffic, decoder: layout.isChunked ? .chunked(ChunkedDecoder()) : .remaining(layout.contentLength ?? 0))
        exchange.isHEAD = head.method == .head
        exchange.version = head.version
        exchange.bodyIsComplete = !hasBody
        exchange.owesContinue = hasBody && layout.expectsContinue
        exchange.keepsAlive = !layout.wantsClose && (head.version == .http11 || layout.wantsKeepAlive)
        phase = .exchange(exchange)
        setDeadline(hasBody ? limits.bodyTimeout : limits.sendTimeout)
        let serverExchange = ServerExchange(
            head: head, connection: info, body: body, sink: HTTP1Sink(
                id: id, connection: loopBound, eventLoop: eventLoop, readsFiles: info.isSecure), traffic: traffic)
        let service = self.service
        exchange.task = Task {
            await service.handle(serverExchange)
            onLoop { $0.serviceReturned(id) }
        }
    }

    func active(_ id: Int) -> ActiveExchange? {
        guard case .exchange(let exchange) = phase, exchange.id == id else { return nil }
        return exchange
    }

    private func sendContinue(_ id: Int) {
        guard let context, let exchange = active(id), exchange.owesContinue, exchange.response == .pending else { return }
        exchange.owesContinue = false
        output.bytes.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        output.flush(context)
        setDeadline(limits.bodyTimeout)
    }

    private func bodyDrained(_ id: Int) {
        guard let context, let exchange = active(id) else { return }
        exchange.bodyIsFull = false
        setDeadline(limits.bodyTimeout)
        process(context)
    }

    private func serviceReturned(_ id: Int) {
        guard let context, let exchange = active(id) else { return }
        switch exchange.response {
        case .finished: break
        case .pending: refuse(exchange.unanswered, context)
        case .streaming: cut(exchange, context)
        }
    }

    /// The response is complete and the request's content has been read: on to the next request, or close.
    private func finishExchange(_ exchange: ActiveExchange, _ context: ChannelHandlerContext) {
        guard exchange.keepsAlive, input.readableBytes > 0 || !(isDraining || inputEnded) else {
            linger(context)
            return
        }
        phase = .head
        setDeadline(limits.keepAliveTimeout)
    }
}

/// Tells a connection to finish what it is doing and close.
package struct DrainEvent: Sendable {
    package init() {}
}
