import ByteStreaming
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct HTTP2FlowTests {
    @Test func `the client's windows hold the service up, and let it go on`() async throws {
        let written = Counter()
        let service = ScriptedService { exchange in
            try await exchange.start(ResponseHead(status: .ok))
            for _ in 0..<32 {
                try await exchange.write(ByteBuffer(repeating: 97, count: 64 * 1024))
                written.add()
            }
            try await exchange.finish()
        }
        let client = try await HTTP2Client(service, settings: [(4, 1_000)])
        try await client.send(.request(1))
        var received = 0
        while received < 1_000 {
            let frame = try await client.next()
            if frame.kind == .data { received += frame.payload.count }
        }
        #expect(received == 1_000)
        #expect(await eventually { written.count == HTTP2Stream.unsentBytesHigh / 65_536 })
        try await client.send(.windowUpdate(1, 1 << 30), .windowUpdate(0, 1 << 30))
        let rest = try await client.response(on: 1)
        #expect(received + rest.body.count == 32 * 64 * 1024)
        #expect(written.count == 32)
        await client.close()
    }

    @Test func `what waits for the client is bounded over all streams, and none is starved by the others`() async throws {
        var limits = TransportLimits()
        limits.http2.unsentBytesMax = 256 * 1024
        let (started, written) = (Counter(), Counter())
        let service = ScriptedService { exchange in
            try await exchange.start(ResponseHead(status: .ok))
            started.add()
            for _ in 0..<16 {
                try await exchange.write(ByteBuffer(repeating: 97, count: 64 * 1024))
                written.add()
            }
            try await exchange.finish()
        }
        let client = try await HTTP2Client(service, limits: limits, settings: [(4, 0)])
        let streams = (0..<8).map { UInt32(2 * $0 + 1) }
        for stream in streams { try await client.send(.request(stream)) }
        #expect(await eventually { started.count == 8 })
        _ = try await client.pending()
        #expect(written.count <= 256 / 64, "the sum is as much as one stream may have, not eight times that")
        // The others keep what they have: this one has all the connection's window to itself.
        try await client.send(.windowUpdate(7, 1 << 30), .windowUpdate(0, 1 << 30))
        #expect(try await client.response(on: 7).body.count == 16 * 64 * 1024)
        for stream in streams where stream != 7 {
            try await client.send(.windowUpdate(stream, 1 << 30))
            #expect(try await client.response(on: stream).body.count == 16 * 64 * 1024)
        }
        #expect(written.count == 8 * 16)
        await client.close()
    }

    @Test func `our window grows only as the content is taken`() async throws {
        var limits = TransportLimits()
        limits.http2.streamWindowBytes = 65_536
        let gate = AsyncGate()
        let service = ScriptedService { exchange in
            await gate.wait()
            let body = try await exchange.body.collect(upTo: 1 << 20)
            try await exchange.respond(ResponseHead(status: .ok), body: ByteBuffer(string: "\(body?.readableBytes ?? -1)"))
        }
        let client = try await HTTP2Client(service, limits: limits)
        try await client.send(.request(1, "POST", ends: false))
        for _ in 0..<4 { try await client.send(.data(1, Array(repeating: 97, count: 16_384))) }
        #expect(try await client.pending().filter { $0.kind == .windowUpdate && $0.stream == 1 }.isEmpty)
        gate.open()
        let updates = try await client.frames { $0.kind == .windowUpdate && $0.stream == 1 }
        #expect((updates.last?.number ?? 0) >= 32_768)
        try await client.send(.data(1, Array(repeating: 97, count: 16_384), ends: true))
        #expect(try await client.response(on: 1).text == "\(5 * 16_384)")
        await client.close()
    }

    @Test func `more than the window is an error`() async throws {
        var limits = TransportLimits()
        limits.http2.streamWindowBytes = 65_536
        let client = try await HTTP2Client(ScriptedService { try await $0.body.waitForever() }, limits: limits)
        try await client.send(.request(1, "POST", ends: false))
        for _ in 0..<5 { try await client.send(.data(1, Array(repeating: 97, count: 16_384))) }
        #expect(try await client.response(on: 1).reset == 3)
        await client.close()
    }

    @Test func `a response before the end of the request ends the upload, not the connection`() async throws {
        var limits = TransportLimits()
        limits.discardedBodyBytesMax = 20_000
        let service = ScriptedService { try await $0.respond(ResponseHead(status: .init(code: 413)), body: ByteBuffer(string: "no")) }
        let client = try await HTTP2Client(service, limits: limits)
        try await client.send(.request(1, "POST", ends: false))
        #expect(try await client.response(on: 1).text == "no")
        try await client.send(.data(1, Array(repeating: 97, count: 16_384)))
        #expect(try await client.pending().filter { $0.kind == .resetStream }.isEmpty, "a little is let come")
        try await client.send(.data(1, Array(repeating: 97, count: 16_384)))
        let frames = try await client.frames { $0.kind == .resetStream }
        #expect(frames.last?.number == 0)
        try await client.send(.request(3))
        #expect(try await client.response(on: 3).status == "413")
        await client.close()
    }

    @Test(arguments: [("abort", 2), ("less than announced", 2), ("more than announced", 2), ("nothing more", 2)] as [(String, UInt32)])
    func `a response that is not whole is reset, and the connection goes on`(how: String, code: UInt32) async throws {
        let service = ScriptedService { exchange in
            guard exchange.head.path == "/" else { return try await exchange.respond(ResponseHead(status: .ok)) }
            try await exchange.start(ResponseHead(status: .ok, fields: [.contentLength: "5"]))
            try await exchange.write(ByteBuffer(string: "abc"))
            switch how {
            case "abort": exchange.abort()
            case "less than announced": try await exchange.finish()
            case "more than announced": try await exchange.write(ByteBuffer(string: "defg"))
            default: return
            }
        }
        let client = try await HTTP2Client(service)
        try await client.send(.request(1))
        let response = try await client.response(on: 1)
        #expect(response.reset == code && response.text == "abc")
        try await client.send(.request(3, "GET", "/other"))
        #expect(try await client.response(on: 3).status == "200")
        await client.close()
    }

    @Test func `a service that gives no answer is a 500`() async throws {
        let client = try await HTTP2Client(ScriptedService { _ in })
        try await client.send(.request(1))
        #expect(try await client.response(on: 1).status == "500")
        await client.close()
    }

    @Test func `a client that resets its stream cancels the service`() async throws {
        let service = ScriptedService { try await $0.body.waitForever() }
        let client = try await HTTP2Client(service)
        try await client.send(.request(1, "POST", ends: false))
        try await client.send(.reset(1))
        #expect(await eventually { service.events.contains("cancelled") })
        await client.close()
    }

    @Test func `the end of the connection cancels all services`() async throws {
        let service = ScriptedService { try await $0.body.waitForever() }
        let client = try await HTTP2Client(service)
        try await client.send(.request(1, "POST", ends: false), .request(3, "POST", ends: false))
        await client.close()
        #expect(await eventually { service.events.filter { $0 == "cancelled" }.count == 2 })
    }

    @Test func `more streams than announced are refused`() async throws {
        var limits = TransportLimits()
        limits.http2.concurrentStreamsMax = 2
        let service = ScriptedService { try await $0.body.waitForever() }
        // Without the acknowledgement of our settings: the limit holds all the same.
        let client = try await HTTP2Client(service, limits: limits, greets: false)
        try await client.send(raw: HTTP2Client.preface)
        try await client.send(.settings([]), .request(1, "POST", ends: false), .request(3, "POST", ends: false), .request(5, "POST", ends: false))
        #expect(try await client.response(on: 5).reset == 7)
        await client.close()
    }

    @Test func `a client that knows the limit loses the stream too many, and its connection when it goes on like that`() async throws {
        var limits = TransportLimits()
        limits.http2.concurrentStreamsMax = 2
        limits.http2.resetsMax = 5
        let service = ScriptedService { exchange in
            _ = try await exchange.body.collect(upTo: 1_000)
            try await exchange.respond(ResponseHead(status: .ok), body: ByteBuffer(string: "done"))
        }
        let client = try await HTTP2Client(service, limits: limits)
        try await client.send(.request(1, "POST", ends: false), .request(3, "POST", ends: false), .request(5))
        #expect(try await client.response(on: 5).reset == 7)
        try await client.send(.data(1, [97], ends: true))
        #expect(try await client.response(on: 1).text == "done", "the others go on")
        try await client.send(.request(7))
        #expect(try await client.response(on: 7).text == "done")
        try await client.send(.request(9, "POST", ends: false))
        for stream in 0..<5 { try await client.send(.request(UInt32(11 + 2 * stream))) }
        let frames = try await client.frames { $0.kind == .goAway }
        #expect(frames.last?.goAwayCode == 11)
        await client.close()
    }

    @Test func `the limit that is announced is the one that holds`() async throws {
        var limits = TransportLimits()
        limits.http2.concurrentStreamsMax = 7
        let client = try await HTTP2Client(ScriptedService { _ in }, limits: limits, greets: false)
        let settings = try await client.frames { $0.kind == .settings }
        let payload = try #require(settings.last?.payload)
        let entry = try #require(stride(from: 0, to: payload.count, by: 6).first { payload[$0 + 1] == 3 })
        #expect(Array(payload[(entry + 2)..<(entry + 6)]) == [0, 0, 0, 7])
        await client.close()
    }
}

final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
}

/// Holds tasks until it is opened.
final class AsyncGate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    func wait() async {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if now { continuation.resume() }
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

extension RequestBody {
    /// Takes nothing, until the content ends with an error or the task is cancelled.
    func waitForever() async throws {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        await withTaskCancellationHandler {
            for await _ in stream {}
        } onCancel: {
            continuation.finish()
        }
        throw CancellationError()
    }
}
