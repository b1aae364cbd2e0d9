import HTTPTypes
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import OriginFetch

private let empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

@Suite(.timeLimit(.minutes(1)))
struct PoolingTests {
    @Test func `requests after one another share a connection`() async throws {
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        async let first = fetcher.fetch(request(.get, "/1"), from: origin.endpoint).text()
        let side = await origin.next()
        await side.received()
        try await side.send(empty)
        _ = try await first
        for number in 2...5 {
            side.forget()
            async let next = fetcher.fetch(request(.get, "/\(number)"), from: origin.endpoint).text()
            #expect(await side.received().hasPrefix("GET /\(number) "))
            try await side.send(empty)
            _ = try await next
        }
        #expect(origin.acceptedCount == 1)
        fetcher.shutDown()
        _ = await side.receivedToEnd()
        #expect(fetcher.openCount(origin.endpoint) == 0)
        await origin.close()
    }

    @Test func `the time to connect is told once, with the connection's first response`() async throws {
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        async let first = fetcher.fetch(request(.get, "/1"), from: origin.endpoint)
        let side = await origin.next()
        await side.received()
        try await side.send(empty)
        let made = try await first
        #expect(made.connectDuration > .zero)
        _ = try await made.text()
        side.forget()
        async let next = fetcher.fetch(request(.get, "/2"), from: origin.endpoint)
        await side.received()
        try await side.send(empty)
        #expect(try await next.connectDuration == .zero)
        #expect(origin.acceptedCount == 1)
        fetcher.shutDown()
        await origin.close()
    }

    @Test func `a kept connection is closed after the keep-alive time, also when the read time is longer`() async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = origin.endpoint
        endpoint.keepaliveTimeout = .milliseconds(20)
        let wanted = endpoint
        let fetcher = makeFetcher()
        async let answer = fetcher.fetch(request(), from: wanted).text()
        let side = await origin.next()
        await side.received()
        try await side.send(empty)
        _ = try await answer
        _ = await side.receivedToEnd()
        #expect(await eventually { fetcher.openCount(wanted) == 0 })
        await origin.close()
    }

    @Test(arguments: ["Connection: close\r\n", ""])
    func `a connection that is to close, or has more to say, is not used again`(field: String) async throws {
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        async let answer = fetcher.fetch(request(), from: origin.endpoint).text()
        let side = await origin.next()
        await side.received()
        try await side.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\(field)\r\n" + (field.isEmpty ? empty : ""))
        _ = try await answer
        _ = await side.receivedToEnd()
        #expect(await eventually { fetcher.openCount(origin.endpoint) == 0 })
        await origin.close()
    }

    @Test func `a kept connection that closes under a request costs no attempt`() async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = origin.endpoint
        endpoint.connectionAttempts = 1
        let wanted = endpoint
        let fetcher = makeFetcher()
        async let first = fetcher.fetch(request(), from: wanted).text()
        let side = await origin.next()
        await side.received()
        try await side.send(empty)
        _ = try await first
        side.forget()
        async let second = fetcher.fetch(request(.get, "/again"), from: wanted).text()
        await side.received()
        await side.close()
        let other = await origin.next()
        #expect(await other.received().hasPrefix("GET /again "))
        try await other.send(empty)
        _ = try await second
        await origin.close()
        fetcher.shutDown()
    }

    @Test func `POST is never repeated once it is sent, not even over a kept connection`() async throws {
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        async let first = fetcher.fetch(request(), from: origin.endpoint).text()
        let side = await origin.next()
        await side.received()
        try await side.send(empty)
        _ = try await first
        side.forget()
        async let second = failure { _ = try await fetcher.fetch(request(.post), from: origin.endpoint) }
        #expect(await side.received().contains("Content-Length: 0\r\n"))
        await side.close()
        #expect(await second == .communication)
        #expect(origin.acceptedCount == 1)
        await origin.close()
    }

    @Test(arguments: [1, 3])
    func `GET is repeated after an early end, up to the attempts`(attempts: Int) async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = origin.endpoint
        endpoint.connectionAttempts = attempts
        let fetcher = makeFetcher()
        let wanted = endpoint
        async let result = failure { _ = try await fetcher.fetch(request(), from: wanted) }
        for _ in 0..<attempts {
            let side = await origin.next()
            await side.received()
            await side.close()
        }
        #expect(await result == .communication)
        #expect(origin.acceptedCount == attempts)
        #expect(fetcher.openCount(endpoint) == 0)
        await origin.close()
    }

    @Test func `an origin that closes as soon as it accepts is tried as often as the attempts say`() async throws {
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        let closing = Task { while !Task.isCancelled { await origin.next().close() } }
        // On a busy machine the end can come before the connection has been handed over, which counts as not connected.
        let kind = await failure { _ = try await fetcher.fetch(request(), from: origin.endpoint) }
        #expect(kind == .communication || kind == .connect, "\(String(describing: kind))")
        #expect(origin.acceptedCount == 3)
        closing.cancel()
        // Wakes the task above for its last turn.
        var endpoint = origin.endpoint
        endpoint.readTimeout = .milliseconds(20)
        let last = endpoint
        #expect(await failure { _ = try await fetcher.fetch(request(.post), from: last) } != nil)
        await closing.value
        await origin.close()
    }

    @Test func `silence before the first byte has a bound of its own`() async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = origin.endpoint
        endpoint.connectionAttempts = 1
        endpoint.firstByteTimeout = .milliseconds(20)
        let wanted = endpoint
        let fetcher = makeFetcher()
        async let result = failure { _ = try await fetcher.fetch(request(), from: wanted) }
        let side = await origin.next()
        await side.received()
        #expect(await result == .timeout)
        await origin.close()
    }

    @Test func `a refused connection is a connect error, and leaves no place taken`() async throws {
        let origin = try await ScriptedOrigin.listen()
        let endpoint = origin.endpoint
        await origin.close()
        let fetcher = makeFetcher()
        let error = await #expect(throws: OriginError.self) { _ = try await fetcher.fetch(request(), from: endpoint) }
        #expect(error?.kind == .connect)
        #expect(error?.detail == "connection refused by 127.0.0.1:\(endpoint.port)")
        #expect(fetcher.openCount(endpoint) == 0)
    }

    @Test func `requests past the limit wait their turn`() async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = origin.endpoint
        endpoint.connectionsMax = 1
        let wanted = endpoint
        let fetcher = makeFetcher()
        async let first = fetcher.fetch(request(.get, "/0"), from: wanted).text()
        let side = await origin.next()
        await side.received()
        var waiting: [Task<String, any Error>] = []
        for number in 1...3 {
            waiting.append(Task { try await fetcher.fetch(request(.get, "/\(number)"), from: wanted).text() })
            #expect(await eventually { fetcher.waiterCount(wanted) == number })
        }
        side.forget()
        try await side.send(empty)
        _ = try await first
        for number in 1...3 {
            #expect(await side.received().contains("GET /\(number) "))
            side.forget()
            try await side.send(empty)
            _ = try await waiting[number - 1].value
        }
        #expect(origin.acceptedCount == 1)
        fetcher.shutDown()
        await origin.close()
    }

    @Test func `a request that waits too long, or is cancelled while it waits, gives its turn up`() async throws {
        let origin = try await ScriptedOrigin.listen()
        var endpoint = origin.endpoint
        endpoint.connectionsMax = 1
        endpoint.connectionTimeout = .milliseconds(200)
        let wanted = endpoint
        let fetcher = makeFetcher()
        async let first = fetcher.fetch(request(), from: wanted).text()
        let side = await origin.next()
        await side.received()
        #expect(await failure { _ = try await fetcher.fetch(request(), from: wanted) } == .capacity)
        let cancelled = Task { try await fetcher.fetch(request(), from: wanted).text() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(fetcher.waiterCount(wanted) == 0)
        try await side.send(empty)
        _ = try await first
        #expect(fetcher.idleCount(wanted) == 1)
        fetcher.shutDown()
        await origin.close()
    }

    @Test func `a fresh connection takes the place of a kept one when all places are taken`() async throws {
        let origin = try await ScriptedOrigin.listen()
        let endpoint = origin.endpoint
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let pool = OriginConnectionPool(connectionsMax: 1)
        guard case .connect(let id)? = await pool.acquire(fresh: false, patience: .hours(1), on: loop) else {
            Issue.record("no place in an empty pool")
            return
        }
        let channel = try await ClientBootstrap(group: loop).connect(host: "127.0.0.1", port: origin.port).get()
        let connection = try await loop.submit {
            NIOLoopBound(OriginConnection(endpoint: endpoint, onIdleClose: {}), eventLoop: loop)
        }.get()
        let side = await origin.next()
        pool.putBack(.init(id: id, channel: channel, connection: connection))
        guard case .connect? = await pool.acquire(fresh: true, patience: .hours(1), on: loop) else {
            Issue.record("the kept connection did not make place")
            return
        }
        #expect((pool.openCount, pool.idleCount) == (1, 0))
        #expect(await side.receivedToEnd() == "")
        // The one place is taken: the next request waits no longer than its patience.
        if case .some = await pool.acquire(fresh: true, patience: .zero, on: loop) { Issue.record("a place too many") }
        await origin.close()
    }

    @Test(arguments: ["before the head", "in the content", "after the end"])
    func `a cancelled fetch closes its own connection and no other`(stage: String) async throws {
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        let endpoint = origin.endpoint
        let task = Task { try await fetcher.fetch(request(), from: endpoint).text() }
        let side = await origin.next()
        await side.received()
        switch stage {
        case "in the content": try await side.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
        case "after the end":
            try await side.send(empty)
            _ = try await task.value
        default: break
        }
        task.cancel()
        if stage == "after the end" {
            #expect(fetcher.idleCount(endpoint) == 1)
            side.forget()
            async let next = fetcher.fetch(request(.get, "/next"), from: endpoint).text()
            await side.received()
            task.cancel()
            try await side.send(empty)
            _ = try await next
            #expect(origin.acceptedCount == 1)
            fetcher.shutDown()
        } else {
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        _ = await side.receivedToEnd()
        #expect(await eventually { fetcher.openCount(endpoint) == 0 })
        await origin.close()
    }

    @Test func `a late cancellation of one exchange leaves the connection's next exchange alone`() async throws {
        // The race, step by step: the exchange is over and the connection serves another when its cancellation comes.
        let origin = try await ScriptedOrigin.listen()
        let fetcher = makeFetcher()
        let tasks = (0..<200).map { _ in
            Task { try? await fetcher.fetch(request(), from: origin.endpoint).text() }
        }
        let serving = Task {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    let side = await origin.next()
                    group.addTask {
                        while true {
                            let text = await side.received()
                            guard text.hasSuffix("\r\n\r\n") else { return }
                            side.forget()
                            guard (try? await side.send(empty)) != nil else { return }
                        }
                    }
                    if Task.isCancelled { return }
                }
            }
        }
        for (number, task) in tasks.enumerated() where number % 2 == 0 { task.cancel() }
        for (number, task) in tasks.enumerated() where number % 2 == 1 {
            #expect(await task.value == "", "fetch \(number) was not cancelled and must succeed")
        }
        for task in tasks { _ = await task.value }
        #expect(await eventually { fetcher.openCount(origin.endpoint) == fetcher.idleCount(origin.endpoint) })
        fetcher.shutDown()
        #expect(fetcher.openCount(origin.endpoint) == 0)
        serving.cancel()
        await origin.close()
    }
}
