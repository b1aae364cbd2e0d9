// How a connection ends: in order after its last response, between two requests, or cut; and the time limits that end it.

import ByteStreaming
import NIOCore

extension HTTP1Connection {
    /// Sends what is left, stops sending, and waits a little for the client to stop too, so that the response isn't
    /// lost to a reset (RFC 9112 section 9.6).
    func linger(_ context: ChannelHandlerContext) {
        if case .exchange(let exchange) = phase { exchange.end(.connectionClosed) }
        phase = .lingering
        input = ByteBuffer()
        setDeadline(limits.lingerTimeout)
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        if inputEnded {
            output.flush(context) { _ in loopBound.value.outputDidEnd() }
        } else {
            output.flush(context)
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.whenComplete { _ in loopBound.value.outputDidEnd() }
            context.close(mode: .output, promise: promise)
            releaseHeldRead(context)
        }
    }

    /// The last byte is out: from here the client has `lingerTimeout`.
    private func outputDidEnd() {
        guard let context, case .lingering = phase else { return }
        outputEnded = true
        if inputEnded { close(context) } else { setDeadline(limits.lingerTimeout) }
    }

    /// Ends a connection between two requests: at once, unless answers are still on their way.
    func leave(_ context: ChannelHandlerContext) {
        if output.bytes.readableBytes == 0, output.unsentBytes(context) == 0 { close(context) } else { linger(context) }
    }

    func close(_ context: ChannelHandlerContext) {
        end(.connectionClosed)
        output.flush(context)
        context.close(promise: nil)
    }

    func end(_ error: ExchangeError) {
        if case .exchange(let exchange) = phase {
            exchange.end(error)
            exchange.task?.cancel()
        }
        phase = .closed
        deadline?.stop()
    }

    // MARK: Time

    func setDeadline(_ amount: TimeAmount) {
        isReadingHead = false
        output.noteProgress()
        deadline?.set(amount)
    }

    func deadlineReached() {
        guard let context else { return }
        switch phase {
        case .closed: break
        case .lingering: if output.unsentBytes(context) > 0 { closeIfStalled(context) } else { close(context) }
        case .head:
            if output.unsentBytes(context) > 0 {
                closeIfStalled(context)
            } else if isReadingHead {
                refuse(RequestError(408, "the request head took too long"), context)
            } else {
                close(context)
            }
        case .exchange(let exchange):
            if !exchange.awaitsBody {
                closeIfStalled(context)
            } else if exchange.response == .finished {
                linger(context)
            } else {
                failBody(of: exchange, .timedOut, context)
            }
        }
    }

    /// Closes when the client has taken nothing for `sendTimeout`; looks again after that time otherwise.
    private func closeIfStalled(_ context: ChannelHandlerContext) {
        if output.hasStalledSinceCheck(context) { close(context) } else { deadline?.set(limits.sendTimeout) }
    }

    /// The rest of the content can't be had; the connection ends with the response.
    func failBody(of exchange: ActiveExchange, _ error: ExchangeError, _ context: ChannelHandlerContext) {
        exchange.bodyFailure = error
        exchange.bodyIsFull = false
        exchange.keepsAlive = false
        // At once: a part of what can't be had whole is best not passed on.
        exchange.body.end(.failure(error), discardingBuffered: true)
        input = ByteBuffer()
        setDeadline(limits.sendTimeout)
        if exchange.response == .finished { linger(context) }
    }
}
