import NIOCore
import NIOEmbedded
import NIOPosix

@testable import HTTPTransport

/// A connection without socket, on a loop whose time the test moves.
final class TestingConnection: Sendable {
    let channel = NIOAsyncTestingChannel()
    private let handler: NIOLoopBound<HTTP1Connection>

    init(_ service: any HTTPService, limits: TransportLimits = TransportLimits()) async throws {
        let channel = self.channel
        handler = try await channel.testingEventLoop.submit {
            let handler = HTTP1Connection(service: service, limits: limits, info: ConnectionInfo(clientAddress: "192.0.2.1"))
            try channel.pipeline.syncOperations.addHandler(ReadCounter())
            try channel.pipeline.syncOperations.addHandler(handler)
            return NIOLoopBound(handler, eventLoop: channel.testingEventLoop)
        }.get()
        try await channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 80))
    }

    func receive(_ text: String) async throws { try await channel.writeInbound(ByteBuffer(string: text)) }

    /// The next thing written, as text.
    func written() async throws -> String {
        switch try await channel.waitForOutboundWrite(as: IOData.self) {
        case .byteBuffer(let buffer): String(buffer: buffer)
        case .fileRegion(let region): "file \(region.readableBytes)"
        }
    }

    /// What was written and not taken yet; nil when nothing was.
    func writtenSoFar() async throws -> String? {
        guard case .byteBuffer(let buffer)? = try await channel.readOutbound(as: IOData.self) else { return nil }
        return String(buffer: buffer)
    }

    func advance(_ amount: TimeAmount) async { await channel.testingEventLoop.advanceTime(by: amount) }

    /// Whether a read that the channel asks for now reaches the socket.
    func wantsRead() async -> Bool {
        let channel = self.channel
        let result = try? await channel.testingEventLoop.submit {
            let counter = try channel.pipeline.syncOperations.handler(type: ReadCounter.self)
            let before = counter.reads
            channel.pipeline.read()
            return counter.reads > before
        }.get()
        return result ?? false
    }

    func inputCapacity() async -> Int {
        let handler = self.handler
        return (try? await channel.testingEventLoop.submit { handler.value.input.capacity }.get()) ?? 0
    }

    var isOpen: Bool { channel.isActive }

    func close() async { try? await channel.close() }
}

/// Counts the reads that come through to the socket.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = IOData
    var reads = 0

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }
}
