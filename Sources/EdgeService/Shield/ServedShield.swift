// The edge that is asked in an origin's place: where it is, with what requests to it are signed, and whether it has been there
// lately.

import DistributionModel
import HTTPSemantics
import NIOCore
import OriginFetch
import Synchronization

/// One origin's shield, as fetches use it.
struct ServedShield: Sendable {
    /// For one try to connect: the shield is near, and the origin is still to be asked when it isn't there.
    static let connectionTimeout = TimeAmount.seconds(2)
    /// Seconds for which a shield that failed is passed over.
    static let restSeconds: Int64 = 10

    let region: String
    let endpoint: OriginEndpoint
    let secrets: ShieldSecrets
    let rest = ShieldRest()

    /// Nil where the origin is asked itself.
    init?(of origin: Origin, _ distribution: Distribution, _ configuration: EdgeConfiguration) throws(EdgeSetupError) {
        guard let region = configuration.shielding.asks(origin) else { return nil }
        guard let secrets = ShieldSecrets(configuration.shielding.secrets) else {
            throw EdgeSetupError("origin \(origin.id) of distribution \(distribution.id) has a shield, but there is no secret")
        }
        var endpoint = OriginEndpoint(host: region.address.host, port: region.address.port ?? 80)
        endpoint.connectionAttempts = 1
        endpoint.connectionTimeout = Self.connectionTimeout
        // The shield may try each of the distribution's origins as often as it is told to before it answers.
        let patience = distribution.origins.map { Int64($0.connectionAttempts) * (TimeAmount($0.connectionTimeout) + TimeAmount($0.readTimeout)).nanoseconds }
        endpoint.readTimeout = .nanoseconds((patience.max() ?? 0) * 2) + .seconds(1)
        endpoint.keepaliveTimeout = .seconds(30)
        endpoint.connectionsMax = configuration.limits.originConnectionsMax
        self.region = region.name
        self.endpoint = endpoint
        self.secrets = secrets
    }
}

/// Until when a shield is left alone after a failure.
final class ShieldRest: Sendable {
    private let until = Mutex(Int64.min)

    func isOver(at now: HTTPDate) -> Bool { until.withLock { now.secondsSince1970 >= $0 } }

    func begin(at now: HTTPDate) { until.withLock { $0 = now.secondsSince1970 + ServedShield.restSeconds } }
}
