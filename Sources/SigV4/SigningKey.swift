// From a secret to a signature: the key derived for one day, region and service, and the strings it signs.

import Cryptography

/// The key derived from a secret for one credential scope; it signs nothing outside that scope.
package struct SigningKey: Sendable {
    package let scope: CredentialScope
    private let bytes: [UInt8]

    package init(secretAccessKey: String, scope: CredentialScope) {
        self.scope = scope
        let day = HMAC.sha256(key: Array("AWS4".utf8) + Array(secretAccessKey.utf8), message: scope.day)
        let region = HMAC.sha256(key: day, message: scope.region)
        let service = HMAC.sha256(key: region, message: scope.service)
        bytes = HMAC.sha256(key: service, message: CredentialScope.terminal)
    }

    /// The signature of a text, 64 lower-case hexadecimal digits. Also what a POST form signs its policy with.
    package func signature(of stringToSign: String) -> String {
        Hex.encode(HMAC.sha256(key: bytes, message: stringToSign))
    }
}

/// The texts that are signed, each starting with the algorithm that reads it.
enum StringToSign {
    static let algorithm = "AWS4-HMAC-SHA256"

    static func request(_ canonical: CanonicalRequest, at time: SigningTime, scope: CredentialScope) -> String {
        "\(algorithm)\n\(time)\n\(scope)\n\(canonical.hash)"
    }

    static func chunk(sha256: String, after previous: String, at time: SigningTime, scope: CredentialScope) -> String {
        "\(algorithm)-PAYLOAD\n\(time)\n\(scope)\n\(previous)\n\(PayloadHash.empty.headerValue)\n\(sha256)"
    }

    static func trailer(sha256: String, after previous: String, at time: SigningTime, scope: CredentialScope) -> String {
        "\(algorithm)-TRAILER\n\(time)\n\(scope)\n\(previous)\n\(sha256)"
    }
}
