// The edge that is asked in an origin's place: where it is, with what requests to it are signed, and whether it has been there
// lately.

import DistributionModel
import HTTPSemantics
import NIOCore
import OriginFetch
import Synchronization

/// One origin's shield, as fetches use it.
struct ServedShield: Sendable {
    let region: String
    let endpoint: OriginEndpoint
    let secrets: ShieldSecrets
    let rest: ShieldRest

    /// Nil where the origin is asked itself.
    init?(of origin: Origin, _ distribution: Distribution, _ configuration: EdgeConfiguration) throws(EdgeSetupError) {
        guard let region = configuration.shielding.asks(origin) else { return nil }
        guard let secrets = ShieldSecrets(configuration.shielding.secrets) else {
            throw EdgeSetupError("origin \(origin.id) of distribution \(distribution.id) has a shield, but there is no secret")
        }
        var endpoint = OriginEndpoint(host: region.address.host, port: region.address.port ?? 80)
        endpoint.connectionAttempts = 1
        endpoint.connectionTimeout = TimeAmount(configuration.shielding.patience.connection)
        endpoint.firstByteTimeout = TimeAmount(configuration.shielding.patience.response)
        endpoint.readTimeout = distribution.origins.map { TimeAmount($0.readTimeout) }.max() ?? endpoint.readTimeout
        endpoint.keepaliveTimeout = .seconds(30)
        endpoint.connectionsMax = configuration.limits.originConnectionsMax
        self.region = region.name
        self.endpoint = endpoint
        self.secrets = secrets
        rest = ShieldRest(seconds: configuration.shielding.patience.rest.components.seconds)
    }

    /// The same for an invalidation, which has to be over in the time that a request's answer may begin in.
    var boundedEndpoint: OriginEndpoint {
        var bounded = endpoint
        bounded.completionTimeout = endpoint.connectionTimeout + (endpoint.firstByteTimeout ?? endpoint.readTimeout)
        return bounded
    }
}

/// Until when a shield is left alone after a failure. Once that time is over one request tries it, and the others go on passing it
/// over until that one has had an answer, so that a shield that hangs costs one request in each period.
final class ShieldRest: Sendable {
    private let seconds: Int64
    /// Nil while the shield is well.
    private let until = Mutex<Int64?>(nil)

    init(seconds: Int64) { self.seconds = seconds }

    func mayAsk(at now: HTTPDate) -> Bool {
        until.withLock { until in
            guard let end = until else { return true }
            guard now.secondsSince1970 >= end else { return false }
            until = now.secondsSince1970 + seconds
            return true
        }
    }

    func begin(at now: HTTPDate) { until.withLock { $0 = now.secondsSince1970 + seconds } }

    func end() { until.withLock { $0 = nil } }
}
