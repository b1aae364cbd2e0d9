// One entry of `distributions` -> Distribution, with the checks that need all of it: targets, duplicates, reachability.

import ConfigurationReading
import HTTPCaching
import HTTPTypes

extension Distribution {
    /// The distribution, unless a problem leaves a hole in it, and what it claims for itself as far as that is readable.
    static func read(
        _ section: ConfigurationSection, references: EdgeReferences
    ) -> (value: Distribution?, claims: DistributionClaims?) {
        let id = section.text("id", cloudFrontID)
        let aliases = section.texts("aliases", form: "a host name, with * allowed as the whole leftmost label", Alias.init)
        let enabled = section.boolean("enabled")
        let comment = section.text("comment")
        let personality = section.choice("personality", as: Personality.Name.self).map { Personality(named: $0) }
        let httpVersion = section.choice("http_version", as: ViewerHTTPVersion.self)
        let certificate = section.section("viewer_certificate").flatMap(ViewerCertificate.read)
        if section.has("viewer_certificate"), !references.hasHTTPS || aliases.isEmpty {
            let missing = references.hasHTTPS ? "aliases beside it (the generated name has a certificate anyway)" : "listen.https to be on"
            section.report("viewer_certificate", found: "a certificate", expected: missing)
        }
        let root = section.text("default_root_object", DefaultRootObject.init)
        let tagHeader = section.section("cache_tag_config").flatMap { section in
            defer { section.finish() }
            return section.text("header_name") { HTTPField.Name($0) }
        }

        let originSections = section.sections("origins")
        if section.isEmptyList("origins") {
            section.report("origins", found: "an empty list", expected: "at least one origin")
        }
        let origins = originSections.compactMap { Origin.read($0, references: references) }
        // An origin that could not be read still counts as named, so that one mistake is not reported twice.
        let originIDs = originSections.compactMap { $0.peek("id") }
        let groupSections = section.sections("origin_groups")
        let groups = groupSections.compactMap { OriginGroup.read($0, originIDs: originIDs) }
        let targetIDs = originIDs + groupSections.compactMap { $0.peek("id") }
        reportDuplicateOrigins(originSections + groupSections)

        let defaultSection = section.section("default_cache_behavior")
        let defaultBehavior = defaultSection.flatMap { behavior in
            CacheBehavior.read(behavior, isDefault: true, targetIDs: targetIDs, references: references)
        }
        let behaviorSections = section.sections("cache_behaviors")
        let behaviors = behaviorSections.map { behavior in
            CacheBehavior.read(behavior, isDefault: false, targetIDs: targetIDs, references: references)
        }
        reportUnreachable(behaviors, behaviorSections)
        let errorSections = section.sections("custom_error_responses")
        let errors = errorSections.compactMap(CustomErrorResponse.read)
        personality?.refuseMeaningless(
            in: zip([defaultSection].compactMap { $0 } + behaviorSections, [defaultBehavior] + behaviors), errors: errorSections)
        reportDuplicates(errors, in: section.reader)
        let logging = section.section("logging").flatMap { DistributionLogging.read($0, hasCredentials: references.hasCredentials) }
        section.finish()

        let claims = id.map { id in
            DistributionClaims(id: Located(id, at: section.valueLocation(of: "id"), section.path("id")), aliases: aliases)
        }
        guard let id, let enabled, let comment, let defaultBehavior else { return (nil, claims) }
        var distribution = Distribution(
            id: id, aliases: aliases.map(\.value), enabled: enabled, comment: comment, defaultRootObject: root,
            origins: origins, defaultCacheBehavior: defaultBehavior, cacheBehaviors: behaviors.compactMap { $0 },
            customErrorResponses: errors.map(\.value))
        distribution.viewerCertificate = certificate
        distribution.personality = personality ?? .cloudFront
        distribution.originGroups = groups
        distribution.logging = logging
        distribution.cacheTagHeader = tagHeader
        if let httpVersion { distribution.httpVersion = httpVersion }
        return (distribution, claims)
    }

    private static func reportDuplicateOrigins(_ sections: [ConfigurationSection]) {
        var seen: [String: SourceLocation] = [:]
        for section in sections {
            guard let id = section.peek("id") else { continue }
            if let first = seen[id] {
                section.report(
                    "id", found: quoted(id) + " a second time",
                    expected: "an id of its own (first given in line \(first.line))")
            } else {
                seen[id] = section.valueLocation(of: "id")
            }
        }
    }

    private static func reportUnreachable(_ behaviors: [CacheBehavior?], _ sections: [ConfigurationSection]) {
        for later in behaviors.indices {
            guard let pattern = behaviors[later]?.pathPattern else { continue }
            let earlier = behaviors[..<later].firstIndex { $0?.pathPattern.covers(pattern) ?? false }
            guard let earlier, let covering = behaviors[earlier]?.pathPattern else { continue }
            sections[later].report(
                "path_pattern", found: quoted(pattern.text),
                expected: "a pattern that can match: \(sections[earlier].keyPath) with \(quoted(covering.text)) takes every such path first",
                severity: .warning)
        }
    }

    private static func reportDuplicates(_ errors: [Located<CustomErrorResponse>], in reader: ConfigurationReader) {
        var seen: [Int: Located<CustomErrorResponse>] = [:]
        for error in errors {
            if let first = seen[error.value.errorCode] {
                reader.report(
                    at: error.location, error.keyPath, found: "\(error.value.errorCode) a second time",
                    expected: "one rule for each status (first given in line \(first.location.line))")
            } else {
                seen[error.value.errorCode] = error
            }
        }
    }
}

extension CacheBehavior {
    static func read(
        _ section: ConfigurationSection, isDefault: Bool, targetIDs: [String], references: EdgeReferences
    ) -> CacheBehavior? {
        let pattern = isDefault ? .everything : section.text("path_pattern") { try? PathPattern($0) }
        let target = section.text("target_origin_id")
        if let target, !targetIDs.contains(target) {
            section.report(
                "target_origin_id", found: quoted(target),
                expected: known("the id of an origin of this distribution", targetIDs, nearest: target))
        }
        let policy = section.choice("viewer_protocol_policy", as: ViewerProtocolPolicy.self)
        if let policy, policy != .allowAll, !references.hasHTTPS {
            section.report(
                "viewer_protocol_policy", found: quoted(policy.rawValue), expected: "allow-all where listen.https is off")
        }
        let allowed = AllowedMethods.read(section)
        let cached = CachedMethods.read(section)
        if let allowed, cached == .getHeadOptions, allowed == .getHead {
            section.report(
                "cached_methods", found: "OPTIONS", expected: "only methods that are in allowed_methods, here GET and HEAD")
        }
        let compress = section.boolean("compress")
        let cachePolicy = references.cachePolicies.policy(
            section, "cache_policy", what: "a cache policy", managed: CachePolicy.managed)
        let originRequestPolicy = references.originRequestPolicies.policy(
            section, "origin_request_policy", what: "an origin request policy", managed: OriginRequestPolicy.managed)
        let responseHeadersPolicy = references.responseHeadersPolicies.policy(
            section, "response_headers_policy", what: "a response headers policy", managed: ResponseHeadersPolicy.managed)
        if let name = section.peek("cache_policy"), references.cachePolicies[name] == nil {
            warnOfUnavailable(cachePolicy?.headers ?? [], in: section, "cache_policy")
        }
        if let name = section.peek("origin_request_policy"), references.originRequestPolicies[name] == nil {
            warnOfUnavailable(originRequestPolicy?.headers.names ?? [], in: section, "origin_request_policy")
        }
        let keyGroups = section.references("trusted_key_groups", to: "the name of a key group", among: references.keyGroups.names)
        section.finish()
        guard let pattern, let target, let policy, let allowed, let cached, let compress, let cachePolicy else { return nil }
        return CacheBehavior(
            pathPattern: pattern, targetOriginID: target, viewerProtocolPolicy: policy, allowedMethods: allowed,
            cachedMethods: cached, compress: compress, cachePolicy: cachePolicy, originRequestPolicy: originRequestPolicy,
            responseHeadersPolicy: responseHeadersPolicy, trustedKeyGroups: keyGroups)
    }
}

extension AllowedMethods {
    static func read(_ section: ConfigurationSection) -> AllowedMethods? {
        guard let names = section.texts("allowed_methods")?.map(\.value) else { return nil }
        for candidate in allCases where Set(candidate.methods.map(\.rawValue)) == Set(names) && names.count == candidate.methods.count {
            return candidate
        }
        section.report(
            "allowed_methods", found: names.isEmpty ? "no method" : names.joined(separator: ", "),
            expected: "GET, HEAD; or GET, HEAD, OPTIONS; or GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE")
        return nil
    }
}

extension CachedMethods {
    static func read(_ section: ConfigurationSection) -> CachedMethods? {
        guard let names = section.texts("cached_methods")?.map(\.value) else { return nil }
        for candidate in allCases where Set(candidate.methods.map(\.rawValue)) == Set(names) && names.count == candidate.methods.count {
            return candidate
        }
        section.report(
            "cached_methods", found: names.isEmpty ? "no method" : names.joined(separator: ", "),
            expected: "GET, HEAD; or GET, HEAD, OPTIONS")
        return nil
    }
}

extension CustomErrorResponse {
    static func read(_ section: ConfigurationSection) -> Located<CustomErrorResponse>? {
        var code = section.integer("error_code")
        if let wrong = code, !errorCodes.contains(wrong) {
            let codes = errorCodes.map(String.init).joined(separator: ", ")
            section.report("error_code", found: String(wrong), expected: "one of \(codes)")
            code = nil
        }
        let path = section.text("response_page_path") { text -> String? in
            text.hasPrefix("/") && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") } ? text : nil
        }
        let response = section.integer("response_code")
        if let response, !responseCodes.contains(response) {
            let codes = responseCodes.map(String.init).joined(separator: ", ")
            section.report("response_code", found: String(response), expected: "one of \(codes)")
        }
        if section.has("response_page_path") != section.has("response_code") {
            let (given, missing) =
                section.has("response_code") ? ("response_code", "response_page_path") : ("response_page_path", "response_code")
            section.report(given, found: "it alone", expected: "\(missing) beside it")
        }
        let ttl = section.seconds("error_caching_min_ttl")
        section.finish()
        guard let code, let ttl else { return nil }
        var page: Page?
        if let path, let response { page = Page(path: path, responseCode: response) }
        return Located(
            CustomErrorResponse(errorCode: code, page: page, errorCachingMinTTL: ttl),
            at: section.valueLocation(of: "error_code"), section.path("error_code"))
    }
}
