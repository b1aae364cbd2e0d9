import ArgumentParser
import ConfigurationReading
import OriginConfiguration

struct OriginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "origin", abstract: "Run the bucket server: the S3 API and website endpoints.",
        discussion: "SIGTERM lets requests in flight finish, then ends it.")

    @Option(help: "Address and port to listen on; otherwise listen of the configuration, 127.0.0.1:9000 by default.")
    var listen: String?

    @Option(help: "Folder for data and credentials; otherwise data of the configuration, .skerry by default.")
    var data: String?

    @Option(help: "Configuration file; origin.conf where there is one.", completion: .file())
    var config: String?

    @Flag(help: .hidden)
    var supervised = false

    func validate() throws {
        if let listen, ListenAddress(listen) == nil {
            throw ValidationError("--listen takes a numeric address and port, such as 127.0.0.1:9000")
        }
    }

    func run() async throws {
        try await OriginServer.run(try load(), events: ServerEvents(supervised: supervised))
    }

    /// The configuration with the options' word last.
    func load() throws(CommandFailure) -> OriginConfiguration {
        var configuration = try ConfigurationFiles.origin(config)
        if let listen, let address = ListenAddress(listen) { configuration.listen = address }
        if let data { configuration.dataDirectory = data }
        return configuration
    }
}
