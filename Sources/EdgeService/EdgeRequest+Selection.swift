// Keys under the personality that keeps objects by target URI: scheme, authority, path and query as the origin sees them make
// an object's own key; what the cache policy adds, and what responses' Vary adds, tell its entries apart.

import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes

extension EdgeRequest {
    var personality: Personality { distribution.personality }
    var traits: PersonalityTraits { distribution.traits }

    /// What the request is for, as the viewer wrote it.
    var target: TargetURI { TargetURI(isSecure: viewer.isSecure, authority: viewerHost, path: path, query: query) }

    /// The key of the object that another URI of this authority names.
    func objectKey(of uri: TargetURI) -> CacheKey {
        let behavior = distribution.behavior(forPath: uri.path.utf8Span.span)
        var builder = CacheKey.Builder()
        builder.appendTarget(uri, query: behavior.originQuery(uri.query), method: .read, distribution: distribution.model.id, .none)
        return builder.finish()
    }

    /// What the object is found by while nothing is known of its variants.
    var uriIdentity: ObjectIdentity {
        let primary = objectKey(of: target)
        let sent = behavior.originQuery(query)
        var builder = CacheKey.Builder()
        builder.appendTarget(target, query: sent, method: methodClass ?? .read, distribution: distribution.model.id, encodingClass)
        for name in behavior.policy.headers {
            for field in keyFields where field.name == name {
                field.withUnsafeBytesOfValue { builder.appendHeader(name, value: UnsafeRawBufferPointer($0)) }
            }
        }
        builder.appendCookies(fields.distinctValues(of: .cookie), selecting: behavior.policy.cookies)
        let base = builder.finish()
        var identity = ObjectIdentity(key: base, distributionID: distribution.model.id, path: path, query: sent)
        if base != primary { identity.primary = primary }
        return identity
    }

    /// Where a response with these fields, as the origin sent them, belongs; nil when no request would select it there.
    func identity(storing response: HTTPFields) -> ObjectIdentity? {
        SelectingFields(response).map(identity(selecting:))
    }

    /// Where a response that was chosen by these fields belongs.
    func identity(selecting: SelectingFields) -> ObjectIdentity {
        var identity = uriIdentity
        guard !selecting.isEmpty else { return identity }
        identity.primary = identity.primary ?? identity.key
        identity.selecting = selecting
        identity.key = selecting.key(from: identity.key, for: originFields)
        return identity
    }

    /// Whether a response that lies, or is going to lie, under that identity may answer this request as well, as far as Vary goes.
    func selects(_ other: ObjectIdentity?) -> Bool {
        guard traits.selectsByVary else { return true }
        return other.map { identity(selecting: $0.selecting).key == $0.key } ?? false
    }
}

extension ServedBehavior {
    /// The part of a query that reaches the origin.
    func originQuery(_ query: String?) -> String? {
        query.flatMap { QueryString.filtered($0, by: [policy.queryStrings, model.originRequestPolicy?.queryStrings ?? .none]) }
    }
}

extension CacheKey.Builder {
    fileprivate mutating func appendTarget(
        _ uri: TargetURI, query: String?, method: CacheKey.MethodClass, distribution: String, _ acceptEncoding: AcceptEncodingClass
    ) {
        var (path, authority) = (uri.path, uri.authority)
        path.withUTF8 {
            reset(method: method, distribution: distribution, path: UnsafeRawBufferPointer($0), acceptEncoding: acceptEncoding)
        }
        authority.withUTF8 { appendAuthority(UnsafeRawBufferPointer($0), isSecure: uri.isSecure) }
        guard var query else { return }
        query.withUTF8 { appendQuery(UnsafeRawBufferPointer($0), selecting: .all) }
    }
}
