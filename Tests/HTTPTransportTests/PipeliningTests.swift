import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct PipeliningTests {
    /// Paths below `/now` are answered at once, the rest by a task.
    private static let mixed = ScriptedService(immediate: { request, output in
        guard request.path.starts(with: "/now".utf8) else { return .declined }
        let path = String(decoding: request.path, as: UTF8.self)
        let large = path.hasSuffix("large")
        let body = large ? ByteBuffer(repeating: 0x63, count: 20_000) : ByteBuffer(string: path)
        output.writeString("HTTP/1.1 200 OK\r\nContent-Length: \(body.readableBytes)\r\n\r\n")
        return .answered(body: body)
    }) { try await $0.respond(ResponseHead(status: .ok), body: ByteBuffer(string: $0.head.path)) }

    private func answer(_ body: String) -> String { "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)" }

    @Test func `many requests in one write are answered in their order, whoever answers them`() async throws {
        let paths = (0..<300).map { $0 % 3 == 0 ? "/task\($0)" : $0 % 7 == 0 ? "/now\($0)large" : "/now\($0)" }
        try await withListener(Self.mixed) { listener in
            let client = try await listener.client()
            try await client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined() + "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let large = String(repeating: "c", count: 20_000)
            let expected = paths.map { answer($0.hasSuffix("large") ? large : $0) }.joined()
                + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n/last"
            #expect(await client.receivedToEnd() == expected)
            await client.close()
        }
    }

    @Test func `a request cut anywhere is answered the same`() async throws {
        let text = "GET /now1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /task HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /now2 HTTP/1.1\r\nHost: h\r\n\r\n"
        try await withListener(Self.mixed) { listener in
            let client = try await listener.client()
            for byte in text { try await client.send(String(byte)) }
            #expect(await client.received(until: "/now2") == answer("/now1") + answer("/task") + answer("/now2"))
            await client.close()
        }
    }

    @Test func `hits for a client that reads late arrive whole and in order`() async throws {
        let count = 2_000
        let service = ScriptedService(immediate: { request, output in
            let path = String(decoding: request.path, as: UTF8.self)
            let body = ByteBuffer(string: path + String(repeating: "x", count: 7_000))
            output.writeString("HTTP/1.1 200 OK\r\nContent-Length: \(body.readableBytes)\r\n\r\n")
            return .answered(body: body)
        }) { _ in }
        try await withListener(service) { listener in
            let client = try await listener.client(reading: false)
            let requests = (0..<count).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined()
            try await client.send(requests)
            try await client.halfClose()
            try await client.resumeReading()
            let expected = (0..<count).map { answer("/\($0)" + String(repeating: "x", count: 7_000)) }.joined()
            let received = await client.receivedToEnd()
            #expect(received.utf8.count == expected.utf8.count)
            #expect(received == expected)
            await client.close()
        }
    }

    @Test func `pipelined bytes are kept up to their limit, then the socket is left alone`() async throws {
        var limits = TransportLimits()
        limits.pipelinedBytesMax = 4096
        let gate = Gate()
        let service = ScriptedService { exchange in
            await gate.pass()
            try await exchange.respond(ResponseHead(status: .ok), body: ByteBuffer(string: exchange.head.path))
        }
        let connection = try await TestingConnection(service, limits: limits)
        try await connection.receive(get)
        var reads = 0
        var kept = 0
        while await connection.wantsRead(), reads < 1000 {
            #expect(kept < 4096)
            let request = "GET /\(reads) HTTP/1.1\r\nHost: h\r\n\r\n"
            try await connection.receive(request)
            (reads, kept) = (reads + 1, kept + request.utf8.count)
        }
        #expect(kept >= 4096 && reads < 1000)
        gate.open()
        for _ in 0...reads { _ = try await connection.written() }
        #expect(await connection.wantsRead())
        await connection.close()
    }

    @Test func `input that never ends where a read ends does not pile up`() async throws {
        let connection = try await TestingConnection(Self.mixed)
        try await connection.receive("GET /now HTTP/1.1\r\n")
        for _ in 0..<20_000 { try await connection.receive("Host: h\r\n\r\nGET /now HTTP/1.1\r\n") }
        #expect(await connection.inputCapacity() < 4096)
        await connection.close()
    }
}

/// Lets those who wait pass once it is open.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
