import ConfigurationReading
import DistributionModel
import HTTPCaching
import HTTPTypes
import Testing

private func problems(_ yaml: String) -> String {
    do throws(ConfigurationErrors) {
        return try EdgeConfiguration.read(yaml: yaml, file: "edge.conf").warnings.map(\.description).joined(separator: "\n")
    } catch {
        return error.description
    }
}

/// A file with one distribution, to which a test adds at `extra` (within the distribution) or at `top`.
private func minimal(extra: String = "", top: String = "") -> String {
    """
    distributions:
      - id: EONE
        origins:
          - id: web
            domain_name: localhost:9000
            custom_origin_config: {}
        default_cache_behavior:
          target_origin_id: web
    \(extra.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }.joined(separator: "\n"))
    \(top)
    """
}

@Suite struct EdgeReadingTests {
    @Test func `the least file gives CloudFront's defaults`() throws {
        let read = try EdgeConfiguration.read(yaml: minimal(), file: "edge.conf")
        let optimized = try #require(CachePolicy.managed(named: "CachingOptimized")).policy
        let expected = EdgeConfiguration(
            listen: .init(http: ListenAddress(host: "127.0.0.1", port: 8080), https: ListenAddress(host: "127.0.0.1", port: 8443),
                control: ListenAddress(host: "127.0.0.1", port: 8081)),
            cache: .init(memoryBytes: 256 << 20, objectBytesMax: 32 << 20),
            originAccess: .init(credentialsFile: nil, profile: "cloudfront", accountID: "000000000000"),
            limits: .init(
                connectionsMax: 10_000, urlBytesMax: 8192, headerBytesMax: 20480, requestBodyBytesMax: 20 << 30,
                keepAliveTimeout: .seconds(60), headerTimeout: .seconds(30), bodyTimeout: .seconds(60), sendTimeout: .seconds(60),
                drainTimeout: .seconds(30), originConnectionsMax: 100),
            distributions: [
                Distribution(
                    id: "EONE",
                    origins: [
                        Origin(
                            id: "web", domainName: try #require(OriginDomainName("localhost:9000")),
                            kind: .custom(CustomOrigin(httpPort: 9000)))
                    ],
                    defaultCacheBehavior: CacheBehavior(targetOriginID: "web", cachePolicy: optimized))
            ])
        #expect(read.value == expected)
        #expect(read.warnings == [])
    }

    @Test func `everything can be said`() throws {
        let yaml = """
            listen: {http: "127.0.0.1:0", https: "[::1]:2", control: "[::1]:1", shield: "[::1]:3"}
            shield: {secret_file: shared, regions: [{name: near, address: "shield.example:8090"}], own_region: near}
            local_ca: {directory: authority}
            cache: {memory: 1GiB, max_object_size: 1MiB, part_size: 64KiB, max_parts_per_object: 9, max_parts_size: 2MiB, disk: {directory: d, size: 2GiB, max_object_size: 3MiB, max_objects: 4}}
            origin_access: {credentials_file: keys, profile: p, account_id: "123456789012"}
            limits:
              {max_connections: 1, max_url_size: 4KiB, max_header_size: 8KiB, max_request_body: 0, keep_alive_timeout: 1,
               header_timeout: 2, body_timeout: 3, send_timeout: 4, drain_timeout: 5, origin_connections: 6}
            cache_policies:
              - name: mine
                comment: for tests
                min_ttl: 1
                default_ttl: 2
                max_ttl: 3
                enable_accept_encoding_gzip: true
                enable_accept_encoding_brotli: true
                header_behavior: whitelist
                headers: [Accept-Language]
                cookie_behavior: allExcept
                cookies: [tracker]
                query_string_behavior: whitelist
                query_strings: [page]
            origin_request_policies:
              - name: more
                comment: to the origin
                header_behavior: allViewerAndWhitelistCloudFront
                headers: [CloudFront-Viewer-Address]
                cookie_behavior: whitelist
                cookies: [session]
                query_string_behavior: allExcept
                query_strings: [utm]
            response_headers_policies:
              - name: dress
                comment: for browsers
                cors:
                  access_control_allow_origins: ["https://*.example.com"]
                  access_control_allow_headers: [X-A]
                  access_control_allow_methods: [ALL]
                  access_control_allow_credentials: true
                  access_control_expose_headers: [ETag]
                  access_control_max_age: 600
                  origin_override: true
                security_headers:
                  content_security_policy: {content_security_policy: default-src 'self', override: true}
                  content_type_options: {override: true}
                  frame_options: {frame_option: DENY, override: false}
                  referrer_policy: {referrer_policy: same-origin, override: true}
                  strict_transport_security: {access_control_max_age: 60, include_subdomains: true, preload: true, override: true}
                  xss_protection: {protection: true, mode_block: false, report_uri: /r, override: true}
                custom_headers:
                  - {header: X-Empty, value: "", override: true}
                remove_headers: [X-Powered-By]
                server_timing: {enabled: true, sampling_rate: 12.5}
            origin_access_controls:
              - {name: oac, signing_behavior: no-override, signing_protocol: sigv4, origin_access_control_origin_type: s3}
            origin_access_identities:
              - {id: EIDENTITY, comment: old}
            public_keys:
              - {id: K1, comment: "beside the file", key_file: keys/k1.pem}
              - id: K2
                encoded_key: |
                  -----BEGIN PUBLIC KEY-----
                  MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEux2DUCSmOMFLdncAByHuXujI+PdI
                  tZ5GbS6cKvB3B0+/DU3UQErA2kQXUBFi0fqMOjYcCPnwcgcnPGN+Icu7Tg==
                  -----END PUBLIC KEY-----
            key_groups:
              - {name: members, comment: both, public_keys: [K1, K2]}
              - {name: staff, public_keys: [K2]}
            distributions:
              - id: ETWO
                aliases: [A.example.com, "*.b.example.com"]
                enabled: false
                comment: two
                logging: {directory: logs, prefix: two, include_cookies: true, format: json}
                viewer_certificate:
                  {certificate_file: two.pem, private_key_file: two.key, minimum_protocol_version: TLSv1.3_2025}
                default_root_object: a/index.html
                cache_tag_config: {header_name: x-amz-meta-Cache-Tag}
                origins:
                  - id: signed
                    domain_name: b.s3.localhost
                    origin_path: /site
                    custom_headers: {X-One: "1", X-Two: two}
                    connection_attempts: 1
                    connection_timeout: 2
                    origin_access_control: oac
                    s3_origin_config: {region: eu-west-1}
                  - id: identity
                    domain_name: b.s3.localhost
                    s3_origin_config: {origin_access_identity: origin-access-identity/cloudfront/EIDENTITY}
                  - id: open
                    domain_name: b.s3.localhost
                    s3_origin_config:
                  - id: web
                    domain_name: example.com
                    origin_ca_file: ca.pem
                    response_completion_timeout: 120
                    origin_shield: {enabled: true, origin_shield_region: near}
                    custom_origin_config:
                      {http_port: 8000, https_port: 8443, origin_protocol_policy: match-viewer, origin_ssl_protocols: [TLSv1.2, TLSv1.1],
                       origin_read_timeout: 60, origin_keepalive_timeout: 1}
                origin_groups:
                  - {id: pair, members: [web, open], failover_status_codes: [503, 404], selection_criteria: default}
                default_cache_behavior:
                  target_origin_id: signed
                  viewer_protocol_policy: allow-all
                  allowed_methods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]
                  cached_methods: [HEAD, GET, OPTIONS]
                  compress: true
                  cache_policy: mine
                  origin_request_policy: more
                  response_headers_policy: dress
                  trusted_key_groups: [members, staff]
                cache_behaviors:
                  - path_pattern: "*.png"
                    target_origin_id: pair
                    viewer_protocol_policy: redirect-to-https
                    cache_policy: Managed-CachingDisabled
                    origin_request_policy: Managed-AllViewer
                  - {path_pattern: "a?", target_origin_id: open, viewer_protocol_policy: https-only, cache_policy: 658327ea-f89d-4fab-a63d-7e88639e58f6}
                custom_error_responses:
                  - {error_code: 404, response_page_path: /e.html, response_code: 200, error_caching_min_ttl: 0}
                  - {error_code: 503, error_caching_min_ttl: 5s}
            """
        let reader = ConfigurationReader(file: "edge.conf", table: EdgeSettings.table)
        let section = ConfigurationSection(try ConfigurationNode.parse(yaml: yaml, file: "edge.conf"), reader: reader)
        let read = try reader.conclude(EdgeConfiguration.read(section))
        #expect(read.warnings == [])
        #expect(
            Set(EdgeSettings.table.settings.map(\.path)).subtracting(reader.consulted) == [], "rows that the reader never asks for")

        let policy = CachePolicy(
            minTTL: 1, defaultTTL: 2, maxTTL: 3, enableAcceptEncodingGzip: true, enableAcceptEncodingBrotli: true,
            headers: [.acceptLanguage], cookies: .allExcept(["tracker"]), queryStrings: .whitelist(["page"]))
        let toOrigin = OriginRequestPolicy(
            headers: .allViewerAndWhitelistCloudFront([.init("CloudFront-Viewer-Address")!]), cookies: .whitelist(["session"]),
            queryStrings: .allExcept(["utm"]))
        let dress = ResponseHeadersPolicy(
            cors: CORSPolicy(
                allowOrigins: [try #require(CORSOrigin("https://*.example.com"))], allowHeaders: ["X-A"],
                allowMethods: CORSPolicy.allMethods, allowCredentials: true, exposeHeaders: ["ETag"], maxAge: 600, originOverride: true),
            headers: [
                .contentSecurityPolicy("default-src 'self'", override: true), .contentTypeOptions(override: true),
                .frameOptions("DENY", override: false), .referrerPolicy("same-origin", override: true),
                .strictTransportSecurity(maxAge: 60, includeSubdomains: true, preload: true, override: true),
                .xssProtection(true, reportURI: "/r", override: true), .init(.init("X-Empty")!, "", override: true),
            ], removed: [.init("X-Powered-By")!], serverTimingSamplingRate: 12.5)
        let oac = OriginAccessControl(name: "oac", signingBehavior: .noOverride)
        let oai = OriginAccessIdentity(id: "EIDENTITY", comment: "old")
        let bucket = try #require(OriginDomainName("b.s3.localhost"))
        var expected = EdgeConfiguration(
            listen: .init(
                http: ListenAddress(host: "127.0.0.1", port: 0), https: ListenAddress(host: "::1", port: 2), control: ListenAddress(host: "::1", port: 1)),
            cache: .init(
                memoryBytes: 1 << 30, objectBytesMax: 1 << 20,
                disk: .init(directory: "d", bytesMax: 2 << 30, objectBytesMax: 3 << 20, objectsMax: 4)),
            originAccess: .init(credentialsFile: "keys", profile: "p", accountID: "123456789012"),
            limits: .init(
                connectionsMax: 1, urlBytesMax: 4096, headerBytesMax: 8192, requestBodyBytesMax: 0, keepAliveTimeout: .seconds(1),
                headerTimeout: .seconds(2), bodyTimeout: .seconds(3), sendTimeout: .seconds(4), drainTimeout: .seconds(5),
                originConnectionsMax: 6),
            cachePolicies: [NamedCachePolicy(name: "mine", comment: "for tests", policy: policy)],
            originRequestPolicies: [NamedOriginRequestPolicy(name: "more", comment: "to the origin", policy: toOrigin)],
            responseHeadersPolicies: [NamedResponseHeadersPolicy(name: "dress", comment: "for browsers", policy: dress)],
            originAccessControls: [oac],
            originAccessIdentities: [oai],
            publicKeys: [
                NamedPublicKey(id: "K1", comment: "beside the file", source: .file("keys/k1.pem")),
                NamedPublicKey(id: "K2", source: .encodedKey(goodKey)),
            ],
            keyGroups: [
                KeyGroup(name: "members", comment: "both", publicKeys: ["K1", "K2"]), KeyGroup(name: "staff", publicKeys: ["K2"]),
            ],
            distributions: [
                Distribution(
                    id: "ETWO", aliases: ["a.example.com", "*.b.example.com"].compactMap(Alias.init), enabled: false,
                    comment: "two", defaultRootObject: DefaultRootObject("a/index.html"),
                    origins: [
                        Origin(
                            id: "signed", domainName: bucket, originPath: try #require(OriginPath("/site")),
                            customHeaders: [.init(name: "X-One", value: "1"), .init(name: "X-Two", value: "two")],
                            kind: .s3(S3Origin(access: .originAccessControl(oac), region: "eu-west-1")), connectionAttempts: 1,
                            connectionTimeout: .seconds(2)),
                        Origin(id: "identity", domainName: bucket, kind: .s3(S3Origin(access: .originAccessIdentity(oai)))),
                        Origin(id: "open", domainName: bucket, kind: .s3(S3Origin())),
                        Origin(
                            id: "web", domainName: try #require(OriginDomainName("example.com")),
                            kind: .custom(
                                CustomOrigin(
                                    httpPort: 8000, httpsPort: 8443, protocolPolicy: .matchViewer, sslProtocols: [.tls11, .tls12],
                                    readTimeout: .seconds(60), keepaliveTimeout: .seconds(1)))),
                    ],
                    defaultCacheBehavior: CacheBehavior(
                        targetOriginID: "signed", allowedMethods: .all, cachedMethods: .getHeadOptions, compress: true,
                        cachePolicy: policy, originRequestPolicy: toOrigin, responseHeadersPolicy: dress,
                        trustedKeyGroups: ["members", "staff"]),
                    cacheBehaviors: [
                        CacheBehavior(
                            pathPattern: try PathPattern("*.png"), targetOriginID: "pair", viewerProtocolPolicy: .redirectToHTTPS,
                            cachePolicy: try #require(CachePolicy.managed(named: "CachingDisabled")).policy,
                            originRequestPolicy: try #require(OriginRequestPolicy.managed(named: "AllViewer")).policy),
                        CacheBehavior(
                            pathPattern: try PathPattern("a?"), targetOriginID: "open", viewerProtocolPolicy: .httpsOnly,
                            cachePolicy: try #require(CachePolicy.managed(named: "CachingOptimized")).policy),
                    ],
                    customErrorResponses: [
                        CustomErrorResponse(errorCode: 404, page: .init(path: "/e.html", responseCode: 200), errorCachingMinTTL: 0),
                        CustomErrorResponse(errorCode: 503, errorCachingMinTTL: 5),
                    ])
            ])
        expected.localCADirectory = "authority"
        expected.cache.parts = .init(partBytes: 64 << 10, countMax: 9, bytesMax: 2 << 20)
        // Where a file is named is told apart from the rest, for messages that come later.
        let certificate = try #require(read.value.distributions[0].viewerCertificate)
        #expect(certificate.certificate.path == "two.pem")
        #expect(certificate.certificate.keyPath == "distributions[0].viewer_certificate.certificate_file")
        #expect(certificate.privateKey.path == "two.key")
        #expect(certificate.minimumProtocolVersion == .tls13)
        expected.distributions[0].viewerCertificate = certificate
        expected.distributions[0].originGroups = [
            OriginGroup(id: "pair", primary: "web", secondary: "open", failoverStatusCodes: [503, 404])
        ]
        expected.distributions[0].cacheTagHeader = .init("X-Amz-Meta-Cache-Tag")
        let authorities = try #require(read.value.distributions[0].origins[3].authorities)
        #expect(authorities.path == "ca.pem")
        #expect(authorities.keyPath == "distributions[0].origins[3].origin_ca_file")
        expected.distributions[0].origins[3].authorities = authorities
        expected.distributions[0].origins[3].responseCompletionTimeout = .seconds(120)
        expected.distributions[0].origins[3].shieldRegion = "near"
        expected.listen.shield = ListenAddress(host: "::1", port: 3)
        let secret = try #require(read.value.shielding.secretFile)
        #expect(secret.path == "shared")
        expected.shielding = Shielding(
            secretFile: secret, regions: [.init(name: "near", address: try #require(OriginDomainName("shield.example:8090")))], ownRegion: "near")
        expected.distributions[0].logging = DistributionLogging(
            destination: .directory("logs"), prefix: "two", includesCookies: true, format: .json)
        #expect(read.value == expected)
        #expect(read.value.distributions[0].origins.map { $0.port(https: false) } == [80, 80, 80, 8000])
        #expect(read.value.distributions[0].origins.map { $0.port(https: true) } == [443, 443, 443, 8443])
    }

    @Test func `a broken file is answered with every mistake`() {
        let found = problems(
            """
            listen:
              https: example.com:8443
            cache:
              memory: 100
            cache_policies:
              - name: CachingOptimized
              - {name: a, min_ttl: 10, max_ttl: 5}
              - {name: a, min_ttl: 0, default_ttl: 0, max_ttl: 0, enable_accept_encoding_gzip: true}
              - {name: b, cookies: [x], header_behavior: whitelist, headers: [Connection]}
              - {name: c, query_string_behavior: whitelist}
            origin_access_controls:
              - {name: oac, signing_protocol: sigv2}
            distributions:
              - id: abc
                aliases: [a.example.com, "w*.example.com", A.example.com]
                default_root_object: /index.html
                origins:
                  - id: bucket
                    domain_name: http://b.s3.localhost
                    origin_path: site/
                    custom_headers: {Host: a, X-A: "1", x-a: "2"}
                    connection_attempts: 4
                    connection_timeout: 11
                    origin_access_control: oca
                    s3_origin_config: {origin_access_identity: ENONE}
                  - id: bucket
                    domain_name: b.s3.localhost
                    origin_access_control: oac
                    s3_origin_config:
                  - id: web
                    domain_name: localhost:9000
                    origin_access_control: oac
                    custom_origin_config: {http_port: 80, origin_protocol_policy: https-only, https_port: 443, origin_ssl_protocols: [SSLv3, TLSv1, TLSv1.2], origin_read_timeout: 61}
                  - id: neither
                    domain_name: a
                  - id: both
                    domain_name: a
                    s3_origin_config: {}
                    custom_origin_config: {}
                default_cache_behavior:
                  target_origin_id: buckets
                  viewer_protocol_policy: http-only
                  allowed_methods: [GET]
                  cached_methods: [GET, HEAD, PUT]
                  cache_policy: CachingOptimised
                  min_ttl: 0
                cache_behaviors:
                  - {path_pattern: "a b", target_origin_id: web, cached_methods: [GET, HEAD, OPTIONS]}
                custom_error_responses:
                  - {error_code: 402}
                  - {error_code: 404, response_page_path: e.html, response_code: 201}
                  - {error_code: 404, response_code: 200}
            """)
        #expect(found == brokenFileProblems, "\(found)")
    }

    @Test func `what only shows across distributions is reported`() {
        let found = problems(
            """
            listen: {http: "127.0.0.1:1", control: "127.0.0.1:1"}
            cache: {memory: 1MiB, max_object_size: 2MiB}
            distributions:
              - id: EONE
                aliases: [a.localhost]
                origins: [{id: b, domain_name: b.s3.localhost, origin_access_control: oac, s3_origin_config: {}}]
                default_cache_behavior: {target_origin_id: b}
              - id: EONE
                aliases: [b.localhost, A.localhost]
                origins: [{id: b, domain_name: b.s3.localhost, s3_origin_config: {}}]
                default_cache_behavior: {target_origin_id: b}
                cache_behaviors:
                  - {path_pattern: /img/*, target_origin_id: b}
                  - {path_pattern: "*.css", target_origin_id: b}
                  - {path_pattern: img/a/*.png, target_origin_id: b}
            origin_access_controls: [{name: oac}]
            """)
        #expect(
            found == """
                edge.conf:1:1: error: listen.control: found 127.0.0.1:1, expected an address other than listen.http
                edge.conf:1:1: error: origin_access.credentials_file: found no such key, expected a credentials file, as origins with an origin access control or identity need one
                edge.conf:2:1: warning: cache.max_object_size: found 2MiB, expected no more than cache.memory, 1MiB
                edge.conf:8:9: error: distributions[1].id: found "EONE" a second time, expected an id of its own (first given in line 4)
                edge.conf:9:28: error: distributions[1].aliases[1]: found "a.localhost", expected an alias no other distribution has (EONE has it in line 5)
                edge.conf:15:24: warning: distributions[1].cache_behaviors[2].path_pattern: found "img/a/*.png", expected a pattern that can match: distributions[1].cache_behaviors[0] with "/img/*" takes every such path first
                """, "\(found)")
    }

    @Test func `a disk tier needs a directory, and takes no object larger than itself`() throws {
        #expect(
            problems(minimal(top: "cache: {disk: {size: 1MiB}}")) == """
                edge.conf:10:15: error: cache.disk.directory: found no such key, expected text of 1 to 1024 characters
                edge.conf:10:22: error: cache.disk.size: found "1MiB", expected a size from 16MiB to 1024TiB, such as 4096, 16KiB or 256MiB
                """)
        #expect(
            problems(minimal(top: "cache: {disk: {directory: d, size: 32MiB, max_object_size: 33MiB, sync: true}}")) == """
                edge.conf:10:60: error: cache.disk.max_object_size: found 33MiB, expected no more than cache.disk.size, 32MiB
                edge.conf:10:67: error: cache.disk.sync: found an unknown key, expected one of directory, size, max_object_size, max_objects, eviction, admission
                """)
        let small = try EdgeConfiguration.read(yaml: minimal(top: "cache: {disk: {directory: d, size: 32MiB}}"), file: "edge.conf")
        #expect(small.value.cache.disk == .init(directory: "d", bytesMax: 32 << 20, objectBytesMax: 32 << 20, objectsMax: 500_000))
        #expect(try EdgeConfiguration.read(yaml: minimal(), file: "edge.conf").value.cache.disk == nil)
    }

    @Test func `without HTTPS nothing may ask for it`() throws {
        let off = """
            listen: {https: off}
            distributions:
              - id: EONE
                aliases: [a.localhost]
                viewer_certificate: {certificate_file: a.pem, private_key_file: a.key}
                origins: [{id: b, domain_name: b.s3.localhost, s3_origin_config: {}}]
                default_cache_behavior: {target_origin_id: b, viewer_protocol_policy: https-only}
            """
        let found = problems(off)
        #expect(
            found == """
                edge.conf:5:25: error: distributions[0].viewer_certificate: found a certificate, expected listen.https to be on
                edge.conf:7:75: error: distributions[0].default_cache_behavior.viewer_protocol_policy: found "https-only", expected allow-all where listen.https is off
                """, "\(found)")
        let plain = try EdgeConfiguration.read(yaml: minimal(top: "listen: {https: off}"), file: "edge.conf")
        #expect(plain.value.listen.https == nil)
    }

    @Test func `a certificate needs aliases, both files and a protocol that is still safe`() {
        let found = problems(
            minimal(extra: "viewer_certificate: {certificate_file: a.pem, minimum_protocol_version: TLSv1.1_2016}"))
        #expect(
            found == """
                edge.conf:9:25: error: distributions[0].viewer_certificate: found a certificate, expected aliases beside it (the generated name has a certificate anyway)
                edge.conf:9:25: error: distributions[0].viewer_certificate.private_key_file: found no such key, expected text of 1 to 1024 characters
                edge.conf:9:77: error: distributions[0].viewer_certificate.minimum_protocol_version: found "TLSv1.1_2016", expected one of TLSv1.2_2021, TLSv1.3_2025 (older protocols and ciphers are not offered)
                """, "\(found)")
    }

    @Test(arguments: ["http", "control"])
    func `HTTPS has an address of its own`(other: String) {
        let found = problems(minimal(top: "listen: {https: \"127.0.0.1:5\", \(other): \"127.0.0.1:5\"}"))
        let (key, first) = other == "http" ? ("https", "http") : ("control", "https")
        #expect(found.hasSuffix("error: listen.\(key): found 127.0.0.1:5, expected an address other than listen.\(first)"), "\(found)")
    }

    @Test(arguments: [(25, 0), (26, 1)])
    func `a distribution has at most 25 behaviors`(count: Int, mistakes: Int) {
        let list = (0..<count).map { "  - {path_pattern: /\($0)/*, target_origin_id: web}" }.joined(separator: "\n")
        let found = problems(minimal(extra: "cache_behaviors:\n" + list))
        #expect(found.isEmpty == (mistakes == 0))
        if mistakes > 0 {
            #expect(found == "edge.conf:10:7: error: distributions[0].cache_behaviors: found 26 entries, expected at most 25")
        }
    }

    @Test(arguments: [(100, 0), (101, 1)])
    func `a distribution has at most 100 aliases`(count: Int, mistakes: Int) {
        let found = problems(minimal(extra: "aliases: [\((0..<count).map { "a\($0).localhost" }.joined(separator: ", "))]"))
        #expect(found.isEmpty == (mistakes == 0))
        if mistakes > 0 {
            #expect(
                found
                    == "edge.conf:9:14: error: distributions[0].aliases: found a list of 101, expected a list of at most 100, each a host name, with * allowed as the whole leftmost label"
            )
        }
    }

    @Test func `an empty file lacks distributions`() {
        #expect(
            problems("") == "edge.conf:1:1: error: distributions: found no such key, expected a list of at most 200 mappings")
        #expect(
            problems("distributions: []")
                == "edge.conf:1:16: error: distributions: found an empty list, expected at least one distribution")
    }

    @Test func `an origin that signs nothing needs no credentials`() {
        let never = """
            origin_access_controls: [{name: oac, signing_behavior: never}]
            distributions:
              - id: EONE
                origins: [{id: b, domain_name: b.s3.localhost, origin_access_control: oac, s3_origin_config: {}}]
                default_cache_behavior: {target_origin_id: b}
            """
        #expect(problems(never) == "")
    }
}
