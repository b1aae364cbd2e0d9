// One HTTP/2 connection (RFC 9113), as the handler behind NIO's codec and state machine: every stream is an exchange like any other,
// and a plain hit is answered on the spot. All methods run on the connection's event loop. What services ask for is in
// `HTTP2Connection+Responses.swift`, endings and time limits in `HTTP2Connection+Ending.swift`, floods in `HTTP2FrameGuard.swift`.
//
// Priorities are ignored, nothing is pushed, and there are no tunnels. Names and values pass through the codec as text: bytes that
// are not UTF-8 come out as U+FFFD, where HTTP/1.1 would keep them.

import ByteStreaming
import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP2

/// A connection's life: streams come and go, until it is drained, idle too long, or broken.
final class HTTP2Connection: ChannelInboundHandler, ChannelOutboundHandler, NIOHTTP2FrameDelegate {
    typealias InboundIn = HTTP2Frame
    typealias OutboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    enum Phase: Equatable {
        case open
        /// GOAWAY that refuses nothing is out; the client's acknowledgement says that it has seen it.
        case announcing
        /// GOAWAY with the last stream is out; what is under way is finished.
        case leaving
        case closed
    }

    let service: any HTTPService
    let limits: TransportLimits
    let info: ConnectionInfo
    var phase = Phase.open
    var context: ChannelHandlerContext?
    var deadline: MovingDeadline?
    /// The handler before the codec; gone with the pipeline.
    weak var frameGuard: HTTP2FrameGuard?
    var budget: HTTP2FrameBudget
    var streams: [HTTP2StreamID: HTTP2Stream] = [:]
    /// Services that have not returned yet; a stream that was reset may be gone before its service is.
    var runningCount = 0
    var lastStreamID = HTTP2StreamID.rootStream
    /// Content of all streams that has not been taken.
    var untakenBytes = 0
    /// Response bytes of all streams that the client has not made room for yet.
    var unsentBytes = 0
    var connectionWindow = 65_535
    /// The codec has found the connection broken and said so.
    var isBroken = false
    /// Closes as soon as the last bytes are sent.
    private(set) var isEnding = false
    var headerSectionSince: NIODeadline?
    var idleSince = NIODeadline.distantPast
    var unsentAtCheck: Int?
    var wroteSinceCheck = false
    var stalledSince: NIODeadline?
    private var heldRead = false
    private var parser: HeadParser
    private var layout = HeadLayout()
    private var text = ByteBuffer()
    private var answer = ByteBuffer()
    /// For hits, whose service has counted already.
    private let unread = ExchangeTraffic()

    init(service: any HTTPService, limits: TransportLimits, info: ConnectionInfo, now: NIODeadline) {
        self.service = service
        self.limits = limits
        self.info = info
        parser = HeadParser(limits: limits)
        budget = HTTP2FrameBudget(limits.http2, now: now)
    }

    /// The handlers of a connection, in their order.
    static func handlers(service: any HTTPService, limits: TransportLimits, info: ConnectionInfo, now: NIODeadline) -> [any ChannelHandler] {
        let connection = HTTP2Connection(service: service, limits: limits, info: info, now: now)
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(
                parameter: .maxConcurrentStreams, value: HTTP2SettingsWriter.streamsOfCodec(limits.http2.concurrentStreamsMax)),
            HTTP2Setting(parameter: .initialWindowSize, value: limits.http2.streamWindowBytes),
            HTTP2Setting(parameter: .maxHeaderListSize, value: headerListBytesMax(limits)),
        ]
        configuration.maximumSequentialContinuationFrames = limits.http2.continuationsMax + 1
        configuration.maximumSequentialEmptyDataFrames = .max
        configuration.maximumBufferedControlFrames = controlFramesMax
        configuration.maximumConnectionGlitches = .max
        // Counted by `HTTP2FrameBudget`, each kind by itself.
        configuration.controlFrameRateLimit.maximumCount = 64
        configuration.controlFrameRateLimit.windowLength = .zero
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.streamResetFrameRateLimit.maximumCount = 64
        stream.streamResetFrameRateLimit.windowLength = .zero
        stream.streamErrorRateLimit.maximumCount = 64
        stream.streamErrorRateLimit.windowLength = .zero
        return [
            HTTP2SettingsWriter(concurrentStreamsMax: limits.http2.concurrentStreamsMax),
            HTTP2FrameGuard(connection),
            NIOHTTP2Handler(mode: .server, frameDelegate: connection, connectionConfiguration: configuration, streamConfiguration: stream),
            connection,
        ]
    }

    /// Frames of ours that may wait for the client to read.
    private static let controlFramesMax = 1_024

    /// What a header section may take when it is expanded. Heads between `headBytesMax` and this are answered with their status, larger
    /// ones end the connection. A field counts for 32 bytes more than its own (RFC 9113 section 6.5.2).
    static func headerListBytesMax(_ limits: TransportLimits) -> Int { limits.headBytesMax + limits.fieldCountMax * 32 + 16 * 1024 }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        deadline = MovingDeadline(on: context.eventLoop) { [weak self] in self?.deadlineReached() }
        idleSince = context.eventLoop.now
        deadline?.set(limits.keepAliveTimeout)
        let more = limits.http2.connectionWindowBytes - connectionWindow
        if more > 0 {
            connectionWindow += more
            write(.rootStream, .windowUpdate(windowSizeIncrement: more), context)
            context.flush()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.stop()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase != .closed else { return }
        let frame = unwrapInboundIn(data)
        switch frame.payload {
        case .headers(let headers): receive(headers, on: frame.streamID, context)
        case .data(let data): receive(data, on: frame.streamID, context)
        case .ping(_, let isAcknowledgement): if isAcknowledgement { announcementWasSeen(context) }
        default: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        closeIfDone(context)
    }

    /// Holds the socket's next read back while the client does not read: what it sends makes us write more.
    func read(context: ChannelHandlerContext) {
        if context.channel.isWritable || phase == .closed { context.read() } else { heldRead = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, heldRead {
            heldRead = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The codec resets a stream, or has said GOAWAY, before it reports one of its own errors.
        if error is any NIOHTTP2Error, !isBroken { return }
        close(context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as StreamClosedEvent: streamClosed(event, context)
        case let event as NIOHTTP2WindowUpdatedEvent: windowChanged(event, context)
        case is DrainEvent: drain(context)
        case ChannelEvent.inputClosed: close(context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// The codec has handed a frame to the socket. Called while it works, so nothing may be written from here.
    func wroteFrame(_ frame: HTTP2Frame) {
        switch frame.payload {
        case .headers(let headers): if headers.endStream { responseIsSent(frame.streamID) }
        case .data(let data):
            budget.sentData(bytes: data.data.readableBytes)
            wroteSinceCheck = true
            guard let stream = streams[frame.streamID], let context else { return }
            stream.unsentBytes -= data.data.readableBytes
            stream.lastSent = context.eventLoop.now
            if data.endStream { responseIsSent(frame.streamID) }
            if mayResume(stream) { stream.resumeWriters() }
            didSend(data.data.readableBytes)
        case .goAway(_, let code, _): if code != .noError { isBroken = true }
        case .rstStream(let code): if code == .protocolError || code == .streamClosed || code == .flowControlError { countReset() }
        default: break
        }
    }

    private func responseIsSent(_ id: HTTP2StreamID) {
        guard let context, let stream = streams[id] else { return }
        stream.isSent = true
        guard stream.declinesBody else { return }
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute { loopBound.value.declineBody(of: id) }
    }

    private func countReset() {
        guard let context, let reason = budget.causedReset(now: context.eventLoop.now) else { return }
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute { loopBound.value.flooded(reason) }
    }

    /// The last stream is over: closes when the client has been sent everything.
    func closeIfDone(_ context: ChannelHandlerContext) {
        guard phase == .leaving, streams.isEmpty, !isEnding else { return }
        isEnding = true
        guard let frameGuard else { return close(context) }
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        frameGuard.whenSent {
            guard let context = loopBound.value.context else { return }
            loopBound.value.close(context)
        }
        if phase != .closed { watchStreams() }
    }

    // MARK: Requests

    private func receive(_ headers: HTTP2Frame.FramePayload.Headers, on id: HTTP2StreamID, _ context: ChannelHandlerContext) {
        if let stream = streams[id] {
            // A trailer section: it ends the content, and nobody reads it.
            guard headers.endStream else { return reset(id, .protocolError, context) }
            return completeBody(of: stream, context)
        }
        guard phase == .open || phase == .announcing else { return reset(id, .refusedStream, context) }
        lastStreamID = max(lastStreamID, id)
        guard streams.count < limits.http2.concurrentStreamsMax, runningCount < limits.http2.concurrentStreamsMax * 2 else {
            reset(id, .refusedStream, context)
            if let reason = budget.causedReset(now: context.eventLoop.now) { flooded(reason) }
            return
        }
        text.clear()
        answer.clear()
        do {
            try HTTP2RequestText.write(headers.headers, into: &text)
            let outcome = try text.withUnsafeReadableBytes { (bytes) throws(RequestError) -> Outcome in
                guard try parser.parse(bytes, into: &layout) else { throw RequestError(400, "the request is not a request") }
                layout.version = .http2
                let view = RequestView(bytes: bytes, layout: layout)
                if headers.endStream, !layout.expectsContinue, case .answered(let body) = service.answerImmediately(view, on: info, into: &answer) {
                    return .answered(body)
                }
                return .exchange(try view.makeHead())
            }
            switch outcome {
            case .answered(let body): sendAnswer(body, on: id, context)
            case .exchange(let head): startExchange(head, on: id, hasBody: !headers.endStream, context)
            }
        } catch {
            let stream = open(id, body: nil, traffic: ExchangeTraffic(received: text.readableBytes), context)
            stream.isHEAD = headers.headers.first(name: ":method") == "HEAD"
            stream.bodyIsComplete = headers.endStream
            refuse(error, stream, id, context)
        }
    }

    private enum Outcome {
        case answered(ByteBuffer?)
        case exchange(RequestHead)
    }

    private func sendAnswer(_ body: ByteBuffer?, on id: HTTP2StreamID, _ context: ChannelHandlerContext) {
        let headers = answer.withUnsafeReadableBytes { HTTP2ResponseFields.headers(fromText: $0) }
        let stream = open(id, body: nil, traffic: unread, context)
        stream.response = .finished
        guard let body, body.readableBytes > 0 else {
            stream.isEnded = true
            return write(id, .headers(.init(headers: headers, endStream: true)), context)
        }
        write(id, .headers(.init(headers: headers)), context)
        sendContent(body, ending: true, stream, id, context)
    }

    func open(_ id: HTTP2StreamID, body: RequestBody?, traffic: ExchangeTraffic, _ context: ChannelHandlerContext) -> HTTP2Stream {
        let stream = HTTP2Stream(body: body, traffic: traffic, inboundWindow: limits.http2.streamWindowBytes, now: context.eventLoop.now)
        if streams.isEmpty { watchStreams() }
        streams[id] = stream
        return stream
    }

    private func startExchange(_ head: RequestHead, on id: HTTP2StreamID, hasBody: Bool, _ context: ChannelHandlerContext) {
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let onLoop: @Sendable (@escaping @Sendable (HTTP2Connection) -> Void) -> Void = { action in
            eventLoop.execute { action(loopBound.value) }
        }
        let body = if hasBody {
            RequestBody(
                expectedBytes: layout.contentLength, onFirstDemand: { onLoop { $0.sendContinue(id) } },
                onTaken: { count in onLoop { $0.bodyTaken(count, of: id) } })
        } else {
            RequestBody()
        }
        let traffic = ExchangeTraffic(received: head.bytesReceived)
        let stream = open(id, body: body, traffic: traffic, context)
        stream.isHEAD = head.method == .head
        stream.bodyIsComplete = !hasBody
        stream.owesContinue = hasBody && layout.expectsContinue
        let serverExchange = ServerExchange(
            head: head, connection: info, body: body, sink: HTTP2Sink(id: id, connection: loopBound, eventLoop: eventLoop),
            traffic: traffic)
        let service = self.service
        runningCount += 1
        stream.task = Task {
            await service.handle(serverExchange)
            onLoop { $0.serviceReturned(id) }
        }
    }

    private func serviceReturned(_ id: HTTP2StreamID) {
        runningCount -= 1
        guard let context, let stream = streams[id] else { return }
        switch stream.response {
        case .finished: break
        case .pending: refuse(stream.unanswered, stream, id, context)
        case .streaming: reset(id, .internalError, context)
        }
        context.flush()
    }

    private func sendContinue(_ id: HTTP2StreamID) {
        guard let context, let stream = streams[id], stream.owesContinue, stream.response == .pending else { return }
        stream.owesContinue = false
        stream.lastReceived = context.eventLoop.now
        write(id, .headers(.init(headers: [":status": "100"])), context)
        context.flush()
    }

    // MARK: Frames

    func write(_ id: HTTP2StreamID, _ payload: HTTP2Frame.FramePayload, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(HTTP2Frame(streamID: id, payload: payload)), promise: nil)
    }

    func reset(_ id: HTTP2StreamID, _ code: NIOHTTP2.HTTP2ErrorCode, _ context: ChannelHandlerContext) {
        write(id, .rstStream(code), context)
    }
}
