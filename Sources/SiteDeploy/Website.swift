// A bucket's website configuration, as the document PutBucketWebsite takes (S3 API reference).

/// What a bucket's website endpoint should do.
package struct Website: Sendable, Hashable {
    package var indexDocument: String
    package var errorDocument: String?
    package var routingRules: [RoutingRule]

    package struct RoutingRule: Sendable, Hashable {
        package var keyPrefixEquals: String?
        package var errorCodeEquals: Int?
        package var hostName: String?
        /// `http` or `https`.
        package var scheme: String?
        package var replaceKeyPrefixWith: String?
        package var replaceKeyWith: String?
        package var redirectCode: Int?

        package init(
            keyPrefixEquals: String? = nil, errorCodeEquals: Int? = nil, hostName: String? = nil, scheme: String? = nil,
            replaceKeyPrefixWith: String? = nil, replaceKeyWith: String? = nil, redirectCode: Int? = nil
        ) {
            self.keyPrefixEquals = keyPrefixEquals
            self.errorCodeEquals = errorCodeEquals
            self.hostName = hostName
            self.scheme = scheme
            self.replaceKeyPrefixWith = replaceKeyPrefixWith
            self.replaceKeyWith = replaceKeyWith
            self.redirectCode = redirectCode
        }
    }

    package init(indexDocument: String, errorDocument: String? = nil, routingRules: [RoutingRule] = []) {
        self.indexDocument = indexDocument
        self.errorDocument = errorDocument
        self.routingRules = routingRules
    }

    /// The WebsiteConfiguration document.
    package var xml: String {
        var text = "<WebsiteConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        text += "<IndexDocument><Suffix>\(escapeXML(indexDocument))</Suffix></IndexDocument>"
        if let errorDocument { text += "<ErrorDocument><Key>\(escapeXML(errorDocument))</Key></ErrorDocument>" }
        if !routingRules.isEmpty {
            text += "<RoutingRules>" + routingRules.map(\.xml).joined() + "</RoutingRules>"
        }
        return text + "</WebsiteConfiguration>"
    }
}

extension Website.RoutingRule {
    fileprivate var xml: String {
        func element(_ name: String, _ value: String?) -> String {
            value.map { "<\(name)>\(escapeXML($0))</\(name)>" } ?? ""
        }
        let condition =
            element("KeyPrefixEquals", keyPrefixEquals)
            + element("HttpErrorCodeReturnedEquals", errorCodeEquals.map(String.init))
        let redirect =
            element("Protocol", scheme) + element("HostName", hostName)
            + element("ReplaceKeyPrefixWith", replaceKeyPrefixWith) + element("ReplaceKeyWith", replaceKeyWith)
            + element("HttpRedirectCode", redirectCode.map(String.init))
        return "<RoutingRule>" + (condition.isEmpty ? "" : "<Condition>\(condition)</Condition>")
            + "<Redirect>\(redirect)</Redirect></RoutingRule>"
    }
}

/// Text fit for an element or a quoted attribute, of XML and of HTML.
package func escapeXML(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        default: result.unicodeScalars.append(character)
        }
    }
    return result
}
