// How an origin is spoken to: HTTP or HTTPS, on which port, under which versions of TLS, and whose certificates are good.
//
// CloudFront asks buckets under the protocol that the viewer used. A local S3 speaks HTTP alone, so here a bucket is asked over
// HTTP unless the file says otherwise, in the words of custom origins.

package import ConfigurationReading

/// Which protocol requests to an origin use.
package enum OriginProtocolPolicy: String, Sendable, Hashable, CaseIterable {
    case httpOnly = "http-only"
    /// The protocol of the viewer whose request causes the fetch; what is fetched serves viewers of both.
    case matchViewer = "match-viewer"
    case httpsOnly = "https-only"

    /// Whether any request goes over the protocol.
    package func uses(https: Bool) -> Bool {
        switch self {
        case .httpOnly: !https
        case .httpsOnly: https
        case .matchViewer: true
        }
    }

    /// Whether a viewer's request is passed on over HTTPS.
    package func isSecure(forSecureViewer isSecure: Bool) -> Bool {
        switch self {
        case .httpOnly: false
        case .httpsOnly: true
        case .matchViewer: isSecure
        }
    }
}

/// Versions of TLS by CloudFront's names (`OriginSslProtocols`). TLS 1.3 comes with TLSv1.2, as at CloudFront.
package enum OriginSSLProtocol: String, Sendable, Hashable, CaseIterable {
    case tls10 = "TLSv1"
    case tls11 = "TLSv1.1"
    case tls12 = "TLSv1.2"

    /// Every version from the oldest listed to the newest; nil with a version missing in between, or none at all.
    package static func range(_ listed: [OriginSSLProtocol]) -> ClosedRange<Int>? {
        let positions = Set(listed.compactMap { allCases.firstIndex(of: $0) })
        guard let oldest = positions.min(), let newest = positions.max(), positions.count == newest - oldest + 1 else { return nil }
        return oldest...newest
    }
}

/// What TLS with an origin needs to know.
package struct OriginSecurity: Sendable, Hashable {
    /// Listed versions, oldest first, without a gap.
    package var protocols: [OriginSSLProtocol]
    /// Authorities trusted beside the system's.
    package var authorities: AuthorityFile?

    package init(protocols: [OriginSSLProtocol] = [.tls12], authorities: AuthorityFile? = nil) {
        self.protocols = protocols
        self.authorities = authorities
    }

    /// A file of certificates and the place in `edge.conf` that names it.
    package struct AuthorityFile: Sendable, Hashable {
        /// A relative path starts at the folder of `edge.conf`.
        package var path: String
        package var location: SourceLocation
        package var keyPath: String
        /// The file's content, once it has been read.
        package var pem: [UInt8] = []

        package init(path: String, location: SourceLocation, keyPath: String) {
            self.path = path
            self.location = location
            self.keyPath = keyPath
        }
    }

    static func read(_ section: ConfigurationSection) -> [OriginSSLProtocol]? {
        let form = "TLSv1, TLSv1.1 or TLSv1.2"
        let listed = section.texts("origin_ssl_protocols", form: form) { OriginSSLProtocol(rawValue: $0) }.map(\.value)
        guard OriginSSLProtocol.range(listed) != nil else {
            if listed.isEmpty {
                if section.isEmptyList("origin_ssl_protocols") {
                    section.report("origin_ssl_protocols", found: "an empty list", expected: "at least one of \(form)")
                }
                return nil
            }
            // What was refused already may be what is missing.
            guard listed.count == section.listCount("origin_ssl_protocols") else { return nil }
            section.report(
                "origin_ssl_protocols", found: listed.map(\.rawValue).joined(separator: ", "),
                expected: "no version left out between the oldest and the newest")
            return nil
        }
        return OriginSSLProtocol.allCases.filter(listed.contains)
    }
}

/// The ports of an origin.
struct OriginPorts {
    var http: Int
    var https: Int

    /// Reads the ports beside a protocol policy, and reports what contradicts it or the domain name.
    static func read(_ section: ConfigurationSection, _ policy: OriginProtocolPolicy?, domain: OriginDomainName?) -> OriginPorts {
        let http = section.integer("http_port")
        let https = section.integer("https_port")
        guard let policy else { return OriginPorts(http: http ?? 80, https: https ?? 443) }
        for (key, isHTTPS, port) in [("http_port", false, http), ("https_port", true, https)] {
            guard let port else { continue }
            if !policy.uses(https: isHTTPS) {
                section.report(
                    key, found: String(port), expected: "no such key, as origin_protocol_policy is \(policy.rawValue) (it has no effect)",
                    severity: .warning)
            } else if let named = domain?.port, named != port, policy != .matchViewer {
                section.report(key, found: String(port), expected: "\(named), the port in domain_name, or no such key")
            }
        }
        if policy == .httpOnly, section.has("origin_ssl_protocols") {
            section.report(
                "origin_ssl_protocols", found: "versions of TLS", expected: "no such key, as origin_protocol_policy is http-only (it has no effect)",
                severity: .warning)
        }
        reportAmbiguity(section, policy, domain)
        return OriginPorts(
            http: http ?? (policy == .httpOnly ? domain?.port : nil) ?? 80,
            https: https ?? (policy == .httpsOnly ? domain?.port : nil) ?? 443)
    }

    /// One port in the domain name can't be that of both protocols.
    static func reportAmbiguity(_ section: ConfigurationSection, _ policy: OriginProtocolPolicy?, _ domain: OriginDomainName?) {
        guard policy == .matchViewer, let port = domain?.port else { return }
        section.report(
            "origin_protocol_policy", found: "match-viewer and port \(port) in domain_name",
            expected: "domain_name without a port, as each protocol needs its own")
    }
}
