// An origin in memory. Tests say what it answers; a gate lets them send a response's head and content piece by piece.

import ByteStreaming
import HTTPTypes
import NIOCore
import OriginFetch
import Synchronization
import Testing

/// What an origin answers with.
struct OriginReply: Sendable {
    var status: HTTPResponse.Status = .ok
    var fields = HTTPFields()
    var body: [UInt8] = []
    /// Whether Content-Length is announced.
    var sendsLength = true

    init(_ status: HTTPResponse.Status = .ok, _ fields: HTTPFields = [:], _ body: String = "", sendsLength: Bool = true) {
        self.init(status, fields, bytes: Array(body.utf8), sendsLength: sendsLength)
    }

    init(_ status: HTTPResponse.Status = .ok, _ fields: HTTPFields = [:], bytes: [UInt8], sendsLength: Bool = true) {
        (self.status, self.fields, self.body, self.sendsLength) = (status, fields, bytes, sendsLength)
    }
}

/// A response that the test sends step by step.
final class Gate: Sendable {
    private let head = ByteStream<OriginError>(expectedBytes: nil)
    private let content = ByteStream<OriginError>(expectedBytes: nil)
    private let response = Mutex<FetchResponse?>(nil)
    private let released = Mutex(false)
    private let interim = Mutex<(@Sendable (InterimHead) -> Void)?>(nil)

    /// Whether the edge has let go of the content.
    var isReleased: Bool { released.withLock { $0 } }

    func sendHead(_ status: HTTPResponse.Status = .ok, _ fields: HTTPFields = [:], length: Int? = nil) {
        var fields = fields
        fields[.contentLength] = length.map(String.init)
        let content = FetchContent(stream: self.content) { [weak self] in self?.released.withLock { $0 = true } }
        response.withLock { $0 = FetchResponse(status: status, fields: fields, contentLength: length, content: content) }
        head.end(.success(()))
    }

    /// Sends an interim response; false before the request has arrived.
    func sendInterim(_ status: Int, _ fields: HTTPFields) -> Bool {
        guard let send = interim.withLock({ $0 }) else { return false }
        send(InterimHead(status: .init(code: status), fields: fields))
        return true
    }

    fileprivate func arrived(_ request: FetchRequest) { interim.withLock { $0 = request.onInterim } }

    func send(_ text: String) { send(ByteBuffer(string: text)) }
    func send(_ bytes: ByteBuffer) { _ = content.append(bytes) }
    func end() { content.end(.success(())) }
    func breakOff() { content.end(.failure(OriginError(.communication, origin: "origin:80", detail: "reset"))) }
    func refuse(_ kind: OriginError.Kind) { refuse(OriginError(kind, origin: "origin:80", detail: "scripted")) }
    func refuse(_ error: OriginError) { head.end(.failure(error)) }

    fileprivate func next() async throws -> FetchResponse {
        var iterator = head.makeAsyncIterator()
        _ = try await iterator.next()
        // Handed over, not kept: who lets go of it last closes the connection.
        return try response.withLock { response in
            defer { response = nil }
            return try #require(response)
        }
    }
}

/// One request that arrived at the origin.
struct RecordedFetch: Sendable {
    var method: HTTPRequest.Method
    var target: String
    var fields: HTTPFields
    var content: [UInt8]
    var endpoint: OriginEndpoint

    var path: String { String(target.prefix { $0 != "?" }) }
    var query: String? { target.contains("?") ? String(target.drop { $0 != "?" }.dropFirst()) : nil }
}

/// Answers fetches as it was told and records them.
final class ScriptedOrigin: OriginFetcher {
    private struct State {
        var handler: @Sendable (RecordedFetch) -> OriginReply = { _ in OriginReply(.notFound) }
        var failure: OriginError.Kind?
        var gates: [Gate] = []
        var fetches: [RecordedFetch] = []
        var cancelled = 0
    }

    private let state = Mutex(State())

    var fetches: [RecordedFetch] { state.withLock { $0.fetches } }
    var count: Int { fetches.count }
    var last: RecordedFetch? { fetches.last }
    /// Fetches that were given up before their head arrived.
    var cancelledCount: Int { state.withLock { $0.cancelled } }

    /// From now on requests are answered by `handler`.
    func answer(_ handler: @escaping @Sendable (RecordedFetch) -> OriginReply) {
        state.withLock { ($0.handler, $0.failure) = (handler, nil) }
    }

    func answer(_ reply: OriginReply) { answer { _ in reply } }

    /// From now on requests fail.
    func fail(_ kind: OriginError.Kind) { state.withLock { $0.failure = kind } }

    /// The next request waits for this gate; several calls queue up.
    func gate() -> Gate {
        let gate = Gate()
        state.withLock { $0.gates.append(gate) }
        return gate
    }

    func fetch(_ request: FetchRequest, from endpoint: OriginEndpoint) async throws -> FetchResponse {
        var content: [UInt8] = []
        do {
            while let chunk = try await request.content?.nextChunk() { content += Array(chunk.readableBytesView) }
        } catch {
            throw OriginError(.requestContent, origin: endpoint.name, detail: "\(error)")
        }
        let recorded = RecordedFetch(
            method: request.method, target: request.target, fields: request.fields, content: content, endpoint: endpoint)
        let (gate, handler, failure) = state.withLock { state in
            state.fetches.append(recorded)
            return (state.gates.isEmpty ? nil : state.gates.removeFirst(), state.handler, state.failure)
        }
        if let gate {
            gate.arrived(request)
            do {
                return try await gate.next()
            } catch let error as CancellationError {
                state.withLock { $0.cancelled += 1 }
                throw error
            }
        }
        if let failure { throw OriginError(failure, origin: endpoint.name, detail: "scripted") }
        let reply = handler(recorded)
        var fields = reply.fields
        let hasContent = request.method != .head && reply.status != .notModified
        if reply.sendsLength, reply.status != .notModified { fields[.contentLength] = String(reply.body.count) }
        let content_ = hasContent ? ByteBuffer(bytes: reply.body) : nil
        return FetchResponse(
            status: reply.status, fields: fields, contentLength: reply.sendsLength && hasContent ? reply.body.count : nil,
            content: FetchContent(stream: ByteStream(content_)))
    }
}
