// Fetches from origins over HTTP/1.1, plain or within TLS, on NIO: connections kept per endpoint, attempts and time bounded as CloudFront
// bounds them. Redirects are never followed. NIO's own codec reads and writes the messages.

import Glibc
import HTTPTypes
package import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The fetcher that the edge uses.
package final class NIOOriginFetcher: OriginFetcher {
    private let group: any EventLoopGroup
    /// Seconds since 1970, to tell why a certificate was refused.
    private let now: @Sendable () -> Int64

    /// Pools kept; names that viewers choose may be part of their endpoints, so unused ones are dropped beyond this.
    private static let poolsMax = 1_000

    private struct State {
        var pools: [OriginEndpoint: OriginConnectionPool] = [:]
        var isShutDown = false
    }

    private let state = Mutex(State())
    private let contexts = Mutex(OriginTLSContexts())

    package init(group: any EventLoopGroup, now: (@Sendable () -> Int64)? = nil) {
        self.group = group
        self.now = now ?? { Int64(time(nil)) }
    }

    /// Closes connections that wait for a request; those in use close when they are done.
    package func shutDown() {
        let pools = state.withLock { state in
            state.isShutDown = true
            return Array(state.pools.values)
        }
        for pool in pools { pool.shutDown() }
    }

    /// Sends the request and returns as soon as the response's head is there.
    ///
    /// A kept connection that turns out to be closed costs no attempt. A GET, HEAD or OPTIONS whose origin breaks off before
    /// answering, or is silent for the read timeout, is tried again up to `connectionAttempts` times; other methods only while nothing was sent. Throws `OriginError`, or
    /// `CancellationError`.
    package func fetch(_ request: FetchRequest, from endpoint: OriginEndpoint) async throws -> FetchResponse {
        guard request.targetIsValid else {
            throw OriginError(.requestContent, origin: endpoint.name, detail: "the request target holds a space or a control byte")
        }
        let pool = pool(for: endpoint)
        let eventLoop = group.next()
        var attempt = 1
        var fresh = false
        while true {
            try Task.checkCancellation()
            do {
                let (connection, connecting) = try await connection(from: pool, fresh: fresh, endpoint, eventLoop)
                var response = try await run(request, on: connection, pool)
                response.connectDuration = connecting
                return response
            } catch is KeptConnectionClosed {
                // Not the origin's refusal but a race with its idle timeout; the next try is on a connection of its own.
                fresh = true
            } catch let error as OriginError {
                let mayRepeat =
                    switch error.kind {
                    case .connect: error.tls?.mayPass ?? true
                    case .communication, .timeout: request.isSafeToRepeat
                    case .dns, .invalidResponse, .contentRangeLength, .requestContent, .capacity: false
                    }
                guard mayRepeat, attempt < endpoint.connectionAttempts else { throw error }
                attempt += 1
            }
        }
    }

    /// Connections to an origin that are open or being made.
    func openCount(_ endpoint: OriginEndpoint) -> Int { state.withLock { $0.pools[endpoint] }?.openCount ?? 0 }

    func idleCount(_ endpoint: OriginEndpoint) -> Int { state.withLock { $0.pools[endpoint] }?.idleCount ?? 0 }

    func waiterCount(_ endpoint: OriginEndpoint) -> Int { state.withLock { $0.pools[endpoint] }?.waiterCount ?? 0 }

    private func pool(for endpoint: OriginEndpoint) -> OriginConnectionPool {
        state.withLock { state in
            if let pool = state.pools[endpoint] { return pool }
            if state.pools.count >= Self.poolsMax { state.pools = state.pools.filter { !$0.value.isUnused } }
            let pool = OriginConnectionPool(connectionsMax: endpoint.connectionsMax, isShutDown: state.isShutDown)
            state.pools[endpoint] = pool
            return pool
        }
    }

    private func connection(
        from pool: OriginConnectionPool, fresh: Bool, _ endpoint: OriginEndpoint, _ eventLoop: any EventLoop
    ) async throws -> (OriginConnectionPool.Idle, connecting: Duration) {
        guard let grant = await pool.acquire(fresh: fresh, patience: endpoint.connectionTimeout, on: eventLoop) else {
            try Task.checkCancellation()
            throw OriginError(
                .capacity, origin: endpoint.name, detail: "all \(pool.connectionsMax) connections to the origin stayed busy")
        }
        switch grant {
        case .reuse(let idle): return (idle, .zero)
        case .connect(let id):
            do {
                let start = ContinuousClock.now
                let made = try await connect(id, endpoint, pool, eventLoop)
                return (made, start.duration(to: .now))
            } catch {
                pool.closed()
                throw error
            }
        }
    }

    private func connect(
        _ id: Int, _ endpoint: OriginEndpoint, _ pool: OriginConnectionPool, _ eventLoop: any EventLoop
    ) async throws -> OriginConnectionPool.Idle {
        let attempt = ConnectAttempt()
        let context = try endpoint.tls.map { tls in try contexts.withLock { try $0.context(for: tls) } }
        let deadline = NIODeadline.now() + endpoint.connectionTimeout
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(endpoint.connectionTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { [now] channel in
                attempt.add(channel)
                // Before the connection is made, so that whatever the origin does first is seen.
                return channel.eventLoop.makeCompletedFuture {
                    let sync = channel.pipeline.syncOperations
                    if let context, let tls = endpoint.tls {
                        let handshake = channel.eventLoop.makePromise(of: Void.self)
                        attempt.add(handshake.futureResult, of: channel)
                        try OriginHandshake.start(
                            on: channel, context: context, tls: tls, deadline: deadline, promise: handshake, now: now)
                    }
                    try sync.addHandler(HTTPRequestEncoder(configuration: Self.encoding))
                    try sync.addHandler(ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .forward)))
                    try sync.addHandler(OriginConnection(endpoint: endpoint) { pool.idleClosed(id) })
                }
            }
        do {
            let channel = try await withTaskCancellationHandler {
                let channel = try await bootstrap.connect(host: endpoint.connectHost, port: endpoint.port).get()
                try await attempt.handshake(of: channel)?.get()
                return channel
            } onCancel: {
                attempt.cancel()
            }
            let connection = try await channel.eventLoop.submit {
                NIOLoopBound(
                    try channel.pipeline.syncOperations.handler(type: OriginConnection.self), eventLoop: channel.eventLoop)
            }.get()
            return .init(id: id, channel: channel, connection: connection)
        } catch {
            attempt.cancel()
            try Task.checkCancellation()
            if let error = error as? NIOConnectionError { throw Self.connectFailure(error, endpoint) }
            if let failure = error as? OriginTLSFailure { throw OriginError(failure, origin: endpoint.name) }
            if error is OriginHandshakeTimeout {
                throw OriginError(.connect, origin: endpoint.name, detail: "the TLS handshake took too long")
            }
            let isLate = context != nil && NIODeadline.now() >= deadline
            throw OriginError(.connect, origin: endpoint.name, detail: isLate ? "the connection took too long to make" : ConnectFailure.text(error, peer: endpoint.name))
        }
    }

    /// Framing is decided in `OriginExchange`.
    private static var encoding: HTTPRequestEncoder.Configuration {
        var configuration = HTTPRequestEncoder.Configuration()
        configuration.automaticallySetFramingHeaders = false
        return configuration
    }

    private static func connectFailure(_ error: NIOConnectionError, _ endpoint: OriginEndpoint) -> OriginError {
        if let first = error.connectionErrors.first {
            return OriginError(.connect, origin: endpoint.name, detail: ConnectFailure.text(first.error, peer: ConnectFailure.name(first.target) ?? endpoint.name))
        }
        if let dns = error.dnsAError ?? error.dnsAAAAError {
            return OriginError(.dns, origin: endpoint.name, detail: "the name does not resolve: \(dns)")
        }
        return OriginError(.connect, origin: endpoint.name, detail: "\(error)")
    }

    private func run(
        _ request: FetchRequest, on idle: OriginConnectionPool.Idle, _ pool: OriginConnectionPool
    ) async throws -> FetchResponse {
        let exchange = OriginExchange(request)
        let eventLoop = idle.channel.eventLoop
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<FetchResponse, any Error>) in
                eventLoop.execute {
                    idle.connection.value.start(exchange, continuation) { reusable in
                        if reusable { pool.putBack(idle) } else { pool.closed() }
                    }
                }
            }
        } onCancel: {
            exchange.cancel()
            eventLoop.execute { idle.connection.value.cancel(exchange) }
        }
    }
}

/// The sockets of one attempt to connect, so that it can be called off.
private final class ConnectAttempt: Sendable {
    private struct State {
        var channels: [any Channel] = []
        var handshakes: [ObjectIdentifier: EventLoopFuture<Void>] = [:]
        var isCancelled = false
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) {
        let isCancelled = state.withLock { state in
            state.channels.append(channel)
            return state.isCancelled
        }
        if isCancelled { channel.close(promise: nil) }
    }

    func add(_ handshake: EventLoopFuture<Void>, of channel: any Channel) {
        state.withLock { $0.handshakes[ObjectIdentifier(channel)] = handshake }
    }

    /// Nil without TLS.
    func handshake(of channel: any Channel) -> EventLoopFuture<Void>? {
        state.withLock { $0.handshakes[ObjectIdentifier(channel)] }
    }

    func cancel() {
        let channels = state.withLock { state in
            state.isCancelled = true
            defer { state.channels = [] }
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
