// One origin as fetches use it: where it is reached over either protocol, what every request to it carries, how it is signed.

import DistributionModel
import EdgeFigures
import HTTPCaching
import HTTPTypes
import NIOCore
import OriginFetch

/// One origin with its address, extra fields and signature.
struct ServedOrigin: Sendable {
    let model: Origin
    let customHeaders: HTTPFields
    let access: OriginSigning
    /// Where its answers are counted.
    let figures: OriginFigures
    /// The edge that is asked in its place; nil where it is asked itself.
    let shield: ServedShield?
    private let plain: OriginEndpoint
    private let secure: OriginEndpoint

    init(
        _ model: Origin, of distribution: Distribution, configuration: EdgeConfiguration, credentials: OriginAccessCredentials?,
        figures: OriginFigures
    ) throws(EdgeSetupError) {
        self.model = model
        self.figures = figures
        var endpoint = OriginEndpoint(host: model.domainName.host, port: model.port(https: false))
        endpoint.connectionAttempts = model.connectionAttempts
        endpoint.connectionTimeout = TimeAmount(model.connectionTimeout)
        endpoint.readTimeout = TimeAmount(model.readTimeout)
        endpoint.completionTimeout = model.responseCompletionTimeout.map { TimeAmount($0) }
        endpoint.keepaliveTimeout = TimeAmount(model.keepaliveTimeout)
        endpoint.connectionsMax = configuration.limits.originConnectionsMax
        plain = endpoint
        endpoint.port = model.port(https: true)
        endpoint.tls = try OriginTLS(model)
        secure = endpoint
        var fields = HTTPFields()
        for header in model.customHeaders {
            guard let name = HTTPField.Name(header.name) else {
                throw EdgeSetupError("origin \(model.id): \(header.name) is not a header name")
            }
            fields.append(HTTPField(name: name, value: header.value))
        }
        customHeaders = fields
        access = try OriginSigning(model, of: distribution, configuration: configuration, credentials: credentials)
        shield = try ServedShield(of: model, distribution, configuration)
    }

    /// What `Host` says to it: the domain name, with the port where it isn't the protocol's own.
    func host(for request: EdgeRequest) -> String {
        let isSecure = self.isSecure(for: request)
        let port = isSecure ? secure.port : plain.port
        return port == (isSecure ? 443 : 80) ? model.domainName.host : "\(model.domainName.host):\(port)"
    }

    /// Where a request goes.
    ///
    /// A certificate has to be for the domain name, or for the viewer's Host where that is forwarded; the latter is then also the
    /// name asked for (CloudFront Developer Guide, "Require HTTPS for communication between CloudFront and your custom origin").
    func endpoint(for request: EdgeRequest) -> OriginEndpoint {
        guard isSecure(for: request) else { return plain }
        guard forwardsHost(of: request), let name = HostRouter.name(ofHost: request.viewerHost), name != model.domainName.host else {
            return secure
        }
        var endpoint = secure
        endpoint.tls?.serverNames.insert(name, at: 0)
        return endpoint
    }

    /// Buckets always see their own name.
    func forwardsHost(of request: EdgeRequest) -> Bool {
        if case .s3 = model.kind { return false }
        return request.behavior.forwardsHost
    }

    private func isSecure(for request: EdgeRequest) -> Bool {
        model.protocolPolicy.isSecure(forSecureViewer: request.viewer.isSecure)
    }
}

/// Who is asked when the primary of an origin group fails, and when that is.
struct OriginFailover: Sendable {
    let secondary: ServedOrigin
    private let statuses: Set<Int>

    init(to secondary: ServedOrigin, statuses: Set<Int>) {
        self.secondary = secondary
        self.statuses = statuses
    }

    /// Whether an answer of the primary sends the request on.
    func takes(_ status: Int) -> Bool { statuses.contains(status) }

    /// Whether a failure does: that nobody could be reached and that no answer came in time always, others by the status that a
    /// viewer would see.
    func takes(_ error: OriginError) -> Bool {
        switch error.kind {
        case .connect, .dns, .timeout: true
        case .communication, .invalidResponse, .contentRangeLength, .capacity: statuses.contains(error.status)
        case .requestContent: false
        }
    }
}

extension OriginTLS {
    init(_ origin: Origin) throws(EdgeSetupError) {
        self.init(serverNames: [origin.domainName.host])
        let security = origin.security
        minimumVersion = security.protocols.first.map(Version.init) ?? .tls12
        maximumVersion = security.protocols.last.map { $0 == .tls12 ? .tls13 : Version($0) } ?? .tls13
        guard let file = security.authorities else { return }
        guard let authorities = OriginAuthorities(pem: file.pem) else {
            throw EdgeSetupError("origin \(origin.id): \(file.path) holds no certificate in PEM")
        }
        self.authorities = authorities
    }
}

extension OriginTLS.Version {
    fileprivate init(_ version: OriginSSLProtocol) {
        switch version {
        case .tls10: self = .tls10
        case .tls11: self = .tls11
        case .tls12: self = .tls12
        }
    }
}
