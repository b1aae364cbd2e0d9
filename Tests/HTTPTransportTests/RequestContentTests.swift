import ByteStreaming
import HTTPTypes
import NIOCore
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct RequestContentTests {
    private func post(_ fields: String, _ content: String) -> String { "POST / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\(content)" }

    @Test(arguments: [
        ("Content-Length: 5\r\n", "hello"), ("Transfer-Encoding: chunked\r\n", "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: t\r\n\r\n"),
    ])
    func `content of either framing reaches the service, and the next request is found behind it`(
        field: String, content: String
    ) async throws {
        try await withListener(ScriptedService.contentEcho()) { listener in
            let client = try await listener.client()
            try await client.send(post(field, content) + post("Content-Length: 3\r\n", "two"))
            #expect(
                await client.received(until: "two")
                    == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo")
            await client.close()
        }
    }

    @Test func `content that is all there when the client stops sending is whole, though the service reads late`() async throws {
        let gate = Gate()
        let size = 3 << 20
        let service = ScriptedService { exchange in
            await gate.pass()
            let body = try await exchange.body.collect(upTo: size)
            try await exchange.respond(ResponseHead(status: .ok), body: ByteBuffer(string: "\(body?.readableBytes ?? -1)"))
        }
        try await withListener(service) { listener in
            let client = try await listener.client()
            try await client.send(post("Content-Length: \(size)\r\n", ""))
            client.sendLater(bytes: size)
            async let halfClosed: Void = client.halfClose()
            _ = await eventually { listener.connectionCount == 1 }
            gate.open()
            try await halfClosed
            #expect(await client.receivedToEnd().hasSuffix("\(size)"))
            await client.close()
        }
    }

    @Test func `reading pauses while the service does not take content, and goes on when it does`() async throws {
        let gate = Gate()
        let service = ScriptedService { exchange in
            await gate.pass()
            let body = try await exchange.body.collect(upTo: 8 << 20)
            try await exchange.respond(ResponseHead(status: .ok), body: ByteBuffer(string: "\(body?.readableBytes ?? -1)"))
        }
        let connection = try await TestingConnection(service)
        let high = ByteStream<ExchangeError>.highWaterBytes
        try await connection.receive(post("Content-Length: \(2 * high)\r\n", ""))
        let piece = String(repeating: "a", count: high / 8)
        var sent = 0
        while await connection.wantsRead(), sent < 16 {
            try await connection.receive(piece)
            sent += 1
        }
        #expect(sent == 8)
        gate.open()
        #expect(await eventually { await connection.wantsRead() })
        for _ in 0..<8 { try await connection.receive(piece) }
        #expect(try await connection.written().hasSuffix("\r\n\r\n\(2 * high)"))
        await connection.close()
    }

    @Test func `100 Continue is sent when the service reads, and once`() async throws {
        let gate = Gate()
        let service = ScriptedService { exchange in
            await gate.pass()
            let body = try await exchange.body.collect(upTo: 100)
            try await exchange.respond(ResponseHead(status: .ok), body: body)
        }
        let connection = try await TestingConnection(service)
        try await connection.receive(post("Content-Length: 4\r\nExpect: 100-Continue\r\n", ""))
        // The client may wait for longer than content may take: it was not asked for any yet.
        await connection.advance(.hours(1))
        #expect(try await connection.writtenSoFar() == nil)
        gate.open()
        #expect(try await connection.written() == "HTTP/1.1 100 Continue\r\n\r\n")
        try await connection.receive("ab")
        try await connection.receive("cd")
        #expect(try await connection.written() == "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd")
        #expect(connection.isOpen)
        await connection.close()
    }

    @Test func `a final answer instead of 100 Continue ends the connection`() async throws {
        try await withListener(ScriptedService.echo()) { listener in
            let client = try await listener.client()
            try await client.send(post("Content-Length: 4\r\nExpect: 100-continue\r\n", ""))
            #expect(await client.receivedToEnd() == "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n/")
            await client.close()
        }
    }

    @Test func `unread content up to the limit is skipped, and the connection goes on`() async throws {
        var limits = TransportLimits()
        limits.discardedBodyBytesMax = 1000
        try await withListener(ScriptedService.echo(), limits: limits) { listener in
            let client = try await listener.client()
            try await client.send(post("Content-Length: 1000\r\n", ""))
            let first = await client.received(until: "\r\n\r\n/")
            #expect(!first.contains("Connection"))
            try await client.send(bytes: 1000)
            try await client.send("GET /next HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.received(until: "/next").hasSuffix("/next"))
            await client.close()
        }
    }

    @Test(arguments: ["Content-Length: 1001\r\n", "Transfer-Encoding: chunked\r\n"])
    func `with more unread content the connection ends after the answer, and nothing behind it is answered`(field: String) async throws {
        var limits = TransportLimits()
        limits.discardedBodyBytesMax = 1000
        try await withListener(ScriptedService.echo(), limits: limits) { listener in
            let client = try await listener.client()
            let isChunked = field.hasPrefix("T")
            let content = String(repeating: "a", count: 1001)
            try await client.send(post(field, ""))
            await client.received(until: "\r\n\r\n/")
            try? await client.send((isChunked ? "3e9\r\n\(content)\r\n0\r\n\r\n" : content) + get)
            let text = await client.receivedToEnd()
            #expect(statuses(text) == ["200"])
            #expect(text.contains("Connection: close") == !isChunked)
            await client.close()
        }
    }

    @Test func `broken content fails the service, answers 400 and ends the connection, whatever follows`() async throws {
        let service = ScriptedService { exchange in
            for try await _ in exchange.body {}
        }
        let connection = try await TestingConnection(service)
        try await connection.receive(post("Transfer-Encoding: chunked\r\n", "5\r\nhelloX\r\n0\r\n\r\n" + get))
        // Bytes behind broken content are not kept.
        for _ in 0..<100 { try? await connection.receive(String(repeating: "z", count: 10_000)) }
        let answer = try await connection.written()
        #expect(answer.hasPrefix("HTTP/1.1 400 "))
        #expect(answer.contains("Connection: close"))
        #expect(service.events == ["malformedBody(\"a chunk does not end in CRLF\")"])
        #expect(await connection.inputCapacity() == 0)
        await connection.close()
    }

    @Test func `a success for a request whose content turned out broken becomes 400`() async throws {
        let gate = Gate()
        let service = ScriptedService { exchange in
            await gate.pass()
            try await exchange.respond(ResponseHead(status: .ok))
        }
        let connection = try await TestingConnection(service)
        try await connection.receive(post("Transfer-Encoding: chunked\r\n", "5\r\nhelloX\r\n0\r\n\r\n"))
        gate.open()
        #expect(try await connection.written().hasPrefix("HTTP/1.1 400 "))
        #expect(await eventually { service.events == ["malformedBody(\"a chunk does not end in CRLF\")"] })
        await connection.close()
    }

    @Test func `content that ends early fails the service`() async throws {
        let service = ScriptedService { exchange in
            for try await _ in exchange.body {}
        }
        try await withListener(service) { listener in
            let client = try await listener.client()
            try await client.send(post("Content-Length: 10\r\n", "half"))
            try await client.halfClose()
            #expect(await client.receivedToEnd().hasPrefix("HTTP/1.1 400 "))
            #expect(service.events == ["connectionClosed"])
            await client.close()
        }
    }

    @Test func `content read after the response has ended is refused, not cut short in silence`() async throws {
        let answered = Gate()
        let service = ScriptedService { exchange in
            try await exchange.respond(ResponseHead(status: .ok))
            await answered.pass()
            for try await _ in exchange.body {}
        }
        try await withListener(service) { listener in
            let client = try await listener.client()
            try await client.send(post("Content-Length: 4\r\n", ""))
            await client.received(until: "\r\n\r\n")
            try await client.send("abcd")
            answered.open()
            #expect(await eventually { service.events.count == 1 })
            #expect(service.events.first?.hasPrefix("responseOutOfOrder") == true)
            await client.close()
        }
    }
}
