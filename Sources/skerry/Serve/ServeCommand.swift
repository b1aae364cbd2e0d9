import ArgumentParser
import ConfigurationReading
import DeployModel
import DistributionModel
import EdgeService
import EdgeStorage
import Foundation
import Glibc
import HTTPSemantics
import HTTPTransport
import LocalCertificateAuthority
import Logging
import NIOCore
import NIOPosix
import SiteDeploy

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve a folder as a deploy of it would be, while it is worked on.",
        discussion: """
            _headers, _redirects, 404 pages, clean URLs, compressed siblings and .skerryignore mean what they mean to skerry deploy; \
            compression, ranges and conditions are the edge's. A change shows at the next request: Cache-Control is no-cache, and \
            what production says stands in X-Skerry-Cache-Control. Nothing is written into the folder.
            Example: skerry serve public --watch
            """)

    @Argument(help: "The folder.", completion: .directory)
    var folder = "."

    @Option(help: "The port; 0 for any that is free. Without it: 8080, with --https 8443.")
    var port: Int?

    @Option(help: "The address to listen on; 0.0.0.0 lets other machines in.")
    var address = "127.0.0.1"

    @Flag(help: "Reload pages in browsers when a file changes.")
    var watch = false

    @Flag(help: "Serve HTTPS and HTTP/2, with a certificate of the local CA; see skerry ca trust.")
    var https = false

    @Flag(help: "Show what is in folders that have no index.html.")
    var listing = false

    @Option(name: .customLong("clean-urls"), help: "What /about means when there is about.html: off, redirect (and /about.html leads there), rewrite.")
    var cleanURLs: Manifest.CleanURLs = .off

    @Flag(help: "Answer navigations to paths that are no file with index.html.")
    var spa = false

    @Flag(help: "Serve files that symbolic links outside the folder lead to; otherwise such links are left out.")
    var followLinks = false

    @Option(help: "A name to answer to, beside localhost, names below it, and addresses. May be given several times.")
    var allowHost: [String] = []

    @Option(help: "The local CA's folder. Without it: .skerry/ca, or that of the home folder when it would lie in the served one.", completion: .directory)
    var caDirectory: String?

    func validate() throws {
        if let port, !(0...65_535).contains(port) { throw ValidationError("--port \(port): expected 0 to 65535") }
        guard (try? SocketAddress(ipAddress: address, port: 0)) != nil else {
            throw ValidationError("--address \(address): expected an address such as 127.0.0.1 or ::1")
        }
        for name in allowHost where Alias(name) == nil || name.hasPrefix("*") {
            throw ValidationError("--allow-host \(name): expected a host name without a port")
        }
        guard caDirectory == nil || https else { throw ValidationError("--ca-directory goes with --https") }
    }

    func run() async throws {
        let events = ServerEvents(supervised: false)
        let feed = watch ? VersionFeed() : nil
        let served = ServedFolder(folder, buildOptions) { snapshot in
            for lint in snapshot.lints { Terminal.note("\(lint)") }
            if snapshot.lints.isEmpty { for problem in snapshot.problems { Terminal.note(problem) } }
            feed?.publish(snapshot.version)
        }
        let first = await served.current()
        // A mistake in a file can be mended while it is served; a folder that isn't one can't.
        guard first.build != nil || !first.lints.isEmpty else { throw CommandFailure(first.problems.joined(separator: "\n")) }
        if let watch = served.watch, !watch.isComplete {
            Terminal.warning("\(watch.unwatchedCount) folders can't be watched (fs.inotify.max_user_watches), so every file is looked at for every request")
        }
        var options = FolderOrigin.Options()
        options.lists = listing
        options.reloads = watch
        let configuration = try ServeEdge.configuration(names: allowHost)
        let logger = Logger(label: "skerry.serve") { _ in SwiftLogNoOpLogHandler() }
        let edge = try ServeEdge.service(configuration, fetcher: FolderOrigin(served, options) { try await Task.sleep(for: $0) }, logger: logger)
        let service = ServeService(edge: edge, feed: feed, hosts: ServeHosts(more: Set(allowHost.map { $0.lowercased() })))
        let listener = try await listen(service, configuration, logger)
        announce(listener)
        if let feed { Self.startWatching(served, feed) }
        for await event in events.stream {
            guard case .stop = event else { continue }
            feed?.end()
            await listener.drain(patience: .seconds(2))
            return
        }
    }

    private var buildOptions: SiteBuildOptions {
        var options = SiteBuildOptions()
        options.cleanURLs = cleanURLs
        options.fallbackPage = spa ? "index.html" : nil
        options.followsLinks = followLinks
        options.surroundings = [URL(filePath: folder).standardizedFileURL.deletingLastPathComponent().path(percentEncoded: false)]
        options.parallelism = ProcessInfo.processInfo.activeProcessorCount
        return options
    }

    // MARK: The listener

    private func listen(_ service: ServeService, _ configuration: EdgeConfiguration, _ logger: Logger) async throws -> HTTPListener {
        let port = port ?? (https ? 8443 : 8080)
        do {
            return try await HTTPListener.bind(
                host: address, port: port, group: MultiThreadedEventLoopGroup.singleton,
                tls: https ? try certificates(configuration, logger) : nil, service: service)
        } catch let failure as CommandFailure {
            throw failure
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            let owner = PortOwner.of(port: port).map { "\($0.name) (process \($0.process))" } ?? "another program"
            throw CommandFailure(
                "port \(port) of \(address) is taken by \(owner); stop that one, or choose another with --port, --port 0 for any that is free")
        } catch {
            throw CommandFailure.cannotListen(on: ListenAddress(host: address, port: port), setting: "--address and --port", because: error)
        }
    }

    private func certificates(_ configuration: EdgeConfiguration, _ logger: Logger) throws -> ViewerCertificates {
        let now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
        do throws(LocalCertificateAuthorityError) {
            let authority = try LocalCertificateAuthority.open(directory: authorityFolder, now: now())
            Terminal.note("certificates are from \(authorityFolder)/\(LocalCertificateAuthority.certificateFile); skerry ca trust --directory \(authorityFolder) says how to trust it")
            let table = ConfigurationFiles.readCertificates(of: configuration, file: "serve").table
            return ViewerCertificates(table, authority: authority, now: now, logger: logger)
        } catch {
            throw CommandFailure(error.description)
        }
    }

    private var authorityFolder: String {
        if let caDirectory { return caDirectory }
        func whole(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false).withoutSlash }
        let usual = ".skerry/ca"
        let (root, here) = (whole(folder), whole("."))
        let isInside = here == root || here.hasPrefix(root + "/")
        guard isInside, !FileManager.default.fileExists(atPath: usual) else { return usual }
        return FileManager.default.homeDirectoryForCurrentUser.path(percentEncoded: false).withoutSlash + "/.skerry/ca"
    }

    private func announce(_ listener: HTTPListener) {
        let port = listener.address.port ?? 0
        let scheme = https ? "https" : "http"
        let isEverywhere = ["0.0.0.0", "::"].contains(address)
        var names = isEverywhere || address == "127.0.0.1" || address == "::1" ? ["localhost"] : [address.contains(":") ? "[\(address)]" : address]
        if isEverywhere { names += Self.addresses() }
        names += allowHost
        for name in names { Terminal.result("\(scheme)://\(name):\(port)/") }
        Terminal.note("serving \(folder)\(watch ? ", pages reload when it changes" : ""); Ctrl-C ends it")
    }

    /// This machine's addresses of version 4, loopback aside.
    private static func addresses() -> [String] {
        let devices = (try? System.enumerateDevices()) ?? []
        return Set(devices.compactMap { $0.address }.filter { $0.protocol == .inet }.compactMap(\.ipAddress)).filter { !$0.hasPrefix("127.") }.sorted()
    }

    // MARK: Changes

    /// A thread that looks at the folder again when the kernel tells of a change, and otherwise waits.
    private static func startWatching(_ folder: ServedFolder, _ feed: VersionFeed) {
        Thread.detachNewThread {
            while true {
                let watch = folder.watch
                var poll = pollfd(fd: watch?.isComplete == true ? watch?.descriptor ?? -1 : -1, events: Int16(POLLIN), revents: 0)
                // Now and then also without an event: a watch may be incomplete, or have been replaced meanwhile.
                _ = Glibc.poll(&poll, 1, watchMilliseconds)
                // A program that writes one file seldom writes only that one.
                if poll.revents != 0 { _ = Glibc.poll(nil, 0, settleMilliseconds) }
                let done = DispatchSemaphore(value: 0)
                Task {
                    feed.publish(await folder.current().version)
                    done.signal()
                }
                done.wait()
            }
        }
    }

    private static let watchMilliseconds: Int32 = 500
    private static let settleMilliseconds: Int32 = 50
}

extension String {
    fileprivate var withoutSlash: String { count > 1 && hasSuffix("/") ? String(dropLast()) : self }
}

/// The edge of `skerry serve`: one distribution, whose origin is the folder, and which keeps nothing.
enum ServeEdge {
    static func configuration(names: [String]) throws(CommandFailure) -> EdgeConfiguration {
        let aliases = ([ServeService.name, "*.localhost"] + names.map { $0.lowercased() }).map { "\"\($0)\"" }.joined(separator: ", ")
        // Every status that is otherwise remembered for a while.
        let errors = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map { "{error_code: \($0), error_caching_min_ttl: 0}" }
        let text = """
            listen: {http: "127.0.0.1:0", https: "127.0.0.1:0", control: "127.0.0.1:0"}
            cache_policies:
              - name: serve
                min_ttl: 0
                default_ttl: 0
                max_ttl: 1
                query_string_behavior: all
                enable_accept_encoding_gzip: true
                enable_accept_encoding_brotli: true
            distributions:
              - id: ESERVE
                aliases: [\(aliases)]
                http_version: http2
                origins: [{id: folder, domain_name: folder.localhost, custom_origin_config: {}}]
                default_cache_behavior: {target_origin_id: folder, cache_policy: serve, origin_request_policy: AllViewer, compress: true}
                custom_error_responses: [\(errors.joined(separator: ", "))]
            """
        do throws(ConfigurationErrors) {
            return try EdgeConfiguration.read(yaml: text, file: "serve").value
        } catch {
            throw CommandFailure(error.description)
        }
    }

    static func service(_ configuration: EdgeConfiguration, fetcher: FolderOrigin, logger: Logger) throws(CommandFailure) -> EdgeService {
        let now: @Sendable () -> HTTPDate = { HTTPDate(secondsSince1970: Int64(Date().timeIntervalSince1970)) }
        let cache = EdgeCache(
            limits: EdgeCacheLimits(memoryBytesMax: configuration.cache.memoryBytes, objectBytesMax: configuration.cache.objectBytesMax),
            policy: configuration.cache.eviction, admission: configuration.cache.admission, disk: nil)
        do throws(EdgeSetupError) {
            return EdgeService(
                snapshot: try EdgeSnapshot(configuration, credentials: nil), cache: cache, fetcher: fetcher, clock: EdgeClock(now: now),
                requestIDs: RequestIDs(seed: .random(in: .min ... .max)), logger: logger)
        } catch {
            throw CommandFailure(error.description)
        }
    }
}
