import DistributionModel

/// Builds the edge from its configuration and runs it until it is told to stop.
enum EdgeServer {
    /// `reload` reads the configuration again; when it throws, the present one stays.
    static func run(
        _ configuration: EdgeConfiguration, reload: @escaping @Sendable () throws -> EdgeConfiguration, events: ServerEvents
    ) async throws {
        throw CommandFailure("this build has no edge server")
    }
}
