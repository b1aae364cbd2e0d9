// The whole of `origin.conf` as one immutable value.

package import ConfigurationReading

/// Everything the origin process is told.
package struct OriginConfiguration: Sendable, Hashable {
    package var listen: ListenAddress
    /// Folder of the index, the objects and the credentials file.
    package var dataDirectory: String
    package var region: String
    /// Twelve digits.
    package var accountID: String
    /// Names that follow a bucket's in virtual-host addressing, in lower case: `s3.localhost`.
    package var hosts: [String]
    /// Names that follow a bucket's at its website endpoint, in lower case.
    package var websiteHosts: [String]
    /// Whether new buckets start with every public access block on.
    package var blocksPublicAccess: Bool
    package var users: [User]
    package var services: [Service]
    package var limits: Limits

    /// Someone who signs requests in an own name.
    package struct User: Sendable, Hashable {
        package var name: String
        package var accessKeyID: String
        package var secretAccessKey: String
        /// Nil: for the origin to derive from the account.
        package var canonicalID: String?
        package var displayName: String
        package var email: String?
        package var accountID: String
        package var arn: String

        package init(
            name: String, accessKeyID: String, secretAccessKey: String, canonicalID: String?, displayName: String,
            email: String?, accountID: String, arn: String
        ) {
            self.name = name
            self.accessKeyID = accessKeyID
            self.secretAccessKey = secretAccessKey
            self.canonicalID = canonicalID
            self.displayName = displayName
            self.email = email
            self.accountID = accountID
            self.arn = arn
        }
    }

    /// A service that signs on behalf of a resource, which it names in the request.
    package struct Service: Sendable, Hashable {
        /// As bucket policies name it: `cloudfront.amazonaws.com`.
        package var service: String
        package var accessKeyID: String
        package var secretAccessKey: String

        package init(service: String, accessKeyID: String, secretAccessKey: String) {
            self.service = service
            self.accessKeyID = accessKeyID
            self.secretAccessKey = secretAccessKey
        }
    }

    package struct Limits: Sendable, Hashable {
        package var connectionsMax: Int
        /// Request line and header fields together, in bytes.
        package var headerBytesMax: Int
        /// How long a connection may wait for its next request.
        package var keepAliveTimeout: Duration
        /// How long a request's head may take to arrive.
        package var headerTimeout: Duration
        /// How long a request body may make no progress.
        package var bodyTimeout: Duration
        /// How long a response may make no progress.
        package var sendTimeout: Duration
        /// How long requests in flight may take to finish after SIGTERM.
        package var drainTimeout: Duration

        package init(
            connectionsMax: Int, headerBytesMax: Int, keepAliveTimeout: Duration, headerTimeout: Duration,
            bodyTimeout: Duration, sendTimeout: Duration, drainTimeout: Duration
        ) {
            self.connectionsMax = connectionsMax
            self.headerBytesMax = headerBytesMax
            self.keepAliveTimeout = keepAliveTimeout
            self.headerTimeout = headerTimeout
            self.bodyTimeout = bodyTimeout
            self.sendTimeout = sendTimeout
            self.drainTimeout = drainTimeout
        }
    }

    package init(
        listen: ListenAddress, dataDirectory: String, region: String, accountID: String, hosts: [String],
        websiteHosts: [String], blocksPublicAccess: Bool, users: [User], services: [Service], limits: Limits
    ) {
        self.listen = listen
        self.dataDirectory = dataDirectory
        self.region = region
        self.accountID = accountID
        self.hosts = hosts
        self.websiteHosts = websiteHosts
        self.blocksPublicAccess = blocksPublicAccess
        self.users = users
        self.services = services
        self.limits = limits
    }
}
