// From the viewer's fields to the origin's (CloudFront Developer Guide, "Request and response behavior for custom
// origins" and "for Amazon S3 origins").
//
// Reads (GET, HEAD, OPTIONS) are closed by default: what neither policy names stays at the edge, because an answer
// that depends on it would be cached for viewers who did not send it. Conditional and Range fields pass. Writes are
// never cached and are open by default: everything passes except what the guide's table removes. The connection's
// own fields (Connection, framing) are written by the transport.

import HTTPSemantics
package import HTTPTypes

/// The request sent to an origin.
package struct OriginRequest: Sendable {
    package var cachePolicy: CachePolicy
    package var originRequestPolicy: OriginRequestPolicy?
    /// Name that goes into Host unless a policy forwards the viewer's Host.
    package var originHost: String
    /// Whether a policy can forward the viewer's Host at all: the guide's table has buckets always see their own name.
    package var forwardsHost = true
    /// Whether an origin request policy can forward a read's Authorization. Where the edge signs for a bucket only a cache policy
    /// can (CloudFront Developer Guide, "Restrict access to an Amazon S3 origin"), so that what one viewer may read is not
    /// kept for everyone.
    package var forwardsUnkeyedAuthorization = true
    /// Address of the connected viewer, appended to X-Forwarded-For.
    package var viewerAddress: String
    /// HTTP version of the viewer's request in Via's form, such as `1.1` or `2.0`.
    package var viewerVersion: String
    /// Domain of the distribution, such as `d111111abcdef8.cloudfront.net`, which names the edge in Via.
    package var distributionDomain: String
    /// X-Amz-Cf-Id of this request.
    package var requestID: String
    /// Headers of the form `CloudFront-*` that the edge can generate; those a policy names are sent.
    package var generated: HTTPFields
    /// Origin custom headers; they replace the viewer's of the same name.
    package var customHeaders: HTTPFields
    package var conditionals: Conditionals
    package var passesRange: Bool
    /// How this edge names itself and its requests to the origin.
    package var marks = AnswerMarks.cloudFront

    /// What becomes of the viewer's conditional fields.
    package enum Conditionals: Hashable, Sendable {
        case pass
        /// None: the fetch is to fill the cache.
        case drop
        /// The entry's own validators instead.
        case replace(ConditionalFields)
    }

    package init(
        cachePolicy: CachePolicy, originRequestPolicy: OriginRequestPolicy? = nil, originHost: String, viewerAddress: String,
        viewerVersion: String = "1.1", distributionDomain: String, requestID: String, generated: HTTPFields = HTTPFields(),
        customHeaders: HTTPFields = HTTPFields(), conditionals: Conditionals = .pass, passesRange: Bool = true
    ) {
        self.cachePolicy = cachePolicy
        self.originRequestPolicy = originRequestPolicy
        self.originHost = originHost
        self.viewerAddress = viewerAddress
        self.viewerVersion = viewerVersion
        self.distributionDomain = distributionDomain
        self.requestID = requestID
        self.generated = generated
        self.customHeaders = customHeaders
        self.conditionals = conditionals
        self.passesRange = passesRange
    }

    /// The fields for the origin.
    ///
    /// - Parameter viewerHost: the viewer's Host or :authority, sent on only when a policy selects Host.
    package func fields(from viewer: HTTPFields, method: HTTPRequest.Method, viewerHost: String?) -> HTTPFields {
        let isRead = method == .get || method == .head || method == .options
        var result = HTTPFields()
        result.reserveCapacity(viewer.count + 6)
        let host = forwardsHost && selects(.hostField) ? viewerHost ?? originHost : originHost
        result.append(HTTPField(name: .hostField, value: host))
        for field in HopByHop.stripped(viewer) where passes(field.name, isRead: isRead, method: method) { result.append(field) }
        if !selects(.userAgent) || !result.contains(.userAgent) { result[.userAgent] = marks.userAgent }
        addAcceptEncoding(from: viewer, to: &result)
        addCookies(from: viewer, to: &result)
        for field in generated where selects(field.name) { result[field.name] = field.value }
        addPath(from: viewer, to: &result)
        switch conditionals {
        case .pass: break
        case .drop: ConditionalFields().apply(to: &result)
        case .replace(let fields): fields.apply(to: &result)
        }
        for field in customHeaders { result[fields: field.name] = customHeaders[fields: field.name] }
        return result
    }

    /// The raw query string for the origin: the parameters either policy selects; nil when none is left.
    package func query(from query: String?) -> String? {
        query.flatMap {
            QueryString.filtered($0, by: [cachePolicy.queryStrings, originRequestPolicy?.queryStrings ?? .none])
        }
    }

    private func selects(_ name: HTTPField.Name) -> Bool {
        cachePolicy.headers.contains(name) || (originRequestPolicy?.headers.selects(name) ?? false)
    }

    private func passes(_ name: HTTPField.Name, isRead: Bool, method: HTTPRequest.Method) -> Bool {
        if name == .hostField || name == .cookie || name == .acceptEncoding || Self.isNeverForwarded(name)
            || Self.isWrittenByEdge(name) || name.canonicalName.hasPrefix("cloudfront-")
        {
            return false
        }
        if Self.conditionalNames.contains(name) { return name == .ifRange ? passesRange : true }
        if name == .range { return passesRange }
        if name == .authorization, isRead, !forwardsUnkeyedAuthorization, !cachePolicy.headers.contains(name) { return false }
        if selects(name) { return true }
        if isRead { return false }
        return !Self.removedUnlessSelected.contains(name) && name != .userAgent
    }

    private func addAcceptEncoding(from viewer: HTTPFields, to result: inout HTTPFields) {
        if cachePolicy.normalizesAcceptEncoding {
            result[.acceptEncoding] = AcceptEncodingClass(AcceptEncoding(viewer), policy: cachePolicy).fieldValue
        } else if selects(.acceptEncoding), let value = viewer[.acceptEncoding] {
            result[.acceptEncoding] = value
        }
    }

    private func addCookies(from viewer: HTTPFields, to result: inout HTTPFields) {
        let selections = [cachePolicy.cookies, originRequestPolicy?.cookies ?? .none]
        guard selections.contains(where: { $0 != .none }) else { return }
        let pairs = CookiePairs.selected(from: viewer[values: .cookie], by: selections)
        if !pairs.isEmpty { result.append(HTTPField(name: .cookie, value: pairs.joined(separator: "; "))) }
    }

    /// X-Forwarded-For, Via and X-Amz-Cf-Id: the trace of the way here.
    private func addPath(from viewer: HTTPFields, to result: inout HTTPFields) {
        let forwarded = viewer[values: .xForwardedFor].filter { !$0.isEmpty }
        result[.xForwardedFor] = (forwarded + [viewerAddress]).joined(separator: ", ")
        let via = viewer[values: .via].filter { !$0.isEmpty }
        result[.via] = (via + [marks.via(version: viewerVersion, domain: distributionDomain)]).joined(separator: ", ")
        if marks == .cloudFront { result[.xAmzCfId] = requestID }
    }
}

// MARK: - The guide's table

extension OriginRequest {
    /// Removed from writes unless a policy selects them; reads drop everything unselected anyway. Authorization is on
    /// the guide's list for GET and HEAD only.
    static let removedUnlessSelected: Set<HTTPField.Name> = [
        .accept, .acceptCharset, .acceptLanguage, .referer, .xHTTPMethodOverride,
    ]

    static let conditionalNames: Set<HTTPField.Name> = [
        .ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince, .ifRange,
    ]

    /// Removed whatever the policies say.
    package static func isNeverForwarded(_ name: HTTPField.Name) -> Bool {
        let text = name.canonicalName
        return switch text {
        case "expect", "te", "trailer", "upgrade", "x-forwarded-proto", "x-real-ip", "connection", "keep-alive",
            "transfer-encoding":
            true
        default: text.hasPrefix("proxy-") || text.hasPrefix("x-edge-")
        }
    }

    private static func isWrittenByEdge(_ name: HTTPField.Name) -> Bool {
        name == .xForwardedFor || name == .via || name == .xAmzCfId
    }
}
