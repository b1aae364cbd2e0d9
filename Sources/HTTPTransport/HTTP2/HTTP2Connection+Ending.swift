// How streams and connections end: in order, drained, idle too long, too slow, or broken.

import ByteStreaming
import NIOCore
import NIOHTTP2

extension HTTP2Connection {
    /// For the acknowledgement that a client has seen that the connection is ending.
    private static let announcementTimeout = TimeAmount.seconds(1)
    /// Between two looks at the streams under way, at the most.
    private static let watchInterval = TimeAmount.seconds(5)

    // MARK: Streams

    func streamClosed(_ event: StreamClosedEvent, _ context: ChannelHandlerContext) {
        guard let stream = streams.removeValue(forKey: event.streamID) else { return }
        untakenBytes -= stream.untakenBytes
        didSend(stream.unsentBytes)
        if event.reason != nil || stream.response != .finished {
            // A stream that ended with its last byte is whole, and its service is about to say so.
            if !stream.isEnded || event.reason != nil { stream.task?.cancel() }
            stream.end(.connectionClosed)
        }
        growConnectionWindow(context)
        guard streams.isEmpty else { return }
        becomeIdle(context)
        guard phase == .leaving else { return }
        // Not from within the codec, which has yet to send what ended the stream.
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.execute {
            guard let context = loopBound.value.context else { return }
            loopBound.value.closeIfDone(context)
        }
    }

    private func becomeIdle(_ context: ChannelHandlerContext) {
        idleSince = context.eventLoop.now
        if phase == .open, headerSectionSince == nil { deadline?.set(limits.keepAliveTimeout) }
    }

    // MARK: Connection

    /// Tells the client that no new request is wanted, in two steps, so that none that is on its way is lost (RFC 9113 section 6.8).
    func drain(_ context: ChannelHandlerContext) {
        guard phase == .open else { return }
        phase = .announcing
        frameGuard?.announceEnding()
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.announcementTimeout) {
            guard let context = loopBound.value.context else { return }
            loopBound.value.announcementWasSeen(context)
        }
    }

    func announcementWasSeen(_ context: ChannelHandlerContext) {
        guard phase == .announcing else { return }
        leave(context)
    }

    /// No further stream is taken; the connection closes with the last one.
    private func leave(_ context: ChannelHandlerContext) {
        phase = .leaving
        write(.rootStream, .goAway(lastStreamID: lastStreamID, errorCode: .noError, opaqueData: nil), context)
        context.flush()
        closeIfDone(context)
    }

    /// The client asks for more than it is granted.
    func flooded(_ reason: String) {
        guard let context, phase != .closed else { return }
        let detail = ByteBuffer(string: reason)
        write(.rootStream, .goAway(lastStreamID: lastStreamID, errorCode: .enhanceYourCalm, opaqueData: detail), context)
        context.flush()
        close(context)
    }

    func close(_ context: ChannelHandlerContext) {
        guard phase != .closed else { return }
        end()
        context.close(promise: nil)
    }

    func end() {
        phase = .closed
        deadline?.stop()
        let open = streams.values
        streams = [:]
        for stream in open {
            stream.end(.connectionClosed)
            stream.task?.cancel()
        }
    }

    // MARK: Time

    /// A header section that is not complete has `headTimeout`.
    func headerSection(isOpen: Bool) {
        guard isOpen else {
            headerSectionSince = nil
            return
        }
        guard headerSectionSince == nil, let context else { return }
        headerSectionSince = context.eventLoop.now
        watchStreams()
    }

    func watchStreams() { deadline?.set(watchAmount) }

    private var watchAmount: TimeAmount {
        let least = min(limits.sendTimeout, limits.bodyTimeout, limits.headTimeout)
        return min(Self.watchInterval, .nanoseconds(least.nanoseconds / 4))
    }

    func deadlineReached() {
        guard let context, phase != .closed else { return }
        let now = context.eventLoop.now
        if let since = headerSectionSince, now - since >= limits.headTimeout { return flooded("a header section took too long") }
        if hasStalled(context, now) {
            // Nothing that is said would be heard.
            return close(context)
        }
        for (id, stream) in streams { check(stream, id, context, now) }
        context.flush()
        if streams.isEmpty, headerSectionSince == nil, unsentAtCheck == nil {
            guard phase == .open else { return }
            let idle = now - idleSince
            if idle >= limits.keepAliveTimeout {
                leave(context)
                return
            }
            deadline?.set(limits.keepAliveTimeout - idle)
        } else {
            watchStreams()
        }
    }

    private func check(_ stream: HTTP2Stream, _ id: HTTP2StreamID, _ context: ChannelHandlerContext, _ now: NIODeadline) {
        if stream.unsentBytes > 0 || (stream.isEnded && stream.bodyIsComplete) {
            // The client makes no room, while others on the same connection may go on.
            if now - stream.lastSent >= limits.sendTimeout { reset(id, .cancel, context) }
        } else if stream.awaitsBody, now - stream.lastReceived >= limits.bodyTimeout {
            if stream.isEnded {
                declineBody(of: id)
            } else {
                failBody(of: stream, .timedOut)
            }
        }
    }

    /// The rest of the content can't be had.
    private func failBody(of stream: HTTP2Stream, _ error: ExchangeError) {
        stream.bodyFailure = error
        stream.body?.end(.failure(error), discardingBuffered: true)
        untakenBytes -= stream.untakenBytes
        stream.untakenBytes = 0
    }

    /// True when the client has taken none of what waits in the socket for `sendTimeout`.
    private func hasStalled(_ context: ChannelHandlerContext, _ now: NIODeadline) -> Bool {
        let unsent = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        guard unsent > 0 else {
            (unsentAtCheck, stalledSince) = (nil, nil)
            return false
        }
        defer { (unsentAtCheck, wroteSinceCheck) = (unsent, false) }
        // The codec hands content to the socket only while that takes it.
        guard let before = unsentAtCheck, unsent >= before, !wroteSinceCheck else {
            stalledSince = now
            return false
        }
        let since = stalledSince ?? now
        stalledSince = since
        return now - since >= limits.sendTimeout
    }
}
