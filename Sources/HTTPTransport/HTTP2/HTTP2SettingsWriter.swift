// Announces fewer streams at a time than the codec is told. Its state machine ends the connection when a client opens one stream too
// many; a client that has not read our SETTINGS yet may do so in good faith, and is to have just that stream refused (RFC 9113
// section 5.1.2), which is done behind the codec, by `HTTP2Connection`.

import NIOCore

/// Brings SETTINGS_MAX_CONCURRENT_STREAMS of the connection's first frame down to what is meant, then leaves the pipeline.
final class HTTP2SettingsWriter: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private static let maxConcurrentStreamsID: UInt16 = 3

    private let concurrentStreamsMax: Int
    private var isDone = false

    init(concurrentStreamsMax: Int) { self.concurrentStreamsMax = concurrentStreamsMax }

    /// What the codec is told: room for as many streams again, which are open for the moment in which they are refused.
    static func streamsOfCodec(_ concurrentStreamsMax: Int) -> Int { concurrentStreamsMax * 2 + 100 }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isDone, case .byteBuffer(var bytes) = unwrapOutboundIn(data), let length = Self.settingsLength(bytes) else {
            return context.write(data, promise: promise)
        }
        isDone = true
        let start = bytes.readerIndex + HTTP2FrameHeader.byteCount
        for entry in stride(from: start, to: start + length, by: 6)
        where bytes.getInteger(at: entry, as: UInt16.self) == Self.maxConcurrentStreamsID {
            bytes.setInteger(UInt32(concurrentStreamsMax), at: entry + 2)
        }
        context.write(wrapOutboundOut(.byteBuffer(bytes)), promise: promise)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// The length of the SETTINGS frame, no acknowledgement, that the bytes begin with.
    private static func settingsLength(_ bytes: ByteBuffer) -> Int? {
        guard let start = bytes.getInteger(at: bytes.readerIndex, as: UInt32.self), let flags = bytes.getInteger(at: bytes.readerIndex + 4, as: UInt8.self),
            UInt8(truncatingIfNeeded: start) == HTTP2FrameHeader.Kind.settings.rawValue, flags & HTTP2FrameHeader.ack == 0
        else { return nil }
        let length = Int(start >> 8)
        return bytes.readableBytes >= HTTP2FrameHeader.byteCount + length ? length : nil
    }
}
