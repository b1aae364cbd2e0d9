// A request's content on its way to the service. The windows that the client is given bound what can have arrived and not been taken:
// they grow as the service takes it (RFC 9113 section 5.2).

import ByteStreaming
import NIOCore
import NIOHTTP2

extension HTTP2Connection {
    func receive(_ data: HTTP2Frame.FramePayload.Data, on id: HTTP2StreamID, _ context: ChannelHandlerContext) {
        guard case .byteBuffer(let bytes) = data.data, let stream = streams[id] else { return }
        stream.lastReceived = context.eventLoop.now
        stream.traffic.didReceive(HTTP2FrameHeader.byteCount + bytes.readableBytes)
        if stream.discardsBody || stream.bodyFailure != nil || stream.body == nil {
            stream.discardedBytes += bytes.readableBytes
            if stream.discardedBytes > limits.discardedBodyBytesMax { declineBody(of: id) }
        } else if bytes.readableBytes > 0 {
            stream.untakenBytes += bytes.readableBytes
            untakenBytes += bytes.readableBytes
            // The window bounds what can arrive, so there is always room.
            _ = stream.body?.append(bytes)
        }
        if data.endStream { completeBody(of: stream, context) }
    }

    func completeBody(of stream: HTTP2Stream, _ context: ChannelHandlerContext) {
        stream.bodyIsComplete = true
        stream.lastSent = context.eventLoop.now
        stream.body?.end(.success(()))
    }

    func bodyTaken(_ count: Int, of id: HTTP2StreamID) {
        // Those of a stream that is gone were given back when it went.
        guard let context, let stream = streams[id] else { return }
        stream.untakenBytes -= count
        untakenBytes -= count
        stream.lastReceived = context.eventLoop.now
        growWindow(of: stream, id, context)
        growConnectionWindow(context)
        context.flush()
    }

    func windowChanged(_ event: NIOHTTP2WindowUpdatedEvent, _ context: ChannelHandlerContext) {
        guard let window = event.inboundWindowSize else { return }
        if event.streamID == .rootStream {
            connectionWindow = window
            growConnectionWindow(context)
        } else if let stream = streams[event.streamID] {
            stream.inboundWindow = window
            growWindow(of: stream, event.streamID, context)
        }
    }

    /// Lets the client send as much again as was taken, once that is worth a frame.
    func growWindow(of stream: HTTP2Stream, _ id: HTTP2StreamID, _ context: ChannelHandlerContext) {
        guard !stream.bodyIsComplete, !stream.declinesBody else { return }
        let more = limits.http2.streamWindowBytes - stream.inboundWindow - stream.untakenBytes
        guard more >= limits.http2.streamWindowBytes / 2 else { return }
        stream.inboundWindow += more
        write(id, .windowUpdate(windowSizeIncrement: more), context)
    }

    func growConnectionWindow(_ context: ChannelHandlerContext) {
        guard phase != .closed else { return }
        let more = limits.http2.connectionWindowBytes - connectionWindow - untakenBytes
        guard more >= limits.http2.connectionWindowBytes / 2 else { return }
        connectionWindow += more
        write(.rootStream, .windowUpdate(windowSizeIncrement: more), context)
    }
}
