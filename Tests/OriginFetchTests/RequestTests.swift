import HTTPTypes
import NIOCore
import NIOPosix
import Testing

@testable import OriginFetch

private let empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

@Suite(.timeLimit(.minutes(1)))
struct RequestTests {
    /// What the origin receives for `request`, which it answers once that ends in `end`.
    private func sent(_ request: FetchRequest, until end: String) async throws -> String {
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        async let answer = fetcher.fetch(request, from: origin.endpoint).text()
        let side = await origin.next()
        let text = await side.received(until: end)
        try await side.send(empty)
        _ = try await answer
        #expect(await eventually { fetcher.idleCount(origin.endpoint) == 1 })
        fetcher.shutDown()
        await origin.close()
        return text
    }

    @Test(arguments: ["/a//b/../c%2f?x=%zz", "/?", "/./%00?a=b&c#d", "*"])
    func `the target goes out byte for byte`(target: String) async throws {
        #expect(try await sent(request(.get, target), until: "\r\n\r\n") == "GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
    }

    @Test(arguments: ["/a b", "/a\r\nX: y", "/\u{0}", "/\u{7F}", ""])
    func `a target that would end its line early is not sent`(target: String) async throws {
        let endpoint = OriginEndpoint(host: "127.0.0.1", port: 9)
        #expect(await failure { _ = try await makeFetcher().fetch(request(.get, target), from: endpoint) } == .requestContent)
    }

    @Test func `content goes out with its length or in chunks, and the fields' own framing does not`() async throws {
        let sized = ScriptedContent(5, [.text("he"), .text("llo")])
        var known = request(.put, "/k", content: sized)
        known.fields[.contentLength] = "99"
        known.fields[.transferEncoding] = "gzip"
        #expect(try await sent(known, until: "hello") == "PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
        let unsized = ScriptedContent(nil, [.text("hello")])
        #expect(
            try await sent(request(.post, "/", content: unsized), until: "0\r\n\r\n")
                == "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        #expect(try await sent(request(.put), until: "\r\n\r\n") == "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
        #expect(try await sent(request(.delete), until: "\r\n\r\n") == "DELETE / HTTP/1.1\r\nHost: h\r\n\r\n")
    }

    @Test(arguments: [
        ("its source breaks", ScriptedContent(9, [.text("abc"), .fail])), ("it is too short", ScriptedContent(9, [.text("abc")])),
        ("it is too long", ScriptedContent(2, [.text("abc")])), ("its source breaks in chunks", ScriptedContent(nil, [.text("abc"), .fail])),
    ])
    func `content that is not what was announced fails the request and its connection`(name: String, content: ScriptedContent) async throws {
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        let endpoint = origin.endpoint
        async let result = failure { _ = try await fetcher.fetch(request(.put, "/", content: content), from: endpoint) }
        let side = await origin.next()
        let text = await side.receivedToEnd()
        #expect(await result == .requestContent, "\(name)")
        #expect(!text.hasSuffix("0\r\n\r\n"))
        #expect(await eventually { fetcher.openCount(endpoint) == 0 })
        #expect(origin.acceptedCount == 1)
        await origin.close()
    }

    @Test func `content waits while the origin does not take it`() async throws {
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        let endpoint = origin.endpoint
        let pieces = 512
        let content = ScriptedContent(pieces << 17, Array(repeating: .bytes(1 << 17), count: pieces))
        async let answer = fetcher.fetch(request(.put, "/", content: content), from: endpoint).text()
        let side = await origin.next()
        try await side.setReading(false)
        for _ in 0..<50 {
            let other = try await ScriptedOrigin.listen()
            await other.close()
        }
        #expect(content.left > pieces / 2)
        try await side.setReading(true)
        #expect(await eventually { side.receivedCount > pieces << 17 })
        try await side.send(empty)
        _ = try await answer
        fetcher.shutDown()
        await origin.close()
    }

    @Test func `a slow source is not the origin's silence`() async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = origin.endpoint
        endpoint.readTimeout = .milliseconds(20)
        let wanted = endpoint
        let fetcher = makeFetcher()
        let content = ScriptedContent(9, [.text("abc"), .hang])
        let task = Task { try await fetcher.fetch(request(.put, "/", content: content), from: wanted).text() }
        let side = await origin.next()
        await side.received(until: "abc")
        // Another fetch runs into its read timeout twice in the meantime.
        for _ in 0..<2 {
            var once = wanted
            once.connectionAttempts = 1
            let endpoint = once
            async let silent = failure { _ = try await fetcher.fetch(request(), from: endpoint) }
            await origin.next().received()
            #expect(await silent == .timeout)
        }
        #expect(fetcher.openCount(wanted) == 1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        _ = await side.receivedToEnd()
        await origin.close()
    }

    @Test func `an answer before the content's end is given, and the connection is not used again`() async throws {
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        let endpoint = origin.endpoint
        let content = ScriptedContent(9, [.text("abc"), .hang])
        async let answer = fetcher.fetch(request(.put, "/", content: content), from: endpoint)
        let side = await origin.next()
        await side.received(until: "abc")
        try await side.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
        let response = try await answer
        #expect(response.status.code == 403)
        #expect(try await response.text() == "no")
        _ = await side.receivedToEnd()
        #expect(fetcher.openCount(endpoint) == 0)
        await origin.close()
    }

    @Test(arguments: [("docs.localhost", "127.0.0.1"), ("LOCALHOST", "127.0.0.1"), ("[::1]", "::1"), ("::1", "::1")])
    func `loopback names and IPv6 literals reach their origin`(host: String, address: String) async throws {
        let origin: ScriptedOrigin
        do { origin = try await ScriptedOrigin.listen(host: address) } catch {
            // A machine without IPv6 has nothing to show here; without IPv4 loopback nothing works.
            #expect(address == "::1")
            return
        }
        let fetcher = makeFetcher()
        async let answer = fetcher.fetch(request(), from: OriginEndpoint(host: host, port: origin.port)).text()
        let side = await origin.next()
        await side.received()
        try await side.send(empty)
        _ = try await answer
        fetcher.shutDown()
        await origin.close()
    }

    @Test func `a name that does not resolve is told as such`() async throws {
        let endpoint = OriginEndpoint(host: "no-such-host.invalid", port: 80)
        #expect(await failure { _ = try await makeFetcher().fetch(request(), from: endpoint) } == .dns)
    }

    @Test func `a fetch cancelled before it begins sends nothing and takes no place`() async throws {
        let endpoint = OriginEndpoint(host: "192.0.2.1", port: 80)
        let fetcher = makeFetcher()
        let task = Task { try await fetcher.fetch(request(), from: endpoint).text() }
        _ = await eventually { fetcher.openCount(endpoint) == 1 }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        #expect(fetcher.openCount(endpoint) == 0)
    }
}
