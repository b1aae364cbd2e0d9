import ByteStreaming
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import OriginFetch

@Suite(.timeLimit(.minutes(1)))
struct ResponseTests {
    /// Fetches once from an origin that answers `answer` and then closes if `closes`.
    private func fetch(
        _ answer: String, closes: Bool = false, method: HTTPRequest.Method = .get,
        _ check: (FetchResponse) async throws -> Void
    ) async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = origin.endpoint
        endpoint.connectionAttempts = 1
        let fetcher = makeFetcher()
        async let served: Void = {
            let side = await origin.next()
            await side.received()
            try await side.send(answer)
            if closes { await side.close() }
        }()
        do { try await check(try await fetcher.fetch(request(method), from: endpoint)) } catch {
            _ = try? await served
            throw error
        }
        try await served
        fetcher.shutDown()
        await origin.close()
    }

    @Test(arguments: [
        ("a length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false, 3, "abc"),
        ("chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", false, nil, "abc"),
        ("the connection's end", "HTTP/1.1 200 OK\r\n\r\nabc", true, nil, "abc"),
        ("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nabc", true, nil, "abc"),
        ("204", "HTTP/1.1 204 No Content\r\n\r\n", false, nil, ""), ("304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", false, 9, ""),
        ("interim responses first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, 0, ""),
    ] as [(String, String, Bool, Int?, String)])
    func `content ends where its framing says`(name: String, answer: String, closes: Bool, length: Int?, content: String) async throws {
        try await fetch(answer, closes: closes) { response in
            #expect(response.contentLength == length, "\(name)")
            let text = try await response.text()
            #expect(text == content, "\(name)")
        }
    }

    @Test func `HEAD has no content whatever its length says`() async throws {
        try await fetch("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", method: .head) { response in
            #expect(response.contentLength == 9)
            let text = try await response.text()
            #expect(text == "")
        }
    }

    @Test(arguments: [
        ("less than its length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", true, OriginError.Kind.communication),
        ("chunks without their end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", true, .communication),
        ("broken chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n", false, .invalidResponse),
    ])
    func `content that breaks off fails behind what had arrived`(name: String, answer: String, closes: Bool, kind: OriginError.Kind) async throws {
        try await fetch(answer, closes: closes) { response in
            let first = try await response.content.next()
            #expect(first == ByteBuffer(string: "abc"), "\(name)")
            #expect(await failure { _ = try await response.text() } == kind, "\(name)")
        }
    }

    @Test(arguments: [
        ("another protocol", "SSH-2.0-OpenSSH\r\n\r\n", false, OriginError.Kind.invalidResponse),
        ("an invalid field name", "HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", false, .invalidResponse),
        ("a switch of protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", false, .invalidResponse),
        ("no status", "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", false, .invalidResponse),
        ("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", false, .invalidResponse),
        ("too many fields", "HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 5_000) + "\r\n", false, .invalidResponse),
        ("an endless field", "HTTP/1.1 200 OK\r\nA: " + String(repeating: "b", count: 200_000), false, .invalidResponse),
        ("nothing at all", "", true, .communication), ("half a head", "HTTP/1.1 200 OK\r\nA: b", true, .communication),
    ])
    func `what is no response is an error`(name: String, answer: String, closes: Bool, kind: OriginError.Kind) async throws {
        let result = await failure { try await fetch(answer, closes: closes) { _ in } }
        #expect(result == kind, "\(name)")
    }

    @Test func `a large head within the limits is read`() async throws {
        let value = String(repeating: "v", count: 60_000)
        try await fetch("HTTP/1.1 200 OK\r\nX-Large: \(value)\r\nContent-Length: 0\r\n\r\n") { response in
            #expect(response.fields[HTTPField.Name("X-Large")!]?.count == 60_000)
        }
    }

    @Test func `the origin is held up while nobody reads, and content arrives whole when somebody does`() async throws {
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        let size = 64 << 20
        let allSent = Atomic(false)
        async let fetched = fetcher.fetch(request(), from: origin.endpoint)
        let side = await origin.next()
        await side.received()
        try await side.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
        side.sendLater(bytes: size) { allSent.store(true, ordering: .relaxed) }
        let response = try await fetched
        // Many rounds over the same event loops: without back-pressure everything would be through.
        for _ in 0..<50 {
            let other = try await ScriptedOrigin.listen()
            await other.close()
        }
        let wasSentEarly = allSent.load(ordering: .relaxed)
        #expect(!wasSentEarly)
        var count = 0
        while let chunk = try await response.content.next() { count += chunk.readableBytes }
        #expect(count == size)
        fetcher.shutDown()
        await origin.close()
    }

    @Test func `letting go of content closes its connection`() async throws {
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        // The response lives no longer than this task.
        let status = Task { try await fetcher.fetch(request(), from: origin.endpoint).status }
        let side = await origin.next()
        await side.received()
        try await side.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
        #expect(try await status.value == .ok)
        _ = await side.receivedToEnd()
        #expect(await eventually { fetcher.openCount(origin.endpoint) == 0 })
        await origin.close()
    }

    @Test(arguments: ["head", "content"])
    func `silence longer than the read timeout is an error`(stage: String) async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = origin.endpoint
        endpoint.readTimeout = .milliseconds(30)
        endpoint.connectionAttempts = 1
        let wanted = endpoint
        let fetcher = makeFetcher()
        async let result = failure { _ = try await fetcher.fetch(request(), from: wanted).text() }
        let side = await origin.next()
        await side.received()
        if stage == "content" { try await side.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc") }
        #expect(await result == .timeout)
        _ = await side.receivedToEnd()
        #expect(fetcher.openCount(endpoint) == 0)
        await origin.close()
    }
}
