// One CloudFront distribution as a value: everything the edge needs to answer for a set of host names.
//
// The shape is CloudFront's DistributionConfig as far as it is effective here. Left out until it has an effect: functions.

package import HTTPCaching
package import HTTPTypes

/// A distribution: the host names it answers for, its origins and the ordered behaviours that choose between them.
package struct Distribution: Sendable, Hashable {
    /// `E` followed by upper-case letters and digits, as CloudFront makes them.
    package var id: String
    package var aliases: [Alias]
    package var enabled: Bool
    package var comment: String
    /// The rules it caches by.
    package var personality: Personality = .cloudFront
    /// The certificate for its aliases; without one the local authority issues them.
    package var viewerCertificate: ViewerCertificate?
    /// The newest HTTP version that viewers are offered over HTTPS.
    package var httpVersion = ViewerHTTPVersion.http2
    package var defaultRootObject: DefaultRootObject?
    package var origins: [Origin]
    package var originGroups: [OriginGroup] = []
    /// The response header in which origins give objects tags; nil when none are read.
    package var cacheTagHeader: HTTPField.Name?
    package var defaultCacheBehavior: CacheBehavior
    /// In order: the first pattern that matches wins, the default behaviour comes last.
    package var cacheBehaviors: [CacheBehavior]
    package var customErrorResponses: [CustomErrorResponse]
    /// Its access log; nil without one.
    package var logging: DistributionLogging?

    package init(
        id: String, aliases: [Alias] = [], enabled: Bool = true, comment: String = "",
        defaultRootObject: DefaultRootObject? = nil, origins: [Origin], defaultCacheBehavior: CacheBehavior,
        cacheBehaviors: [CacheBehavior] = [], customErrorResponses: [CustomErrorResponse] = []
    ) {
        self.id = id
        self.aliases = aliases
        self.enabled = enabled
        self.comment = comment
        self.defaultRootObject = defaultRootObject
        self.origins = origins
        self.defaultCacheBehavior = defaultCacheBehavior
        self.cacheBehaviors = cacheBehaviors
        self.customErrorResponses = customErrorResponses
    }

    /// The name CloudFront would generate: `<id in lower case>.cloudfront.localhost`, which reaches loopback by itself.
    package var domainName: String { id.lowercased() + ".cloudfront.localhost" }

    /// `arn:aws:cloudfront::<account>:distribution/<id>`, the `AWS:SourceArn` of requests signed for this distribution.
    package func arn(accountID: String) -> String { "arn:aws:cloudfront::\(accountID):distribution/\(id)" }

    /// The behaviour for a request path, given as raw bytes before any `?`.
    package func cacheBehavior(forPath path: borrowing Span<UInt8>) -> CacheBehavior {
        for behavior in cacheBehaviors where behavior.pathPattern.matches(path) { return behavior }
        return defaultCacheBehavior
    }

    /// The behaviour for a request path.
    package func cacheBehavior(forPath path: String) -> CacheBehavior { cacheBehavior(forPath: path.utf8Span.span) }

    package func origin(id: String) -> Origin? { origins.first { $0.id == id } }

    package func originGroup(id: String) -> OriginGroup? { originGroups.first { $0.id == id } }

    package func customErrorResponse(for status: Int) -> CustomErrorResponse? {
        customErrorResponses.first { $0.errorCode == status }
    }
}

/// How requests whose path matches a pattern are treated.
package struct CacheBehavior: Sendable, Hashable {
    /// `*` for the default behaviour.
    package var pathPattern: PathPattern
    /// The id of an origin or of an origin group.
    package var targetOriginID: String
    package var viewerProtocolPolicy: ViewerProtocolPolicy
    package var allowedMethods: AllowedMethods
    package var cachedMethods: CachedMethods
    /// Whether the edge may compress; the cache policy must also accept gzip or brotli.
    package var compress: Bool
    package var cachePolicy: CachePolicy
    /// What goes to the origin beyond the cache key.
    package var originRequestPolicy: OriginRequestPolicy?
    /// What responses lose and gain on their way to viewers.
    package var responseHeadersPolicy: ResponseHeadersPolicy?
    /// Names of the key groups whose signature a request needs; empty when it needs none.
    package var trustedKeyGroups: [String]

    package init(
        pathPattern: PathPattern = .everything, targetOriginID: String, viewerProtocolPolicy: ViewerProtocolPolicy = .allowAll,
        allowedMethods: AllowedMethods = .getHead, cachedMethods: CachedMethods = .getHead, compress: Bool = false,
        cachePolicy: CachePolicy, originRequestPolicy: OriginRequestPolicy? = nil,
        responseHeadersPolicy: ResponseHeadersPolicy? = nil, trustedKeyGroups: [String] = []
    ) {
        self.pathPattern = pathPattern
        self.targetOriginID = targetOriginID
        self.viewerProtocolPolicy = viewerProtocolPolicy
        self.allowedMethods = allowedMethods
        self.cachedMethods = cachedMethods
        self.compress = compress
        self.cachePolicy = cachePolicy
        self.originRequestPolicy = originRequestPolicy
        self.responseHeadersPolicy = responseHeadersPolicy
        self.trustedKeyGroups = trustedKeyGroups
    }
}

/// The three sets of methods CloudFront lets a behaviour accept.
package enum AllowedMethods: Sendable, Hashable, CaseIterable {
    case getHead
    case getHeadOptions
    case all

    package var methods: [HTTPRequest.Method] {
        switch self {
        case .getHead: [.get, .head]
        case .getHeadOptions: [.get, .head, .options]
        case .all: [.get, .head, .options, .put, .patch, .post, .delete]
        }
    }

    package func contains(_ method: HTTPRequest.Method) -> Bool { methods.contains(method) }
}

/// Methods whose answers may be cached: GET and HEAD always, OPTIONS when asked for, and then under a key of its own.
package enum CachedMethods: Sendable, Hashable, CaseIterable {
    case getHead
    case getHeadOptions

    package var methods: [HTTPRequest.Method] {
        switch self {
        case .getHead: [.get, .head]
        case .getHeadOptions: [.get, .head, .options]
        }
    }

    package func contains(_ method: HTTPRequest.Method) -> Bool { methods.contains(method) }
}

/// What to answer, and how long to remember it, when the origin answers with an error status.
package struct CustomErrorResponse: Sendable, Hashable {
    /// Statuses a rule may be written for; also, with 200, the statuses it may answer with.
    package static let errorCodes = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]
    package static let responseCodes = [200] + errorCodes

    package struct Page: Sendable, Hashable {
        /// Starts with `/`; fetched as a request of its own through behaviour matching.
        package var path: String
        package var responseCode: Int

        package init(path: String, responseCode: Int) {
            self.path = path
            self.responseCode = responseCode
        }
    }

    package var errorCode: Int
    /// Absent in a rule that only sets how long the error is cached.
    package var page: Page?
    /// Seconds an error answer is kept at least; CloudFront's default is 10.
    package var errorCachingMinTTL: Int

    package init(errorCode: Int, page: Page? = nil, errorCachingMinTTL: Int = 10) {
        self.errorCode = errorCode
        self.page = page
        self.errorCachingMinTTL = errorCachingMinTTL
    }
}

/// The object served for exactly `/` (never for sub-directories), without a leading slash: `index.html`, `a/index.html`.
package struct DefaultRootObject: Sendable, Hashable, CustomStringConvertible {
    package static let lengthMax = 255
    package let key: String

    /// Nil when empty, longer than 255 characters, starting with `/`, or holding characters CloudFront refuses.
    package init?(_ key: String) {
        guard !key.isEmpty, key.utf8.count <= Self.lengthMax, !key.hasPrefix("/") else { return nil }
        let allowed = key.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "_-.*$/~\"'&".utf8.contains(byte)
            }
        }
        guard allowed else { return nil }
        self.key = key
    }

    /// The request path that stands for `/`: the key behind one slash.
    package var path: String { "/" + key }
    package var description: String { key }
}
