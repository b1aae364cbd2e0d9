// Checking a received request in two steps, since the secret lives elsewhere: `parse` judges everything that needs no
// secret and names the access key; the caller looks the secret up (InvalidAccessKeyId is the caller's answer); then
// `verify` compares signatures. The order inside `parse` is the order S3 reports faults in.
//
// Left out: SigV2, SigV4A and temporary credentials, each refused by name.

import Cryptography

/// The rules one endpoint verifies signatures by.
package struct SigV4Verifier: Sendable {
    /// The only region whose scope is accepted; nil accepts any.
    package let region: String?
    package let service: String
    /// How far a request's clock may differ from ours, seconds.
    package let skewSecondsMax: Int64

    package init(region: String?, service: String = "s3", skewSecondsMax: Int64 = 900) {
        self.region = region
        self.service = service
        self.skewSecondsMax = skewSecondsMax
    }

    /// The claim a request makes, or nil when it makes none and is anonymous.
    package func parse(_ request: SigV4Request, at now: SigningTime) throws(SigV4Error) -> SigV4Claim? {
        let query = QueryParameter.parse(request.query)
        let isPresigned = query.contains {
            $0.isNamed("X-Amz-Algorithm") || $0.isNamed("X-Amz-Credential") || $0.isNamed("X-Amz-Signature")
        }
        let authorizations = request.values(of: "authorization")
        guard authorizations.count <= 1, authorizations.isEmpty || !isPresigned else {
            throw .invalidArgument(
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
                name: "Authorization", value: authorizations[0])
        }
        let parameters: SigningParameters
        if let authorization = authorizations.first {
            try refuseOtherMechanisms(authorization)
            parameters = try .header(authorization, of: request)
        } else if isPresigned {
            parameters = try .presigned(query, of: request)
        } else {
            guard !query.contains(where: { $0.isNamed("AWSAccessKeyId") || $0.isNamed("Signature") }) else {
                throw Self.signatureVersion2
            }
            return nil
        }
        try refuseToken(request, query)
        try checkScope(parameters)
        try checkTime(parameters, request, at: now)
        try checkCoverage(parameters.signedHeaders, of: request)
        return SigV4Claim(request: request, parameters: parameters)
    }
}

extension SigV4Verifier {
    private static let signatureVersion2 = SigV4Error.invalidRequest(
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")

    private func refuseOtherMechanisms(_ authorization: String) throws(SigV4Error) {
        if authorization.utf8.starts(with: "AWS ".utf8) { throw Self.signatureVersion2 }
        let scheme = String(authorization.prefix { $0 != " " })
        if scheme == "AWS4-ECDSA-P256-SHA256" {
            throw .notImplemented("Asymmetric signatures (AWS4-ECDSA-P256-SHA256) are not implemented.")
        }
        guard scheme == StringToSign.algorithm else {
            throw .invalidArgument("Unsupported Authorization Type", name: "Authorization", value: authorization)
        }
    }

    /// No token service exists here, so a token can only be a mistake; ignoring it would hide that from the client.
    private func refuseToken(_ request: SigV4Request, _ query: [QueryParameter]) throws(SigV4Error) {
        guard request.value(of: "x-amz-security-token") == nil, !query.contains(where: { $0.isNamed("X-Amz-Security-Token") })
        else { throw .invalidToken("The provided token is malformed or otherwise invalid.") }
    }

    private func checkScope(_ parameters: SigningParameters) throws(SigV4Error) {
        let credential = parameters.credential
        let scope = credential.scope
        func fault(_ text: String, expectedRegion: String? = nil) -> SigV4Error {
            switch parameters.type {
            case .header: .authorizationHeaderMalformed(text, expectedRegion: expectedRegion)
            case .presigned:
                .authorizationQueryParametersError(
                    "Error parsing the X-Amz-Credential parameter; \(text)", expectedRegion: expectedRegion)
            }
        }
        guard credential.terminal == CredentialScope.terminal else {
            throw fault("incorrect terminal \"\(credential.terminal)\". This endpoint uses \"\(CredentialScope.terminal)\".")
        }
        guard scope.service == service else {
            throw fault("incorrect service \"\(scope.service)\". This endpoint belongs to \"\(service)\".")
        }
        if let region, scope.region != region {
            throw fault("the region '\(scope.region)' is wrong; expecting '\(region)'", expectedRegion: region)
        }
        guard scope.day == parameters.time.day else {
            throw fault(
                "Invalid credential date \"\(scope.day)\". This date is not the same as X-Amz-Date: \"\(parameters.time.day)\".")
        }
    }

    private func checkTime(
        _ parameters: SigningParameters, _ request: SigV4Request, at now: SigningTime
    ) throws(SigV4Error) {
        let age = now.seconds(since: parameters.time)
        switch parameters.type {
        case .header:
            guard abs(age) <= skewSecondsMax else {
                throw .requestTimeTooSkewed(
                    requestTime: request.value(of: "x-amz-date") ?? request.value(of: "date") ?? "", serverTime: now,
                    maxAllowedSkewMilliseconds: skewSecondsMax * 1000)
            }
        case .presigned(let expiresSeconds):
            guard age >= -skewSecondsMax else {
                throw .accessDenied(.notYetValid(validFrom: parameters.time, serverTime: now))
            }
            guard age <= expiresSeconds else {
                let end = SigningTime(secondsSince1970: parameters.time.secondsSince1970 + expiresSeconds)
                throw .accessDenied(.expired(expires: end, expiresSeconds: expiresSeconds, serverTime: now))
            }
        }
    }

    /// `host` and every x-amz-* header present must be signed, or whoever carries the request could change them.
    private func checkCoverage(_ signedHeaders: [String], of request: SigV4Request) throws(SigV4Error) {
        var unsigned: [String] = signedHeaders.contains("host") ? [] : ["host"]
        for (name, _) in request.headers {
            let name = asciiLowercased(name)
            if name.hasPrefix("x-amz-"), !signedHeaders.contains(name), !unsigned.contains(name) { unsigned.append(name) }
        }
        guard unsigned.isEmpty else { throw .accessDenied(.headersNotSigned(unsigned)) }
    }
}
