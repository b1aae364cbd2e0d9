// What is sent to the origin beyond the cache key (API type OriginRequestPolicyConfig).

import HTTPSemantics
package import HTTPTypes

/// Headers, cookies and query parameters for the origin that do not enter the cache key.
package struct OriginRequestPolicy: Hashable, Sendable {
    /// Which of the viewer's headers, and which of those CloudFront generates, are sent.
    package enum Headers: Hashable, Sendable {
        case none
        case whitelist([HTTPField.Name])
        /// All of the viewer's; no generated ones.
        case allViewer
        /// All of the viewer's, and these generated ones.
        case allViewerAndWhitelistCloudFront([HTTPField.Name])
        /// All of the viewer's but these; no generated ones.
        case allExcept([HTTPField.Name])

        /// Names that are listed, whatever they mean for the mode.
        package var names: [HTTPField.Name] {
            switch self {
            case .none, .allViewer: []
            case .whitelist(let names), .allViewerAndWhitelistCloudFront(let names), .allExcept(let names): names
            }
        }

        /// Whether a header is sent when the viewer sent it or CloudFront generates it.
        package func selects(_ name: HTTPField.Name) -> Bool {
            let isGenerated = name.canonicalName.hasPrefix("cloudfront-")
            return switch self {
            case .none: false
            case .whitelist(let names): names.contains(name)
            case .allViewer: !isGenerated
            case .allViewerAndWhitelistCloudFront(let names): !isGenerated || names.contains(name)
            case .allExcept(let names): !isGenerated && !names.contains(name)
            }
        }
    }

    package var headers: Headers
    package var cookies: NameSelection
    package var queryStrings: NameSelection

    package init(headers: Headers = .none, cookies: NameSelection = .none, queryStrings: NameSelection = .none) {
        (self.headers, self.cookies, self.queryStrings) = (headers, cookies, queryStrings)
    }

    /// Names that CloudFront refuses in this list: what they carry is chosen by the cache policy or by `cookies`.
    private static let cachePolicyOnly: Set<HTTPField.Name> = [.authorization, .acceptEncoding, .cookie]

    /// Everything that is wrong with the policy; empty when it may be used. Quotas are those of cache policies.
    package var problems: [PolicyProblem] {
        var found: [PolicyProblem] = []
        switch headers {
        case .none, .allViewer: break
        case .whitelist(let names), .allExcept(let names):
            found += PolicyProblem.problems(kind: "header", selection: .whitelist(names.map(\.canonicalName)))
            if case .whitelist = headers {
                found += names.filter { OriginRequest.isNeverForwarded($0) || Self.cachePolicyOnly.contains($0) }
                    .map { .refusedName(kind: "header", name: $0.rawName) }
            }
        case .allViewerAndWhitelistCloudFront(let names):
            // The managed policy of this mode lists more than the quota of ten; only names are checked.
            found += names.filter { !$0.canonicalName.hasPrefix("cloudfront-") }
                .map { .refusedName(kind: "header", name: $0.rawName) }
        }
        found += PolicyProblem.problems(kind: "cookie", selection: cookies)
        found += PolicyProblem.problems(kind: "query string", selection: queryStrings)
        return found
    }
}

extension OriginRequestPolicy {
    /// The managed origin request policies (CloudFront Developer Guide, "Use managed origin request policies").
    package static let managed: [ManagedPolicy<OriginRequestPolicy>] = [
        ManagedPolicy(
            id: "216adef6-5c7f-47e4-b989-5492eafa07d3", name: "AllViewer",
            policy: OriginRequestPolicy(headers: .allViewer, cookies: .all, queryStrings: .all)),
        ManagedPolicy(
            id: "33f36d7e-f396-46d9-90e0-52428a34d9dc", name: "AllViewerAndCloudFrontHeaders-2022-06",
            policy: OriginRequestPolicy(
                headers: .allViewerAndWhitelistCloudFront(generatedNames2022), cookies: .all, queryStrings: .all)),
        ManagedPolicy(
            id: "b689b0a8-53d0-40ab-baf2-68738e2966ac", name: "AllViewerExceptHostHeader",
            policy: OriginRequestPolicy(headers: .allExcept([.hostField]), cookies: .all, queryStrings: .all)),
        ManagedPolicy(
            id: "59781a5b-3903-41f3-afcb-af62929ccde1", name: "CORS-CustomOrigin",
            policy: OriginRequestPolicy(headers: .whitelist([.origin]))),
        ManagedPolicy(
            id: "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf", name: "CORS-S3Origin",
            policy: OriginRequestPolicy(
                headers: .whitelist([.origin, .accessControlRequestHeaders, .accessControlRequestMethod]))),
        ManagedPolicy(
            id: "acba4595-bd28-49b8-b9fe-13317c0390fa", name: "UserAgentRefererHeaders",
            policy: OriginRequestPolicy(headers: .whitelist([.userAgent, .referer]))),
        ManagedPolicy(
            id: "775133bc-15f2-49f9-abea-afb2e0bf67d2", name: "Elemental-MediaTailor-PersonalizedManifests",
            policy: OriginRequestPolicy(
                headers: .whitelist([
                    .origin, .accessControlRequestHeaders, .accessControlRequestMethod, .userAgent, .xForwardedFor,
                ]), queryStrings: .all)),
    ]

    /// The managed origin request policy with that id or name.
    package static func managed(named text: String) -> ManagedPolicy<OriginRequestPolicy>? {
        managed.first { $0.isNamed(text) }
    }

    private static let generatedNames2022: [HTTPField.Name] = [
        .known("CloudFront-Forwarded-Proto"), .known("CloudFront-Is-Android-Viewer"), .known("CloudFront-Is-Desktop-Viewer"),
        .known("CloudFront-Is-IOS-Viewer"), .known("CloudFront-Is-Mobile-Viewer"), .known("CloudFront-Is-SmartTV-Viewer"),
        .known("CloudFront-Is-Tablet-Viewer"), .known("CloudFront-Viewer-Address"), .known("CloudFront-Viewer-ASN"),
        .known("CloudFront-Viewer-City"), .known("CloudFront-Viewer-Country"), .known("CloudFront-Viewer-Country-Name"),
        .known("CloudFront-Viewer-Country-Region"), .known("CloudFront-Viewer-Country-Region-Name"),
        .known("CloudFront-Viewer-Http-Version"), .known("CloudFront-Viewer-Latitude"),
        .known("CloudFront-Viewer-Longitude"), .known("CloudFront-Viewer-Metro-Code"),
        .known("CloudFront-Viewer-Postal-Code"), .known("CloudFront-Viewer-Time-Zone"), .known("CloudFront-Viewer-TLS"),
    ]
}
