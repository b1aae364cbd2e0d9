// A listening socket and the connections it has accepted.

import Logging
package import NIOCore
import NIOPosix
import Synchronization

/// Serves one address with one service until it is drained.
package final class HTTPListener: Sendable {
    private let channel: any Channel
    private let connections: ConnectionRegistry

    /// The address in use, with the port that the kernel chose where 0 was asked for.
    package let address: SocketAddress

    private init(channel: any Channel, address: SocketAddress, connections: ConnectionRegistry) {
        self.channel = channel
        self.address = address
        self.connections = connections
    }

    /// Starts listening. Throws what the system says when the address can't be had (`IOError` with its errno).
    package static func bind(
        host: String, port: Int, group: any EventLoopGroup, limits: TransportLimits = TransportLimits(),
        service: any HTTPService
    ) async throws -> HTTPListener {
        let connections = ConnectionRegistry(max: limits.connectionsMax)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 128 * 1024, high: 512 * 1024))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    switch connections.add(channel) {
                    case .added: break
                    case .draining: return channel.close(promise: nil)
                    case .full:
                        // Past the limit nothing is read: a short answer, and the connection is gone.
                        channel.writeAndFlush(ByteBuffer(staticString: busy)).whenComplete { _ in
                            channel.close(promise: nil)
                        }
                        return
                    }
                    let info = ConnectionInfo(
                        clientAddress: channel.remoteAddress?.ipAddress ?? "", clientPort: channel.remoteAddress?.port ?? 0,
                        localPort: channel.localAddress?.port ?? 0)
                    try channel.pipeline.syncOperations.addHandler(
                        HTTP1Connection(service: service, limits: limits, info: info))
                }
            }
        let channel = try await bootstrap.bind(host: host, port: port).get()
        guard let address = channel.localAddress else {
            try? await channel.close()
            throw ChannelError.unknownLocalAddress
        }
        return HTTPListener(channel: channel, address: address, connections: connections)
    }

    /// Open connections.
    package var connectionCount: Int { connections.count }

    /// Stops accepting, lets every exchange under way finish, and closes what is still open after `patience`.
    package func drain(patience: TimeAmount) async {
        try? await channel.close()
        connections.startDraining()
        connections.forEach { $0.pipeline.fireUserInboundEventTriggered(DrainEvent()) }
        let timeout = channel.eventLoop.scheduleTask(in: patience) { [connections] in
            connections.forEach { $0.close(promise: nil) }
        }
        await connections.allClosed()
        timeout.cancel()
    }
}

private let busy: StaticString =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 21\r\nConnection: close\r\n\r\ntoo many connections\n"

/// The open connections of a listener, counted and reachable.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var waiters: [CheckedContinuation<Void, Never>] = []
        var isDraining = false
    }

    enum Admission {
        case added
        /// The limit is reached.
        case full
        /// Accepted by the system just before the listener closed.
        case draining
    }

    private let max: Int
    private let state = Mutex(State())

    init(max: Int) { self.max = max }

    var count: Int { state.withLock { $0.channels.count } }

    /// Registers a connection until it closes, if there is room.
    func add(_ channel: any Channel) -> Admission {
        let id = ObjectIdentifier(channel)
        let admission: Admission = state.withLock { state in
            guard !state.isDraining else { return .draining }
            guard state.channels.count < max else { return .full }
            state.channels[id] = channel
            return .added
        }
        if admission == .added { channel.closeFuture.whenComplete { [self] _ in remove(id) } }
        return admission
    }

    /// From now on nothing is admitted.
    func startDraining() { state.withLock { $0.isDraining = true } }

    private func remove(_ id: ObjectIdentifier) {
        let waiters = state.withLock { state in
            state.channels[id] = nil
            guard state.channels.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func forEach(_ body: (any Channel) -> Void) {
        for channel in state.withLock({ Array($0.channels.values) }) { body(channel) }
    }

    func allClosed() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isEmpty = state.withLock { state in
                if !state.channels.isEmpty { state.waiters.append(continuation) }
                return state.channels.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }
}
