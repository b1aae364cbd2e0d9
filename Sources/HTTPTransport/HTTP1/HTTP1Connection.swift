// One HTTP/1.1 connection, as a NIO handler: reads heads, answers at once what the service can answer at once, runs
// everything else as an exchange, one at a time, in the order of arrival (RFC 9112 section 9.3). All methods run on the
// connection's event loop. Time is kept by one lazily moved deadline, so a busy connection pays for no timers.

import ByteStreaming
import HTTPTypes
import NIOCore

/// A connection's life: reading a head, answering a request, waiting for the client to stop, gone.
final class HTTP1Connection: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private enum Phase {
        case head
        case exchange(ActiveExchange)
        /// The last response is out; what the client still sends is thrown away until it closes.
        case lingering
        case closed
    }

    private let service: any HTTPService
    private let limits: TransportLimits
    private let info: ConnectionInfo
    private var phase = Phase.head
    private var parser: HeadParser
    private var layout = HeadLayout()
    private var input = ByteBuffer()
    private var output = ByteBuffer()
    private var context: ChannelHandlerContext?
    private var isProcessing = false
    private var isDraining = false
    private var inputEnded = false
    private var heldRead = false
    private var exchangeCount = 0
    private var blankLines = 0

    // Time.
    private var deadline = NIODeadline.distantFuture
    private var timer: Scheduled<Void>?
    private var timerAt = NIODeadline.distantFuture
    private var unsentAtCheck: Int?
    private var wroteSinceCheck = false

    init(service: any HTTPService, limits: TransportLimits, info: ConnectionInfo) {
        self.service = service
        self.limits = limits
        self.info = info
        self.parser = HeadParser(limits: limits)
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        setDeadline(limits.keepAliveTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .lingering, .closed: return
        case .head, .exchange: break
        }
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
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
            if case .head = phase, input.readableBytes == 0 { close(context) }
        case ChannelEvent.inputClosed:
            inputEnded = true
            switch phase {
            case .head: close(context)
            case .exchange(let exchange):
                if !exchange.bodyIsComplete { exchange.body.end(.failure(.connectionClosed)) }
            case .lingering, .closed: close(context)
            }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Input

    private var wantsInput: Bool {
        switch phase {
        case .head, .lingering, .closed: true
        case .exchange(let exchange):
            exchange.bodyIsComplete ? input.readableBytes < limits.pipelinedBytesMax : !exchange.bodyIsFull
        }
    }

    private func releaseHeldRead(_ context: ChannelHandlerContext) {
        guard heldRead, wantsInput else { return }
        heldRead = false
        context.read()
    }

    /// Moves on as far as the input, and the answers under way, allow.
    private func process(_ context: ChannelHandlerContext) {
        guard !isProcessing else { return }
        isProcessing = true
        defer {
            isProcessing = false
            flushOutput(context)
            if input.readableBytes == 0 { input = ByteBuffer() }
            releaseHeldRead(context)
        }
        while true {
            switch phase {
            case .head:
                guard context.channel.isWritable, processHead(context) else { return }
            case .exchange(let exchange):
                guard processBody(of: exchange, context) else { return }
            case .lingering, .closed: return
            }
        }
    }

    /// Reads one head and answers it or starts its exchange; false when more input is needed.
    private func processHead(_ context: ChannelHandlerContext) -> Bool {
        skipBlankLines()
        guard input.readableBytes > 0 else { return false }
        do {
            let outcome = try input.withUnsafeReadableBytes { (bytes) throws(RequestError) -> HeadOutcome in
                guard try parser.parse(bytes, into: &layout) else { return .incomplete }
                let view = RequestView(bytes: bytes, layout: layout)
                if canAnswerImmediately {
                    let before = output.writerIndex
                    if case .answered(let body) = service.answerImmediately(view, on: info, into: &output) {
                        return .answered(body)
                    }
                    output.moveWriterIndex(to: before)
                }
                return .exchange(try view.makeHead())
            }
            switch outcome {
            case .incomplete:
                if deadlineIsForIdle { setDeadline(limits.headTimeout) }
                return false
            case .answered(let body):
                input.moveReaderIndex(forwardBy: layout.headBytes)
                blankLines = 0
                if let body { append(body, context) }
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
        while !exchange.bodyIsComplete, !exchange.bodyIsFull || exchange.discardsBody {
            do {
                switch try exchange.decoder.next(from: &input) {
                case .needsMore: return false
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
                exchange.body.end(.failure(.malformedBody(error.reason)))
                exchange.keepsAlive = false
                exchange.bodyIsBroken = true
                if exchange.response == .finished { linger(context) }
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
        let exchange = ActiveExchange(
            id: id, body: body, decoder: layout.isChunked ? .chunked(ChunkedDecoder()) : .remaining(layout.contentLength ?? 0))
        exchange.isHEAD = head.method == .head
        exchange.version = head.version
        exchange.bodyIsComplete = !hasBody
        exchange.owesContinue = hasBody && layout.expectsContinue
        exchange.keepsAlive = head.version == .http11 ? !layout.wantsClose : layout.wantsKeepAlive
        phase = .exchange(exchange)
        setDeadline(hasBody ? limits.bodyTimeout : limits.sendTimeout)
        let serverExchange = ServerExchange(
            head: head, connection: info, body: body, sink: HTTP1Sink(id: id, connection: loopBound, eventLoop: eventLoop))
        let service = self.service
        exchange.task = Task {
            await service.handle(serverExchange)
            onLoop { $0.serviceReturned(id) }
        }
    }

    private func active(_ id: Int) -> ActiveExchange? {
        guard case .exchange(let exchange) = phase, exchange.id == id else { return nil }
        return exchange
    }

    private func sendContinue(_ id: Int) {
        guard let context, let exchange = active(id), exchange.owesContinue, exchange.response == .pending else { return }
        exchange.owesContinue = false
        output.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        flushOutput(context)
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
        case .pending:
            let error = exchange.bodyIsBroken ? RequestError(400, "the request content is malformed") : RequestError(500, "the service gave no answer")
            refuse(error, context)
        case .streaming: close(context)
        }
    }

    /// The response is complete and the request's content has been read: on to the next request, or close.
    private func finishExchange(_ exchange: ActiveExchange, _ context: ChannelHandlerContext) {
        guard exchange.keepsAlive, !isDraining || input.readableBytes > 0, !inputEnded else {
            linger(context)
            return
        }
        phase = .head
        setDeadline(limits.keepAliveTimeout)
    }

    // MARK: What the sink asks for

    func sendInformational(_ id: Int, _ head: ResponseHead) throws(ExchangeError) {
        guard let context, let exchange = active(id) else { throw .connectionClosed }
        guard exchange.response == .pending else { throw .responseOutOfOrder("a 1xx response after the final one") }
        guard exchange.version == .http11 else { return }
        encode(head, framing: .none, connection: .implicit, into: &output)
        flushOutput(context)
    }

    func startResponse(_ id: Int, _ head: ResponseHead) throws(ExchangeError) {
        guard let context, let exchange = active(id) else { throw .connectionClosed }
        guard exchange.response == .pending else { throw .responseOutOfOrder("a second response") }
        let framing = ResponseFraming(for: head, isHEAD: exchange.isHEAD, version: exchange.version)
        if framing == .untilClose || isDraining || mustCloseForUnreadBody(exchange) { exchange.keepsAlive = false }
        let token: ConnectionToken =
            exchange.keepsAlive ? (exchange.version == .http10 ? .keepAlive : .implicit) : .close
        encode(head, framing: framing, connection: token, into: &output)
        if case .length(let length) = framing { exchange.bytesLeft = length }
        exchange.response = .streaming(framing)
        // A head alone is sent with the content that follows it, or when there is none.
        if output.readableBytes > 16 * 1024 { flushOutput(context) }
    }

    /// Adds content; `resume` is called when the connection can take more.
    func writeContent(_ id: Int, _ content: IOData, _ resume: @escaping (Result<Void, ExchangeError>) -> Void) {
        guard let context, let exchange = active(id) else { return resume(.failure(.connectionClosed)) }
        guard case .streaming(let framing) = exchange.response else {
            return resume(.failure(.responseOutOfOrder("content without a response head")))
        }
        let count = content.readableBytes
        guard count > 0 else { return resume(.success(())) }
        switch framing {
        case .none: return resume(.success(()))
        case .length:
            guard count <= exchange.bytesLeft else {
                close(context)
                return resume(.failure(.responseOutOfOrder("more content than Content-Length announced")))
            }
            exchange.bytesLeft -= count
            write(content, context)
        case .chunked:
            output.writeString(String(count, radix: 16))
            output.writeStaticString("\r\n")
            write(content, context)
            output.writeStaticString("\r\n")
        case .untilClose: write(content, context)
        }
        if case .fileRegion = content {
            // The descriptor is the caller's: it may be closed once this call returns, so wait until it is sent.
            flushOutput(context, then: resume)
            return
        }
        flushOutput(context)
        if context.channel.isWritable { resume(.success(())) } else { exchange.writers.append(resume) }
    }

    func finishResponse(_ id: Int) throws(ExchangeError) {
        guard let context, let exchange = active(id) else { throw .connectionClosed }
        guard case .streaming(let framing) = exchange.response else { throw .responseOutOfOrder("no response to finish") }
        if case .length = framing, exchange.bytesLeft > 0 {
            close(context)
            throw .responseOutOfOrder("less content than Content-Length announced")
        }
        if framing == .chunked { output.writeStaticString("0\r\n\r\n") }
        exchange.response = .finished
        flushOutput(context)
        if exchange.bodyIsBroken || (!exchange.keepsAlive && !exchange.bodyIsComplete) {
            linger(context)
            return
        }
        exchange.discardsBody = true
        exchange.bodyIsFull = false
        process(context)
    }

    func abort(_ id: Int) {
        guard let context, active(id) != nil else { return }
        close(context)
    }

    /// Unread content can be skipped when it is small and on its way; otherwise the connection ends after the response.
    private func mustCloseForUnreadBody(_ exchange: ActiveExchange) -> Bool {
        guard !exchange.bodyIsComplete else { return false }
        if exchange.owesContinue || exchange.bodyIsBroken { return true }
        if case .remaining(let left) = exchange.decoder { return left > limits.discardedBodyBytesMax }
        return false
    }

    // MARK: Output

    private func append(_ body: ByteBuffer, _ context: ChannelHandlerContext) {
        // Small content rides in the head's buffer: one send of one buffer is cheaper than a vector of two.
        if body.readableBytes <= 8 * 1024 {
            output.writeImmutableBuffer(body)
        } else {
            write(.byteBuffer(body), context)
        }
    }

    /// Puts content behind whatever `output` holds, without flushing.
    private func write(_ content: IOData, _ context: ChannelHandlerContext) {
        passOutputOn(context)
        wroteSinceCheck = true
        context.write(wrapOutboundOut(content), promise: nil)
    }

    private func passOutputOn(_ context: ChannelHandlerContext) {
        guard output.readableBytes > 0 else { return }
        wroteSinceCheck = true
        context.write(wrapOutboundOut(.byteBuffer(output)), promise: nil)
        output = ByteBuffer()
    }

    private func flushOutput(_ context: ChannelHandlerContext) {
        if output.readableBytes > 0 {
            wroteSinceCheck = true
            let buffer = output
            context.writeAndFlush(wrapOutboundOut(.byteBuffer(buffer)), promise: nil)
            // Once NIO has sent it, the storage is ours alone again and is used for the next answer.
            output.clear()
        } else {
            context.flush()
        }
    }

    private func flushOutput(_ context: ChannelHandlerContext, then resume: @escaping (Result<Void, ExchangeError>) -> Void) {
        let promise = context.eventLoop.makePromise(of: Void.self)
        let resume = NIOLoopBound(resume, eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { result in
            switch result {
            case .success: resume.value(.success(()))
            case .failure: resume.value(.failure(.connectionClosed))
            }
        }
        // An empty write is complete when everything before it is.
        let last = output.readableBytes > 0 ? output : ByteBuffer()
        output = ByteBuffer()
        wroteSinceCheck = true
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(last)), promise: promise)
    }

    /// Answers a request that can't be served at all, and ends the connection.
    private func refuse(_ error: RequestError, _ context: ChannelHandlerContext) {
        let (head, body) = service.refusal(of: error, on: info)
        var complete = head
        complete.fields[.contentLength] = String(body.readableBytes)
        encode(complete, framing: .length(body.readableBytes), connection: .close, into: &output)
        output.writeImmutableBuffer(body)
        linger(context)
    }

    // MARK: Ending

    /// Sends what is left, stops sending, and waits a little for the client to stop too, so that the response isn't
    /// lost to a reset (RFC 9112 section 9.6).
    private func linger(_ context: ChannelHandlerContext) {
        if case .exchange(let exchange) = phase { exchange.end(.connectionClosed) }
        phase = .lingering
        flushOutput(context)
        input = ByteBuffer()
        setDeadline(limits.lingerTimeout)
        if inputEnded {
            close(context)
        } else {
            context.close(mode: .output, promise: nil)
            heldRead = true
            releaseHeldRead(context)
        }
    }

    private func close(_ context: ChannelHandlerContext) {
        end(.connectionClosed)
        flushOutput(context)
        context.close(promise: nil)
    }

    private func end(_ error: ExchangeError) {
        if case .exchange(let exchange) = phase {
            exchange.end(error)
            exchange.task?.cancel()
        }
        phase = .closed
        timer?.cancel()
        timer = nil
    }

    // MARK: Time

    private var deadlineIsForIdle: Bool {
        if case .head = phase { return !isReadingHead }
        return false
    }

    private var isReadingHead = false

    private func setDeadline(_ amount: TimeAmount) {
        guard let context else { return }
        isReadingHead = amount == limits.headTimeout
        deadline = context.eventLoop.now + amount
        unsentAtCheck = nil
        if timer == nil || deadline < timerAt { armTimer(context, at: deadline) }
    }

    private func armTimer(_ context: ChannelHandlerContext, at time: NIODeadline) {
        timer?.cancel()
        timerAt = time
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: time) { loopBound.value.timerFired() }
    }

    private func timerFired() {
        guard let context else { return }
        timer = nil
        if context.eventLoop.now < deadline {
            armTimer(context, at: deadline)
            return
        }
        switch phase {
        case .closed: return
        case .lingering: close(context)
        case .head:
            if isReadingHead, unsentBytes(context) == 0 {
                refuse(RequestError(408, "the request head took too long"), context)
            } else if stalledSending(context) || unsentBytes(context) == 0 {
                close(context)
            }
        case .exchange(let exchange):
            if !exchange.bodyIsComplete, !exchange.bodyIsFull, exchange.response != .finished {
                exchange.bodyIsBroken = true
                exchange.keepsAlive = false
                exchange.body.end(.failure(.timedOut))
                setDeadline(limits.sendTimeout)
            } else if exchange.response == .finished, !exchange.bodyIsComplete {
                linger(context)
            } else if stalledSending(context) {
                close(context)
            }
        }
    }

    private func unsentBytes(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// True when the client has taken nothing since the last check; arms the next check otherwise.
    private func stalledSending(_ context: ChannelHandlerContext) -> Bool {
        let unsent = unsentBytes(context)
        if unsent > 0, !wroteSinceCheck, let before = unsentAtCheck, unsent >= before { return true }
        deadline = context.eventLoop.now + limits.sendTimeout
        unsentAtCheck = unsent
        wroteSinceCheck = false
        armTimer(context, at: deadline)
        return false
    }
}

/// Tells a connection to finish what it is doing and close.
package struct DrainEvent: Sendable {
    package init() {}
}
