import ArgumentParser
import DistributionModel

struct EdgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edge", abstract: "Run the cache in front of the buckets.",
        discussion: "SIGHUP, or skerry reload, reads the configuration again, SIGTERM lets requests in flight finish, then ends it.")

    @Option(help: "Configuration file.", completion: .file())
    var config = "edge.conf"

    @Option(help: "Credentials file, in place of origin_access.credentials_file.", completion: .file())
    var credentials: String?

    @Flag(help: .hidden)
    var supervised = false

    func run() async throws {
        try await EdgeServer.run(try load(), reload: { try load() }, events: ServerEvents(supervised: supervised))
    }

    /// The configuration with the options' word last, and its certificates.
    func load() throws(CommandFailure) -> EdgeSetup {
        var configuration = try ConfigurationFiles.edge(config)
        if let credentials { configuration.originAccess.credentialsFile = credentials }
        return EdgeSetup(configuration: configuration, certificates: try ConfigurationFiles.certificates(of: configuration, file: config))
    }
}
