// Which website configurations are taken (API reference, PutBucketWebsite).

package import S3Model

extension WebsiteConfiguration {
    package static let routingRulesMax = 50
    package static let hostNameBytesMax = 255

    /// Throws the S3 error of the first rule that the configuration breaks.
    package func validate() throws(S3Error) {
        if let redirectAll {
            guard indexSuffix == nil, errorKey == nil, routingRules.isEmpty else {
                throw S3Error(.invalidArgument, "RedirectAllRequestsTo cannot be provided in conjunction with other routing rules.")
            }
            try Self.validate(hostName: redirectAll.hostName)
            return
        }
        guard let indexSuffix else {
            throw S3Error(.invalidArgument, "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty")
        }
        guard !indexSuffix.isEmpty, !indexSuffix.contains("/"), indexSuffix.utf8.count <= ObjectKey.bytesMax else {
            throw .invalidArgument("IndexDocument", indexSuffix, "The IndexDocument Suffix is not well formed")
        }
        if let errorKey, ObjectKey(errorKey) == nil {
            throw .invalidArgument("ErrorDocument", errorKey, "The ErrorDocument Key is not well formed")
        }
        guard routingRules.count <= Self.routingRulesMax else {
            throw S3Error(
                .invalidRequest,
                "\(routingRules.count) routing rules provided, the number of routing rules in a website configuration is limited to \(Self.routingRulesMax).")
        }
        for rule in routingRules { try Self.validate(rule) }
    }

    private static func validate(_ rule: RoutingRule) throws(S3Error) {
        if let condition = rule.condition {
            guard condition.keyPrefixEquals != nil || condition.httpErrorCodeReturnedEquals != nil else {
                throw S3Error(.invalidRequest, "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.")
            }
            if let code = condition.httpErrorCodeReturnedEquals {
                guard (400...417).contains(code) || (500...505).contains(code) else {
                    throw S3Error(.invalidRequest, "The provided HTTP error code (\(code)) is not valid. Valid codes are 4XX or 5XX.")
                }
            }
        }
        let redirect = rule.redirect
        guard redirect.scheme != nil || redirect.hostName != nil || redirect.replacement != nil || redirect.httpRedirectCode != nil else {
            throw S3Error(.malformedXML, "A Redirect needs at least one of Protocol, HostName, ReplaceKeyPrefixWith, ReplaceKeyWith and HttpRedirectCode")
        }
        if let hostName = redirect.hostName { try validate(hostName: hostName) }
        if let code = redirect.httpRedirectCode {
            // 304 and 306 are 3XX but send nobody anywhere.
            guard (301...308).contains(code), code != 304, code != 306 else {
                throw S3Error(.invalidRequest, "The provided HTTP redirect code (\(code)) is not valid. Valid codes are 301, 302, 303, 305, 307 and 308.")
            }
        }
        switch redirect.replacement {
        case .prefix(let text), .wholeKey(let text):
            guard text.utf8.count <= ObjectKey.bytesMax else {
                throw S3Error(.invalidRequest, "A replacement is longer than \(ObjectKey.bytesMax) bytes")
            }
        case nil: break
        }
    }

    /// A host name goes into a Location field as it is, so it must be one word of visible ASCII without delimiters.
    private static func validate(hostName: String) throws(S3Error) {
        let isPlain = hostName.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7F && !"/?#@\\\"<>".utf8.contains(byte)
        }
        guard !hostName.isEmpty, isPlain, hostName.utf8.count <= hostNameBytesMax else {
            throw .invalidArgument("HostName", hostName, "The HostName is not a valid host name")
        }
    }
}
