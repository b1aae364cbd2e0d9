// What a connection does when a service answers on one of its streams. The sink calls these on the connection's event loop. The
// client's windows hold content back in the codec; what waits there is counted, and beyond `unsentBytesHigh` the service waits.

import ByteStreaming
import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP2

extension HTTP2Connection {
    func sendInformational(_ id: HTTP2StreamID, _ head: ResponseHead) throws(ExchangeError) {
        guard let context, let stream = streams[id] else { throw .connectionClosed }
        guard stream.response == .pending else { throw .responseOutOfOrder("a 1xx response after the final one") }
        guard (100..<200).contains(head.status.code), head.status.code != 101 else {
            throw .responseOutOfOrder("\(head.status.code) is no interim response")
        }
        sendHead(head, ending: false, stream, id, context)
        context.flush()
    }

    /// A whole response at once.
    func respond(_ id: HTTP2StreamID, _ head: ResponseHead, _ body: ByteBuffer?) throws(ExchangeError) {
        var head = head
        // To HEAD without content no length is known; 204 has none and 304 need not tell.
        let tellsLength = body != nil || streams[id]?.isHEAD != true
        if tellsLength, head.fields[.contentLength] == nil, head.status.code != 304, head.status.code != 204 {
            head.fields[.contentLength] = String(body?.readableBytes ?? 0)
        }
        try startResponse(id, head)
        var failure: ExchangeError?
        if let body { writeContent(id, body) { if case .failure(let error) = $0 { failure = error } } }
        if let failure, failure != .connectionClosed { throw failure }
        try finishResponse(id)
    }

    func startResponse(_ id: HTTP2StreamID, _ head: ResponseHead) throws(ExchangeError) {
        guard let context, let stream = streams[id] else { throw .connectionClosed }
        guard stream.response == .pending else { throw .responseOutOfOrder("a second response") }
        guard head.status.code >= 200 else { throw .responseOutOfOrder("\(head.status.code) is no final response") }
        let framing = ResponseFraming(for: head, isHEAD: stream.isHEAD, version: .http2)
        if case .length(let length) = framing { stream.bytesLeft = length }
        stream.response = .streaming(framing)
        stream.lastSent = context.eventLoop.now
        stream.isEnded = framing == .none || framing == .length(0)
        sendHead(head, ending: stream.isEnded, stream, id, context)
        // A head alone is sent with the content that follows it.
        if stream.isEnded { context.flush() }
    }

    /// Adds content; `resume` is called when the stream can take more.
    func writeContent(_ id: HTTP2StreamID, _ content: ByteBuffer, _ resume: @escaping (Result<Void, ExchangeError>) -> Void) {
        guard let context, let stream = streams[id] else { return resume(.failure(.connectionClosed)) }
        guard case .streaming(let framing) = stream.response else {
            return resume(.failure(.responseOutOfOrder("content without a response head")))
        }
        let count = content.readableBytes
        guard count > 0 else { return resume(.success(())) }
        var isLast = false
        switch framing {
        case .none: return resume(.success(()))
        case .length:
            guard count <= stream.bytesLeft else {
                abort(id)
                return resume(.failure(.responseOutOfOrder("more content than Content-Length announced")))
            }
            stream.bytesLeft -= count
            isLast = stream.bytesLeft == 0
        case .chunked, .untilClose: break
        }
        sendContent(content, ending: isLast, stream, id, context)
        context.flush()
        // The flush may have brought the stream to its end, or found the connection gone.
        guard streams[id] === stream || isLast else { return resume(.failure(.connectionClosed)) }
        if isLast || mayGoOn(stream) { resume(.success(())) } else { stream.writers.append(resume) }
    }

    /// Whether a service may hand over more before the client has made room: not beyond the stream's share, nor when all streams
    /// together have as much as the connection may hold; but one of which nothing waits may always, lest others starve it.
    private func mayGoOn(_ stream: HTTP2Stream) -> Bool {
        stream.unsentBytes == 0 || (stream.unsentBytes <= HTTP2Stream.unsentBytesHigh && unsentBytes <= limits.http2.unsentBytesMax)
    }

    /// Whether a service that was held up may go on.
    func mayResume(_ stream: HTTP2Stream) -> Bool {
        !stream.writers.isEmpty
            && (stream.unsentBytes == 0 || (stream.unsentBytes < HTTP2Stream.unsentBytesLow && unsentBytes <= limits.http2.unsentBytesMax))
    }

    /// Bytes of a response have gone to the socket, or nowhere. Those who waited for the sum to fall go on.
    func didSend(_ count: Int) {
        let wasFull = unsentBytes > limits.http2.unsentBytesMax
        unsentBytes -= count
        guard wasFull, unsentBytes <= limits.http2.unsentBytesMax else { return }
        for stream in streams.values where mayResume(stream) { stream.resumeWriters() }
    }

    /// Counts as many bytes as there would be without compression, which is one for all streams.
    private func sendHead(_ head: ResponseHead, ending: Bool, _ stream: HTTP2Stream, _ id: HTTP2StreamID, _ context: ChannelHandlerContext) {
        let headers = HTTP2ResponseFields.headers(head)
        stream.traffic.didSend(headers.reduce(HTTP2FrameHeader.byteCount) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 })
        write(id, .headers(.init(headers: headers, endStream: ending)), context)
    }

    /// Of DATA frames of the size that clients take by default.
    private static func framingBytes(of count: Int) -> Int { (count + 16_383) / 16_384 * HTTP2FrameHeader.byteCount }

    func sendContent(_ content: ByteBuffer, ending: Bool, _ stream: HTTP2Stream, _ id: HTTP2StreamID, _ context: ChannelHandlerContext) {
        if stream.unsentBytes == 0 { stream.lastSent = context.eventLoop.now }
        stream.unsentBytes += content.readableBytes
        unsentBytes += content.readableBytes
        stream.isEnded = ending
        stream.traffic.didSend(content.readableBytes + Self.framingBytes(of: content.readableBytes))
        write(id, .data(.init(data: .byteBuffer(content), endStream: ending)), context)
    }

    func finishResponse(_ id: HTTP2StreamID) throws(ExchangeError) {
        guard let context else { throw .connectionClosed }
        // The last byte of a known length ends the stream, which may be gone by now.
        guard let stream = streams[id] else { return }
        guard case .streaming(let framing) = stream.response else { throw .responseOutOfOrder("no response to finish") }
        if case .length = framing, stream.bytesLeft > 0 {
            abort(id)
            throw .responseOutOfOrder("less content than Content-Length announced")
        }
        stream.response = .finished
        if !stream.isEnded {
            stream.isEnded = true
            write(id, .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)), context)
        }
        if !stream.bodyIsComplete { discardBody(of: stream, id, context) }
        context.flush()
    }

    /// The response is complete before the request is: a little of the rest is let come, more is declined (RFC 9113 section 8.1).
    private func discardBody(of stream: HTTP2Stream, _ id: HTTP2StreamID, _ context: ChannelHandlerContext) {
        stream.discardsBody = true
        stream.body?.end(.failure(.responseOutOfOrder("the content was read after the response had ended")), discardingBuffered: true)
        untakenBytes -= stream.untakenBytes
        stream.untakenBytes = 0
        if stream.owesContinue || stream.bodyFailure != nil { declineBody(of: id) }
        growConnectionWindow(context)
    }

    /// Takes no more of a request's content, as soon as that can't cost the client its response.
    func declineBody(of id: HTTP2StreamID) {
        guard let context, let stream = streams[id] else { return }
        stream.declinesBody = true
        guard stream.isSent else { return }
        reset(id, .noError, context)
        context.flush()
    }

    /// Ends the stream so that the client can tell that the response is not whole.
    func abort(_ id: HTTP2StreamID) {
        guard let context, streams[id] != nil else { return }
        reset(id, .internalError, context)
        context.flush()
    }

    /// Answers a request that can't be served at all; the connection goes on.
    func refuse(_ error: RequestError, _ stream: HTTP2Stream, _ id: HTTP2StreamID, _ context: ChannelHandlerContext) {
        let (head, body) = service.refusal(of: error, on: info)
        do {
            try respond(id, head, stream.isHEAD ? nil : body)
        } catch {
            reset(id, .internalError, context)
        }
    }
}
