import ByteStreaming
import HTTPTypes
import NIOCore
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct TimeLimitTests {
    /// The head limit is also shorter than, and equal to, the idle limit.
    @Test(arguments: [30, 60])
    func `a head that takes too long is answered with 408`(seconds: Int64) async throws {
        var limits = TransportLimits()
        limits.headTimeout = .seconds(seconds)
        let connection = try await TestingConnection(ScriptedService.echo(), limits: limits)
        await connection.advance(.seconds(59))
        try await connection.receive("GET / HTTP/1.1\r\n")
        await connection.advance(.seconds(seconds / 2))
        try await connection.receive("Host: ")
        await connection.advance(.seconds(seconds / 2) - .nanoseconds(1))
        #expect(try await connection.writtenSoFar() == nil)
        await connection.advance(.nanoseconds(1))
        #expect(try await connection.written().hasPrefix("HTTP/1.1 408 "))
        #expect(!connection.isOpen)
    }

    @Test(arguments: [30, 60])
    func `an idle connection closes in silence after the keep-alive time`(headSeconds: Int64) async throws {
        var limits = TransportLimits()
        limits.headTimeout = .seconds(headSeconds)
        let connection = try await TestingConnection(ScriptedService.echo(), limits: limits)
        await connection.advance(.seconds(50))
        try await connection.receive(get)
        _ = try await connection.written()
        await connection.advance(.seconds(60) - .nanoseconds(1))
        #expect(connection.isOpen)
        await connection.advance(.nanoseconds(1))
        #expect(!connection.isOpen)
        #expect(try await connection.writtenSoFar() == nil)
    }

    @Test func `content that stops coming fails the service and is answered with 408`() async throws {
        let service = ScriptedService { exchange in
            for try await _ in exchange.body {}
        }
        let connection = try await TestingConnection(service)
        try await connection.receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab")
        await connection.advance(.seconds(59))
        try await connection.receive("c")
        await connection.advance(.seconds(59))
        #expect(service.events == [])
        await connection.advance(.seconds(1))
        #expect(try await connection.written().hasPrefix("HTTP/1.1 408 "))
        #expect(service.events == ["timedOut"])
        await connection.close()
    }

    @Test func `a service may take as long as it likes`() async throws {
        let gate = Gate()
        let service = ScriptedService { exchange in
            await gate.pass()
            try await exchange.respond(ResponseHead(status: .ok))
        }
        let connection = try await TestingConnection(service)
        try await connection.receive(get)
        await connection.advance(.hours(24))
        #expect(connection.isOpen)
        gate.open()
        #expect(try await connection.written().hasPrefix("HTTP/1.1 200"))
        await connection.close()
    }

    @Test func `after an early answer, content that stops coming ends the connection`() async throws {
        let connection = try await TestingConnection(ScriptedService.echo())
        try await connection.receive("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab")
        _ = try await connection.written()
        await connection.advance(.seconds(60))
        #expect(!connection.isOpen)
    }

    @Test(arguments: [false, true])
    func `a client that takes nothing is cut off after the send time, its content complete or not`(withContent: Bool) async throws {
        var limits = TransportLimits()
        limits.sendTimeout = .milliseconds(20)
        limits.bodyTimeout = .milliseconds(20)
        let service = ScriptedService { exchange in
            try await exchange.start(ResponseHead(status: .ok))
            while true { try await exchange.write(ByteBuffer(repeating: 0x61, count: 256 * 1024)) }
        }
        try await withListener(service, limits: limits) { listener in
            let client = try await listener.client(reading: false)
            try await client.send(withContent ? "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab" : get)
            #expect(await eventually { service.events == ["connectionClosed", "cancelled"] })
            #expect(await eventually { listener.connectionCount == 0 })
            await client.close()
        }
    }

    @Test func `a client that takes its hits late is cut off too`() async throws {
        var limits = TransportLimits()
        limits.sendTimeout = .milliseconds(20)
        limits.keepAliveTimeout = .milliseconds(20)
        let service = ScriptedService(immediate: { _, output in
            output.writeString("HTTP/1.1 200 OK\r\nContent-Length: 8000000\r\n\r\n")
            return .answered(body: ByteBuffer(repeating: 0x61, count: 8_000_000))
        }) { _ in }
        try await withListener(service, limits: limits) { listener in
            let client = try await listener.client(reading: false)
            try await client.send(get + get + get)
            #expect(await eventually { listener.connectionCount == 0 })
            await client.close()
        }
    }

    @Test func `a client that goes on sending after the last answer is cut off`() async throws {
        var limits = TransportLimits()
        limits.lingerTimeout = .milliseconds(20)
        try await withListener(ScriptedService.echo(), limits: limits) { listener in
            let client = try await listener.client()
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await client.receivedToEnd().hasSuffix("/"))
            #expect(await eventually { listener.connectionCount == 0 })
            await client.close()
        }
    }
}
