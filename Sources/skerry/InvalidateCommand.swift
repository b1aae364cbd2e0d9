import ArgumentParser
import ConfigurationReading
import DistributionModel
import Foundation
import NIOCore
import NIOPosix
import OriginFetch
import SiteDeploy

struct InvalidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invalidate", abstract: "Make a running edge forget objects.",
        discussion: """
            A path starts with / and may end with *. Example: skerry invalidate --distribution EHELLO00000001 '/*' --wait
            """)

    @Option(help: "The distribution's id.")
    var distribution: String

    @Argument(help: "Paths, and #tags.")
    var items: [String]

    @Flag(help: "Wait until the invalidation is completed.")
    var wait = false

    @Option(help: "How long to wait in all, in seconds: for the edge's answer and, with --wait, for completion.")
    var timeout = 60

    @Option(help: "The edge's control listener, as http://ADDRESS:PORT; otherwise listen.control of --config.")
    var endpoint: String?

    @Option(help: "The edge's configuration, where its control listener is looked up.", completion: .file())
    var config = "edge.conf"

    @Flag(help: "Print the invalidation as JSON.")
    var json = false

    func validate() throws {
        for item in items {
            if let objection = InvalidationBatch.objection(to: item) { throw ValidationError("\(item): \(objection)") }
        }
        guard items.count <= InvalidationBatch.itemsMax else {
            throw ValidationError("at most \(InvalidationBatch.itemsMax) paths at a time")
        }
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout takes 1 to 86400 seconds") }
        if let endpoint, Self.address(endpoint) == nil {
            throw ValidationError("--endpoint takes a URL with a numeric address and port, such as http://127.0.0.1:8081")
        }
    }

    func run() async throws {
        let address = try address()
        var endpoint = OriginEndpoint(host: address.host, port: address.port)
        endpoint.connectionAttempts = 1
        endpoint.connectionTimeout = min(endpoint.connectionTimeout, .seconds(Int64(timeout)))
        endpoint.readTimeout = .seconds(Int64(timeout))
        endpoint.completionTimeout = .seconds(Int64(timeout))
        let started = ContinuousClock.now
        let fetcher = NIOOriginFetcher(group: MultiThreadedEventLoopGroup.singleton)
        let client = ControlClient(endpoint: endpoint, fetcher: fetcher)
        do {
            let batch = InvalidationBatch(items: items, callerReference: "skerry-\(UUID().uuidString)")
            var invalidation = try await client.create(batch, distribution: distribution)
            if wait {
                let pause = Duration.milliseconds(200)
                invalidation = try await client.untilCompleted(
                    invalidation, distribution: distribution, attemptsMax: Int((.seconds(timeout) - started.duration(to: .now)) / pause)
                ) { try await Task.sleep(for: pause) }
            }
            try report(invalidation)
        } catch let error as SiteDeployError {
            throw CommandFailure(error)
        }
    }

    private static func address(_ endpoint: String) -> ListenAddress? {
        var text = endpoint[...]
        if text.hasPrefix("http://") { text = text.dropFirst("http://".count) }
        if text.hasSuffix("/") { text = text.dropLast() }
        return ListenAddress(String(text))
    }

    private func address() throws -> ListenAddress {
        if let endpoint, let address = Self.address(endpoint) { return address }
        return try ConfigurationFiles.edge(config).listen.control
    }

    private func report(_ invalidation: Invalidation) throws {
        if json {
            try Terminal.json(["id": invalidation.id, "status": invalidation.status, "distribution": distribution])
        } else {
            Terminal.result("\(invalidation.id) \(invalidation.status)")
        }
        if wait, !invalidation.isCompleted {
            throw CommandFailure("invalidation \(invalidation.id) is still in progress after \(timeout) seconds")
        }
    }
}

extension CommandFailure {
    /// The exit code tells a refusal, silence and everything else apart.
    init(_ error: SiteDeployError) {
        switch error {
        case .refused(_, let status, _, _): self.init(error.description, (400...499).contains(status) ? .refused : .failed)
        case .unreachable, .untrusted: self.init(error.description, .unreachable)
        case .missing: self.init(error.description, .refused)
        case .file, .conflict, .document, .cancelled: self.init(error.description)
        }
    }
}
