import ByteStreaming
import HTTPTypes
import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct HTTP2EndingTests {
    @Test func `an idle connection says goodbye in time`() async throws {
        let client = try await HTTP2Client(ScriptedService.echo())
        try await client.send(.request(1))
        #expect(try await client.response(on: 1).status == "200")
        await client.advance(.seconds(59))
        #expect(client.isOpen)
        await client.advance(.seconds(2))
        #expect(await client.goAwayCode() == 0)
        #expect(!client.isOpen)
    }

    @Test func `pings don't keep an idle connection`() async throws {
        let client = try await HTTP2Client(ScriptedService.echo())
        for _ in 0..<7 {
            await client.advance(.seconds(9))
            try? await client.send(WireFrame(.ping, Array(repeating: 0, count: 8)))
        }
        #expect(!client.isOpen)
    }

    @Test func `a drained connection finishes what is under way and takes what is on its way`() async throws {
        let gate = AsyncGate()
        let service = ScriptedService { exchange in
            await gate.wait()
            try await exchange.respond(ResponseHead(status: .ok), body: ByteBuffer(string: exchange.head.path))
        }
        let client = try await HTTP2Client(service)
        try await client.send(.request(1, "GET", "/1"))
        let channel = client.channel
        try await channel.testingEventLoop.submit { channel.pipeline.fireUserInboundEventTriggered(DrainEvent()) }.get()
        let announced = try await client.frames { $0.kind == .ping && $0.flags == 0 }
        let first = try #require(announced.first { $0.kind == .goAway })
        #expect(first.number == 0x7FFF_FFFF && first.goAwayCode == 0)
        // Sent before the client could know.
        try await client.send(.request(3, "GET", "/3"), WireFrame(.ping, flags: 1, announced.last?.payload ?? []))
        let second = try #require(try await client.frames { $0.kind == .goAway }.last)
        #expect(second.number == 3 && second.goAwayCode == 0)
        #expect(client.isOpen)
        gate.open()
        var texts: Set<String> = []
        while let frame = try? await client.next() { if frame.kind == .data { texts.insert(frame.text) } }
        #expect(texts == ["/1", "/3"])
        #expect(!client.isOpen)
    }

    @Test func `a client that does not acknowledge is not waited for`() async throws {
        let client = try await HTTP2Client(ScriptedService.echo())
        let channel = client.channel
        try await channel.testingEventLoop.submit { channel.pipeline.fireUserInboundEventTriggered(DrainEvent()) }.get()
        #expect(client.isOpen)
        await client.advance(.seconds(1))
        #expect(await client.goAwayCode() == 0)
        #expect(!client.isOpen)
    }

    @Test func `a stream whose client makes no room is given up, others go on`() async throws {
        let service = ScriptedService { exchange in
            try await exchange.start(ResponseHead(status: .ok))
            for _ in 0..<8 { try await exchange.write(ByteBuffer(repeating: 97, count: 65_536)) }
            try await exchange.finish()
        }
        let client = try await HTTP2Client(service, settings: [(4, 100)])
        try await client.send(.request(1))
        _ = try await client.frames { $0.kind == .data }
        for _ in 0..<7 { await client.advance(.seconds(5)) }
        #expect(try await client.pending().filter { $0.kind == .resetStream }.isEmpty)
        for _ in 0..<6 { await client.advance(.seconds(5)) }
        #expect(try await client.frames { $0.kind == .resetStream }.last?.number == 8)
        #expect(await eventually { service.events.contains("connectionClosed") })
        try await client.send(.request(3), .windowUpdate(3, 1 << 20), .windowUpdate(0, 1 << 20))
        #expect(try await client.response(on: 3).body.count == 8 * 65_536)
        await client.close()
    }

    @Test func `a hit that its client does not take is given up too`() async throws {
        let service = ScriptedService(
            immediate: { _, output in
                output.writeString("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                return .answered(body: ByteBuffer(repeating: 97, count: 1000))
            }, { _ in })
        let client = try await HTTP2Client(service, settings: [(4, 0)])
        try await client.send(.request(1))
        for _ in 0..<13 { await client.advance(.seconds(5)) }
        #expect(try await client.frames { $0.kind == .resetStream }.last?.number == 8)
        await client.close()
    }

    @Test func `content that stops coming is a 408`() async throws {
        let client = try await HTTP2Client(ScriptedService { exchange in
            do { _ = try await exchange.body.collect(upTo: 100) } catch ExchangeError.timedOut { return }
        })
        try await client.send(.request(1, "POST", ends: false), .data(1, [97]))
        for _ in 0..<13 { await client.advance(.seconds(5)) }
        #expect(try await client.response(on: 1).status == "408")
        #expect(try await client.frames { $0.kind == .resetStream }.last?.number == 0)
        #expect(client.isOpen)
        await client.close()
    }

    @Test func `a header section has its time`() async throws {
        let client = try await HTTP2Client(ScriptedService.echo())
        try await client.send(WireFrame(.headers, flags: 1, stream: 1, WireFrame.request(1).payload))
        for _ in 0..<5 { await client.advance(.seconds(5)) }
        #expect(client.isOpen)
        for _ in 0..<2 { await client.advance(.seconds(5)) }
        #expect(await client.goAwayCode() == 11)
        #expect(!client.isOpen)
    }
}
