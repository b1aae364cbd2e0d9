import HTTPTypes
import NIOCore
import NIOPosix
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct ListenerTests {
    @Test func `a connection past the limit gets 503, and a place that comes free is given again`() async throws {
        var limits = TransportLimits()
        limits.connectionsMax = 2
        try await withListener(ScriptedService.echo(), limits: limits) { listener in
            let first = try await listener.client()
            let second = try await listener.client()
            for client in [first, second] {
                try await client.send(get)
                await client.received(until: "\r\n\r\n/")
            }
            let third = try await listener.client()
            #expect(await third.receivedToEnd().hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            await first.close()
            #expect(await eventually { listener.connectionCount == 1 })
            let fourth = try await listener.client()
            try await fourth.send(get)
            #expect(statuses(await fourth.received(until: "\r\n\r\n/")) == ["200"])
            for client in [second, third, fourth] { await client.close() }
        }
    }

    @Test func `draining closes idle connections at once and lets active ones finish`() async throws {
        let began = Gate()
        let gate = Gate()
        let service = ScriptedService { exchange in
            if exchange.head.path == "/wait" {
                began.open()
                await gate.pass()
            }
            try await exchange.respond(ResponseHead(status: .ok), body: ByteBuffer(string: "done"))
        }
        let listener = try await HTTPListener.bind(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, service: service)
        let idle = try await listener.client()
        try await idle.send(get)
        await idle.received(until: "done")
        let active = try await listener.client()
        try await active.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
        await began.pass()
        async let drained: Void = listener.drain(patience: .hours(1))
        _ = await idle.receivedToEnd()
        gate.open()
        let text = await active.receivedToEnd()
        #expect(text.contains("Connection: close\r\n"))
        #expect(text.hasSuffix("done"))
        await active.close()
        await idle.close()
        await drained
        #expect(listener.connectionCount == 0)
        await #expect(throws: (any Error).self) { try await listener.client() }
    }

    @Test func `what is still open after the patience is cut off`() async throws {
        let began = Gate()
        let gate = Gate()
        let service = ScriptedService { _ in
            began.open()
            await gate.pass()
        }
        let listener = try await HTTPListener.bind(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, service: service)
        let client = try await listener.client()
        try await client.send(get)
        await began.pass()
        await listener.drain(patience: .milliseconds(10))
        #expect(await client.receivedToEnd() == "")
        gate.open()
        #expect(await eventually { service.events == ["cancelled"] })
        await client.close()
    }

    @Test func `an address in use is an error with its errno`() async throws {
        try await withListener(ScriptedService.echo()) { listener in
            let port = try #require(listener.address.port)
            await #expect(throws: IOError.self) {
                try await HTTPListener.bind(
                    host: "127.0.0.1", port: port, group: MultiThreadedEventLoopGroup.singleton, service: ScriptedService.echo())
            }
        }
    }
}
