// `edge.conf` text -> EdgeConfiguration. Order: the process's own sections, then what is referred to (policies, access
// controls, identities), then the distributions that refer to it, then what only shows across distributions.

import BucketPolicy
package import ConfigurationReading
import Eviction

extension EdgeConfiguration {
    /// Reads a whole file; `file` is only for messages.
    ///
    /// - Throws: every error of the file with its place, and the warnings beside them.
    package static func read(yaml: String, file: String) throws(ConfigurationErrors) -> CheckedConfiguration<EdgeConfiguration> {
        let root = try ConfigurationNode.parse(yaml: yaml, file: file)
        let reader = ConfigurationReader(file: file, table: EdgeSettings.table)
        let configuration = read(ConfigurationSection(root, reader: reader))
        return try reader.conclude(configuration)
    }

    /// Nil whenever a problem that leaves a hole has been reported.
    package static func read(_ top: ConfigurationSection) -> EdgeConfiguration? {
        let listen = top.section("listen").flatMap(Listen.read)
        let localCA = top.section("local_ca").flatMap { section in
            defer { section.finish() }
            return section.text("directory")
        }
        let cache = top.section("cache").flatMap(Cache.read)
        let clock = top.choice("clock", as: ClockSetting.self)
        let access = top.section("origin_access").flatMap(OriginAccessSettings.read)
        let limits = top.section("limits").flatMap(Limits.read)
        if limits?.quotas == .lifted { top.reader.listFactor = Limits.Quotas.liftedFactor }
        let shield = top.section("shield")
        let shielding = shield.map(Shielding.read) ?? Shielding()
        let accessLogs = top.section("access_logs").flatMap(AccessLogSettings.read)
        let explainFrom = top.texts("explain_from", form: "an address or a block of addresses, such as 10.0.0.0/8", CIDRBlock.init)

        let publicKeys = NamedValues(top.sections("public_keys").compactMap(NamedPublicKey.read))
        let references = EdgeReferences(
            cachePolicies: NamedValues(top.sections("cache_policies").compactMap(NamedCachePolicy.read)),
            originRequestPolicies: NamedValues(
                top.sections("origin_request_policies").compactMap(NamedOriginRequestPolicy.read)),
            responseHeadersPolicies: NamedValues(
                top.sections("response_headers_policies").compactMap(NamedResponseHeadersPolicy.read)),
            originAccessControls: NamedValues(top.sections("origin_access_controls").compactMap(OriginAccessControl.read)),
            originAccessIdentities: NamedValues(top.sections("origin_access_identities").compactMap(OriginAccessIdentity.read)),
            publicKeys: publicKeys,
            keyGroups: NamedValues(top.sections("key_groups").compactMap { KeyGroup.read($0, publicKeys: publicKeys.names) }),
            hasCredentials: access == nil || access?.credentialsFile != nil, shielding: shielding, hasHTTPS: listen == nil || listen?.https != nil)
        references.reportDuplicates(in: top.reader)

        let sections = top.sections("distributions")
        if top.isEmptyList("distributions") {
            top.report("distributions", found: "an empty list", expected: "at least one distribution")
        }
        let distributions = sections.map { Distribution.read($0, references: references) }
        reportClashes(distributions.compactMap(\.claims), in: top.reader)
        let signs = distributions.compactMap(\.value).contains(where: \.signsRequests)
        if signs, let access, access.credentialsFile == nil {
            top.reader.report(
                at: top.location(of: "origin_access"), "origin_access.credentials_file", found: "no such key",
                expected: "a credentials file, as origins with an origin access control or identity need one")
        }
        let isShielded = distributions.compactMap(\.value).flatMap(\.origins).contains { shielding.asks($0) != nil }
        if isShielded || listen?.shield != nil, shielding.secretFile == nil {
            top.reader.report(
                at: top.location(of: "shield"), "shield.secret_file", found: "no such key",
                expected: "a file with the secret that edges share, as \(isShielded ? "origins have an origin shield" : "listen.shield is on")")
        }
        // A distribution that is refused may be the one that names it.
        if let shield, distributions.allSatisfy({ $0.value != nil }) {
            shielding.reportUnknownOwnRegion(in: shield, named: distributions.compactMap(\.value).flatMap(\.origins))
        }
        top.finish()

        guard let listen, let cache, let access, let limits, let localCA, let accessLogs else { return nil }
        if cache.objectBytesMax > cache.memoryBytes {
            top.reader.report(
                .warning, at: top.location(of: "cache"), "cache.max_object_size",
                found: ByteSize.text(cache.objectBytesMax), expected: "no more than cache.memory, \(ByteSize.text(cache.memoryBytes))")
        }
        reportClashes(listen, in: top)
        var configuration = EdgeConfiguration(
            listen: listen, cache: cache, originAccess: access, limits: limits,
            cachePolicies: references.cachePolicies.values, originRequestPolicies: references.originRequestPolicies.values,
            responseHeadersPolicies: references.responseHeadersPolicies.values,
            originAccessControls: references.originAccessControls.values,
            originAccessIdentities: references.originAccessIdentities.values,
            publicKeys: references.publicKeys.values, keyGroups: references.keyGroups.values,
            distributions: distributions.compactMap(\.value))
        configuration.localCADirectory = localCA
        configuration.shielding = shielding
        configuration.accessLogs = accessLogs
        configuration.explainFrom = explainFrom.map(\.value)
        if let clock { configuration.clock = clock }
        return configuration
    }

    /// One address for two listeners.
    private static func reportClashes(_ listen: Listen, in top: ConfigurationSection) {
        let listeners = [("http", listen.http), ("https", listen.https), ("control", listen.control), ("shield", listen.shield)]
        for (position, (key, address)) in listeners.enumerated() {
            guard let address, address.port != 0, let first = listeners[..<position].first(where: { $0.1 == address }) else { continue }
            top.reader.report(
                at: top.location(of: "listen"), "listen.\(key)", found: address.description,
                expected: "an address other than listen.\(first.0)")
        }
    }

    /// The same id or alias in two distributions.
    private static func reportClashes(_ claims: [DistributionClaims], in reader: ConfigurationReader) {
        var ids: [String: Located<String>] = [:]
        var names: [String: (id: String, place: Located<Alias>)] = [:]
        for claim in claims {
            if let first = ids[claim.id.value] {
                reader.report(
                    at: claim.id.location, claim.id.keyPath, found: quoted(claim.id.value) + " a second time",
                    expected: "an id of its own (first given in line \(first.location.line))")
            } else {
                ids[claim.id.value] = claim.id
            }
            for alias in claim.aliases {
                if let first = names[alias.value.name] {
                    reader.report(
                        at: alias.location, alias.keyPath, found: quoted(alias.value.name),
                        expected: "an alias no other distribution has (\(first.id) has it in line \(first.place.location.line))")
                } else {
                    names[alias.value.name] = (claim.id.value, alias)
                }
            }
        }
    }
}

/// What a distribution claims for itself alone.
struct DistributionClaims {
    var id: Located<String>
    var aliases: [Located<Alias>]
}

extension Distribution {
    /// Whether any origin needs a service credential.
    package var signsRequests: Bool {
        origins.contains { origin in
            guard case .s3(let s3) = origin.kind else { return false }
            switch s3.access {
            case .none: return false
            case .originAccessControl(let control): return control.signingBehavior != .never
            case .originAccessIdentity: return true
            }
        }
    }
}

/// A listener that can be switched off.
private struct OptionalListener {
    /// Nil when it is off.
    var address: ListenAddress?

    init?(_ text: String) {
        if text == "off" { return }
        guard let address = ListenAddress(text) else { return nil }
        self.address = address
    }
}

extension EdgeConfiguration.Listen {
    static func read(_ section: ConfigurationSection) -> Self? {
        let http = section.address("http")
        let https = section.text("https", OptionalListener.init)
        let control = section.address("control")
        let shield = section.text("shield", OptionalListener.init)
        section.finish()
        guard let http, let https, let control, let shield else { return nil }
        var listen = Self(http: http, https: https.address, control: control)
        listen.shield = shield.address
        return listen
    }
}

extension EdgeConfiguration.Cache {
    static func read(_ section: ConfigurationSection) -> Self? {
        let memory = section.bytes("memory")
        let object = section.bytes("max_object_size")
        let part = section.bytes("part_size")
        let count = section.integer("max_parts_per_object")
        let together = section.bytes("max_parts_size")
        let eviction = section.choice("eviction", as: EvictionPolicyName.self)
        let admission = section.choice("admission", as: AdmissionPolicyName.self)
        let disk = section.section("disk")
        let tier = disk.flatMap(Disk.read)
        section.finish()
        guard let memory, let object, let part, let count, let eviction, let admission, disk == nil || tier != nil else { return nil }
        var cache = Self(memoryBytes: memory, objectBytesMax: object, eviction: eviction, admission: admission, disk: tier)
        cache.parts = .init(partBytes: part, countMax: count, bytesMax: together)
        return cache
    }
}

extension EdgeConfiguration.Cache.Disk {
    static func read(_ section: ConfigurationSection) -> Self? {
        let directory = section.text("directory")
        let size = section.bytes("size")
        var object = section.bytes("max_object_size")
        let count = section.integer("max_objects")
        let eviction = section.choice("eviction", as: EvictionPolicyName.self)
        let admission = section.choice("admission", as: AdmissionPolicyName.self)
        if let size, let asked = object, asked > size {
            if section.has("max_object_size") {
                section.report(
                    "max_object_size", found: ByteSize.text(asked), expected: "no more than cache.disk.size, \(ByteSize.text(size))")
            }
            object = size
        }
        section.finish()
        guard let directory, let size, let object, let count, let eviction, let admission else { return nil }
        return Self(
            directory: directory, bytesMax: size, objectBytesMax: object, objectsMax: count, eviction: eviction, admission: admission)
    }
}

extension EdgeConfiguration.OriginAccessSettings {
    static func read(_ section: ConfigurationSection) -> Self? {
        let file = section.text("credentials_file")
        let profile = section.text("profile")
        let account = section.text("account_id") { text in
            text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? text : nil
        }
        section.finish()
        guard let profile, let account else { return nil }
        return Self(credentialsFile: file, profile: profile, accountID: account)
    }
}

extension EdgeConfiguration.Limits {
    static func read(_ section: ConfigurationSection) -> Self? {
        let connections = section.integer("max_connections")
        let url = section.bytes("max_url_size")
        let header = section.bytes("max_header_size")
        let body = section.bytes("max_request_body")
        let keepAlive = section.duration("keep_alive_timeout")
        let head = section.duration("header_timeout")
        let bodyTimeout = section.duration("body_timeout")
        let send = section.duration("send_timeout")
        let drain = section.duration("drain_timeout")
        let origin = section.integer("origin_connections")
        let quotas = section.choice("cloudfront_quotas", as: Quotas.self)
        let http2 = section.section("http2").map(EdgeConfiguration.HTTP2Limits.read)
        section.finish()
        guard let connections, let url, let header, let body, let keepAlive, let head, let bodyTimeout, let send, let drain,
            let origin, let quotas
        else { return nil }
        var limits = Self(
            connectionsMax: connections, urlBytesMax: url, headerBytesMax: header, requestBodyBytesMax: body,
            keepAliveTimeout: keepAlive, headerTimeout: head, bodyTimeout: bodyTimeout, sendTimeout: send, drainTimeout: drain,
            originConnectionsMax: origin)
        if let http2 { limits.http2 = http2 }
        limits.quotas = quotas
        return limits
    }
}
