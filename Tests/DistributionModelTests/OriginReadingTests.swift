import ConfigurationReading
import DistributionModel
import Testing

/// What is wrong with a distribution whose origins and groups are these lines.
private func problems(origins: String, groups: String = "", target: String = "web") -> String {
    let yaml = """
        distributions:
          - id: EONE
            default_cache_behavior: {target_origin_id: \(target)}
            origins:
        \(origins)
            origin_groups: \(groups.isEmpty ? "[]" : "\n" + groups)
        """
    do throws(ConfigurationErrors) {
        return try EdgeConfiguration.read(yaml: yaml, file: "edge.conf").warnings.map(\.description).joined(separator: "\n")
    } catch {
        return error.description
    }
}

/// The one origin of a file.
private func origin(_ line: String) throws -> Origin {
    let yaml = "distributions: [{id: EONE, default_cache_behavior: {target_origin_id: web}, origins: [{id: web, \(line)}]}]"
    return try EdgeConfiguration.read(yaml: yaml, file: "edge.conf").value.distributions[0].origins[0]
}

@Suite struct OriginReadingTests {
    @Test(arguments: [
        ("domain_name: a, custom_origin_config: {}", 80, 443), ("domain_name: \"a:1\", custom_origin_config: {}", 1, 1),
        ("domain_name: \"a:1\", custom_origin_config: {origin_protocol_policy: https-only}", 1, 1),
        ("domain_name: a, custom_origin_config: {origin_protocol_policy: https-only, https_port: 8443}", 80, 8443),
        ("domain_name: a, custom_origin_config: {origin_protocol_policy: match-viewer, http_port: 1, https_port: 2}", 1, 2),
        ("domain_name: a, s3_origin_config: {origin_protocol_policy: https-only}", 80, 443),
        ("domain_name: \"a:9\", s3_origin_config: {origin_protocol_policy: https-only}", 9, 9),
    ])
    func `each protocol has its port`(line: String, http: Int, https: Int) throws {
        let read = try origin(line)
        if read.protocolPolicy.uses(https: false) { #expect(read.port(https: false) == http) }
        if read.protocolPolicy.uses(https: true) { #expect(read.port(https: true) == https) }
    }

    @Test(arguments: [
        (OriginProtocolPolicy.httpOnly, true, false), (.httpsOnly, false, true), (.matchViewer, true, true), (.matchViewer, false, false),
    ])
    func `the policy decides between the viewer's protocol and its own`(policy: OriginProtocolPolicy, viewer: Bool, origin: Bool) {
        #expect(policy.isSecure(forSecureViewer: viewer) == origin)
    }

    @Test(arguments: [
        ([], nil), ([.tls10], 0...0), ([.tls12], 2...2), ([.tls12, .tls10, .tls11], 0...2), ([.tls10, .tls12], nil),
    ] as [([OriginSSLProtocol], ClosedRange<Int>?)])
    func `versions of TLS leave no gap`(listed: [OriginSSLProtocol], range: ClosedRange<Int>?) {
        #expect(OriginSSLProtocol.range(listed) == range)
    }

    @Test func `what contradicts itself about TLS is reported`() {
        let found = problems(
            origins: """
                      - {id: web, domain_name: "a:1", custom_origin_config: {origin_protocol_policy: match-viewer}}
                      - {id: b, domain_name: "a:1", s3_origin_config: {origin_protocol_policy: match-viewer}}
                      - {id: c, domain_name: a, custom_origin_config: {https_port: 1, origin_ssl_protocols: [TLSv1]}}
                      - {id: d, domain_name: "a:1", custom_origin_config: {origin_protocol_policy: https-only, https_port: 2, origin_ssl_protocols: [SSLv3]}}
                      - {id: e, domain_name: a, custom_origin_config: {origin_protocol_policy: https-only, origin_ssl_protocols: []}}
                      - {id: f, domain_name: a, origin_ca_file: ca.pem, custom_origin_config: {}}
                      - {id: g, domain_name: a, response_completion_timeout: 29, s3_origin_config: {}}
                      - {id: h, domain_name: a, custom_origin_config: {origin_protocol_policy: https, origin_ssl_protocols: [TLSv1, TLSv1.2]}}
                """)
        #expect(
            found == """
                edge.conf:5:86: error: distributions[0].origins[0].custom_origin_config.origin_protocol_policy: found match-viewer and port 1 in domain_name, expected domain_name without a port, as each protocol needs its own
                edge.conf:6:80: error: distributions[0].origins[1].s3_origin_config.origin_protocol_policy: found match-viewer and port 1 in domain_name, expected domain_name without a port, as each protocol needs its own
                edge.conf:7:68: warning: distributions[0].origins[2].custom_origin_config.https_port: found 1, expected no such key, as origin_protocol_policy is http-only (it has no effect)
                edge.conf:7:93: warning: distributions[0].origins[2].custom_origin_config.origin_ssl_protocols: found versions of TLS, expected no such key, as origin_protocol_policy is http-only (it has no effect)
                edge.conf:8:108: error: distributions[0].origins[3].custom_origin_config.https_port: found 2, expected 1, the port in domain_name, or no such key
                edge.conf:8:134: error: distributions[0].origins[3].custom_origin_config.origin_ssl_protocols[0]: found "SSLv3", expected TLSv1, TLSv1.1 or TLSv1.2
                edge.conf:9:114: error: distributions[0].origins[4].custom_origin_config.origin_ssl_protocols: found an empty list, expected at least one of TLSv1, TLSv1.1 or TLSv1.2
                edge.conf:10:49: error: distributions[0].origins[5].origin_ca_file: found authorities, expected an origin_protocol_policy other than http-only, which needs none
                edge.conf:11:62: error: distributions[0].origins[6].response_completion_timeout: found 29, expected at least the read timeout, 30
                edge.conf:12:80: error: distributions[0].origins[7].custom_origin_config.origin_protocol_policy: found "https", expected one of http-only, match-viewer, https-only
                edge.conf:12:109: error: distributions[0].origins[7].custom_origin_config.origin_ssl_protocols: found TLSv1, TLSv1.2, expected no version left out between the oldest and the newest
                """, "\(found)")
    }

    private static let three = """
              - {id: web, domain_name: a, custom_origin_config: {}}
              - {id: spare, domain_name: b, custom_origin_config: {}}
              - {id: third, domain_name: c, s3_origin_config: {}}
        """

    @Test(arguments: OriginGroup.statusCodes)
    func `a group fails over on any of CloudFront's statuses`(code: Int) {
        #expect(problems(origins: Self.three, groups: "      - {id: g, members: [web, spare], failover_status_codes: [\(code)]}", target: "g") == "")
    }

    @Test func `a group names two different origins of the distribution, and statuses`() {
        let found = problems(
            origins: Self.three,
            groups: """
                      - {id: web, members: [web, spare], failover_status_codes: [500]}
                      - {id: a, members: [web], failover_status_codes: [500]}
                      - {id: b, members: [web, spare, third], failover_status_codes: [500]}
                      - {id: c, members: [web, web], failover_status_codes: [500]}
                      - {id: d, members: [web, spares], failover_status_codes: []}
                      - {id: e, members: [web, spare], failover_status_codes: [401, "50x"]}
                      - {id: f, members: [web, spare], failover_status_codes: [500], selection_criteria: media-quality-based}
                      - {id: g, members: []}
                """, target: "gone")
        #expect(
            found == """
                edge.conf:3:48: error: distributions[0].default_cache_behavior.target_origin_id: found "gone", expected the id of an origin of this distribution: one of web, spare, third, web, a, b, c, d, e, f, g
                edge.conf:9:14: error: distributions[0].origin_groups[0].id: found "web" a second time, expected an id of its own (first given in line 5)
                edge.conf:10:26: error: distributions[0].origin_groups[1].members: found one origin, expected two: the primary, then the secondary
                edge.conf:11:26: error: distributions[0].origin_groups[2].members: found a list of 3, expected a list of at most 2, each the id of an origin
                edge.conf:12:32: error: distributions[0].origin_groups[3].members[1]: found "web" a second time, expected it once (first given in line 12)
                edge.conf:13:32: error: distributions[0].origin_groups[4].members[1]: found "spares", expected the id of an origin (did you mean spare?)
                edge.conf:13:64: error: distributions[0].origin_groups[4].failover_status_codes: found an empty list, expected one of 400, 403, 404, 416, 429, 500, 502, 503, 504
                edge.conf:14:64: error: distributions[0].origin_groups[5].failover_status_codes[0]: found "401", expected one of 400, 403, 404, 416, 429, 500, 502, 503, 504
                edge.conf:14:69: error: distributions[0].origin_groups[5].failover_status_codes[1]: found "50x", expected one of 400, 403, 404, 416, 429, 500, 502, 503, 504
                edge.conf:15:90: error: distributions[0].origin_groups[6].selection_criteria: found "media-quality-based", expected default (media quality is not measured)
                edge.conf:16:9: error: distributions[0].origin_groups[7].failover_status_codes: found no such key, expected a list of at most 9, each one of 400, 403, 404, 416, 429, 500, 502, 503, 504
                edge.conf:16:26: error: distributions[0].origin_groups[7].members: found an empty list, expected at least one, the id of an origin
                """, "\(found)")
    }
}
