import ConfigurationReading
import ControlService
import DistributionModel
import EdgeFigures
import EdgeService
import EdgeStorage
import Foundation
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import LocalCertificateAuthority
import LogDelivery
import Logging
import NIOCore
import NIOPosix
import OriginFetch

/// A configuration with the certificate files it names.
struct EdgeSetup: Sendable {
    var configuration: EdgeConfiguration
    var certificates: CertificateTable
}

/// Builds the edge from its configuration and runs it until it is told to stop.
enum EdgeServer {
    /// `reload` reads the configuration again; when it throws, the present one stays.
    static func run(
        _ setup: EdgeSetup, reload: @escaping @Sendable () throws -> EdgeSetup, events: ServerEvents
    ) async throws {
        let configuration = setup.configuration
        let logger = Logger(label: "skerry.edge")
        let group = MultiThreadedEventLoopGroup.singleton
        let fetcher = NIOOriginFetcher(group: group)
        let disk = diskTier(configuration)
        let cache = EdgeCache(
            limits: EdgeCacheLimits(configuration.cache), policy: configuration.cache.eviction, admission: configuration.cache.admission,
            disk: disk)
        let movable = configuration.clock == .movable ? MovableClock(world: wallClock) : nil
        let logs = EdgeLogs(configuration.accessLogs, fetcher: fetcher, now: wallClock, logger: logger)
        let figures = EdgeFigures(loops: Array(group.makeIterator()).count, startedAt: wallClock().secondsSince1970)
        let service = EdgeService(
            snapshot: try snapshot(of: configuration, figures, logs), cache: cache, fetcher: fetcher,
            clock: movable?.clock ?? EdgeClock(now: wallClock), requestIDs: RequestIDs(seed: .random(in: .min ... .max)), logger: logger)
        let reports = EdgeReports(service: service, logs: logs)
        let limits = TransportLimits(configuration.limits)
        let budget = ConnectionBudget(max: limits.connectionsMax)
        let certificates = try viewerCertificates(setup, logger)
        let readiness = ReadinessState()
        let reloader = EdgeReloader { apply(reload, to: service, figures, logs, certificates, present: configuration) }
        let now: @Sendable () -> HTTPDate = if let movable { { movable.now } } else { wallClock }
        let process = ProcessControls(
            readiness: { readiness.current }, reload: { await reloader.reload() }, clock: movable.map { ProcessControls.Clock($0) })
        let control = ControlService(
            cache: cache, knowsDistribution: { service.snapshot.distribution(id: $0) != nil },
            now: now, random: { .random(in: .min ... .max) }, reports: reports.control, process: process, logger: logger,
            passOn: { await service.passOn(invalidationAt: $0, $1, of: $2) })
        let http = try await listen(on: configuration.listen.http, "listen.http", group, limits, budget: budget, service)
        var https: HTTPListener?
        if let address = configuration.listen.https {
            let listener = try await listen(on: address, "listen.https", group, limits, tls: certificates, budget: budget, service)
            service.httpsPort = listener.address.port ?? address.port
            https = listener
        }
        let controlListener = try await listen(on: configuration.listen.control, "listen.control", group, TransportLimits(), control)
        var shieldListener: HTTPListener?
        if let address = configuration.listen.shield {
            // Edges may ask for invalidations alone, and none is passed on a second time.
            let invalidations = ControlService(
                cache: cache, knowsDistribution: { service.snapshot.distribution(id: $0) != nil }, now: now,
                random: { .random(in: .min ... .max) }, logger: logger)
            let shield = ShieldService(edge: service, control: invalidations)
            shieldListener = try await listen(on: address, "listen.shield", group, limits.forEdges, shield)
        }
        announce(http, configuration.listen.http, as: .http)
        if let https, let address = configuration.listen.https { announce(https, address, as: .https) }
        announce(controlListener, configuration.listen.control, as: .control)
        if let shieldListener, let address = configuration.listen.shield { announce(shieldListener, address, as: .shield) }
        logs.writer.start()
        reports.watch(http, as: .http)
        if let https { reports.watch(https, as: .https) }
        reports.watch(controlListener, as: .control)
        readiness.current = .ready
        for await event in events.stream {
            switch event {
            case .reload: _ = await reloader.reload()
            case .stop(let reason):
                readiness.current = .draining
                logger.info("stopping", metadata: ["reason": "\(reason)"])
                let patience = TimeAmount(configuration.limits.drainTimeout)
                async let secureIsDrained: Void? = https?.drain(patience: patience)
                async let shieldIsDrained: Void? = shieldListener?.drain(patience: patience)
                await http.drain(patience: patience)
                await secureIsDrained
                await shieldIsDrained
                await controlListener.drain(patience: .seconds(1))
                await service.settle()
                await logs.writer.stop(patience: EdgeLogs.storePatience)
                fetcher.shutDown()
                if let disk { await settle(disk, patience: .seconds(2)) }
                return
            }
        }
    }

    private static func listen(
        on address: ListenAddress, _ setting: String, _ group: any EventLoopGroup, _ limits: TransportLimits,
        tls: (any TLSContextSource)? = nil, budget: ConnectionBudget? = nil, _ service: any HTTPService
    ) async throws -> HTTPListener {
        do {
            return try await HTTPListener.bind(
                host: address.host, port: address.port, group: group, limits: limits, tls: tls, budget: budget, service: service)
        } catch {
            throw CommandFailure.cannotListen(on: address, setting: setting, because: error)
        }
    }

    /// The certificates for HTTPS, with the local authority where it is needed. One that can't be used is an error, unless every
    /// alias has a certificate of its own: then it only costs the generated names their HTTPS.
    private static func viewerCertificates(_ setup: EdgeSetup, _ logger: Logger) throws(CommandFailure) -> ViewerCertificates {
        let now: @Sendable () -> Int64 = { wallClock().secondsSince1970 }
        var authority: LocalCertificateAuthority?
        if setup.configuration.listen.https != nil {
            do throws(LocalCertificateAuthorityError) {
                authority = try LocalCertificateAuthority.open(directory: setup.configuration.localCADirectory, now: now())
            } catch {
                guard setup.certificates.coversAliases else {
                    throw CommandFailure("\(error) (local_ca.directory; without HTTPS, listen.https: off, no local CA is needed)")
                }
                Terminal.warning("edge: no certificates for generated names: \(error)")
            }
        }
        return ViewerCertificates(setup.certificates, authority: authority, now: now, logger: logger)
    }

    private static func announce(_ listener: HTTPListener, _ address: ListenAddress, as name: Listener) {
        let actual = ListenAddress(host: address.host, port: listener.address.port ?? address.port)
        ServerEvents.announceReady(actual.description, as: name)
    }

    /// Puts a changed file in force. What only takes effect at a start is named, not silently passed over.
    private static func apply(
        _ reload: @Sendable () throws -> EdgeSetup, to service: EdgeService, _ figures: EdgeFigures, _ logs: EdgeLogs,
        _ certificates: ViewerCertificates,
        present: EdgeConfiguration
    ) -> ReloadOutcome {
        do {
            let setup = try reload()
            let changed = setup.configuration
            service.replaceSnapshot(try snapshot(of: changed, figures, logs))
            service.cache.retain(distributions: Set(changed.distributions.map(\.id)))
            certificates.replaceTable(setup.certificates)
            let waiting = [
                ("listen", changed.listen != present.listen), ("cache", changed.cache != present.cache),
                ("limits", changed.limits != present.limits), ("local_ca", changed.localCADirectory != present.localCADirectory),
                ("access_logs", changed.accessLogs != present.accessLogs), ("clock", changed.clock != present.clock),
            ].filter(\.1).map(\.0)
            if waiting.isEmpty {
                Terminal.note("edge: the configuration was read again and is in force")
            } else {
                Terminal.warning(
                    "edge: the configuration is in force, except for changes under \(waiting.joined(separator: ", ")), which need a restart")
            }
            return .inForce(afterRestart: waiting)
        } catch {
            Terminal.warning("edge: the configuration was not changed: \(error)")
            return .refused("\(error)")
        }
    }

    private static func snapshot(
        of configuration: EdgeConfiguration, _ figures: EdgeFigures, _ logs: EdgeLogs
    ) throws(CommandFailure) -> EdgeSnapshot {
        var credentials: OriginAccessCredentials?
        if let file = configuration.originAccess.credentialsFile, configuration.needsCredentials || configuration.logsToBuckets {
            let pair = try ConfigurationFiles.credentials(file, profile: configuration.originAccess.profile)
            credentials = OriginAccessCredentials(accessKeyID: pair.accessKeyID, secretAccessKey: pair.secretAccessKey)
        }
        do throws(EdgeSetupError) {
            // Once without logs: only a configuration that can be served may change what is logged.
            _ = try EdgeSnapshot(configuration, credentials: credentials)
            let queues = try logs.queues(for: configuration, credentials: credentials)
            return try EdgeSnapshot(configuration, credentials: credentials, figures: figures, log: { queues[$0.id] })
        } catch {
            throw CommandFailure(error.description)
        }
    }

    @Sendable private static func wallClock() -> HTTPDate {
        HTTPDate(secondsSince1970: Int64(Date().timeIntervalSince1970))
    }
}

extension EdgeConfiguration {
    /// Whether any origin is signed for.
    fileprivate var needsCredentials: Bool {
        distributions.flatMap(\.origins).contains { origin in
            guard case .s3(let bucket) = origin.kind else { return false }
            switch bucket.access {
            case .none: return false
            case .originAccessControl(let control): return control.signingBehavior != .never
            case .originAccessIdentity: return true
            }
        }
    }
}

extension EdgeCacheLimits {
    fileprivate init(_ cache: EdgeConfiguration.Cache) {
        self.init(memoryBytesMax: cache.memoryBytes, objectBytesMax: cache.objectBytesMax)
        partBytes = cache.parts.partBytes
        partsPerObjectMax = cache.parts.countMax
        partsOfObjectBytesMax = cache.parts.bytesMax
    }
}

extension TransportLimits {
    /// Those for requests of edges, which are viewers' with an edge's own fields added.
    fileprivate var forEdges: TransportLimits {
        var limits = self
        limits.headBytesMax += 4096
        return limits
    }

    fileprivate init(_ limits: EdgeConfiguration.Limits) {
        self.init()
        connectionsMax = limits.connectionsMax
        // The target alone is bounded by the pipeline; method and version come on top of it.
        requestLineBytesMax = limits.urlBytesMax + 64
        headBytesMax = limits.headerBytesMax
        headTooLargeStatus = 413
        lineTooLongStatus = 413
        keepAliveTimeout = TimeAmount(limits.keepAliveTimeout)
        headTimeout = TimeAmount(limits.headerTimeout)
        bodyTimeout = TimeAmount(limits.bodyTimeout)
        sendTimeout = TimeAmount(limits.sendTimeout)
        http2 = HTTP2Limits(limits.http2)
    }
}

extension HTTP2Limits {
    fileprivate init(_ limits: EdgeConfiguration.HTTP2Limits) {
        self.init()
        concurrentStreamsMax = limits.concurrentStreamsMax
        streamWindowBytes = limits.streamWindow
        connectionWindowBytes = limits.connectionWindow
        unsentBytesMax = limits.unsent
        resetsMax = limits.resetsMax
        settingsMax = limits.settingsFramesMax
        pingsMax = limits.pingFramesMax
        prioritiesMax = limits.priorityFramesMax
        windowUpdatesMax = limits.windowUpdatesMax
        emptyFramesMax = limits.emptyFramesMax
        unknownFramesMax = limits.unknownFramesMax
        continuationsMax = limits.continuationFramesMax
    }
}
