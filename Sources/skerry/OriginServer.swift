import OriginConfiguration

/// Builds the bucket server from its configuration and runs it until it is told to stop.
enum OriginServer {
    static func run(_ configuration: OriginConfiguration, events: ServerEvents) async throws {
        throw CommandFailure("this build has no bucket server")
    }
}
