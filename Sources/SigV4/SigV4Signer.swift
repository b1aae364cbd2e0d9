// Signing a request that is about to be sent: in the Authorization header, or in the query of a URL handed to others.

import Cryptography

/// One key pair's right to sign for one region and service.
package struct SigV4Signer: Sendable {
    package let credentials: SigningCredentials
    package let region: String
    package let service: String

    package init(credentials: SigningCredentials, region: String, service: String = "s3") {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// Adds x-amz-date, x-amz-content-sha256, x-amz-security-token if there is one, and Authorization.
    ///
    /// Every header present is signed except the ones that hops on the way may change. A request that was signed before
    /// is signed anew. `host` must be among the headers.
    /// - Returns: the start of the chunk signatures, for an aws-chunked body.
    @discardableResult
    package func sign(_ request: inout SigV4Request, payload: PayloadHash, at time: SigningTime) -> ChunkSignatureChain {
        let replaced: Set<String> = ["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"]
        request.headers.removeAll { replaced.contains(asciiLowercased($0.name)) }
        request.headers.append(("x-amz-date", time.description))
        request.headers.append(("x-amz-content-sha256", payload.headerValue))
        if let token = credentials.sessionToken { request.headers.append(("x-amz-security-token", token)) }
        let names = signedHeaders(of: request)
        let key = signingKey(at: time)
        let canonical = CanonicalRequest(request, signedHeaders: names, payloadHash: payload.headerValue)
        let signature = key.signature(of: StringToSign.request(canonical, at: time, scope: key.scope))
        let authorization =
            "\(StringToSign.algorithm) Credential=\(credentials.accessKeyID)/\(key.scope), "
            + "SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature)"
        request.headers.append(("Authorization", authorization))
        return ChunkSignatureChain(seed: signature, accessKeyID: credentials.accessKeyID, key: key, time: time)
    }

    /// The query that makes the request's URL good for `expiresSeconds` (1 to 604,800) in anyone's hands.
    ///
    /// The request's own query is kept. Its headers are signed and must be sent with the URL; usually only `host`.
    package func presignedQuery(
        for request: SigV4Request, expiresSeconds: Int64, payload: PayloadHash = .unsigned, at time: SigningTime
    ) -> String {
        precondition((1...SigningParameters.expiresSecondsMax).contains(expiresSeconds), "a life S3 accepts")
        let key = signingKey(at: time)
        let names = signedHeaders(of: request)
        var added: [(String, String)] = [
            ("X-Amz-Algorithm", StringToSign.algorithm),
            ("X-Amz-Credential", "\(credentials.accessKeyID)/\(key.scope)"),
            ("X-Amz-Date", time.description),
            ("X-Amz-Expires", "\(expiresSeconds)"),
            ("X-Amz-SignedHeaders", names.joined(separator: ";")),
        ]
        if payload != .unsigned { added.append(("X-Amz-Content-Sha256", payload.headerValue)) }
        if let token = credentials.sessionToken { added.append(("X-Amz-Security-Token", token)) }
        let pieces = added.map { $0.0 + "=" + URIEncoding.encode($0.1.utf8) }
        var signed = request
        signed.query = (request.query.isEmpty ? pieces : [request.query] + pieces).joined(separator: "&")
        let canonical = CanonicalRequest(signed, signedHeaders: names, payloadHash: payload.headerValue)
        let signature = key.signature(of: StringToSign.request(canonical, at: time, scope: key.scope))
        return signed.query + "&X-Amz-Signature=" + signature
    }

    private func signingKey(at time: SigningTime) -> SigningKey {
        SigningKey(
            secretAccessKey: credentials.secretAccessKey,
            scope: CredentialScope(day: time.day, region: region, service: service))
    }

    /// Hop-by-hop headers, and those that proxies and tracing rewrite.
    private static let neverSigned: Set<String> = [
        "authorization", "connection", "expect", "keep-alive", "proxy-authorization", "te", "trailer", "transfer-encoding",
        "upgrade", "user-agent", "via", "x-amzn-trace-id", "x-forwarded-for",
    ]

    private func signedHeaders(of request: SigV4Request) -> [String] {
        let names = Set(request.headers.map { asciiLowercased($0.name) }).subtracting(Self.neverSigned)
        precondition(names.contains("host"), "a request to be signed has a host header")
        return names.sorted()
    }
}
