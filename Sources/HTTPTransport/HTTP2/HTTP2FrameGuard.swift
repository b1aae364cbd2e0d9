// Stands before the protocol's own state machine and looks at frame headers alone. Everything is passed on as it came, with one
// exception: a client's SETTINGS_HEADER_TABLE_SIZE above the default is brought down to it. An encoder may use less than it is
// allowed (RFC 7541 section 4.2), and must not hold as much memory as a client would like it to.

import NIOCore

/// Counts and bounds the frames that a client sends. Lives on the connection's event loop.
final class HTTP2FrameGuard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = IOData

    /// "PRI * HTTP/2.0", what follows it included.
    private static let prefaceBytes = 24
    /// Bytes of one SETTINGS frame; there are not so many settings.
    private static let settingsBytesMax = 600
    private static let headerTableSizeID: UInt16 = 1
    private static let headerTableBytesMax: UInt32 = 4_096

    private let connection: HTTP2Connection
    private var context: ChannelHandlerContext?
    private var prefaceLeft = HTTP2FrameGuard.prefaceBytes
    /// Bytes of the present frame's payload that are still to come.
    private var payloadLeft = 0
    /// An incomplete frame header or SETTINGS frame, not passed on yet.
    private var held = ByteBuffer()
    private var isEnded = false

    init(_ connection: HTTP2Connection) { self.connection = connection }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        connection.frameGuard = self
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Calls back when all that was written has been sent, or can't be.
    func whenSent(_ done: @escaping () -> Void) {
        guard let context else { return done() }
        let promise = context.eventLoop.makePromise(of: Void.self)
        let done = NIOLoopBound(done, eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { _ in done.value() }
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer())), promise: promise)
    }

    /// Sends a GOAWAY that refuses nothing and a PING. The codec would take no stream after a GOAWAY of its own.
    func announceEnding() {
        guard let context else { return }
        var frames = ByteBuffer()
        frames.writeBytes([0, 0, 8, HTTP2FrameHeader.Kind.goAway.rawValue, 0, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0])
        frames.writeBytes([0, 0, 8, HTTP2FrameHeader.Kind.ping.rawValue, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(frames)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isEnded else { return }
        var bytes = unwrapInboundIn(data)
        if held.readableBytes > 0 {
            held.writeBuffer(&bytes)
            bytes = held
            held = ByteBuffer()
        }
        let end = scan(&bytes, context)
        guard !isEnded else { return }
        if end < bytes.writerIndex, let rest = bytes.getSlice(at: end, length: bytes.writerIndex - end) {
            // A copy, so that the little that is left does not hold a large buffer.
            held = ByteBuffer(buffer: rest)
            bytes.moveWriterIndex(to: end)
        }
        if bytes.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(bytes)) }
    }

    /// Goes over the frames in `bytes`; the index up to which they can be passed on.
    private func scan(_ bytes: inout ByteBuffer, _ context: ChannelHandlerContext) -> Int {
        var index = bytes.readerIndex
        let end = bytes.writerIndex
        let preface = min(prefaceLeft, end - index)
        prefaceLeft -= preface
        index += preface
        while true {
            let payload = min(payloadLeft, end - index)
            payloadLeft -= payload
            index += payload
            guard end - index >= HTTP2FrameHeader.byteCount, let frame = Self.header(bytes, at: index) else { return index }
            if frame.kind == .settings {
                guard frame.length <= Self.settingsBytesMax else {
                    return refuse("a SETTINGS frame of more than \(Self.settingsBytesMax) bytes", index)
                }
                guard end - index >= HTTP2FrameHeader.byteCount + frame.length else { return index }
                clampHeaderTable(&bytes, at: index + HTTP2FrameHeader.byteCount, length: frame.length)
            }
            if let reason = connection.budget.receive(frame, now: context.eventLoop.now) { return refuse(reason, index) }
            switch frame.kind {
            case .headers: connection.headerSection(isOpen: frame.flags & HTTP2FrameHeader.endHeaders == 0)
            case .continuation where frame.flags & HTTP2FrameHeader.endHeaders != 0: connection.headerSection(isOpen: false)
            default: break
            }
            index += HTTP2FrameHeader.byteCount
            payloadLeft = frame.length
        }
    }

    private func refuse(_ reason: String, _ index: Int) -> Int {
        isEnded = true
        connection.flooded(reason)
        return index
    }

    private static func header(_ bytes: ByteBuffer, at index: Int) -> HTTP2FrameHeader? {
        guard let lengthAndType = bytes.getInteger(at: index, as: UInt32.self), let flags = bytes.getInteger(at: index + 4, as: UInt8.self),
            let stream = bytes.getInteger(at: index + 5, as: UInt32.self)
        else { return nil }
        return HTTP2FrameHeader(
            length: Int(lengthAndType >> 8), type: UInt8(truncatingIfNeeded: lengthAndType), flags: flags, streamID: stream & 0x7FFF_FFFF)
    }

    private func clampHeaderTable(_ bytes: inout ByteBuffer, at start: Int, length: Int) {
        for entry in stride(from: start, to: start + length / 6 * 6, by: 6) {
            guard bytes.getInteger(at: entry, as: UInt16.self) == Self.headerTableSizeID,
                let size = bytes.getInteger(at: entry + 2, as: UInt32.self), size > Self.headerTableBytesMax
            else { continue }
            bytes.setInteger(Self.headerTableBytesMax, at: entry + 2)
        }
    }
}
