/// An `edge.conf` for a test: the few settings tests vary, as values; the text is made in this one place.
struct EdgeConfigurationText: Sendable {
    var distributions: [Site]
    /// Needed when an origin is signed for: the origin's credentials file, which holds the edge's own key pair.
    var credentialsFile: String?
    /// Keys of the section `access_logs`.
    var accessLogs: [(key: String, value: String)] = []
    var limits: [(key: String, value: String)] = []
    var memory = "64MiB"
    /// `real` or `movable`.
    var clock = "real"
    /// Further keys of the section `cache`.
    var cache: [(key: String, value: String)] = []
    /// The public key KSITE, in the key group of sites that need signatures.
    var publicKeyFile: String?
    /// Listeners; a free port unless told otherwise.
    var http = "127.0.0.1:0"
    var https = "off"
    var control = "127.0.0.1:0"

    init(_ distributions: Site..., credentialsFile: String? = nil, limits: [(key: String, value: String)] = []) {
        self.distributions = distributions
        self.credentialsFile = credentialsFile
        self.limits = limits
    }

    /// A distribution with one origin and one policy of its own, for the host `site.test` unless told otherwise.
    struct Site: Sendable {
        enum Backend: Sendable {
            /// A bucket through the S3 API, signed for by origin access control, by an identity, or not at all.
            case bucket(domainName: String)
            case bucketByIdentity(domainName: String, identity: String)
            case unsignedBucket(domainName: String)
            case custom(domainName: String)
        }

        var backend: Backend
        var id = "ESITE00000001"
        var alias = "site.test"
        var rootObject: String?
        /// The rules it caches by, where they are not CloudFront's.
        var personality: String?
        /// Minimum, default and maximum TTL in seconds.
        var ttl = (min: 0, standard: 86400, max: 31_536_000)
        var compress = false
        var queryStrings = "none"
        var allowsAllMethods = false
        /// Policies of every behaviour, by the name of a managed one.
        var originRequestPolicy: String?
        var responseHeadersPolicy: String?
        /// Whether requests need signatures by the key of `publicKeyFile`.
        var needsSignature = false
        var errorPages: [ErrorPage] = []
        var readTimeoutSeconds = 10
        var originPath = ""
        var customHeaders: [(name: String, value: String)] = []
        /// Behaviours before the default one: a pattern and the TTLs for it.
        var viewerProtocolPolicy = "allow-all"
        var httpVersion = "http2"
        /// Certificate and key, as file names beside the configuration.
        var certificate: (file: String, key: String)?
        var behaviors: [(pattern: String, ttl: Int)] = []
        /// Keys of its access log; none means no log.
        var logging: [(key: String, value: String)] = []

        init(_ backend: Backend) { self.backend = backend }
    }

    struct ErrorPage: Sendable {
        var code: Int
        var page: (path: String, status: Int)?
        var minTTL = 10
    }

    var text: String {
        var lines = ["listen:", "  http: \(http)", "  https: \(https)", "  control: \(control)", "cache:", "  memory: \(memory)"]
        lines += cache.map { "  \($0.key): \($0.value)" }
        if clock != "real" { lines += ["clock: \(clock)"] }
        if let credentialsFile { lines += ["origin_access:", "  credentials_file: \(credentialsFile)"] }
        if !limits.isEmpty { lines += ["limits:"] + limits.map { "  \($0.key): \($0.value)" } }
        if !accessLogs.isEmpty { lines += ["access_logs:"] + accessLogs.map { "  \($0.key): \($0.value)" } }
        lines += ["cache_policies:"]
        for site in distributions { lines += policies(of: site) }
        lines += ["origin_access_controls:", "  - name: signed"]
        let identities = distributions.compactMap(\.identity)
        if !identities.isEmpty { lines += ["origin_access_identities:"] + identities.map { "  - id: \($0)" } }
        if let publicKeyFile {
            lines += ["public_keys:", "  - id: KSITE", "    key_file: \(publicKeyFile)"]
            lines += ["key_groups:", "  - {name: signers, public_keys: [KSITE]}"]
        }
        lines += ["distributions:"]
        for site in distributions { lines += distribution(site) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func policies(of site: Site) -> [String] {
        var lines = policy(named: "policy-\(site.id)", site, min: site.ttl.min, standard: site.ttl.standard, max: site.ttl.max)
        for (index, behavior) in site.behaviors.enumerated() {
            lines += policy(
                named: "policy-\(site.id)-\(index)", site, min: behavior.ttl, standard: behavior.ttl, max: behavior.ttl)
        }
        return lines
    }

    private func policy(named name: String, _ site: Site, min: Int, standard: Int, max: Int) -> [String] {
        let codings = site.compress && max > 0
        return [
            "  - name: \(name)", "    min_ttl: \(min)", "    default_ttl: \(standard)", "    max_ttl: \(max)",
            "    enable_accept_encoding_gzip: \(codings)", "    enable_accept_encoding_brotli: \(codings)",
            "    query_string_behavior: \(site.queryStrings)",
        ]
    }

    private func distribution(_ site: Site) -> [String] {
        var lines = ["  - id: \(site.id)", "    aliases: [\(site.alias)]", "    http_version: \(site.httpVersion)"]
        if let (file, key) = site.certificate {
            lines += ["    viewer_certificate:", "      certificate_file: \(file)", "      private_key_file: \(key)"]
        }
        if let personality = site.personality { lines += ["    personality: \(personality)"] }
        if !site.logging.isEmpty { lines += ["    logging:"] + site.logging.map { "      \($0.key): \($0.value)" } }
        if let root = site.rootObject { lines += ["    default_root_object: \(root)"] }
        lines += ["    origins:", "      - id: main", "        domain_name: \(site.domainName)"]
        if !site.originPath.isEmpty { lines += ["        origin_path: \(site.originPath)"] }
        lines += ["        connection_attempts: 1", "        connection_timeout: 2"]
        if !site.customHeaders.isEmpty {
            lines += ["        custom_headers:"] + site.customHeaders.map { "          \($0.name): \"\($0.value)\"" }
        }
        switch site.backend {
        case .bucket: lines += ["        origin_access_control: signed", "        s3_origin_config: {}"]
        case .bucketByIdentity(_, let identity):
            lines += ["        s3_origin_config:", "          origin_access_identity: \(identity)"]
        case .unsignedBucket: lines += ["        s3_origin_config: {}"]
        case .custom:
            lines += ["        custom_origin_config:", "          origin_read_timeout: \(site.readTimeoutSeconds)"]
        }
        lines += ["    default_cache_behavior:"] + behavior(site, policy: "policy-\(site.id)", indent: "      ")
        if !site.behaviors.isEmpty { lines += ["    cache_behaviors:"] }
        for (index, item) in site.behaviors.enumerated() {
            lines += ["      - path_pattern: \"\(item.pattern)\""]
            lines += behavior(site, policy: "policy-\(site.id)-\(index)", indent: "        ")
        }
        if !site.errorPages.isEmpty { lines += ["    custom_error_responses:"] }
        for page in site.errorPages {
            lines += ["      - error_code: \(page.code)", "        error_caching_min_ttl: \(page.minTTL)"]
            if let (path, status) = page.page {
                lines += ["        response_page_path: \(path)", "        response_code: \(status)"]
            }
        }
        return lines
    }

    private func behavior(_ site: Site, policy: String, indent: String) -> [String] {
        var lines = ["target_origin_id: main", "cache_policy: \(policy)", "compress: \(site.compress)"]
        if site.viewerProtocolPolicy != "allow-all" { lines += ["viewer_protocol_policy: \(site.viewerProtocolPolicy)"] }
        if site.allowsAllMethods { lines += ["allowed_methods: [GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE]"] }
        if let name = site.originRequestPolicy { lines += ["origin_request_policy: \(name)"] }
        if let name = site.responseHeadersPolicy { lines += ["response_headers_policy: \(name)"] }
        if site.needsSignature { lines += ["trusted_key_groups: [signers]"] }
        return lines.map { indent + $0 }
    }
}

extension EdgeConfigurationText.Site {
    var domainName: String {
        switch backend {
        case .bucket(let name), .bucketByIdentity(let name, _), .unsignedBucket(let name), .custom(let name): name
        }
    }

    var identity: String? {
        if case .bucketByIdentity(_, let identity) = backend { identity } else { nil }
    }

    /// The ARN by which a bucket policy names this distribution.
    var arn: String { "arn:aws:cloudfront::000000000000:distribution/\(id)" }
}
