// A viewer in process: it sends a request and keeps what it gets.

import ByteStreaming
import Glibc
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore
import Synchronization

@testable import EdgeService

/// A response as a viewer has it.
struct ViewerReply: Sendable, Equatable {
    var status = 0
    var reasonPhrase = ""
    var fields = HTTPFields()
    var body: [UInt8] = []
    var interims: [Interim] = []
    var isWhole = false
    var wasCut = false
    /// Pieces that came straight from a file.
    var regions = 0

    struct Interim: Sendable, Equatable {
        var status: Int
        var fields: HTTPFields
    }

    var text: String { String(decoding: body, as: UTF8.self) }
    var xCache: String? { fields[.xCache].map { String($0.prefix { $0 != " " }) } }
    var age: Int? { fields[.age].flatMap { Int($0) } }
}

/// Records what a service sends; told to, it behaves as a client that has gone.
final class RecordingSink: ExchangeSink {
    private let state = Mutex(ViewerReply())
    private let gone = Mutex(false)

    var reply: ViewerReply { state.withLock { $0 } }
    func leave() { gone.withLock { $0 = true } }

    private func check() throws {
        if gone.withLock({ $0 }) { throw ExchangeError.connectionClosed }
    }

    func sendInformational(_ head: ResponseHead) async throws {
        try check()
        state.withLock { $0.interims.append(.init(status: head.status.code, fields: head.fields)) }
    }

    func respond(_ head: ResponseHead, body: ByteBuffer?) async throws {
        try await start(head)
        if let body { state.withLock { $0.body += Array(body.readableBytesView) } }
        try await finish()
    }

    func start(_ head: ResponseHead) async throws {
        try check()
        state.withLock { ($0.status, $0.reasonPhrase, $0.fields) = (head.status.code, head.status.reasonPhrase, head.fields) }
    }

    func write(_ chunk: ByteBuffer) async throws {
        try check()
        state.withLock { $0.body += Array(chunk.readableBytesView) }
    }

    func write(_ region: FileRegion) async throws {
        try check()
        let bytes = try region.fileHandle.withUnsafeFileDescriptor { descriptor in
            [UInt8](unsafeUninitializedCapacity: region.readableBytes) { target, count in
                count = max(0, pread(descriptor, target.baseAddress, region.readableBytes, off_t(region.readerIndex)))
            }
        }
        state.withLock { state in
            state.body += bytes
            state.regions += 1
        }
    }

    func finish() async throws {
        try check()
        state.withLock { $0.isWhole = true }
    }

    func abort() { state.withLock { $0.wasCut = true } }
}

/// A request under way.
final class Viewer: Sendable {
    let sink = RecordingSink()
    private let task: Task<Void, Never>

    init(_ service: EdgeService, _ head: RequestHead, content: RequestBody = RequestBody(), isSecure: Bool = false, address: String = "192.0.2.7") {
        let exchange = ServerExchange(
            head: head, connection: ConnectionInfo(
                clientAddress: address, clientPort: 4711, tls: isSecure ? TLSFacts(version: "TLSv1.3") : nil), body: content, sink: sink)
        task = Task { await service.handle(exchange) }
    }

    /// What has arrived by now.
    var soFar: ViewerReply { sink.reply }

    /// The response, once the service is done with it. HEAD's content is not the sink's to drop, so it is dropped here.
    var reply: ViewerReply {
        get async {
            await task.value
            return sink.reply
        }
    }

    /// Closes the connection, as the transport tells the service.
    func leave() {
        sink.leave()
        task.cancel()
    }
}
