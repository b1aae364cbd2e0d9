// A listening socket and the connections it has accepted.

import Logging
package import NIOCore
import NIOPosix

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
    ///
    /// - Parameters:
    ///   - tls: where certificates come from; without it connections are in the clear.
    ///   - budget: shared by listeners that share `limits.connectionsMax`.
    package static func bind(
        host: String, port: Int, group: any EventLoopGroup, limits: TransportLimits = TransportLimits(),
        tls: (any TLSContextSource)? = nil, budget: ConnectionBudget? = nil, service: any HTTPService
    ) async throws -> HTTPListener {
        let connections = ConnectionRegistry(budget: budget ?? ConnectionBudget(max: limits.connectionsMax))
        let loops = Array(group.makeIterator())
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
                    case .full where tls != nil:
                        // A handshake is work, and nobody understands an answer without one.
                        return channel.close(promise: nil)
                    case .full:
                        // Past the limit nothing is read: a short answer, and the connection is gone.
                        channel.writeAndFlush(ByteBuffer(staticString: busy)).whenComplete { _ in
                            channel.close(promise: nil)
                        }
                        return
                    }
                    var info = ConnectionInfo(
                        clientAddress: channel.remoteAddress?.ipAddress ?? "", clientPort: channel.remoteAddress?.port ?? 0,
                        localPort: channel.localAddress?.port ?? 0)
                    info.loop = loops.firstIndex { $0 === channel.eventLoop } ?? 0
                    guard let tls else {
                        try channel.pipeline.syncOperations.addHandler(
                            HTTP1Connection(service: service, limits: limits, info: info))
                        return
                    }
                    try TLSHandshake.start(on: channel, source: tls, timeout: limits.handshakeTimeout) { facts in
                        info.tls = facts
                        guard facts.applicationProtocol == "h2" else {
                            return [HTTP1Connection(service: service, limits: limits, info: info)]
                        }
                        return HTTP2Connection.handlers(service: service, limits: limits, info: info, now: channel.eventLoop.now)
                    }
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
            connections.forEach { channel in
                channel.eventLoop.execute { channel.pipeline.syncOperations.closeBeneathTLS() ?? channel.close(promise: nil) }
            }
        }
        await connections.allClosed()
        timeout.cancel()
    }
}

private let busy: StaticString =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 21\r\nConnection: close\r\n\r\ntoo many connections\n"
