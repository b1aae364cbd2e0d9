// What a connection does when the service answers: heads, content with back-pressure, the end. The sink calls these on the
// connection's event loop.

import ByteStreaming
import HTTPTypes
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

private typealias SocketLinger = linger

extension HTTP1Connection {
    func sendInformational(_ id: Int, _ head: ResponseHead) throws(ExchangeError) {
        guard let context, let exchange = active(id) else { throw .connectionClosed }
        guard exchange.response == .pending else { throw .responseOutOfOrder("a 1xx response after the final one") }
        guard (100..<200).contains(head.status.code), head.status.code != 101 else {
            throw .responseOutOfOrder("\(head.status.code) is no interim response")
        }
        guard exchange.version == .http11 else { return }
        let before = output.bytes.writerIndex
        encode(head, framing: .none, connection: .implicit, into: &output.bytes)
        exchange.traffic.didSend(output.bytes.writerIndex - before)
        output.flush(context)
    }

    /// A whole response at once.
    func respond(_ id: Int, _ head: ResponseHead, _ body: ByteBuffer?) throws(ExchangeError) {
        var head = head
        // To HEAD without content no length is known; 204 has none and 304 need not tell.
        let tellsLength = body != nil || active(id)?.isHEAD != true
        if tellsLength, head.fields[.contentLength] == nil, head.status.code != 304, head.status.code != 204 {
            head.fields[.contentLength] = String(body?.readableBytes ?? 0)
        }
        try startResponse(id, head)
        var failure: ExchangeError?
        if let body { writeContent(id, .byteBuffer(body)) { if case .failure(let error) = $0 { failure = error } } }
        if let failure, failure != .connectionClosed { throw failure }
        try finishResponse(id)
    }

    func startResponse(_ id: Int, _ head: ResponseHead) throws(ExchangeError) {
        guard let context, let exchange = active(id) else { throw .connectionClosed }
        guard exchange.response == .pending else { throw .responseOutOfOrder("a second response") }
        if let failure = exchange.bodyFailure, case .malformedBody = failure, head.status.code < 400 {
            // Whoever answered had not seen that the content is broken: such a request succeeds for nobody.
            refuse(exchange.unanswered, context)
            throw failure
        }
        guard head.status.code >= 200 else { throw .responseOutOfOrder("\(head.status.code) is no final response") }
        let framing = ResponseFraming(for: head, isHEAD: exchange.isHEAD, version: exchange.version)
        if framing == .untilClose || isDraining || mustCloseForUnreadBody(exchange) { exchange.keepsAlive = false }
        let token: ConnectionToken =
            exchange.keepsAlive ? (exchange.version == .http10 ? .keepAlive : .implicit) : .close
        let before = output.bytes.writerIndex
        encode(head, framing: framing, connection: token, into: &output.bytes)
        exchange.traffic.didSend(output.bytes.writerIndex - before)
        if case .length(let length) = framing { exchange.bytesLeft = length }
        exchange.response = .streaming(framing)
        // The client has its final answer and need not wait for the interim one any more.
        exchange.owesContinue = false
        // A head alone is sent with the content that follows it, or when there is none.
        if output.bytes.readableBytes > HTTP1Output.keptStorageBytesMax { output.flush(context) }
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
                cut(exchange, context)
                return resume(.failure(.responseOutOfOrder("more content than Content-Length announced")))
            }
            exchange.bytesLeft -= count
            output.write(content, context)
        case .chunked:
            let size = String(count, radix: 16)
            output.bytes.writeString(size)
            output.bytes.writeStaticString("\r\n")
            output.write(content, context)
            output.bytes.writeStaticString("\r\n")
            exchange.traffic.didSend(size.utf8.count + 4)
        case .untilClose: output.write(content, context)
        }
        exchange.traffic.didSend(count)
        if case .fileRegion = content {
            // The descriptor is the caller's: it may be closed once this call returns, so wait until it is sent.
            output.flush(context, then: resume)
            return
        }
        output.flush(context)
        if context.channel.isWritable { resume(.success(())) } else { exchange.writers.append(resume) }
    }

    func finishResponse(_ id: Int) throws(ExchangeError) {
        guard let context, let exchange = active(id) else { throw .connectionClosed }
        guard case .streaming(let framing) = exchange.response else { throw .responseOutOfOrder("no response to finish") }
        if case .length = framing, exchange.bytesLeft > 0 {
            cut(exchange, context)
            throw .responseOutOfOrder("less content than Content-Length announced")
        }
        if framing == .chunked {
            output.bytes.writeStaticString("0\r\n\r\n")
            exchange.traffic.didSend(5)
        }
        exchange.response = .finished
        output.flush(context)
        if exchange.bodyFailure != nil || (!exchange.keepsAlive && !exchange.bodyIsComplete) {
            linger(context)
            return
        }
        if !exchange.bodyIsComplete {
            exchange.discardsBody = true
            exchange.bodyIsFull = false
            exchange.body.end(.failure(.responseOutOfOrder("the content was read after the response had ended")))
        }
        process(context)
    }

    func abort(_ id: Int) {
        guard let context, let exchange = active(id) else { return }
        cut(exchange, context)
    }

    /// Ends the connection so that the client can tell that the response is not whole.
    func cut(_ exchange: ActiveExchange, _ context: ChannelHandlerContext) {
        if exchange.response == .streaming(.untilClose) {
            // An orderly end would look like the content's end: reset instead.
            (context.channel as? any SocketOptionProvider)?.setSoLinger(SocketLinger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
            end(.connectionClosed)
            context.closeBeneathTLS()
            return
        }
        close(context)
    }

    /// Unread content can be skipped when it is small and on its way; otherwise the connection ends after the response.
    private func mustCloseForUnreadBody(_ exchange: ActiveExchange) -> Bool {
        guard !exchange.bodyIsComplete else { return false }
        if exchange.owesContinue || exchange.bodyFailure != nil { return true }
        if case .remaining(let left) = exchange.decoder { return left > limits.discardedBodyBytesMax }
        return false
    }

    // MARK: Refusals

    /// Answers a request that can't be served at all, and ends the connection.
    func refuse(_ error: RequestError, _ context: ChannelHandlerContext) {
        let (head, body) = service.refusal(of: error, on: info)
        var isHEAD = false
        if case .exchange(let exchange) = phase { isHEAD = exchange.isHEAD }
        var complete = head
        complete.fields[.contentLength] = String(body.readableBytes)
        encode(complete, framing: .length(body.readableBytes), connection: .close, into: &output.bytes)
        if !isHEAD { output.bytes.writeImmutableBuffer(body) }
        linger(context)
    }
}
