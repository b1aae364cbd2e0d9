import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import OriginFetch
import Synchronization
import Testing

/// Answers every request with the number of content bytes it had, and counts connections.
private final class CountingOrigin: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private var bytes = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: bytes = 0
        case .body(let chunk): bytes += chunk.readableBytes
        case .end:
            let text = ByteBuffer(string: String(bytes))
            let headers: HTTPHeaders = ["Content-Length": String(text.readableBytes)]
            context.write(wrapOutboundOut(.head(.init(version: .http1_1, status: .ok, headers: headers))), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(text))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}

private final class Bytes: FetchRequestContent {
    let byteCount: Int?
    private let rest: Mutex<ByteBuffer?>

    init(_ count: Int) {
        byteCount = count
        rest = Mutex(count == 0 ? nil : ByteBuffer(repeating: 7, count: count))
    }

    func nextChunk() async throws -> ByteBuffer? {
        rest.withLock { rest in
            defer { rest = nil }
            return rest
        }
    }
}

@Suite struct KeptConnectionContentTests {
    /// The upload once raced the head on a kept connection: the content was dropped and the request hung until its timeout.
    @Test func `content arrives whole on every request of a kept connection`() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let connections = Mutex(0)
        let server = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    connections.withLock { $0 += 1 }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(CountingOrigin())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        var endpoint = OriginEndpoint(host: "127.0.0.1", port: try #require(server.localAddress?.port))
        endpoint.readTimeout = .seconds(5)
        let fetcher = NIOOriginFetcher(group: group)
        let host = try #require(HTTPField.Name("Host"))
        let sizes = [0, 1, 1000, 0, 70_000] + Array(repeating: 3, count: 200)
        for size in sizes {
            var fields = HTTPFields()
            fields.append(HTTPField(name: host, value: endpoint.name))
            let request = FetchRequest(method: .put, target: "/", fields: fields, content: Bytes(size))
            let response = try await fetcher.fetch(request, from: endpoint)
            var answer = ByteBuffer()
            while let chunk = try await response.content.next() { answer.writeImmutableBuffer(chunk) }
            #expect(String(buffer: answer) == String(size))
        }
        #expect(connections.withLock { $0 } < sizes.count, "no connection was kept, so this showed nothing")
        fetcher.shutDown()
        try await server.close()
    }
}
