import ArgumentParser
import ConfigurationReading
import DistributionModel
import Foundation
import OriginConfiguration

struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Run origin and edge, with the sites of a folder.",
        discussion: """
            Starts the bucket server and the cache as two processes and puts each folder below --sites into a bucket of its name, \
            once. If one of the two ends, says why and stops the other. Ctrl-C lets requests in flight finish.
            """)

    @Option(help: "The edge's configuration.", completion: .file())
    var config = "edge.conf"

    @Option(help: "The origin's configuration; origin.conf where there is one.", completion: .file())
    var originConfig: String?

    @Option(help: "Folder for data and credentials; otherwise data of the origin's configuration, .skerry by default.")
    var data: String?

    @Option(help: "Folder of sites; nothing is seeded where there is none.", completion: .directory)
    var sites = "sites"

    @Flag(help: "Print addresses as JSON.")
    var json = false

    func run() async throws {
        var origin = try ConfigurationFiles.origin(originConfig)
        if let data { origin.dataDirectory = data }
        var edge = try ConfigurationFiles.edge(config)
        edge.originAccess.credentialsFile = origin.dataDirectory + "/credentials"
        try await supervise(origin, edge)
    }

    private func supervise(_ origin: OriginConfiguration, _ edge: EdgeConfiguration) async throws {
        let supervisor = Supervisor()
        let patience = max(origin.limits.drainTimeout, edge.limits.drainTimeout) + .seconds(5)
        var failure: CommandFailure?
        do {
            let originAddress = try await supervisor.start("origin", arguments: originArguments(origin), listeners: [.s3])[.s3] ?? ""
            let seeding = Seeding(sites: sites, origin: origin, edge: edge, address: originAddress)
            try await supervisor.during { try await seeding.run() }
            let listeners: [Listener] = [.http] + (edge.listen.https == nil ? [] : [.https]) + [.control]
            let edgeAddresses = try await supervisor.start("edge", arguments: edgeArguments(edge), listeners: listeners)
            try UpSummary(origin: origin, edge: edge, originAddress: originAddress, edgeAddresses: edgeAddresses).print(json: json)
            try await supervisor.watch()
            Terminal.note("stopping")
        } catch Supervisor.Interruption.signal {
            Terminal.note("stopping")
        } catch Supervisor.Interruption.death(let child, let exit) {
            failure = CommandFailure("skerry \(child) \(exit), so the rest is stopped too")
        } catch Supervisor.Interruption.notReady(let child) {
            failure = CommandFailure("skerry \(child) did not become ready, so the rest is stopped too")
        } catch let error as CommandFailure {
            failure = error
        }
        for name in await supervisor.stop(patience: patience) {
            Terminal.warning("skerry \(name) did not end in time and was killed")
        }
        if let failure { throw failure }
    }

    private func originArguments(_ origin: OriginConfiguration) -> [String] {
        ["origin", "--supervised", "--data", origin.dataDirectory] + (originConfig.map { ["--config", $0] } ?? [])
    }

    private func edgeArguments(_ edge: EdgeConfiguration) -> [String] {
        ["edge", "--supervised", "--config", config]
            + (edge.originAccess.credentialsFile.map { ["--credentials", $0] } ?? [])
    }
}

/// What `skerry up` says once everything runs.
private struct UpSummary {
    var origin: OriginConfiguration
    var edge: EdgeConfiguration
    var originAddress: String
    var edgeAddresses: [Listener: String]

    private struct Row: Encodable {
        var distribution: String
        var comment: String
        var urls: [String]
        /// The same under https; empty when that is off.
        var httpsURLs: [String]
    }

    private struct Summary: Encodable {
        var sites: [Row]
        var origin: String
        var credentials: String
    }

    private func port(of listener: Listener) -> Int? {
        edgeAddresses[listener].flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
    }

    private var rows: [Row] {
        edge.distributions.filter(\.enabled).map { distribution in
            let names = distribution.aliases.filter { !$0.isWildcard }.map(\.name)
            func urls(_ scheme: String, _ listener: Listener, _ standard: Int) -> [String] {
                guard let port = port(of: listener) else { return [] }
                return (names.isEmpty ? [distribution.domainName] : names).map { name in
                    "\(scheme)://\(name)\(port == standard ? "" : ":\(port)")/"
                }
            }
            return Row(
                distribution: distribution.id, comment: distribution.comment, urls: urls("http", .http, 80),
                httpsURLs: urls("https", .https, 443))
        }
    }

    func print(json: Bool) throws {
        let credentials = origin.dataDirectory + "/credentials"
        if json {
            try Terminal.json(Summary(sites: rows, origin: "http://\(originAddress)", credentials: credentials))
            return
        }
        for row in rows { Terminal.result(row.urls.joined(separator: " ")) }
        if let secure = edgeAddresses[.https] {
            Terminal.note("HTTPS at \(secure), with certificates of a local CA: skerry ca trust")
        }
        Terminal.note("S3 API at http://\(originAddress), key pairs in \(credentials). Ctrl-C stops both.")
    }
}
