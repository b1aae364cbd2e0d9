// The whole of `edge.conf` as one immutable value. Traffic reads a snapshot of it per request; a reload replaces it whole.

package import BucketPolicy
package import ConfigurationReading
package import Eviction

/// Everything the edge process is told.
package struct EdgeConfiguration: Sendable, Hashable {
    package var listen: Listen
    package var cache: Cache
    package var originAccess: OriginAccessSettings
    package var limits: Limits
    /// The policies the file defines; the managed ones exist besides.
    package var cachePolicies: [NamedCachePolicy]
    package var originRequestPolicies: [NamedOriginRequestPolicy]
    package var responseHeadersPolicies: [NamedResponseHeadersPolicy]
    package var originAccessControls: [OriginAccessControl]
    package var originAccessIdentities: [OriginAccessIdentity]
    package var publicKeys: [NamedPublicKey]
    package var keyGroups: [KeyGroup]
    package var distributions: [Distribution]
    package var shielding = Shielding()
    /// Folder of the local certificate authority; relative paths start at the folder of `edge.conf`.
    package var localCADirectory = ".skerry/ca"
    /// How access logs are written.
    package var accessLogs = AccessLogSettings()
    /// Where viewers may ask for explanations from.
    package var explainFrom = ["127.0.0.0/8", "::1/128"].compactMap(CIDRBlock.init)

    /// Whether the edge's time can be moved over the control listener.
    package var clock = ClockSetting.real

    package enum ClockSetting: String, Sendable, Hashable, CaseIterable {
        case real
        case movable
    }

    package struct Listen: Sendable, Hashable {
        package var http: ListenAddress
        /// Nil when it is off.
        package var https: ListenAddress?
        package var control: ListenAddress
        /// For other edges, whose shield this one is; nil when it is off.
        package var shield: ListenAddress?

        package init(http: ListenAddress, https: ListenAddress? = nil, control: ListenAddress) {
            self.http = http
            self.https = https
            self.control = control
        }
    }

    package struct Cache: Sendable, Hashable {
        /// What cached bodies and their heads may take in memory, in bytes.
        package var memoryBytes: Int
        /// A larger object is delivered but not kept, in bytes.
        package var objectBytesMax: Int
        /// What leaves memory, and what comes into it at all.
        package var eviction: EvictionPolicyName
        package var admission: AdmissionPolicyName
        /// Nil for memory alone.
        package var disk: Disk?
        package var parts = Parts()

        package init(
            memoryBytes: Int, objectBytesMax: Int, eviction: EvictionPolicyName = .sieve, admission: AdmissionPolicyName = .all,
            disk: Disk? = nil
        ) {
            self.memoryBytes = memoryBytes
            self.objectBytesMax = objectBytesMax
            self.eviction = eviction
            self.admission = admission
            self.disk = disk
        }

        /// The tier on disk.
        package struct Disk: Sendable, Hashable {
            /// Relative paths start at the folder of `edge.conf`.
            package var directory: String
            package var bytesMax: Int
            /// A larger object is not kept on disk, in bytes.
            package var objectBytesMax: Int
            package var objectsMax: Int
            package var eviction: EvictionPolicyName
            package var admission: AdmissionPolicyName

            package init(
                directory: String, bytesMax: Int, objectBytesMax: Int, objectsMax: Int, eviction: EvictionPolicyName = .sieve,
                admission: AdmissionPolicyName = .all
            ) {
                self.eviction = eviction
                self.admission = admission
                self.directory = directory
                self.bytesMax = bytesMax
                self.objectBytesMax = objectBytesMax
                self.objectsMax = objectsMax
            }
        }
    }

    /// How a response is kept that is larger than one entry may be.
    package struct Parts: Sendable, Hashable {
        /// Length of a part, in bytes; that of an entry if it is less.
        package var partBytes = 4 << 20
        /// Parts that one object may have.
        package var countMax = 8_192
        /// What the parts of one object may take together, in bytes; nil for half of the larger tier.
        package var bytesMax: Int?

        package init(partBytes: Int = 4 << 20, countMax: Int = 8_192, bytesMax: Int? = nil) {
            self.partBytes = partBytes
            self.countMax = countMax
            self.bytesMax = bytesMax
        }
    }

    package struct OriginAccessSettings: Sendable, Hashable {
        /// A file in the format of the AWS shared credentials file; relative paths start at the folder of `edge.conf`.
        /// Nil when no origin needs signing.
        package var credentialsFile: String?
        package var profile: String
        /// Twelve digits; part of each distribution's ARN.
        package var accountID: String

        package init(credentialsFile: String?, profile: String, accountID: String) {
            self.credentialsFile = credentialsFile
            self.profile = profile
            self.accountID = accountID
        }
    }

    package struct Limits: Sendable, Hashable {
        package var connectionsMax: Int
        /// Request target, in bytes: CloudFront's 8,192.
        package var urlBytesMax: Int
        /// Request line and header fields together, in bytes: CloudFront's 20,480.
        package var headerBytesMax: Int
        /// Body of a request passed on to an origin, in bytes.
        package var requestBodyBytesMax: Int
        /// How long a connection may wait for its next request.
        package var keepAliveTimeout: Duration
        /// How long a request's head may take to arrive.
        package var headerTimeout: Duration
        /// How long a request body may make no progress.
        package var bodyTimeout: Duration
        /// How long a response may make no progress on its way to the viewer.
        package var sendTimeout: Duration
        /// How long requests in flight may take to finish after SIGTERM.
        package var drainTimeout: Duration
        /// Connections open to one origin at a time.
        package var originConnectionsMax: Int
        /// Whether the file keeps to CloudFront's quotas.
        package var quotas = Quotas.enforced
        package var http2 = HTTP2Limits()

        package enum Quotas: String, Sendable, Hashable, CaseIterable {
            case enforced
            /// Lists may be a hundred times as long, and names and headers as many and as long together as they like.
            case lifted

            package static let liftedFactor = 100
        }

        package init(
            connectionsMax: Int, urlBytesMax: Int, headerBytesMax: Int, requestBodyBytesMax: Int,
            keepAliveTimeout: Duration, headerTimeout: Duration, bodyTimeout: Duration, sendTimeout: Duration,
            drainTimeout: Duration, originConnectionsMax: Int
        ) {
            self.connectionsMax = connectionsMax
            self.urlBytesMax = urlBytesMax
            self.headerBytesMax = headerBytesMax
            self.requestBodyBytesMax = requestBodyBytesMax
            self.keepAliveTimeout = keepAliveTimeout
            self.headerTimeout = headerTimeout
            self.bodyTimeout = bodyTimeout
            self.sendTimeout = sendTimeout
            self.drainTimeout = drainTimeout
            self.originConnectionsMax = originConnectionsMax
        }
    }

    package init(
        listen: Listen, cache: Cache, originAccess: OriginAccessSettings, limits: Limits, cachePolicies: [NamedCachePolicy] = [],
        originRequestPolicies: [NamedOriginRequestPolicy] = [], responseHeadersPolicies: [NamedResponseHeadersPolicy] = [],
        originAccessControls: [OriginAccessControl] = [], originAccessIdentities: [OriginAccessIdentity] = [],
        publicKeys: [NamedPublicKey] = [], keyGroups: [KeyGroup] = [],
        distributions: [Distribution]
    ) {
        self.listen = listen
        self.cache = cache
        self.originAccess = originAccess
        self.limits = limits
        self.cachePolicies = cachePolicies
        self.originRequestPolicies = originRequestPolicies
        self.responseHeadersPolicies = responseHeadersPolicies
        self.originAccessControls = originAccessControls
        self.originAccessIdentities = originAccessIdentities
        self.publicKeys = publicKeys
        self.keyGroups = keyGroups
        self.distributions = distributions
    }
}
