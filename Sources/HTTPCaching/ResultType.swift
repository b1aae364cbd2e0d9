// How a request was served, as logs and X-Cache name it (CloudFront Developer Guide, "Standard log file fields").

/// The result of one request.
package enum ResultType: String, Hashable, Sendable, CaseIterable {
    /// From the cache, fresh or served stale.
    case hit = "Hit"
    /// Expired in the cache, confirmed by the origin with 304.
    case refreshHit = "RefreshHit"
    /// From the shield's cache; in detailed results only.
    case originShieldHit = "OriginShieldHit"
    /// From the origin.
    case miss = "Miss"
    /// A limit of the service was reached.
    case limitExceeded = "LimitExceeded"
    /// The edge had no capacity left.
    case capacityExceeded = "CapacityExceeded"
    /// The request failed here, at the origin, or the viewer left.
    case error = "Error"
    /// HTTP was redirected to HTTPS.
    case redirect = "Redirect"
    case functionGeneratedResponse = "FunctionGeneratedResponse"
    case functionExecutionError = "FunctionExecutionError"
    case lambdaGeneratedResponse = "LambdaGeneratedResponse"
    case lambdaExecutionError = "LambdaExecutionError"

    /// Value of the X-Cache field, such as `Hit from cloudfront`.
    package var xCache: StaticString {
        switch self {
        case .hit: "Hit from cloudfront"
        case .refreshHit: "RefreshHit from cloudfront"
        // Viewers see a hit like any other; the guide has the shield in a log's detailed result alone.
        case .originShieldHit: "Hit from cloudfront"
        case .miss: "Miss from cloudfront"
        case .limitExceeded: "LimitExceeded from cloudfront"
        case .capacityExceeded: "CapacityExceeded from cloudfront"
        case .error: "Error from cloudfront"
        case .redirect: "Redirect from cloudfront"
        case .functionGeneratedResponse: "FunctionGeneratedResponse from cloudfront"
        case .functionExecutionError: "FunctionExecutionError from cloudfront"
        case .lambdaGeneratedResponse: "LambdaGeneratedResponse from cloudfront"
        case .lambdaExecutionError: "LambdaExecutionError from cloudfront"
        }
    }
}
