// Fetches from origins over plain HTTP/1.1 on NIO: connections kept per endpoint, attempts and time bounded as CloudFront
// bounds them. Redirects are never followed and 1xx responses are not passed on. NIO's own codec reads and writes the messages.

import HTTPTypes
package import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The fetcher that the edge uses.
package final class NIOOriginFetcher: OriginFetcher {
    private let group: any EventLoopGroup
    private let pools = Mutex<[OriginEndpoint: OriginConnectionPool]>([:])

    package init(group: any EventLoopGroup) { self.group = group }

    /// Closes connections that wait for a request; those in use close when they are done.
    package func shutDown() {
        for pool in pools.withLock({ Array($0.values) }) { pool.closeIdle() }
    }

    /// Sends the request and returns as soon as the response's head is there.
    ///
    /// A kept connection that turns out to be closed costs no attempt. A GET, HEAD or OPTIONS whose origin breaks off before
    /// answering is tried again up to `connectionAttempts` times; other methods only while nothing was sent. Throws `OriginError`, or
    /// `CancellationError`.
    package func fetch(_ request: FetchRequest, from endpoint: OriginEndpoint) async throws -> FetchResponse {
        let pool = pool(for: endpoint)
        let eventLoop = group.next()
        var attempt = 1
        var fresh = false
        while true {
            try Task.checkCancellation()
            do {
                let connection = try await connection(from: pool, fresh: fresh, endpoint, eventLoop)
                return try await run(request, on: connection, pool)
            } catch let closed as ReusedConnectionClosed {
                // Not the origin's refusal but a race with its idle timeout; content that was partly sent can't be sent again.
                guard request.content == nil else {
                    throw closed.cause ?? OriginError(.communication, origin: endpoint.name, detail: "a kept connection was closed")
                }
                fresh = true
            } catch let error as OriginError {
                let mayRepeat =
                    switch error.kind {
                    case .connect: true
                    case .communication: request.isSafeToRepeat
                    case .dns, .timeout, .invalidResponse, .requestContent, .capacity: false
                    }
                guard mayRepeat, attempt < endpoint.connectionAttempts else { throw error }
                attempt += 1
            }
        }
    }

    private func pool(for endpoint: OriginEndpoint) -> OriginConnectionPool {
        pools.withLock { pools in
            if let pool = pools[endpoint] { return pool }
            let pool = OriginConnectionPool(connectionsMax: endpoint.connectionsMax)
            pools[endpoint] = pool
            return pool
        }
    }

    private func connection(
        from pool: OriginConnectionPool, fresh: Bool, _ endpoint: OriginEndpoint, _ eventLoop: any EventLoop
    ) async throws -> OriginConnectionPool.Idle {
        guard let grant = await pool.acquire(fresh: fresh, patience: endpoint.connectionTimeout, on: eventLoop) else {
            try Task.checkCancellation()
            throw OriginError(
                .capacity, origin: endpoint.name, detail: "all \(pool.connectionsMax) connections to the origin stayed busy")
        }
        switch grant {
        case .reuse(let idle): return idle
        case .connect(let id):
            do {
                return try await connect(id, endpoint, pool, eventLoop)
            } catch {
                pool.closed()
                throw error
            }
        }
    }

    private func connect(
        _ id: Int, _ endpoint: OriginEndpoint, _ pool: OriginConnectionPool, _ eventLoop: any EventLoop
    ) async throws -> OriginConnectionPool.Idle {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(endpoint.connectionTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        do {
            let channel = try await bootstrap.connect(host: endpoint.connectHost, port: endpoint.port).get()
            let connection = try await channel.eventLoop.submit {
                let handler = OriginConnection(endpoint: endpoint) { pool.idleClosed(id) }
                let sync = channel.pipeline.syncOperations
                try sync.addHandler(HTTPRequestEncoder())
                try sync.addHandler(ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)))
                try sync.addHandler(handler)
                return NIOLoopBound(handler, eventLoop: channel.eventLoop)
            }.get()
            return .init(id: id, channel: channel, connection: connection)
        } catch let error as NIOConnectionError {
            throw Self.connectFailure(error, endpoint)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw OriginError(.connect, origin: endpoint.name, detail: "\(error)")
        }
    }

    private static func connectFailure(_ error: NIOConnectionError, _ endpoint: OriginEndpoint) -> OriginError {
        if let first = error.connectionErrors.first {
            return OriginError(.connect, origin: endpoint.name, detail: "\(first.error)")
        }
        if let dns = error.dnsAError ?? error.dnsAAAAError {
            return OriginError(.dns, origin: endpoint.name, detail: "the name does not resolve: \(dns)")
        }
        return OriginError(.connect, origin: endpoint.name, detail: "\(error)")
    }

    private func run(
        _ request: FetchRequest, on idle: OriginConnectionPool.Idle, _ pool: OriginConnectionPool
    ) async throws -> FetchResponse {
        let head = request.head
        let content = request.content
        let eventLoop = idle.channel.eventLoop
        // Content follows the head: on a kept connection, what comes before `start` would belong to the exchange before.
        let (headIsSent, headSent) = AsyncStream.makeStream(of: Never.self)
        let upload = content.map { content in
            Task {
                for await _ in headIsSent {}
                if !Task.isCancelled { await Self.send(content, over: idle) }
            }
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<FetchResponse, any Error>) in
                eventLoop.execute {
                    idle.connection.value.start(head, hasContent: content != nil, continuation: continuation) { reusable in
                        upload?.cancel()
                        if reusable { pool.putBack(idle) } else { pool.closed() }
                    }
                    headSent.finish()
                }
            }
        } onCancel: {
            eventLoop.execute {
                idle.connection.value.giveUp(OriginError(.communication, origin: "", detail: "the request was cancelled"))
            }
        }
    }

    /// Passes content on as fast as the origin takes it.
    private static func send(_ content: any FetchRequestContent, over idle: OriginConnectionPool.Idle) async {
        let eventLoop = idle.channel.eventLoop
        do {
            while let chunk = try await content.nextChunk() {
                let promise = eventLoop.makePromise(of: Void.self)
                eventLoop.execute { idle.connection.value.sendContent(chunk, promise: promise) }
                try await promise.futureResult.get()
            }
            eventLoop.execute { idle.connection.value.endContent() }
        } catch is CancellationError {
            return
        } catch is ChannelError {
            return
        } catch {
            eventLoop.execute {
                idle.connection.value.giveUp(
                    OriginError(.requestContent, origin: "", detail: "the request's content broke off: \(error)"))
            }
        }
    }
}

extension FetchRequest {
    fileprivate var isSafeToRepeat: Bool {
        content == nil && (method == .get || method == .head || method == .options)
    }

    fileprivate var head: HTTPRequestHead {
        var headers = HTTPHeaders()
        headers.reserveCapacity(fields.count + 1)
        for field in fields { headers.add(name: field.name.rawName, value: field.value) }
        if let content {
            if let count = content.byteCount {
                headers.replaceOrAdd(name: "Content-Length", value: String(count))
            } else {
                headers.replaceOrAdd(name: "Transfer-Encoding", value: "chunked")
            }
        }
        return HTTPRequestHead(version: .http1_1, method: .init(rawValue: method.rawValue), uri: target, headers: headers)
    }
}
