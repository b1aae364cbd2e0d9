import HTTPTypes
import NIOCore
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct RefusedRequestTests {
    @Test(arguments: [
        ("both lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("two lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 0\r\n\r\n", 400),
        ("a bare LF", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400), ("a bare CR", "GET / HTTP/1.1\r\nHost: h\rX: y\r\n\r\n", 400),
        ("a folded field", "GET / HTTP/1.1\r\nHost: h\r\n y\r\n\r\n", 400),
        ("an unknown coding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", 501),
        ("a host in the target that is none", "GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("an asterisk with GET", "GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("a TLS hello", "\u{16}\u{3}\u{1}\u{2}\n\r\n", 400),
    ])
    func `a request that two parsers could read differently is refused, and nothing behind it is answered`(
        name: String, text: String, status: Int
    ) async throws {
        try await withListener(ScriptedService.echo()) { listener in
            let client = try await listener.client()
            try await client.send("GET /before HTTP/1.1\r\nHost: h\r\n\r\n" + text + get + get)
            let received = await client.receivedToEnd()
            #expect(statuses(received) == ["200", "\(status)"], "\(name)")
            #expect(received.contains("Connection: close\r\n"))
            await client.close()
        }
    }

    @Test func `OPTIONS may ask about the whole server`() async throws {
        try await withListener(ScriptedService.echo()) { listener in
            let client = try await listener.client()
            try await client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await client.received(until: "\r\n\r\n*").hasSuffix("*"))
            await client.close()
        }
    }

    @Test func `a few empty lines before a request are let pass, more are refused`() async throws {
        try await withListener(ScriptedService.echo()) { listener in
            let client = try await listener.client()
            try await client.send("\r\n\r\n\r\n\r\n" + get)
            #expect(statuses(await client.received(until: "\r\n\r\n/")) == ["200"])
            try await client.send("\r\n\r\n\r\n\r\n\r\n" + get)
            #expect(statuses(await client.receivedToEnd()) == ["200", "400"])
            await client.close()
        }
    }

    @Test func `an endless head is refused with the status the limits name`() async throws {
        var limits = TransportLimits()
        limits.headTooLargeStatus = 413
        try await withListener(ScriptedService.echo(), limits: limits) { listener in
            let client = try await listener.client()
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\nX: ")
            client.sendLater(bytes: 100_000)
            #expect(await client.receivedToEnd().hasPrefix("HTTP/1.1 413 "))
            await client.close()
        }
    }
}
