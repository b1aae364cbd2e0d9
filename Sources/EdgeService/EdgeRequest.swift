// A viewer's request once it is known what it is for: which distribution, which behaviour, which object.

import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore
import OriginFetch

/// A request as the cache and the origin see it.
struct EdgeRequest: Sendable {
    var distribution: ServedDistribution
    var behavior: ServedBehavior
    var method: HTTPRequest.Method
    /// The raw path, the default root object already in the place of `/`.
    var path: String
    var query: String?
    var fields: HTTPFields
    /// What headers about the viewer are made of.
    var viewer: ViewerFacts
    /// Where steps note what becomes of the request.
    var trace: RequestTrace
    /// Present only where Server-Timing is told.
    var timing: RequestTiming?
    /// Present only where Cache-Status is told.
    var cacheStatus: CacheTrace?
    var viewerHost: String
    var viewerAddress: String
    var version: HTTPVersion
    var requestID: String
    /// Whether another edge asks, whose shield this one is. It does for its viewer what viewers see.
    var isFromEdge = false
    /// Present only for methods that are passed on with content.
    var content: ViewerContent?
    /// Times that an object kept in parts turned out to have changed before anything of it was sent.
    var restarts = 0
    static let restartsMax = 3

    /// Whether an answer may come from, and go into, the cache.
    var isCacheable: Bool { methodClass != nil && content == nil }

    var methodClass: CacheKey.MethodClass? {
        switch method {
        case .get, .head: .read
        case .options where behavior.model.cachedMethods.contains(.options): .options
        default: nil
        }
    }

    /// What the object is found by.
    var identity: ObjectIdentity {
        if traits.selectsByVary { return uriIdentity }
        let key = behavior.policy.makeKey(
            method: methodClass ?? .read, distribution: distribution.model.id, path: path, query: query, fields: keyFields)
        let keyed = query.flatMap { QueryString.filtered($0, by: [behavior.policy.queryStrings]) }
        return ObjectIdentity(key: key, distributionID: distribution.model.id, path: path, query: keyed)
    }

    /// The `CloudFront-*` headers that the behaviour's policies name. A viewer's own fields of such names count for nothing.
    var generated: HTTPFields { GeneratedHeaders.fields(named: behavior.generatedNames, for: viewer) }

    var keyFields: HTTPFields {
        guard behavior.keyNamesGenerated else { return fields }
        var result = fields
        result.removeAll { GeneratedHeaders.isGenerated($0.name) }
        result.append(contentsOf: generated)
        return result
    }

    var encodingClass: AcceptEncodingClass { AcceptEncodingClass(AcceptEncoding(fields), policy: behavior.policy) }

    /// The request for a custom error page, made in this one's stead: plain, without conditions or ranges.
    func forErrorPage(at path: String) -> EdgeRequest {
        var page = self
        page.path = path
        page.query = nil
        page.method = method == .head ? .head : .get
        page.content = nil
        page.cacheStatus = cacheStatus.map { _ in CacheTrace() }
        page.behavior = distribution.behavior(forPath: path.utf8Span.span)
        for name in HTTPFields.conditionalNames + [.range] { page.fields[name] = nil }
        return page
    }

    /// The request as it goes to the origin, signature included.
    func toOrigin(
        _ origin: ServedOrigin, method: HTTPRequest.Method, conditionals: OriginRequest.Conditionals, passesRange: Bool, now: HTTPDate
    ) -> FetchRequest {
        let rules = originRules(origin, conditionals: conditionals, passesRange: passesRange)
        var outgoing = rules.fields(from: fields, method: method, viewerHost: viewerHost)
        let path = origin.model.originPath.text + path
        let query = rules.query(from: query)
        origin.access.sign(
            method: method, path: path, query: query, fields: &outgoing, hasContent: content != nil, at: now)
        return FetchRequest(
            method: method, target: query.map { "\(path)?\($0)" } ?? path, fields: outgoing, content: content)
    }

    /// The request's fields as the origin sees them, as far as they come from the viewer.
    var originFields: HTTPFields {
        originRules(behavior.origin, conditionals: .pass, passesRange: true).fields(from: fields, method: .get, viewerHost: viewerHost)
    }

    private func originRules(_ origin: ServedOrigin, conditionals: OriginRequest.Conditionals, passesRange: Bool) -> OriginRequest {
        var rules = OriginRequest(
            cachePolicy: behavior.policy, originRequestPolicy: behavior.model.originRequestPolicy, originHost: origin.host(for: self),
            viewerAddress: viewerAddress, viewerVersion: viewer.httpVersion, distributionDomain: distribution.viaName,
            requestID: requestID, generated: generated,
            customHeaders: origin.customHeaders, conditionals: conditionals, passesRange: passesRange)
        rules.marks = traits.marks
        if case .s3(let bucket) = origin.model.kind {
            rules.forwardsHost = false
            rules.forwardsUnkeyedAuthorization = bucket.access == .none
        }
        return rules
    }
}

extension HTTPFields {
    static let conditionalNames: [HTTPField.Name] = [.ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince, .ifRange]
}
