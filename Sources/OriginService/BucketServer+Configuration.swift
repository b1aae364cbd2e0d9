// What an origin is told at start: who its users are, under which names it is reached, and what new buckets begin with.
// `origin.conf` is one front end of it (target OriginConfiguration).

package import S3Model

extension BucketServer {
    /// The origin's settings.
    package struct Configuration: Sendable {
        /// The region that signatures must name and that buckets are in.
        package var region: String
        /// Hosts under which `BUCKET.` may be put for virtual-hosted addressing; without port.
        package var s3Hosts: [String]
        /// Hosts under which `BUCKET.` is a website; without port.
        package var websiteHosts: [String]
        package var users: [OriginUser]
        /// Credentials that may speak for distributions; see `ServiceCredential`.
        package var serviceCredentials: [ServiceCredential]
        /// What a new bucket's public access block is; nil for none (as AWS had it before April 2023).
        package var newBucketPublicAccessBlock: PublicAccessBlock?
        /// Where the website endpoint's root sends visitors who name no bucket.
        package var productPage: String
        /// Buckets one user may own.
        package var bucketsPerUserMax: Int

        package init(
            region: String = "us-east-1", s3Hosts: [String] = ["s3.localhost"],
            websiteHosts: [String] = ["s3-website.localhost", "s3-website-us-east-1.localhost"], users: [OriginUser] = [],
            serviceCredentials: [ServiceCredential] = [], newBucketPublicAccessBlock: PublicAccessBlock? = .all,
            productPage: String = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html", bucketsPerUserMax: Int = 10_000
        ) {
            self.region = region
            self.s3Hosts = s3Hosts
            self.websiteHosts = websiteHosts
            self.users = users
            self.serviceCredentials = serviceCredentials
            self.newBucketPublicAccessBlock = newBucketPublicAccessBlock
            self.productPage = productPage
            self.bucketsPerUserMax = bucketsPerUserMax
        }
    }
}

/// Someone who may own buckets.
package struct OriginUser: Sendable, Hashable {
    package var accessKeyID: String
    package var secretAccessKey: String
    package var canonicalID: String
    package var displayName: String
    package var email: String?
    /// `arn:aws:iam::ACCOUNT:root` or `arn:aws:iam::ACCOUNT:user/NAME`
    package var arn: String
    /// Twelve digits.
    package var accountID: String
    /// The user's own name: `aws:username`.
    package var name: String

    package init(
        accessKeyID: String, secretAccessKey: String, canonicalID: String, displayName: String, email: String? = nil, arn: String,
        accountID: String, name: String
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.canonicalID = canonicalID
        self.displayName = displayName
        self.email = email
        self.arn = arn
        self.accountID = accountID
        self.name = name
    }

    package var owner: S3Owner { S3Owner(canonicalID: canonicalID, displayName: displayName) }
}

/// The key an edge signs with as the service principal `cloudfront.amazonaws.com`.
///
/// A request signed with it may name its distribution in the signed field `x-amz-source-arn`, which policies see as
/// `aws:SourceArn`. The same secret makes the keys of origin access identities (`OriginAccessIdentityCredential`).
package struct ServiceCredential: Sendable, Hashable {
    package var accessKeyID: String
    package var secretAccessKey: String
    package var servicePrincipal: String

    package init(accessKeyID: String, secretAccessKey: String, servicePrincipal: String = "cloudfront.amazonaws.com") {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.servicePrincipal = servicePrincipal
    }
}
