// A control service asked in process, over a cache with entries in it.

import ByteStreaming
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import Logging
import NIOCore
import XMLDocuments
import Synchronization

@testable import ControlService

struct ControlReply: Sendable {
    var status = 0
    var fields = HTTPFields()
    var body: [UInt8] = []
    var wasAborted = false

    var text: String { String(decoding: body, as: UTF8.self) }
    var document: XMLElement? { try? XMLElement.read(body) }

    /// The text of the element that a path of names leads to.
    func value(_ path: String...) -> String? {
        var element = document
        for name in path { element = element?.children.first { $0.name == name } }
        return element?.text
    }

    var code: String? { value("Error", "Code") }
}

final class RecordingSink: ExchangeSink {
    let reply = Mutex(ControlReply())

    func sendInformational(_ head: ResponseHead) async throws {}
    func respond(_ head: ResponseHead, body: ByteBuffer?) async throws {
        reply.withLock {
            $0.status = head.status.code
            $0.fields = head.fields
            $0.body = body.map { Array($0.readableBytesView) } ?? []
        }
    }
    func start(_ head: ResponseHead) async throws {}
    func write(_ chunk: ByteBuffer) async throws {}
    func write(_ region: FileRegion) async throws {}
    func finish() async throws {}
    func abort() { reply.withLock { $0.wasAborted = true } }
}

/// The service under test with the distribution `E1ABC`.
struct Control {
    static let now = HTTPDate(secondsSince1970: 1_780_000_000)
    static let collection = "/2020-05-31/distribution/E1ABC/invalidation"

    let cache = EdgeCache(limits: EdgeCacheLimits(memoryBytesMax: 16 << 20, objectBytesMax: 1 << 20))
    let service: ControlService

    init(process: ProcessControls? = nil, passOn: ControlService.PassOn? = nil) {
        let counter = Mutex<UInt64>(0)
        service = ControlService(
            cache: cache, knowsDistribution: { $0 == "E1ABC" }, now: { Self.now },
            random: {
                counter.withLock { value in
                    value &+= 0x9E37_79B9_7F4A_7C15
                    return value
                }
            },
            process: process, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), passOn: passOn)
    }

    func send(
        _ method: HTTPRequest.Method, _ target: String, fields: HTTPFields = [:], body: String? = nil
    ) async -> ControlReply {
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        let head = RequestHead(method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, authority: "localhost", fields: fields)
        let sink = RecordingSink()
        await service.handle(
            ServerExchange(
                head: head, connection: ConnectionInfo(clientAddress: "127.0.0.1"),
                body: RequestBody(body.map { ByteBuffer(string: $0) }), sink: sink))
        return sink.reply.withLock { $0 }
    }

    /// Asks for an invalidation of these paths.
    func invalidate(_ paths: [String], reference: String = "r1", quantity: Int? = nil) async -> ControlReply {
        await send(.post, Self.collection, body: Self.document(paths, reference: reference, quantity: quantity))
    }

    static func document(_ paths: [String], reference: String = "r1", quantity: Int? = nil) -> String {
        let items = paths.map { "<Path>\($0)</Path>" }.joined()
        return """
            <InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Paths><Quantity>\(quantity ?? paths.count)\
            </Quantity><Items>\(items)</Items></Paths><CallerReference>\(reference)</CallerReference></InvalidationBatch>
            """
    }

    func store(_ path: String, distribution: String = "E1ABC") {
        var builder = CacheKey.Builder()
        var text = path
        text.withUTF8 {
            builder.reset(method: .read, distribution: distribution, path: UnsafeRawBufferPointer($0), acceptEncoding: .none)
        }
        cache.store(
            CachedResponse(
                identity: ObjectIdentity(key: builder.finish(), distributionID: distribution, path: path),
                facts: EntryFacts(status: 200, storedAt: Self.now, freshness: Freshness(lifetimeSeconds: 60, source: .maxAge)),
                status: .ok, fields: [:], body: .empty))
    }
}
