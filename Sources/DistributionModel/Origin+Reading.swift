// One entry of `origins` -> Origin.

import ConfigurationReading

extension Origin {
    static func read(_ section: ConfigurationSection, references: EdgeReferences) -> Origin? {
        let id = section.text("id")
        let domain = section.text("domain_name", OriginDomainName.init)
        let path = section.text("origin_path", OriginPath.init)
        let headers = CustomHeader.read(section)
        let attempts = section.integer("connection_attempts")
        let timeout = section.duration("connection_timeout")
        let kind = readKind(section, domain: domain, references: references)
        let authorities = section.text("origin_ca_file").map {
            OriginSecurity.AuthorityFile(
                path: $0, location: section.valueLocation(of: "origin_ca_file"), keyPath: section.path("origin_ca_file"))
        }
        let completion = section.duration("response_completion_timeout")
        let shieldRegion = readShield(section, references.shielding)
        section.finish()
        guard let id, let domain, let path, let attempts, let timeout, let kind else { return nil }
        var origin = Origin(
            id: id, domainName: domain, originPath: path, customHeaders: headers, kind: kind, connectionAttempts: attempts,
            connectionTimeout: timeout)
        origin.authorities = authorities
        origin.shieldRegion = shieldRegion
        origin.responseCompletionTimeout = completion
        if let completion, completion < origin.readTimeout {
            section.report(
                "response_completion_timeout", found: String(completion.components.seconds),
                expected: "at least the read timeout, \(origin.readTimeout.components.seconds)")
        }
        if authorities != nil, origin.protocolPolicy == .httpOnly {
            section.report(
                "origin_ca_file", found: "authorities", expected: "an origin_protocol_policy other than http-only, which needs none")
        }
        return origin
    }

    private static func readKind(
        _ section: ConfigurationSection, domain: OriginDomainName?, references: EdgeReferences
    ) -> Kind? {
        let control = section.text("origin_access_control")
        let s3 = section.section("s3_origin_config")
        let custom = section.section("custom_origin_config")
        switch (s3, custom) {
        case (let s3?, nil):
            return S3Origin.read(s3, domain: domain, control: control, in: section, references: references).map(Kind.s3)
        case (nil, let custom?):
            if control != nil {
                section.report(
                    "origin_access_control", found: "it on a custom origin",
                    expected: "it only beside s3_origin_config (website endpoints take no signed requests)")
            }
            return CustomOrigin.read(custom, domain: domain).map(Kind.custom)
        case (nil, nil):
            section.reader.report(
                at: section.location, section.keyPath, found: "neither s3_origin_config nor custom_origin_config",
                expected: "one of them (s3_origin_config: {} will do for a bucket)")
        case (_?, _?):
            section.report("custom_origin_config", found: "it beside s3_origin_config", expected: "only one of them")
        }
        return nil
    }
}

extension Origin.CustomHeader {
    static func read(_ section: ConfigurationSection) -> [Origin.CustomHeader] {
        var seen: [String: SourceLocation] = [:]
        var result: [Origin.CustomHeader] = []
        var total = 0
        for (name, value) in section.pairs("custom_headers") {
            if let objection = CustomHeaderRules.objection(name: name.value, value: value.value) {
                section.reader.report(at: name.location, name.keyPath, found: quoted(name.value), expected: objection)
            } else if let first = seen[name.value.lowercased()] {
                section.reader.report(
                    at: name.location, name.keyPath, found: quoted(name.value) + " a second time",
                    expected: "each header once, without regard to case (first given in line \(first.line))")
            } else {
                seen[name.value.lowercased()] = name.location
                total += name.value.utf8.count + value.value.utf8.count
                result.append(Origin.CustomHeader(name: name.value, value: value.value))
            }
        }
        if total > CustomHeaderRules.totalLengthMax, section.reader.listFactor == 1 {
            section.report(
                "custom_headers", found: "\(total) characters",
                expected: "names and values of at most \(CustomHeaderRules.totalLengthMax) characters together")
        }
        return result
    }
}

extension S3Origin {
    static func read(
        _ section: ConfigurationSection, domain: OriginDomainName?, control: String?, in origin: ConfigurationSection,
        references: EdgeReferences
    ) -> S3Origin? {
        let policy = section.choice("origin_protocol_policy", as: OriginProtocolPolicy.self)
        OriginPorts.reportAmbiguity(section, policy, domain)
        let region = section.text("region") { text -> String? in
            text == text.lowercased() && resourceName(text) != nil && !text.contains("_") ? text : nil
        }
        let identity = section.text("origin_access_identity")
        section.finish()
        guard let region, let identity, let policy else { return nil }
        if let control, !identity.isEmpty {
            origin.report(
                "origin_access_control", found: quoted(control),
                expected: "either an origin access control or an origin access identity, not both")
            return nil
        }
        if let control {
            guard let value = references.originAccessControls[control] else {
                let names = references.originAccessControls.names
                origin.report(
                    "origin_access_control", found: quoted(control),
                    expected: known("a name from origin_access_controls", names, nearest: control))
                return nil
            }
            return S3Origin(access: .originAccessControl(value), region: region, protocolPolicy: policy)
        }
        guard !identity.isEmpty else { return S3Origin(access: .none, region: region, protocolPolicy: policy) }
        let prefix = "origin-access-identity/cloudfront/"
        let id = identity.hasPrefix(prefix) ? String(identity.dropFirst(prefix.count)) : identity
        guard let value = references.originAccessIdentities[id] else {
            let names = references.originAccessIdentities.names
            section.report(
                "origin_access_identity", found: quoted(identity),
                expected: known("an id from origin_access_identities", names, nearest: id))
            return nil
        }
        return S3Origin(access: .originAccessIdentity(value), region: region, protocolPolicy: policy)
    }
}

extension CustomOrigin {
    static func read(_ section: ConfigurationSection, domain: OriginDomainName?) -> CustomOrigin? {
        let policy = section.choice("origin_protocol_policy", as: OriginProtocolPolicy.self)
        let ports = OriginPorts.read(section, policy, domain: domain)
        let protocols = OriginSecurity.read(section)
        let read = section.duration("origin_read_timeout")
        let keepalive = section.duration("origin_keepalive_timeout")
        section.finish()
        guard let policy, let protocols, let read, let keepalive else { return nil }
        return CustomOrigin(
            httpPort: ports.http, httpsPort: ports.https, protocolPolicy: policy, sslProtocols: protocols, readTimeout: read,
            keepaliveTimeout: keepalive)
    }
}
