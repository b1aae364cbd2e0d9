import HTTPTypes
import NIOCore
import NIOPosix
import Synchronization

@testable import HTTPTransport

/// A service made of closures; remembers what happened to its exchanges.
final class ScriptedService: HTTPService {
    private let script: @Sendable (ServerExchange) async throws -> Void
    private let immediate: (@Sendable (RequestView, inout ByteBuffer) -> ImmediateAnswer)?
    private let log = Mutex<[String]>([])

    init(
        immediate: (@Sendable (RequestView, inout ByteBuffer) -> ImmediateAnswer)? = nil,
        _ script: @escaping @Sendable (ServerExchange) async throws -> Void
    ) {
        self.immediate = immediate
        self.script = script
    }

    var events: [String] { log.withLock { $0 } }

    func note(_ event: String) { log.withLock { $0.append(event) } }

    func answerImmediately(
        _ request: RequestView, on connection: ConnectionInfo, into output: inout ByteBuffer
    ) -> ImmediateAnswer { immediate?(request, &output) ?? .declined }

    func handle(_ exchange: ServerExchange) async {
        do { try await script(exchange) } catch { note("\(error)") }
        if Task.isCancelled { note("cancelled") }
    }

    /// Answers every request with its path.
    static func echo() -> ScriptedService {
        ScriptedService { try await $0.respond(ResponseHead(status: .ok), body: ByteBuffer(string: $0.head.path)) }
    }

    /// Answers with the content, read to its end first.
    static func contentEcho() -> ScriptedService {
        ScriptedService { exchange in
            let body = try await exchange.body.collect(upTo: 64 << 20)
            try await exchange.respond(ResponseHead(status: .ok), body: body)
        }
    }
}

/// Runs `body` against a listener of its own.
func withListener(
    _ service: any HTTPService, limits: TransportLimits = TransportLimits(), budget: ConnectionBudget? = nil,
    _ body: (HTTPListener) async throws -> Void
) async throws {
    let listener = try await HTTPListener.bind(
        host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, limits: limits, budget: budget,
        service: service)
    do {
        try await body(listener)
    } catch {
        await listener.drain(patience: .zero)
        throw error
    }
    await listener.drain(patience: .zero)
}

extension HTTPListener {
    func client(reading: Bool = true) async throws -> WireClient {
        try await WireClient.connect(port: address.port ?? 0, reading: reading)
    }
}

/// The statuses of all responses in `text`, in order.
func statuses(_ text: String) -> [String] {
    text.split(separator: "HTTP/1.1 ").map { String($0.prefix(3)) }
}

let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
