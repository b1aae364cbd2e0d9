import HTTPTypes
import NIOCore
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct KeepAliveTests {
    @Test(arguments: [
        ("HTTP/1.1 stays open", "HTTP/1.1", "", true), ("HTTP/1.1 with close", "HTTP/1.1", "Connection: close\r\n", false),
        ("close among others, in any case", "HTTP/1.1", "Connection: x, CLOSE\r\n", false), ("HTTP/1.0 closes", "HTTP/1.0", "", false),
        ("HTTP/1.0 with keep-alive", "HTTP/1.0", "Connection: keep-alive\r\n", true),
        ("HTTP/1.0 with both", "HTTP/1.0", "Connection: keep-alive, close\r\n", false),
    ])
    func `a connection stays open as RFC 9112 9.3 has it`(name: String, version: String, field: String, stays: Bool) async throws {
        try await withListener(ScriptedService.echo()) { listener in
            let client = try await listener.client()
            try await client.send("GET /one \(version)\r\nHost: h\r\n\(field)\r\n")
            let first = await client.received(until: "/one")
            #expect(first.contains("Connection: close") == !stays, "\(name)")
            #expect(first.contains("Connection: keep-alive") == (stays && version == "HTTP/1.0"))
            if stays {
                try await client.send("GET /two HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(await client.received(until: "/two").hasSuffix("/two"))
            } else {
                #expect(await client.receivedToEnd().hasSuffix("/one"))
            }
            await client.close()
        }
    }

    @Test func `content without a length is chunked in HTTP/1.1 and ends with the connection in HTTP/1.0`() async throws {
        let service = ScriptedService { exchange in
            try await exchange.start(ResponseHead(status: .ok))
            try await exchange.write(ByteBuffer(string: "abc"))
            try await exchange.write(ByteBuffer())
            try await exchange.write(ByteBuffer(string: "0123456789abcdef"))
            try await exchange.finish()
        }
        try await withListener(service) { listener in
            let modern = try await listener.client()
            try await modern.send(get)
            #expect(
                await modern.received(until: "0\r\n\r\n")
                    == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n")
            let old = try await listener.client()
            try await old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(await old.receivedToEnd() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc0123456789abcdef")
            await modern.close()
            await old.close()
        }
    }

    @Test(arguments: [
        ("HEAD with a body", "HEAD", 200, "Content-Length: 3\r\n"), ("204", "GET", 204, ""), ("304", "GET", 304, ""),
    ] as [(String, String, Int, String)])
    func `some responses have no content whatever the service writes`(name: String, method: String, status: Int, length: String) async throws {
        let service = ScriptedService { exchange in
            guard exchange.head.path == "/" else { return try await exchange.respond(ResponseHead(status: .ok)) }
            try await exchange.respond(ResponseHead(status: .init(code: status)), body: ByteBuffer(string: "abc"))
        }
        try await withListener(service) { listener in
            let client = try await listener.client()
            try await client.send("\(method) / HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n")
            let text = await client.received(until: "Content-Length: 0\r\n\r\n")
            let reason = [200: "OK", 204: "No Content", 304: "Not Modified"][status] ?? ""
            #expect(text == "HTTP/1.1 \(status) \(reason)\r\n\(length)\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "\(name)")
            await client.close()
        }
    }

    @Test func `HEAD answered without content and length claims none`() async throws {
        try await withListener(ScriptedService { try await $0.respond(ResponseHead(status: .ok)) }) { listener in
            let client = try await listener.client()
            try await client.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(await client.receivedToEnd() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            await client.close()
        }
    }

    @Test func `a client that has stopped sending still gets every answer`() async throws {
        try await withListener(ScriptedService.echo()) { listener in
            let client = try await listener.client()
            try await client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\nGET /cut HT")
            try await client.halfClose()
            let text = await client.receivedToEnd()
            #expect(statuses(text) == ["200", "200"])
            #expect(text.hasSuffix("/b"))
            await client.close()
        }
    }

    @Test func `a large answer to a client that has stopped sending arrives whole`() async throws {
        let size = 8 << 20
        let service = ScriptedService { try await $0.respond(ResponseHead(status: .ok), body: ByteBuffer(repeating: 0x62, count: size)) }
        try await withListener(service) { listener in
            let client = try await listener.client(reading: false)
            try await client.send(get)
            try await client.halfClose()
            _ = await eventually { listener.connectionCount == 1 }
            try await client.resumeReading()
            #expect(await client.receivedToEnd().utf8.count > size)
            await client.close()
        }
    }

    @Test func `the last answer arrives whole however slow its reader is, past the linger time`() async throws {
        var limits = TransportLimits()
        limits.lingerTimeout = .milliseconds(1)
        let size = 8 << 20
        let service = ScriptedService { try await $0.respond(ResponseHead(status: .ok), body: ByteBuffer(repeating: 0x62, count: size)) }
        try await withListener(service, limits: limits) { listener in
            let client = try await listener.client(reading: false)
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            // Two more connections come and go: far longer than a millisecond.
            for _ in 0..<2 {
                let other = try await listener.client()
                try await other.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                _ = await other.receivedToEnd()
                await other.close()
            }
            try await client.resumeReading()
            #expect(await client.receivedToEnd().utf8.count > size)
            await client.close()
        }
    }

    @Test func `an HTTP/1.0 response that breaks off resets the connection, so that it does not look whole`() async throws {
        let service = ScriptedService { exchange in
            try await exchange.start(ResponseHead(status: .ok))
            try await exchange.write(ByteBuffer(string: "half"))
            exchange.abort()
        }
        try await withListener(service) { listener in
            let client = try await listener.client()
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            _ = await client.receivedToEnd()
            #expect(client.wasReset)
            await client.close()
        }
    }
}
