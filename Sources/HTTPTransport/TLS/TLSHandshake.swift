// The beginning of a TLS connection: the client's name picks a certificate, the handshake is made within its time, and then the
// connection's own handler takes over. A connection in its handshake counts as open like any other, and one that fails is
// closed at once, without an answer that somebody else would have to wait for.

import NIOCore
import NIOSSL
import NIOTLS

/// Guards a connection until its handshake is complete, then makes way. Lives on the connection's event loop.
final class TLSHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// More than a client's first message needs; a TLS record cannot hold more.
    private static let helloBytesMax = 18 * 1024
    /// A fatal alert, `unrecognized_name` (RFC 8446 section 6.2).
    private static let unrecognizedName: [UInt8] = [21, 3, 3, 0, 2, 2, 112]

    private let eventLoop: any EventLoop
    private let source: any TLSContextSource
    private let timeout: TimeAmount
    private let makeHandlers: (TLSFacts) -> [any ChannelHandler]
    /// What the client asked for.
    private var serverName: String?
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?

    private init(
        on eventLoop: any EventLoop, source: any TLSContextSource, timeout: TimeAmount,
        makeHandlers: @escaping (TLSFacts) -> [any ChannelHandler]
    ) {
        self.eventLoop = eventLoop
        self.source = source
        self.timeout = timeout
        self.makeHandlers = makeHandlers
    }

    /// Puts the handlers of a handshake into a new connection's pipeline. `makeHandlers` is called when it is complete.
    static func start(
        on channel: any Channel, source: any TLSContextSource, timeout: TimeAmount,
        makeHandlers: @escaping (TLSFacts) -> [any ChannelHandler]
    ) throws {
        let handshake = TLSHandshake(on: channel.eventLoop, source: source, timeout: timeout, makeHandlers: makeHandlers)
        let names = ByteToMessageHandler(
            SNIHandler { [weak handshake, eventLoop = channel.eventLoop] result in
                handshake?.chooseContext(for: result) ?? eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
            }, maximumBufferSize: helloBytesMax)
        try channel.pipeline.syncOperations.addHandlers(names, handshake)
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let loopBound = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: timeout) { loopBound.value.giveUp() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let negotiated): complete(context, negotiated)
        case is DrainEvent, ChannelEvent.inputClosed: giveUp()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { giveUp() }

    // MARK: Steps

    private func chooseContext(for result: SNIResult) -> EventLoopFuture<Void> {
        let name: String? =
            switch result {
            case .hostname(let name): name.lowercased()
            case .fallback: nil
            }
        serverName = name
        switch source.context(forServerName: name) {
        case .context(let chosen): return use(chosen)
        case .unknownName: return use(nil)
        case .later:
            let promise = eventLoop.makePromise(of: TLSServerContext?.self)
            let source = source
            Task { promise.succeed(await source.makeContext(forServerName: name)) }
            let loopBound = NIOLoopBound(self, eventLoop: eventLoop)
            return promise.futureResult.flatMap { loopBound.value.use($0) }
        }
    }

    /// Goes on with the handshake under a context, or refuses the name.
    private func use(_ chosen: TLSServerContext?) -> EventLoopFuture<Void> {
        guard let chosen, let context else {
            if let context {
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: Self.unrecognizedName)), promise: nil)
                context.close(promise: nil)
            }
            return eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        return eventLoop.makeCompletedFuture {
            try context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: chosen.context), position: .before(self))
        }
    }

    private func complete(_ context: ChannelHandlerContext, _ negotiated: String?) {
        timer?.cancel()
        let operations = context.pipeline.syncOperations
        let version = (try? operations.handler(type: NIOSSLServerHandler.self))?.tlsVersion
        let facts = TLSFacts(version: version == .tlsv13 ? "TLSv1.3" : "TLSv1.2", applicationProtocol: negotiated, serverName: serverName)
        do {
            // One by one, each behind those that it is going to speak through at once.
            for handler in makeHandlers(facts) { try operations.addHandler(handler) }
            operations.removeHandler(context: context, promise: nil)
        } catch {
            giveUp()
        }
    }

    private func giveUp() {
        guard let context else { return }
        timer?.cancel()
        context.closeBeneathTLS()
    }
}

extension ChannelHandlerContext {
    /// Closes the socket without TLS's own ending, so that the client can tell a cut from an end (RFC 8446 section 6.1). Without
    /// TLS it is a plain close.
    func closeBeneathTLS() { pipeline.syncOperations.closeBeneathTLS() ?? close(promise: nil) }
}

extension ChannelPipeline.SynchronousOperations {
    /// Nil when there is no TLS to close beneath.
    func closeBeneathTLS() -> Void? {
        (try? context(handlerType: NIOSSLServerHandler.self))?.close(promise: nil)
    }
}
