// From `origin.conf` and the credentials file to what the service needs.

import Cryptography
package import OriginConfiguration
import S3Model

extension BucketServer.Configuration {
    /// The root user comes first, then the users of the file; likewise the services.
    package init(_ settings: OriginConfiguration, credentials: OriginCredentials) {
        let account = settings.accountID
        let root = OriginUser(
            accessKeyID: credentials.root.accessKeyID, secretAccessKey: credentials.root.secretAccessKey,
            canonicalID: Self.canonicalID(account: account), displayName: "root", arn: "arn:aws:iam::\(account):root", accountID: account,
            name: "root")
        let users = settings.users.map { user in
            OriginUser(
                accessKeyID: user.accessKeyID, secretAccessKey: user.secretAccessKey,
                canonicalID: user.canonicalID ?? Self.canonicalID(account: user.accountID), displayName: user.displayName, email: user.email,
                arn: user.arn, accountID: user.accountID, name: user.name)
        }
        let edge = ServiceCredential(
            accessKeyID: credentials.service.accessKeyID, secretAccessKey: credentials.service.secretAccessKey)
        let services = settings.services.map {
            ServiceCredential(accessKeyID: $0.accessKeyID, secretAccessKey: $0.secretAccessKey, servicePrincipal: $0.service)
        }
        self.init(
            region: settings.region, s3Hosts: settings.hosts, websiteHosts: settings.websiteHosts, users: [root] + users,
            serviceCredentials: [edge] + services, newBucketPublicAccessBlock: settings.blocksPublicAccess ? .all : nil)
    }

    /// An account's canonical user id when none is given: SHA-256 of its name, 64 hexadecimal digits.
    package static func canonicalID(account: String) -> String {
        Hex.encode(DigestAlgorithm.sha256.digest(of: "canonical-user/" + account))
    }
}
