import ConfigurationReading
import DiskObjectStorage
import Foundation
import HTTPTransport
import Logging
import NIOCore
import NIOPosix
import ObjectStorage
import OriginConfiguration
import OriginService

/// Builds the bucket server from its configuration and runs it until it is told to stop.
enum OriginServer {
    static func run(_ configuration: OriginConfiguration, events: ServerEvents) async throws {
        let logger = Logger(label: "skerry.origin")
        let directory = configuration.dataDirectory
        let store = try openStore(directory, logger)
        let credentials = try loadCredentials(directory)
        let server = BucketServer(
            configuration: .init(configuration, credentials: credentials), store: store, logger: logger, now: wallClock)
        let group = MultiThreadedEventLoopGroup.singleton
        let listener: HTTPListener
        do {
            listener = try await HTTPListener.bind(
                host: configuration.listen.host, port: configuration.listen.port, group: group, limits: .init(configuration.limits),
                service: server)
        } catch {
            await store.close()
            throw CommandFailure.cannotListen(on: configuration.listen, setting: "--listen", because: error)
        }
        let address = ListenAddress(host: configuration.listen.host, port: listener.address.port ?? configuration.listen.port)
        ServerEvents.announceReady(address.description)
        for await event in events.stream {
            switch event {
            case .reload: Terminal.note("origin: SIGHUP changes nothing; restart the origin to read its configuration again")
            case .stop(let reason):
                logger.info("stopping", metadata: ["reason": "\(reason)"])
                await listener.drain(patience: TimeAmount(configuration.limits.drainTimeout))
                await store.close()
                return
            }
        }
    }

    private static func openStore(_ directory: String, _ logger: Logger) throws(CommandFailure) -> DiskObjectStore {
        do throws(DiskStoreOpenError) {
            return try DiskObjectStore(directory: directory, logger: logger)
        } catch {
            throw CommandFailure(error.description)
        }
    }

    private static func loadCredentials(_ directory: String) throws(CommandFailure) -> OriginCredentials {
        do {
            let (credentials, isNew) = try CredentialsFile.loadOrCreate(path: directory + "/credentials")
            if isNew { Terminal.note("origin: made key pairs for the root user and for edges in \(directory)/credentials") }
            return credentials
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    @Sendable private static func wallClock() -> StoreInstant {
        StoreInstant(millisecondsSince1970: Int64(Date().timeIntervalSince1970 * 1000))
    }
}

extension TransportLimits {
    init(_ limits: OriginConfiguration.Limits) {
        self.init()
        connectionsMax = limits.connectionsMax
        headBytesMax = limits.headerBytesMax
        requestLineBytesMax = min(requestLineBytesMax, limits.headerBytesMax)
        keepAliveTimeout = TimeAmount(limits.keepAliveTimeout)
        headTimeout = TimeAmount(limits.headerTimeout)
        bodyTimeout = TimeAmount(limits.bodyTimeout)
        sendTimeout = TimeAmount(limits.sendTimeout)
    }
}
