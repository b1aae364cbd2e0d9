// An origin that speaks bytes: the test decides what each connection answers, and sees exactly what was sent to it.

import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

@testable import OriginFetch

/// Listens on loopback and hands its connections to the test in the order of their arrival.
final class ScriptedOrigin: Sendable {
    private struct State {
        var waiting: [OriginSide] = []
        var taker: CheckedContinuation<OriginSide, Never>?
        var accepted = 0
    }

    private let state: Mutex<State>
    private let channel: any Channel
    let port: Int

    private init(channel: any Channel, state: consuming Mutex<State>) {
        self.channel = channel
        self.state = state
        port = channel.localAddress?.port ?? 0
    }

    /// - Parameter tls: what it is over TLS; plain without it.
    static func listen(host: String = "127.0.0.1", tls: ScriptedTLS? = nil) async throws -> ScriptedOrigin {
        let accepted = Accepted()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let side = OriginSide(channel: channel)
                    try tls?.start(on: channel)
                    try channel.pipeline.syncOperations.addHandler(OriginSideHandler(side: side))
                    accepted.deliver(side)
                }
            }
            .bind(host: host, port: 0).get()
        let origin = ScriptedOrigin(channel: channel, state: Mutex(State()))
        accepted.connect { [weak origin] in origin?.accept($0) }
        return origin
    }

    /// How often a connection was made.
    var acceptedCount: Int { state.withLock { $0.accepted } }

    /// The next connection.
    func next() async -> OriginSide {
        await withCheckedContinuation { continuation in
            let side: OriginSide? = state.withLock { state in
                if !state.waiting.isEmpty { return state.waiting.removeFirst() }
                state.taker = continuation
                return nil
            }
            if let side { continuation.resume(returning: side) }
        }
    }

    private func accept(_ side: OriginSide) {
        let taker = state.withLock { state in
            state.accepted += 1
            if state.taker == nil { state.waiting.append(side) }
            defer { state.taker = nil }
            return state.taker
        }
        taker?.resume(returning: side)
    }

    func close() async { try? await channel.close() }

    var endpoint: OriginEndpoint { OriginEndpoint(host: "127.0.0.1", port: port) }
}

/// Holds what is accepted before the origin is there to take it.
private final class Accepted: Sendable {
    private let state = Mutex<(early: [OriginSide], sink: (@Sendable (OriginSide) -> Void)?)>(([], nil))

    func deliver(_ side: OriginSide) {
        let sink = state.withLock { state in
            if state.sink == nil { state.early.append(side) }
            return state.sink
        }
        sink?(side)
    }

    func connect(_ sink: @escaping @Sendable (OriginSide) -> Void) {
        let early = state.withLock { state in
            state.sink = sink
            return state.early
        }
        for side in early { sink(side) }
    }
}

/// The origin's end of one connection.
final class OriginSide: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
        var waiters: [(wanted: @Sendable ([UInt8]) -> Bool, continuation: CheckedContinuation<String, Never>)] = []
    }

    private let state = Mutex(State())
    private let channel: any Channel

    init(channel: any Channel) { self.channel = channel }

    /// Everything received, as soon as it ends in `text` or the client is gone.
    @discardableResult
    func received(until text: String = "\r\n\r\n") async -> String {
        let wanted = Array(text.utf8)
        return await wait { $0.suffix(wanted.count).elementsEqual(wanted) }
    }

    /// Everything until the client is gone.
    func receivedToEnd() async -> String { await wait { _ in false } }

    var receivedCount: Int { state.withLock { $0.bytes.count } }

    /// Forgets what was received, for the next request.
    func forget() { state.withLock { $0.bytes = [] } }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

    func sendLater(bytes: Int, then done: @escaping @Sendable () -> Void) {
        channel.writeAndFlush(ByteBuffer(repeating: 0x61, count: bytes)).whenSuccess(done)
    }

    func close() async { try? await channel.close() }

    /// Closes the socket beneath TLS.
    func cut() async throws {
        try await channel.eventLoop.submit { [channel] in
            try channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self).close(promise: nil)
        }.get()
    }

    func setReading(_ reading: Bool) async throws {
        try await channel.setOption(.autoRead, value: reading)
        if reading { channel.read() }
    }

    private func wait(until wanted: @escaping @Sendable ([UInt8]) -> Bool) async -> String {
        await withCheckedContinuation { continuation in
            let text: String? = state.withLock { state in
                if state.hasEnded || wanted(state.bytes) { return String(decoding: state.bytes, as: UTF8.self) }
                state.waiters.append((wanted, continuation))
                return nil
            }
            if let text { continuation.resume(returning: text) }
        }
    }

    fileprivate func update(append bytes: [UInt8] = [], ended: Bool = false) {
        let (met, text) = state.withLock { state in
            state.bytes += bytes
            if ended { state.hasEnded = true }
            let met = state.waiters.filter { state.hasEnded || $0.wanted(state.bytes) }
            state.waiters.removeAll { state.hasEnded || $0.wanted(state.bytes) }
            return (met.map(\.continuation), met.isEmpty ? "" : String(decoding: state.bytes, as: UTF8.self))
        }
        for continuation in met { continuation.resume(returning: text) }
    }
}

private final class OriginSideHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let side: OriginSide

    init(side: OriginSide) { self.side = side }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        side.update(append: Array(unwrapInboundIn(data).readableBytesView))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { side.update(ended: true) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) { side.update(ended: true) }
}

/// Lets other tasks run until `condition` holds; false after far more time than anything here needs.
func eventually(_ condition: @Sendable () async -> Bool) async -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(20)
    while clock.now < end {
        if await condition() { return true }
        await Task.yield()
    }
    return false
}
