// Day, region and service: what one derived signing key is good for.

/// `yyyyMMdd/region/service/aws4_request`.
package struct CredentialScope: Sendable, Hashable, CustomStringConvertible {
    /// `yyyyMMdd` in UTC.
    package let day: String
    package let region: String
    package let service: String

    package static let terminal = "aws4_request"

    package init(day: String, region: String, service: String) {
        self.day = day
        self.region = region
        self.service = service
    }

    package var description: String { "\(day)/\(region)/\(service)/\(Self.terminal)" }
}

/// An access key id with the scope it signs for: the `Credential` of a request.
struct Credential: Sendable {
    let accessKeyID: String
    let scope: CredentialScope
    let terminal: String

    /// Splits from the right, since an access key id may itself hold a slash.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 5, !parts.contains(where: \.isEmpty) else { return nil }
        let tail = parts.suffix(4)
        let at = tail.startIndex
        accessKeyID = parts.dropLast(4).joined(separator: "/")
        scope = CredentialScope(day: String(tail[at]), region: String(tail[at + 1]), service: String(tail[at + 2]))
        terminal = String(tail[at + 3])
    }

    static let shape = "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
}

/// The secrets a signer holds.
package struct SigningCredentials: Sendable {
    package let accessKeyID: String
    package let secretAccessKey: String
    package let sessionToken: String?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}
