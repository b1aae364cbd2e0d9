// Every setting of `edge.conf`. The reader and docs/settings.md both come from here.

package import ConfigurationReading
import Eviction
import HTTPCaching

/// The settings table of `edge.conf`.
package enum EdgeSettings {
    package static let table = SettingsTable(
        file: "edge.conf", settings: process + shield + policies + originRequestPolicies + responseHeadersPolicies + distribution + originGroups + behavior("default_cache_behavior") + behaviors + errors + logs,
        unsupported: unsupported)

    private static let unsupported: [String: String] = {
        var keys = [
            "distributions[].price_class": "no price class: there is one location",
            "distributions[].web_acl_id": "no firewall rules",
            "distributions[].restrictions": "no geographic restrictions",
        ]
        for behavior in ["distributions[].default_cache_behavior", "distributions[].cache_behaviors[]"] {
            keys["\(behavior).function_associations"] = "no functions yet"
            keys["\(behavior).lambda_function_associations"] = "no functions"
            keys["\(behavior).trusted_signers"] = "trusted_key_groups, which replaces trusted signers"
            keys["\(behavior).forwarded_values"] = "a cache_policy, which replaces the legacy settings"
            keys["\(behavior).cache_policy_id"] = "cache_policy, which takes a name or an id"
            for key in ["min_ttl", "default_ttl", "max_ttl"] {
                keys["\(behavior).\(key)"] = "the time in a cache policy, named here by cache_policy"
            }
        }
        return keys
    }()

    private static let process: [Setting] = [
        Setting("listen", .section, .byDefault(""), "Where the edge accepts connections."),
        Setting("local_ca", .section, .byDefault(""), "The authority that issues certificates for names that have none."),
        Setting("cache", .section, .byDefault(""), "What the cache may keep."),
        Setting(
            "clock", .choice(["real", "movable"]), .byDefault("real"),
            "`movable` lets `skerry clock advance` move the edge's time forward, for laboratories; never where others are served."),
        Setting("origin_access", .section, .byDefault(""), "As whom the edge signs requests to buckets."),
        Setting("shield", .section, .byDefault(""), "Edges in front of origins: where they are, and what edges know each other by."),
        Setting("limits", .section, .byDefault(""), "Bounds on what viewers and origins may make the edge hold or wait for."),
        Setting("cache_policies", .sections(max: 20), .optional, "Cache policies beside the managed ones."),
        Setting("origin_request_policies", .sections(max: 20), .optional, "Origin request policies beside the managed ones."),
        Setting("response_headers_policies", .sections(max: 20), .optional, "Response headers policies beside the managed ones."),
        Setting("origin_access_controls", .sections(max: 100), .optional, "Named ways of signing requests to buckets (OAC)."),
        Setting("origin_access_identities", .sections(max: 100), .optional, "Legacy identities for buckets (OAI)."),
        Setting("public_keys", .sections(max: 100), .optional, "Keys that verify signed URLs and signed cookies."),
        Setting("key_groups", .sections(max: 100), .optional, "Groups of public keys, for behaviors to trust."),
        Setting("distributions", .sections(max: 200), .required, "The sites this edge serves."),

        Setting("listen.http", .address, .byDefault("127.0.0.1:8080"), "HTTP for viewers."),
        Setting(
            "listen.https", .text(3...64, form: "a numeric address and port, such as 127.0.0.1:8443, or off"),
            .byDefault("127.0.0.1:8443"), "HTTPS for viewers, or `off`. Its port is where `redirect-to-https` leads."),
        Setting(
            "listen.control", .address, .byDefault("127.0.0.1:8081"),
            "The control listener: invalidations, health, reloads, statistics, metrics. Anyone who reaches it may use it, so keep it on loopback."),

        Setting(
            "local_ca.directory", .text(1...1024, form: ""), .byDefault(".skerry/ca"),
            "Folder of its certificate and key, made when it is first needed; a relative path starts at the folder of this file."),

        Setting(
            "cache.memory", .bytes(1 << 20...1 << 40), .byDefault("256MiB"),
            "Memory for cached responses, heads and bookkeeping included."),
        Setting(
            "cache.max_object_size", .bytes(1 << 10...30 << 30), .byDefault("32MiB"),
            "A larger response is kept whole on disk, where there is a disk tier that takes it, or in parts, which need a strong validator; otherwise it is delivered and not kept."),
        Setting(
            "cache.part_size", .bytes(4 << 10...64 << 20), .byDefault("4MiB"),
            "Length of a part; `max_object_size` if that is less. What is missing of an object is asked for in parts."),
        Setting(
            "cache.max_parts_per_object", .integer(1...32_768), .byDefault("8192"),
            "Parts that one object may have; what lies beyond passes through."),
        Setting(
            "cache.max_parts_size", .bytes(1 << 20...1 << 40), .optional,
            "What the parts of one object may take together; absent: half of `cache.memory`, or of the disk tier if that is larger."),
        Setting(
            "cache.eviction", .choice(EvictionPolicyName.allCases.map(\.rawValue)), .byDefault("sieve"),
            "Which responses leave memory when it is full; docs/policies.md compares them, `skerry replay` on your own log."),
        Setting(
            "cache.admission", .choice(AdmissionPolicyName.allCases.map(\.rawValue)), .byDefault("all"),
            "Which responses are kept in memory at all."),
        Setting("cache.disk", .section, .optional, "A tier on disk beneath memory, which survives restarts; absent: none."),
        Setting(
            "cache.disk.directory", .text(1...1024, form: ""), .required,
            "Folder for its files, made when needed, for one edge alone; a relative path starts at the folder of this file."),
        Setting(
            "cache.disk.size", .bytes(16 << 20...1 << 50), .byDefault("1GiB"),
            "Disk for cached responses, in whole blocks and with bookkeeping."),
        Setting(
            "cache.disk.max_object_size", .bytes(1 << 10...1 << 50), .byDefault("256MiB"),
            "A larger response is not kept on disk."),
        Setting(
            "cache.disk.max_objects", .integer(1...50_000_000), .byDefault("500000"),
            "Most responses on disk; each takes some 400 bytes of memory in the index."),
        Setting(
            "cache.disk.eviction", .choice(EvictionPolicyName.allCases.map(\.rawValue)), .byDefault("sieve"),
            "Which responses leave the disk when it is full."),
        Setting(
            "cache.disk.admission", .choice(AdmissionPolicyName.allCases.map(\.rawValue)), .byDefault("all"),
            "Which responses are written to disk at all."),

        Setting(
            "origin_access.credentials_file", .text(1...1024, form: ""), .optional,
            "AWS shared credentials file; a relative path starts at the folder of this file. Needed when an origin has an OAC or OAI."),
        Setting(
            "origin_access.profile", .text(1...128, form: ""), .byDefault("cloudfront"), "Profile in that file; the origin calls the edge's own `cloudfront`."),
        Setting(
            "origin_access.account_id", .text(12...12, form: "twelve digits"), .byDefault("000000000000"),
            "Account in the ARN of each distribution, which bucket policies compare as `AWS:SourceArn`."),

        Setting("limits.max_connections", .integer(1...1_000_000), .byDefault("10000"), "Viewer connections open at a time."),
        Setting(
            "limits.max_url_size", .bytes(256...8192), .byDefault("8192"), "Longest request target; CloudFront's limit is 8192."),
        Setting(
            "limits.max_header_size", .bytes(1024...20480), .byDefault("20480"),
            "Request line and header fields together; CloudFront's limit is 20480."),
        Setting(
            "limits.max_request_body", .bytes(0...20 << 30), .byDefault("20GiB"),
            "Largest request body passed on to an origin; CloudFront's limit is 20 GB."),
        Setting(
            "limits.keep_alive_timeout", .duration(1...3600), .byDefault("60"), "Wait for the next request on a connection."),
        Setting("limits.header_timeout", .duration(1...600), .byDefault("30"), "Wait for a whole request head."),
        Setting("limits.body_timeout", .duration(1...600), .byDefault("60"), "Wait for more of a request body."),
        Setting("limits.send_timeout", .duration(1...600), .byDefault("60"), "Wait for a viewer to take more of a response; one that takes nothing is let go within twice this time."),
        Setting("limits.drain_timeout", .duration(0...600), .byDefault("30"), "Time for requests in flight after SIGTERM."),
        Setting("limits.origin_connections", .integer(1...10_000), .byDefault("100"), "Connections to one origin at a time."),
        Setting(
            "limits.cloudfront_quotas", .choice(EdgeConfiguration.Limits.Quotas.allCases.map(\.rawValue)), .byDefault("enforced"),
            "`lifted` lets the lists of this file have a hundred times as many entries, and policies as many names, as CloudFront allows."),
    ] + http2

    static let ttlMax = 3_153_600_000
    static let nameForm = "1 to 128 letters, digits, - or _"
    private static let headerBehaviors = ["none", "whitelist"]
    static let nameBehaviors = ["none", "whitelist", "allExcept", "all"]

    private static let policies: [Setting] = [
        Setting("cache_policies[].name", .text(1...128, form: nameForm), .required, "What behaviours call it."),
        Setting("cache_policies[].comment", .text(0...128, form: ""), .byDefault(""), "For people."),
        Setting("cache_policies[].min_ttl", .duration(0...ttlMax), .byDefault("0"), "Least time an object stays fresh."),
        Setting(
            "cache_policies[].default_ttl", .duration(0...ttlMax), .optional,
            "Time for objects without caching headers; absent: 86400, or `min_ttl` if that is more."),
        Setting(
            "cache_policies[].max_ttl", .duration(0...ttlMax), .optional,
            "Most time an object stays fresh; absent: 31536000, or `default_ttl` if that is more."),
        Setting(
            "cache_policies[].enable_accept_encoding_gzip", .boolean, .byDefault("false"),
            "Cache and serve gzip; refused when all three times are 0."),
        Setting(
            "cache_policies[].enable_accept_encoding_brotli", .boolean, .byDefault("false"),
            "Cache and serve brotli; refused when all three times are 0."),
        Setting(
            "cache_policies[].header_behavior", .choice(headerBehaviors), .byDefault("none"),
            "Which request headers are part of the cache key and reach the origin."),
        Setting("cache_policies[].headers", .texts(max: 10, form: "a header name"), .optional, "For `whitelist`."),
        Setting(
            "cache_policies[].cookie_behavior", .choice(nameBehaviors), .byDefault("none"),
            "Which cookies are part of the cache key and reach the origin."),
        Setting(
            "cache_policies[].cookies", .texts(max: 10, form: "a cookie name"), .optional, "For `whitelist` and `allExcept`."),
        Setting(
            "cache_policies[].query_string_behavior", .choice(nameBehaviors), .byDefault("none"),
            "Which query parameters are part of the cache key and reach the origin."),
        Setting(
            "cache_policies[].query_strings", .texts(max: 10, form: "a parameter name"), .optional,
            "For `whitelist` and `allExcept`."),

        Setting(
            "origin_access_controls[].name", .text(1...64, form: "1 to 64 letters, digits, - or _"), .required,
            "What origins call it."),
        Setting(
            "origin_access_controls[].signing_behavior", .choice(["always", "never", "no-override"]), .byDefault("always"),
            "`no-override` passes a viewer's own Authorization header on instead of signing."),
        Setting(
            "origin_access_controls[].signing_protocol", .choice(["sigv4"]), .byDefault("sigv4"), "CloudFront knows no other."),
        Setting(
            "origin_access_controls[].origin_access_control_origin_type", .choice(["s3"]), .byDefault("s3"),
            "What is signed for; only buckets so far."),

        Setting(
            "origin_access_identities[].id", .text(2...32, form: "E followed by upper-case letters and digits"), .required,
            "The identity's id, which bucket policies name."),
        Setting("origin_access_identities[].comment", .text(0...128, form: ""), .byDefault(""), "For people."),

        Setting(
            "public_keys[].id", .text(1...64, form: "1 to 64 letters, digits, - or _"), .required,
            "What signed URLs and cookies call it, as `Key-Pair-Id`."),
        Setting("public_keys[].comment", .text(0...128, form: ""), .byDefault(""), "For people."),
        Setting(
            "public_keys[].key_file", .text(1...1024, form: ""), .optional,
            "File with the key in PEM (`BEGIN PUBLIC KEY`): RSA of 2048 to 8192 bits or P-256. A relative path starts at the folder of this file."),
        Setting(
            "public_keys[].encoded_key", .text(1...8192, form: ""), .optional, "The key itself in PEM; give this or `key_file`."),

        Setting(
            "key_groups[].name", .text(1...64, form: "1 to 64 letters, digits, - or _"), .required, "What behaviors call it."),
        Setting("key_groups[].comment", .text(0...128, form: ""), .byDefault(""), "For people."),
        Setting(
            "key_groups[].public_keys", .texts(max: KeyGroup.publicKeysMax, form: "the id of a public key"), .required,
            "Keys of `public_keys`; a signature by any of them will do."),
    ]

    private static let distribution: [Setting] = [
        Setting(
            "distributions[].id", .text(2...32, form: "E followed by upper-case letters and digits"), .required,
            "Its id; `<id in lower case>.cloudfront.localhost` reaches it."),
        Setting(
            "distributions[].aliases", .texts(max: 100, form: "a host name, with * allowed as the whole leftmost label"),
            .optional, "Host names it answers for."),
        Setting(
            "distributions[].enabled", .boolean, .byDefault("true"),
            "A disabled distribution answers every request with 403."),
        Setting(
            "distributions[].personality", .choice(Personality.Name.allCases.map(\.rawValue)), .byDefault("cloudfront"),
            "The rules it caches by: `cloudfront`, or `rfc9111`, those of a strict shared cache (RFC 9111, 5861, 8246, 9211, 9213)."),
        Setting("distributions[].comment", .text(0...128, form: ""), .byDefault(""), "For people."),
        Setting(
            "distributions[].http_version",
            .choice(["http1.1", "http2"], refused: ["http3", "http2and3"], because: "HTTP/3 is not spoken here"), .byDefault("http2"),
            "Newest HTTP version for viewers over HTTPS; `http2` speaks HTTP/1.1 too, with those who don't offer it."),
        Setting(
            "distributions[].viewer_certificate", .section, .optional,
            "The certificate for its aliases; without one the local CA issues them."),
        Setting(
            "distributions[].viewer_certificate.certificate_file", .text(1...1024, form: ""), .required,
            "PEM, the chain behind the certificate; a relative path starts at the folder of this file. Read again on SIGHUP."),
        Setting(
            "distributions[].viewer_certificate.private_key_file", .text(1...1024, form: ""), .required,
            "The certificate's key in PEM, not encrypted."),
        Setting(
            "distributions[].viewer_certificate.minimum_protocol_version",
            .choice(
                ["TLSv1.2_2021", "TLSv1.3_2025"],
                refused: ["SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "TLSv1.2_2018", "TLSv1.2_2019"],
                because: "older protocols and ciphers are not offered"),
            .byDefault("TLSv1.2_2021"), "Oldest TLS version and weakest ciphers for viewers."),
        Setting(
            "distributions[].default_root_object",
            .text(1...255, form: "an object name without a leading slash, such as index.html"), .optional,
            "What `/` itself shows; sub-directories never get one."),
        Setting(
            "distributions[].cache_tag_config", .section, .optional, "How origins give objects tags, by which they can be invalidated."),
        Setting(
            "distributions[].cache_tag_config.header_name", .text(1...256, form: "a header name"), .required,
            "Response header with a comma-separated list of tags, such as `Cache-Tag`, or `x-amz-meta-cache-tag` for the metadata of objects in buckets."),
        Setting("distributions[].origins", .sections(max: 25), .required, "Where content comes from."),
        Setting(
            "distributions[].origin_groups", .sections(max: 10), .optional,
            "Pairs of origins, the second for when the first fails; behaviours may name one in `target_origin_id`."),
        Setting(
            "distributions[].default_cache_behavior", .section, .required, "For paths no other behaviour matches."),
        Setting(
            "distributions[].cache_behaviors", .sections(max: 25), .optional, "In order; the first matching pattern wins."),
        Setting(
            "distributions[].custom_error_responses", .sections(max: CustomErrorResponse.errorCodes.count), .optional,
            "Error pages and how long errors are cached; one per status."),

        Setting("distributions[].origins[].id", .text(1...128, form: ""), .required, "What behaviours call it."),
        Setting(
            "distributions[].origins[].domain_name", .text(1...260, form: "a host name, with :port where it is not the protocol's own"),
            .required, "Host to connect to and to send as Host; `BUCKET.s3.localhost:9000` for a bucket."),
        Setting(
            "distributions[].origins[].origin_path",
            .text(0...255, form: "empty, or a path that starts with / and does not end with /"), .byDefault(""),
            "Put before the path of every request to this origin."),
        Setting(
            "distributions[].origins[].custom_headers",
            .pairs(max: CustomHeaderRules.countMax, form: "names to 256 and values to 1783 characters, 10240 in all"), .optional,
            "Sent with every request, replacing a viewer's header of the same name."),
        Setting(
            "distributions[].origins[].connection_attempts", .integer(1...3), .byDefault("3"),
            "Tries to connect; a GET or HEAD whose origin stays silent or breaks off is repeated as often, other requests are sent only once."),
        Setting(
            "distributions[].origins[].connection_timeout", .duration(1...10), .byDefault("10"), "For one try to connect, TLS included."),
        Setting(
            "distributions[].origins[].response_completion_timeout", .duration(1...3600), .optional,
            "For a whole response to a request; at least the read timeout. Absent: only silence is bounded."),
        Setting(
            "distributions[].origins[].origin_ca_file", .text(1...1024, form: ""), .optional,
            "PEM with authorities trusted beside the system's where the origin is asked over HTTPS; a relative path starts at the folder of this file."),
        Setting(
            "distributions[].origins[].origin_shield", .section, .optional,
            "Another edge that is asked in the origin's place for what may be cached, and that asks the origin."),
        Setting("distributions[].origins[].origin_shield.enabled", .boolean, .required, "Whether it is asked."),
        Setting(
            "distributions[].origins[].origin_shield.origin_shield_region", .text(1...64, form: ""), .optional,
            "A region of `shield.regions`; needed where `enabled` is true."),
        Setting(
            "distributions[].origins[].origin_access_control", .text(1...64, form: ""), .optional,
            "An OAC from `origin_access_controls`; only with `s3_origin_config`."),
        Setting(
            "distributions[].origins[].s3_origin_config", .section, .optional,
            "The origin is a bucket; give this or `custom_origin_config`."),
        Setting(
            "distributions[].origins[].custom_origin_config", .section, .optional,
            "The origin is any HTTP server, an S3 website endpoint for one."),
        Setting(
            "distributions[].origins[].s3_origin_config.region", .text(1...64, form: "lower-case letters, digits and -"),
            .byDefault("us-east-1"), "Region the bucket's requests are signed for."),
        Setting(
            "distributions[].origins[].s3_origin_config.origin_protocol_policy",
            .choice(OriginProtocolPolicy.allCases.map(\.rawValue)), .byDefault("http-only"),
            "How to talk to the bucket. CloudFront takes the viewer's protocol, or HTTPS where it signs; a local S3 speaks HTTP."),
        Setting(
            "distributions[].origins[].s3_origin_config.origin_access_identity", .text(0...64, form: ""), .byDefault(""),
            "An OAI from `origin_access_identities`, as its id or `origin-access-identity/cloudfront/ID`."),
        Setting(
            "distributions[].origins[].custom_origin_config.http_port", .integer(1...65535), .optional,
            "Port for HTTP, unless `domain_name` has it; absent: 80."),
        Setting(
            "distributions[].origins[].custom_origin_config.https_port", .integer(1...65535), .optional,
            "Port for HTTPS, unless `domain_name` has it; absent: 443."),
        Setting(
            "distributions[].origins[].custom_origin_config.origin_protocol_policy",
            .choice(OriginProtocolPolicy.allCases.map(\.rawValue)), .byDefault("http-only"),
            "How to talk to the origin; `match-viewer` takes the viewer's protocol. Its certificate must be for `domain_name`, or for the viewer's Host where a policy forwards that."),
        Setting(
            "distributions[].origins[].custom_origin_config.origin_ssl_protocols",
            .texts(max: 3, form: "TLSv1, TLSv1.1 or TLSv1.2"), .byDefault("TLSv1.2"),
            "Versions of TLS for HTTPS, without a gap; TLS 1.3 comes with TLSv1.2. SSLv3 is not spoken."),
        Setting(
            "distributions[].origins[].custom_origin_config.origin_read_timeout", .duration(1...60), .byDefault("30"),
            "Silence allowed before and within a response. Buckets: 30."),
        Setting(
            "distributions[].origins[].custom_origin_config.origin_keepalive_timeout", .duration(1...60), .byDefault("5"),
            "How long an idle connection is kept. Buckets: 5."),
    ]

    private static func behavior(_ key: String) -> [Setting] {
        let section = "distributions[].\(key)"
        let methods = "GET, HEAD, OPTIONS, PUT, PATCH, POST or DELETE"
        return [
            Setting("\(section).target_origin_id", .text(1...128, form: ""), .required, "The `id` of an origin or origin group."),
            Setting(
                "\(section).viewer_protocol_policy",
                .choice(["allow-all", "redirect-to-https", "https-only"]), .byDefault("allow-all"),
                "What becomes of requests over HTTP: served, redirected (GET and HEAD 301, others 307), or refused with 403."),
            Setting(
                "\(section).allowed_methods", .texts(max: 7, form: methods), .byDefault("GET, HEAD"),
                "One of three sets: GET and HEAD; those and OPTIONS; all seven."),
            Setting(
                "\(section).cached_methods", .texts(max: 3, form: "GET, HEAD or OPTIONS"), .byDefault("GET, HEAD"),
                "GET and HEAD, or those and OPTIONS."),
            Setting(
                "\(section).compress", .boolean, .byDefault("false"),
                "Compress for viewers that accept it, if the cache policy enables a coding."),
            Setting(
                "\(section).cache_policy", .text(1...128, form: ""), .byDefault("CachingOptimized"),
                "A policy from `cache_policies`, or a managed one by name (with or without `Managed-`) or id."),
            Setting(
                "\(section).origin_request_policy", .text(1...128, form: ""), .optional,
                "A policy from `origin_request_policies`, or a managed one; absent: the origin sees what is in the cache key."),
            Setting(
                "\(section).response_headers_policy", .text(1...128, form: ""), .optional,
                "A policy from `response_headers_policies`, or a managed one, for every answer to viewers, error pages included."),
            Setting(
                "\(section).trusted_key_groups", .texts(max: KeyGroup.groupsMax, form: "the name of a key group"), .optional,
                "Groups of `key_groups` whose signed URLs or signed cookies a request needs; absent: none are needed."),
        ]
    }

    private static let behaviors: [Setting] =
        [
            Setting(
                "distributions[].cache_behaviors[].path_pattern",
                .text(1...PathPattern.lengthMax, form: "a pattern of A-Z a-z 0-9 _ - . * $ / ~ \" ' @ : + & ?"), .required,
                "`*` stands for any characters, `/` included, `?` for one; case-sensitive; a leading `/` is optional.")
        ] + behavior("cache_behaviors[]")

    private static let errors: [Setting] = [
        Setting(
            "distributions[].custom_error_responses[].error_code", .integer(400...504), .required,
            "Status from the origin: \(CustomErrorResponse.errorCodes.map(String.init).joined(separator: ", "))."),
        Setting(
            "distributions[].custom_error_responses[].response_page_path", .text(1...4000, form: "a path that starts with /"),
            .optional, "Page to serve instead, fetched through the behaviours; goes with `response_code`."),
        Setting(
            "distributions[].custom_error_responses[].response_code", .integer(200...504), .optional,
            "Status to serve it with: 200 or any `error_code`."),
        Setting(
            "distributions[].custom_error_responses[].error_caching_min_ttl", .duration(0...ttlMax), .byDefault("10"),
            "Least time the error is remembered."),
    ]
}
