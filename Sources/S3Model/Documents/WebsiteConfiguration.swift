// A bucket's website configuration: the value, and its XML in both directions. Whether a configuration makes sense is
// judged by WebsiteRouting's validation.

import XMLDocuments

package struct WebsiteConfiguration: Sendable, Hashable {
    package enum Scheme: String, Sendable, Hashable { case http, https }

    package struct RedirectAll: Sendable, Hashable {
        package var hostName: String
        /// nil: the scheme of the request.
        package var scheme: Scheme?

        package init(hostName: String, scheme: Scheme? = nil) {
            self.hostName = hostName
            self.scheme = scheme
        }
    }

    package struct Condition: Sendable, Hashable {
        package var keyPrefixEquals: String?
        package var httpErrorCodeReturnedEquals: Int?

        package init(keyPrefixEquals: String? = nil, httpErrorCodeReturnedEquals: Int? = nil) {
            self.keyPrefixEquals = keyPrefixEquals
            self.httpErrorCodeReturnedEquals = httpErrorCodeReturnedEquals
        }
    }

    package enum KeyReplacement: Sendable, Hashable {
        case prefix(with: String)
        case wholeKey(with: String)
    }

    package struct Redirect: Sendable, Hashable {
        package var scheme: Scheme?
        package var hostName: String?
        package var replacement: KeyReplacement?
        package var httpRedirectCode: Int?

        package init(scheme: Scheme? = nil, hostName: String? = nil, replacement: KeyReplacement? = nil, httpRedirectCode: Int? = nil) {
            self.scheme = scheme
            self.hostName = hostName
            self.replacement = replacement
            self.httpRedirectCode = httpRedirectCode
        }
    }

    package struct RoutingRule: Sendable, Hashable {
        package var condition: Condition?
        package var redirect: Redirect

        package init(condition: Condition? = nil, redirect: Redirect) {
            self.condition = condition
            self.redirect = redirect
        }
    }

    package var redirectAll: RedirectAll?
    package var indexSuffix: String?
    package var errorKey: String?
    package var routingRules: [RoutingRule]

    package init(redirectAll: RedirectAll? = nil, indexSuffix: String? = nil, errorKey: String? = nil, routingRules: [RoutingRule] = []) {
        self.redirectAll = redirectAll
        self.indexSuffix = indexSuffix
        self.errorKey = errorKey
        self.routingRules = routingRules
    }
}

extension WebsiteConfiguration {
    package init(xml bytes: [UInt8]) throws(S3Error) {
        let root = try RequestElement.read(bytes, root: "WebsiteConfiguration")
        try root.requireOnly(["RedirectAllRequestsTo", "IndexDocument", "ErrorDocument", "RoutingRules"])
        self.init()
        if let element = try root.only("RedirectAllRequestsTo") {
            try element.requireOnly(["HostName", "Protocol"])
            guard let host = try element.value("HostName") else { throw .malformedXML("RedirectAllRequestsTo has no HostName") }
            redirectAll = RedirectAll(hostName: host, scheme: try Self.scheme(element))
        }
        if let element = try root.only("IndexDocument") {
            try element.requireOnly(["Suffix"])
            guard let suffix = try element.value("Suffix") else { throw .malformedXML("IndexDocument has no Suffix") }
            indexSuffix = suffix
        }
        if let element = try root.only("ErrorDocument") {
            try element.requireOnly(["Key"])
            guard let key = try element.value("Key") else { throw .malformedXML("ErrorDocument has no Key") }
            errorKey = key
        }
        if let rules = try root.only("RoutingRules") {
            try rules.requireOnly(["RoutingRule"])
            for element in rules.children { routingRules.append(try Self.rule(element)) }
        }
    }

    private static func rule(_ element: RequestElement) throws(S3Error) -> RoutingRule {
        try element.requireOnly(["Condition", "Redirect"])
        var condition: Condition?
        if let child = try element.only("Condition") {
            try child.requireOnly(["KeyPrefixEquals", "HttpErrorCodeReturnedEquals"])
            condition = Condition(
                keyPrefixEquals: try child.value("KeyPrefixEquals"),
                httpErrorCodeReturnedEquals: try number(child, "HttpErrorCodeReturnedEquals"))
        }
        guard let child = try element.only("Redirect") else { throw .malformedXML("a RoutingRule has no Redirect") }
        try child.requireOnly(["Protocol", "HostName", "ReplaceKeyPrefixWith", "ReplaceKeyWith", "HttpRedirectCode"])
        var redirect = Redirect(
            scheme: try scheme(child), hostName: try child.value("HostName"), httpRedirectCode: try number(child, "HttpRedirectCode"))
        switch (try child.value("ReplaceKeyPrefixWith"), try child.value("ReplaceKeyWith")) {
        case (nil, nil): break
        case (let prefix?, nil): redirect.replacement = .prefix(with: prefix)
        case (nil, let key?): redirect.replacement = .wholeKey(with: key)
        case (_?, _?):
            throw S3Error(.invalidRequest, "You can only define ReplaceKeyPrefix or ReplaceKey but not both.")
        }
        return RoutingRule(condition: condition, redirect: redirect)
    }

    private static func scheme(_ element: RequestElement) throws(S3Error) -> Scheme? {
        guard let text = try element.value("Protocol"), !text.isEmpty else { return nil }
        guard let scheme = Scheme(rawValue: text.lowercased()) else {
            throw S3Error(.invalidRequest, "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.")
        }
        return scheme
    }

    private static func number(_ element: RequestElement, _ name: String) throws(S3Error) -> Int? {
        guard let text = try element.value(name) else { return nil }
        guard let number = Int(text.trimmingSpaces()) else { throw .malformedXML("\(name) is not a number") }
        return number
    }

    /// The document that GetBucketWebsite returns and that reads back to the same value.
    package var document: [UInt8] {
        ListDocument.document("WebsiteConfiguration") { xml in
            if let redirectAll {
                xml.element("RedirectAllRequestsTo") { xml in
                    xml.leaf("HostName", redirectAll.hostName)
                    xml.leaf("Protocol", ifPresent: redirectAll.scheme?.rawValue)
                }
            }
            if let indexSuffix { xml.element("IndexDocument") { xml in xml.leaf("Suffix", indexSuffix) } }
            if let errorKey { xml.element("ErrorDocument") { xml in xml.leaf("Key", errorKey) } }
            if !routingRules.isEmpty {
                xml.element("RoutingRules") { xml in
                    for rule in routingRules { Self.write(rule, &xml) }
                }
            }
        }
    }

    private static func write(_ rule: RoutingRule, _ xml: inout XMLWriter) {
        xml.element("RoutingRule") { xml in
            if let condition = rule.condition {
                xml.element("Condition") { xml in
                    xml.leaf("KeyPrefixEquals", ifPresent: condition.keyPrefixEquals)
                    xml.leaf("HttpErrorCodeReturnedEquals", ifPresent: condition.httpErrorCodeReturnedEquals.map(String.init))
                }
            }
            xml.element("Redirect") { xml in
                xml.leaf("Protocol", ifPresent: rule.redirect.scheme?.rawValue)
                xml.leaf("HostName", ifPresent: rule.redirect.hostName)
                switch rule.redirect.replacement {
                case .prefix(let text): xml.leaf("ReplaceKeyPrefixWith", text)
                case .wholeKey(let text): xml.leaf("ReplaceKeyWith", text)
                case nil: break
                }
                xml.leaf("HttpRedirectCode", ifPresent: rule.redirect.httpRedirectCode.map(String.init))
            }
        }
    }
}
