// Signature version 2 in a query string. It is here for one reason: the aws command line (version 1) and boto3 still
// presign with it by default in us-east-1. AWS: "Signing and authenticating REST requests", query string alternative.
//
// Left out: version 2 in the Authorization header, which no current client sends unasked.

import Cryptography

/// A presigned URL's well-formed, unexpired claim under signature version 2; not yet proven.
package struct SigV2PresignedClaim: Sendable {
    package let accessKeyID: String
    private let expires: String
    private let signature: String
    private let request: SigV4Request
    private let query: [QueryParameter]

    /// The claim a request makes, or nil when it makes none of this version.
    package static func parse(_ request: SigV4Request, at now: SigningTime) throws(SigV4Error) -> SigV2PresignedClaim? {
        let query = QueryParameter.parse(request.query)
        guard query.contains(where: { $0.isNamed("AWSAccessKeyId") || $0.isNamed("Signature") }) else { return nil }
        guard request.value(of: "authorization") == nil, !query.contains(where: { parameter in Self.version4.contains { parameter.isNamed($0) } })
        else {
            throw .invalidArgument("Only one auth mechanism allowed", name: "Authorization", value: "")
        }
        func one(_ name: StaticString) throws(SigV4Error) -> String {
            let found = query.filter { $0.isNamed(name) }
            guard found.count == 1, !found[0].value.isEmpty else {
                throw .accessDenied(.incompleteQuery)
            }
            return found[0].text
        }
        let expires = try one("Expires")
        guard let seconds = Int64(expires) else { throw .accessDenied(.incompleteQuery) }
        guard now.secondsSince1970 <= seconds else {
            throw .accessDenied(.expired(expires: SigningTime(secondsSince1970: seconds), expiresSeconds: 0, serverTime: now))
        }
        return SigV2PresignedClaim(
            accessKeyID: try one("AWSAccessKeyId"), expires: expires, signature: try one("Signature"), request: request, query: query)
    }

    /// Compares the signature with the one this secret gives, in constant time.
    ///
    /// - Parameter virtualHostBucket: the bucket when it was addressed by host, which the signed resource names in the path.
    package func verify(secretAccessKey: String, virtualHostBucket: String?) throws(SigV4Error) {
        let text = stringToSign(virtualHostBucket)
        let expected = Base64.standard.encode(HMAC.sha1(key: Array(secretAccessKey.utf8), message: text))
        guard constantTimeEqual(expected.utf8, signature.utf8) else {
            throw .signatureDoesNotMatch(
                SignatureMismatch(accessKeyID: accessKeyID, stringToSign: text, signatureProvided: signature, canonicalRequest: nil))
        }
    }

    private func stringToSign(_ bucket: String?) -> String {
        var names: [String: [String]] = [:]
        for header in request.headers {
            let name = asciiLowercased(header.name)
            if name.hasPrefix("x-amz-") { names[name, default: []].append(String(decoding: trimmed(Array(header.value.utf8)), as: UTF8.self)) }
        }
        let amazon = names.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.joined(separator: ","))\n" }.joined()
        let signed = query.filter { Self.subresources.contains(String(decoding: $0.name, as: UTF8.self)) }
            .map { (name: String(decoding: $0.name, as: UTF8.self), value: $0.text) }
            .sorted { $0.name < $1.name }
            .map { $0.value.isEmpty ? $0.name : "\($0.name)=\($0.value)" }
        let resource = (bucket.map { "/\($0)" } ?? "") + request.path + (signed.isEmpty ? "" : "?" + signed.joined(separator: "&"))
        return """
            \(request.method)
            \(request.value(of: "content-md5") ?? "")
            \(request.value(of: "content-type") ?? "")
            \(expires)
            \(amazon)\(resource)
            """
    }

    /// Parameters of version 4, whose query is signed whole; beside version 2 they would lend it that trust.
    private static let version4: [StaticString] = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"]

    /// Query parameters that are part of the signed resource.
    ///
    /// Every parameter that selects an operation must be here, also the younger ones that clients of version 2 never
    /// knew; whoever holds a URL could otherwise add one and have something else done.
    package static let subresources: Set<String> = [
        "abac", "annotation", "attributes", "encryption", "intelligent-tiering", "legal-hold", "metadataConfiguration",
        "metadataInventoryTable", "metadataJournalTable", "metadataTable", "ownershipControls", "policyStatus", "publicAccessBlock",
        "renameObject", "retention", "session",
        "accelerate", "acl", "analytics", "cors", "delete", "inventory", "lifecycle", "location", "logging", "metrics", "notification",
        "object-lock", "partNumber", "policy", "replication", "requestPayment", "response-cache-control", "response-content-disposition",
        "response-content-encoding", "response-content-language", "response-content-type", "response-expires", "restore", "select",
        "select-type", "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
    ]
}
