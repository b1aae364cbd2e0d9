// A client that speaks bytes, so that tests can send what no HTTP library would and see exactly what comes back.

import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// One TCP connection, its input gathered; waiting never blocks a thread.
final class WireClient: Sendable {
    private let channel: any Channel
    private let gatherer: Gatherer

    private init(channel: any Channel, gatherer: Gatherer) {
        self.channel = channel
        self.gatherer = gatherer
    }

    /// - Parameter tls: what the client offers and trusts, and the name it asks for; in the clear without it.
    static func connect(
        port: Int, reading: Bool = true, tls: (context: NIOSSLContext, name: String?)? = nil
    ) async throws -> WireClient {
        let gatherer = Gatherer()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: reading)
            .channelOption(.socketOption(.so_rcvbuf), value: reading ? 1 << 20 : 4096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls.context, serverHostname: tls.name))
                    }
                    try channel.pipeline.syncOperations.addHandler(GatheringHandler(gatherer: gatherer))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return WireClient(channel: channel, gatherer: gatherer)
    }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

    func send(bytes: Int) async throws { try await channel.writeAndFlush(ByteBuffer(repeating: 0x61, count: bytes)) }

    /// Sends without waiting for the other side to take it.
    func sendLater(bytes: Int) { channel.writeAndFlush(ByteBuffer(repeating: 0x61, count: bytes), promise: nil) }

    func pauseReading() async throws { try await channel.setOption(.autoRead, value: false).get() }

    func resumeReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
        channel.read()
    }

    /// Everything received so far, as soon as it contains `text`, or all there is when the other side ends.
    @discardableResult
    func received(until text: String) async -> String {
        let wanted = Array(text.utf8)
        return String(decoding: await gatherer.wait { $0.contains(wanted) }, as: UTF8.self)
    }

    /// Everything received, as soon as there are so many bytes, or all there is when the other side ends.
    func received(count: Int) async -> [UInt8] { await gatherer.wait { $0.count >= count } }

    /// Everything until the other side ended.
    func receivedToEnd() async -> String { String(decoding: await gatherer.wait { _ in false }, as: UTF8.self) }

    /// Whether the other side reset the connection, or ended it without TLS's own ending.
    var wasReset: Bool { gatherer.wasReset }

    /// The first error of the connection.
    var failure: String? { gatherer.failure }

    func halfClose() async throws { try await channel.close(mode: .output) }

    func close() async { try? await channel.close() }
}

/// Bytes as they arrive and those who wait for them.
final class Gatherer: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
        var wasReset = false
        var failure: String?
        var waiters: [(isMet: @Sendable ([UInt8]) -> Bool, continuation: CheckedContinuation<[UInt8], Never>)] = []
    }

    private let state = Mutex(State())

    var wasReset: Bool { state.withLock { $0.wasReset } }

    var failure: String? { state.withLock { $0.failure } }

    func fail(_ error: any Error) { state.withLock { if $0.failure == nil { $0.failure = "\(error)" } } }

    func wait(until isMet: @escaping @Sendable ([UInt8]) -> Bool) async -> [UInt8] {
        await withCheckedContinuation { continuation in
            let bytes: [UInt8]? = state.withLock { state in
                if state.hasEnded || isMet(state.bytes) { return state.bytes }
                state.waiters.append((isMet, continuation))
                return nil
            }
            if let bytes { continuation.resume(returning: bytes) }
        }
    }

    func append(_ buffer: ByteBuffer) { update { $0.bytes += Array(buffer.readableBytesView) } }

    func end(reset: Bool) {
        update { state in
            state.hasEnded = true
            if reset { state.wasReset = true }
        }
    }

    private func update(_ change: (inout State) -> Void) {
        let (met, bytes) = state.withLock { state in
            change(&state)
            let met = state.waiters.filter { state.hasEnded || $0.isMet(state.bytes) }
            state.waiters.removeAll { state.hasEnded || $0.isMet(state.bytes) }
            return (met.map(\.continuation), state.bytes)
        }
        for continuation in met { continuation.resume(returning: bytes) }
    }
}

final class GatheringHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let gatherer: Gatherer

    init(gatherer: Gatherer) { self.gatherer = gatherer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { gatherer.append(unwrapInboundIn(data)) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { gatherer.end(reset: false) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        gatherer.fail(error)
        gatherer.end(reset: true)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { gatherer.end(reset: false) }
}

/// Lets other tasks run until `condition` holds; false after far more turns than anything here needs.
func eventually(_ condition: @Sendable () async -> Bool) async -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(20)
    while clock.now < end {
        if await condition() { return true }
        await Task.yield()
    }
    return false
}
