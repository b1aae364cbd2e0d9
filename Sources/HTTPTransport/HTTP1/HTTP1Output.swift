// What one connection sends: heads and small content gathered in one buffer, large content and files passed on behind it,
// and the watch over a client that takes nothing. A class, because sending can call back into the connection at once.

import NIOCore

/// A connection's output. Lives on its event loop.
final class HTTP1Output {
    /// Content up to so many bytes is copied behind its head: one send of one buffer is cheaper than a vector of two.
    static let copiedContentBytesMax = 8 * 1024
    /// Bytes gathered before they are passed on, so that pipelined answers count as waiting to be sent.
    static let gatheredBytesMax = 64 * 1024
    /// Storage that an idle connection keeps for its next answer.
    static let keptStorageBytesMax = 16 * 1024

    /// Heads and small content not yet passed on.
    var bytes = ByteBuffer()
    private var unsentAtCheck: Int?
    private var wroteSinceCheck = false

    /// Puts content behind whatever `bytes` holds, without flushing.
    func write(_ content: IOData, _ context: ChannelHandlerContext) {
        if case .byteBuffer(let buffer) = content, buffer.readableBytes <= Self.copiedContentBytesMax {
            bytes.writeImmutableBuffer(buffer)
            if bytes.readableBytes >= Self.gatheredBytesMax { passOn(context) }
            return
        }
        passOn(context)
        wroteSinceCheck = true
        context.write(NIOAny(content), promise: nil)
    }

    private func passOn(_ context: ChannelHandlerContext) {
        guard bytes.readableBytes > 0 else { return }
        wroteSinceCheck = true
        let gathered = bytes
        bytes = ByteBuffer()
        context.write(NIOAny(IOData.byteBuffer(gathered)), promise: nil)
    }

    func flush(_ context: ChannelHandlerContext) {
        guard bytes.readableBytes > 0 else {
            context.flush()
            return
        }
        wroteSinceCheck = true
        // Sending can come back here through a change of writability: `bytes` must be empty by then.
        let gathered = NIOAny(IOData.byteBuffer(bytes))
        if bytes.capacity > Self.keptStorageBytesMax { bytes = ByteBuffer() } else { bytes.moveReaderIndex(to: bytes.writerIndex) }
        context.writeAndFlush(gathered, promise: nil)
        // Once NIO has sent it, the storage is ours alone again and is used for the next answer; else it gets new storage.
        if bytes.readableBytes == 0 { bytes.clear() }
    }

    /// Flushes and says when all of it is sent, or that it can't be.
    func flush(_ context: ChannelHandlerContext, then done: @escaping (Result<Void, ExchangeError>) -> Void) {
        let promise = context.eventLoop.makePromise(of: Void.self)
        let done = NIOLoopBound(done, eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { result in
            switch result {
            case .success: done.value(.success(()))
            case .failure: done.value(.failure(.connectionClosed))
            }
        }
        // An empty write is complete when everything before it is.
        let last = bytes
        bytes = ByteBuffer()
        wroteSinceCheck = true
        context.writeAndFlush(NIOAny(IOData.byteBuffer(last)), promise: promise)
    }

    // MARK: Progress

    /// Bytes that the client has not taken yet.
    func unsentBytes(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// True when the client has taken nothing since the last check; this check is the next one's beginning.
    func hasStalledSinceCheck(_ context: ChannelHandlerContext) -> Bool {
        let unsent = unsentBytes(context)
        if unsent > 0, !wroteSinceCheck, let before = unsentAtCheck, unsent >= before { return true }
        unsentAtCheck = unsent
        wroteSinceCheck = false
        return false
    }

    /// Forgets earlier checks: the client has shown life.
    func noteProgress() { unsentAtCheck = nil }
}
