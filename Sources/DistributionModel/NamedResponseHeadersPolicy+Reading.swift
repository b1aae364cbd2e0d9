// One entry of `response_headers_policies` -> NamedResponseHeadersPolicy.

import ConfigurationReading
import HTTPCaching
import HTTPTypes

extension NamedResponseHeadersPolicy {
    static func read(_ section: ConfigurationSection) -> (name: Located<String>, value: NamedResponseHeadersPolicy)? {
        let name = section.text("name", resourceName)
        let comment = section.text("comment")
        let cors = section.section("cors").flatMap(CORSPolicy.read)
        let security = section.section("security_headers").map(readSecurity) ?? []
        let custom = readCustom(section, beside: security)
        let removed: [Located<HTTPField.Name>] = section.texts("remove_headers", form: "a header name") { HTTPField.Name($0) }
        for name in removed where ResponseHeadersPolicy.isFixed(name.value) {
            section.reader.report(
                at: name.location, name.keyPath, found: quoted(name.value.rawName), expected: "a header CloudFront lets a policy remove")
        }
        let samplingRate = section.section("server_timing").flatMap(readServerTiming)
        if let name, ResponseHeadersPolicy.managed(named: name) != nil {
            section.report("name", found: quoted(name), expected: "a name no managed policy has")
        }
        section.finish()
        guard let name else { return nil }
        let place = Located(name, at: section.valueLocation(of: "name"), section.path("name"))
        let policy = ResponseHeadersPolicy(
            cors: cors, headers: security + custom, removed: removed.map(\.value), serverTimingSamplingRate: samplingRate)
        return (place, NamedResponseHeadersPolicy(name: name, comment: comment ?? "", policy: policy))
    }

    /// The sampling rate; nil when it is not enabled.
    private static func readServerTiming(_ section: ConfigurationSection) -> Double? {
        let enabled = section.boolean("enabled")
        let rate = section.text("sampling_rate", ServerTiming.samplingRate)
        section.finish()
        return enabled == true ? rate : nil
    }

    private static func readSecurity(_ section: ConfigurationSection) -> [ResponseHeadersPolicy.Header] {
        var headers: [ResponseHeadersPolicy.Header] = []
        func add(_ key: String, _ read: (ConfigurationSection, Bool) -> ResponseHeadersPolicy.Header?) {
            guard let part = section.section(key) else { return }
            let override = part.boolean("override")
            let header = read(part, override ?? false)
            part.finish()
            if let header, override != nil { headers.append(header) }
        }
        add("content_security_policy") { part, override in
            part.text("content_security_policy", fieldValue).map { .contentSecurityPolicy($0, override: override) }
        }
        add("content_type_options") { _, override in .contentTypeOptions(override: override) }
        add("frame_options") { part, override in
            part.choice("frame_option", as: FrameOption.self).map { .frameOptions($0.rawValue, override: override) }
        }
        add("referrer_policy") { part, override in
            part.choice("referrer_policy", as: ReferrerPolicy.self).map { .referrerPolicy($0.rawValue, override: override) }
        }
        add("strict_transport_security") { part, override in
            let maxAge = part.seconds("access_control_max_age")
            let subdomains = part.boolean("include_subdomains")
            let preload = part.boolean("preload")
            guard let maxAge, let subdomains, let preload else { return nil }
            return .strictTransportSecurity(maxAge: maxAge, includeSubdomains: subdomains, preload: preload, override: override)
        }
        add("xss_protection") { part, override in
            let protection = part.boolean("protection")
            let block = part.boolean("mode_block")
            let report = part.text("report_uri", fieldValue)
            if block == true, report != nil {
                part.report("report_uri", found: "it beside mode_block: true", expected: "only one of them")
            }
            if protection == false, block == true || report != nil {
                part.report("protection", found: "false", expected: "true beside mode_block or report_uri")
            }
            guard let protection, let block else { return nil }
            return .xssProtection(protection, modeBlock: block, reportURI: report, override: override)
        }
        section.finish()
        return headers
    }

    private static func readCustom(
        _ section: ConfigurationSection, beside security: [ResponseHeadersPolicy.Header]
    ) -> [ResponseHeadersPolicy.Header] {
        var seen = Set(security.map(\.name))
        return section.sections("custom_headers").compactMap { part in
            let name = part.text("header") { HTTPField.Name($0) }
            let value = part.text("value", fieldValue)
            let override = part.boolean("override")
            part.finish()
            guard let name, let value, let override else { return nil }
            if ResponseHeadersPolicy.isFixed(name) || name == .age {
                part.report("header", found: quoted(name.rawName), expected: "a header CloudFront lets a policy add")
            } else if ResponseHeadersPolicy.hasOwnPart(name) {
                part.report("header", found: quoted(name.rawName), expected: "it through the policy's own part for it, such as cors")
            } else if !seen.insert(name).inserted {
                part.report("header", found: quoted(name.rawName) + " a second time", expected: "each header once in a policy")
            }
            return ResponseHeadersPolicy.Header(name, value, override: override)
        }
    }
}

extension CORSPolicy {
    static func read(_ section: ConfigurationSection) -> CORSPolicy? {
        let form = "*, or a host with an optional scheme and port whose leftmost label may be *"
        let origins = section.texts("access_control_allow_origins", form: form) { CORSOrigin($0) }.map(\.value)
        let headers = readNames(section, "access_control_allow_headers")
        let exposed = readNames(section, "access_control_expose_headers")
        var methods: [String] = section.texts("access_control_allow_methods", form: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or ALL") {
            allMethods.contains($0) || $0 == "ALL" ? $0 : nil
        }.map(\.value)
        if methods.contains("ALL") {
            if methods.count > 1 {
                section.report("access_control_allow_methods", found: "ALL beside others", expected: "ALL alone, or the others")
            }
            methods = allMethods
        }
        let credentials = section.boolean("access_control_allow_credentials")
        let maxAge = section.seconds("access_control_max_age")
        let override = section.boolean("origin_override")
        section.finish()
        if section.isEmptyList("access_control_allow_origins") {
            section.report("access_control_allow_origins", found: "an empty list", expected: "at least one origin")
        }
        if credentials == true {
            // Browsers take no wildcard with credentials, so CloudFront refuses the pair.
            let wildcards = [
                ("access_control_allow_origins", origins.contains(.any)), ("access_control_allow_headers", headers == ["*"]),
                ("access_control_expose_headers", exposed == ["*"]),
            ]
            for (key, isWildcard) in wildcards where isWildcard {
                section.report(key, found: "\"*\"", expected: "names, as access_control_allow_credentials is true")
            }
        }
        guard let credentials, let override else { return nil }
        return CORSPolicy(
            allowOrigins: origins, allowHeaders: headers, allowMethods: methods, allowCredentials: credentials,
            exposeHeaders: exposed, maxAge: maxAge, originOverride: override)
    }

    private static func readNames(_ section: ConfigurationSection, _ key: String) -> [String] {
        let names = section.texts(key, form: "a header name, or * alone") { HTTPField.Name($0) == nil ? nil : $0 }.map(\.value)
        if names.contains("*"), names.count > 1 {
            section.report(key, found: "\"*\" beside names", expected: "* alone, or names")
        }
        return names
    }
}

private enum FrameOption: String { case deny = "DENY", sameOrigin = "SAMEORIGIN" }

private enum ReferrerPolicy: String {
    case noReferrer = "no-referrer"
    case noReferrerWhenDowngrade = "no-referrer-when-downgrade"
    case origin
    case originWhenCrossOrigin = "origin-when-cross-origin"
    case sameOrigin = "same-origin"
    case strictOrigin = "strict-origin"
    case strictOriginWhenCrossOrigin = "strict-origin-when-cross-origin"
    case unsafeURL = "unsafe-url"
}

/// A header's value without control characters.
private func fieldValue(_ text: String) -> String? {
    HTTPField.isValidValue(text) && text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x09 } ? text : nil
}
