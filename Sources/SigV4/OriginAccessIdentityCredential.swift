// The keys of origin access identities. AWS keeps these to itself; here both sides derive them from the secret of the
// edge's service credential, so that an identity needs no registration and the origin can tell a real one from a claim.

import Cryptography

/// The key pair an edge signs with when it acts as an origin access identity.
package struct OriginAccessIdentityCredential: Sendable, Hashable {
    /// Such as `E2QWRUHAPOMQZL`.
    package let identityID: String
    package let secretAccessKey: String

    package static let accessKeyIDPrefix = "OAI"

    /// Derives the key of an identity: base 64 of HMAC-SHA256 over the id, under the service credential's secret.
    package init(identityID: String, serviceSecretAccessKey: String) {
        self.identityID = identityID
        secretAccessKey = Base64.standard.encode(HMAC.sha256(key: Array(serviceSecretAccessKey.utf8), message: identityID))
    }

    package var accessKeyID: String { Self.accessKeyIDPrefix + identityID }

    /// The identity an access key id belongs to; nil for other keys.
    package static func identityID(accessKeyID: String) -> String? {
        guard accessKeyID.hasPrefix(accessKeyIDPrefix), accessKeyID.utf8.count > accessKeyIDPrefix.utf8.count else { return nil }
        let id = accessKeyID.dropFirst(accessKeyIDPrefix.count)
        let isPlain = id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
        return isPlain ? String(id) : nil
    }

    /// The identity's S3 canonical user id, 96 hexadecimal digits: SHA-384 of its full name.
    package static func canonicalID(identityID: String) -> String {
        Hex.encode(DigestAlgorithm.sha384.digest(of: "origin-access-identity/cloudfront/" + identityID))
    }

    /// The identity's ARN, as bucket policies name it.
    package static func arn(identityID: String) -> String {
        "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity \(identityID)"
    }
}
