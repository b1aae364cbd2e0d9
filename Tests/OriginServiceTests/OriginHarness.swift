// An origin over a store in memory, asked in process: requests go in as values, responses come out as values.

import ByteStreaming
import Cryptography
import HTTPTransport
import HTTPTypes
import Logging
import NIOCore
import ObjectStorage
import S3Model
import SigV4
import Synchronization

@testable import OriginService

/// A response as a client would have it.
struct Response: Sendable {
    var status: Int
    var fields: HTTPFields
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The text of the first element of that name.
    func element(_ name: String) -> String? {
        guard let start = text.range(of: "<\(name)>"), let end = text[start.upperBound...].range(of: "</\(name)>") else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }

    /// The texts of all elements of that name.
    func elements(_ name: String) -> [String] {
        text.split(separator: "<\(name)>").dropFirst().compactMap { $0.split(separator: "</\(name)>", omittingEmptySubsequences: false).first.map(String.init) }
    }

    var code: String? { element("Code") }
}

extension String {
    /// The first occurrence of a text, without Foundation.
    fileprivate func range(of text: String) -> Range<Index>? { self[...].range(of: text) }
}

extension Substring {
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}

/// Collects what a service sends.
final class RecordingSink: ExchangeSink {
    struct State {
        var head: ResponseHead?
        var body: [UInt8] = []
        var wasAborted = false
    }

    let state = Mutex(State())

    func sendInformational(_ head: ResponseHead) async throws {}

    func respond(_ head: ResponseHead, body: ByteBuffer?) async throws {
        state.withLock {
            $0.head = head
            $0.body = body.map { Array($0.readableBytesView) } ?? []
        }
    }

    func start(_ head: ResponseHead) async throws { state.withLock { $0.head = head } }
    func write(_ chunk: ByteBuffer) async throws { state.withLock { $0.body += Array(chunk.readableBytesView) } }
    func write(_ region: FileRegion) async throws { throw ExchangeError.responseOutOfOrder("no files here") }
    func finish() async throws {}
    func abort() { state.withLock { $0.wasAborted = true } }
}

/// The origin, its users and a clock that stands still until moved.
final class OriginHarness: Sendable {
    static let region = "us-east-1"
    static let owner = OriginUser(
        accessKeyID: "OWNERKEY", secretAccessKey: "owner-secret", canonicalID: String(repeating: "a", count: 64), displayName: "owner",
        arn: "arn:aws:iam::111111111111:root", accountID: "111111111111", name: "root")
    static let stranger = OriginUser(
        accessKeyID: "STRANGERKEY", secretAccessKey: "stranger-secret", canonicalID: String(repeating: "b", count: 64), displayName: "stranger",
        arn: "arn:aws:iam::222222222222:user/stranger", accountID: "222222222222", name: "stranger")
    static let service = ServiceCredential(accessKeyID: "EDGEKEY", secretAccessKey: "edge-secret")

    let store = InMemoryObjectStore()
    let server: BucketServer
    /// Milliseconds since 1970.
    let clock: ClockBox

    final class ClockBox: Sendable {
        let milliseconds = Mutex<Int64>(1_780_000_000_000)
        var now: StoreInstant { StoreInstant(millisecondsSince1970: milliseconds.withLock { $0 }) }
        func advance(seconds: Int64) { milliseconds.withLock { $0 += seconds * 1000 } }
    }

    init(block: PublicAccessBlock? = nil) {
        let clock = ClockBox()
        self.clock = clock
        let counter = Mutex<UInt8>(0)
        server = BucketServer(
            configuration: .init(
                region: Self.region, users: [Self.owner, Self.stranger], serviceCredentials: [Self.service], newBucketPublicAccessBlock: block),
            store: store, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), now: { clock.now },
            randomBytes: { count in
                let value = counter.withLock { value in
                    value &+= 1
                    return value
                }
                return [UInt8](repeating: value, count: count)
            })
    }

    enum Signer: Sendable {
        case owner, stranger, service, anonymous
        case identity(String)

        var credentials: SigningCredentials? {
            switch self {
            case .owner: SigningCredentials(accessKeyID: OriginHarness.owner.accessKeyID, secretAccessKey: OriginHarness.owner.secretAccessKey)
            case .stranger: SigningCredentials(accessKeyID: OriginHarness.stranger.accessKeyID, secretAccessKey: OriginHarness.stranger.secretAccessKey)
            case .service: SigningCredentials(accessKeyID: OriginHarness.service.accessKeyID, secretAccessKey: OriginHarness.service.secretAccessKey)
            case .identity(let id):
                {
                    let credential = OriginAccessIdentityCredential(identityID: id, serviceSecretAccessKey: OriginHarness.service.secretAccessKey)
                    return SigningCredentials(accessKeyID: credential.accessKeyID, secretAccessKey: credential.secretAccessKey)
                }()
            case .anonymous: nil
            }
        }
    }

    /// Sends one request, signed by `signer`.
    ///
    /// `payload` is what x-amz-content-sha256 says; nil for the digest of the body.
    func send(
        _ method: HTTPRequest.Method, _ target: String, host: String = "localhost:9000", fields: HTTPFields = [:], body: [UInt8] = [],
        as signer: Signer = .owner, payload: PayloadHash? = nil, sendsLength: Bool = true, wire: ((ChunkSignatureChain) -> [UInt8])? = nil
    ) async -> Response {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var headers = fields.map { (name: $0.name.rawName, value: $0.value) }
        headers.append((name: "host", value: host))
        var wireBody = body
        if let credentials = signer.credentials {
            var request = SigV4Request(method: method.rawValue, path: parts[0], query: parts.count > 1 ? parts[1] : "", headers: headers)
            let chain = SigV4Signer(credentials: credentials, region: Self.region).sign(
                &request, payload: payload ?? .of(body), at: SigningTime(secondsSince1970: clock.now.secondsSince1970))
            headers = request.headers
            if let wire { wireBody = wire(chain) }
        }
        var head = RequestHead(
            method: method, path: parts[0], query: parts.count > 1 ? parts[1] : nil, authority: host,
            fields: HTTPFields(headers.compactMap { header in HTTPField.Name(header.name).map { HTTPField(name: $0, value: header.value) } }))
        if sendsLength, !wireBody.isEmpty || method == .put || method == .post { head.fields[.contentLength] = String(wireBody.count) }
        return await deliver(head, wireBody)
    }

    func deliver(_ head: RequestHead, _ body: [UInt8] = []) async -> Response {
        let sink = RecordingSink()
        let exchange = ServerExchange(
            head: head, connection: ConnectionInfo(clientAddress: "127.0.0.1"), body: RequestBody(body.isEmpty ? nil : ByteBuffer(bytes: body)),
            sink: sink)
        await server.handle(exchange)
        let state = sink.state.withLock { $0 }
        return Response(status: state.head?.status.code ?? 0, fields: state.head?.fields ?? [:], body: state.body)
    }
}
