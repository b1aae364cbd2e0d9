// The cache policies that every CloudFront account has (CloudFront Developer Guide, "Use managed cache policies").
// They can be named by id or by name, with or without the `Managed-` prefix of the API.

import HTTPSemantics
import HTTPTypes

/// A policy that is part of the service and cannot be changed.
package struct ManagedPolicy<Policy: Hashable & Sendable>: Hashable, Sendable {
    /// The fixed identifier, a lower-case UUID.
    package let id: String
    /// Name without the `Managed-` prefix.
    package let name: String
    package let policy: Policy

    package func isNamed(_ text: String) -> Bool {
        text == id || text == name || text == "Managed-" + name
    }
}

extension CachePolicy {
    /// The managed cache policies.
    package static let managed: [ManagedPolicy<CachePolicy>] = [
        ManagedPolicy(
            id: "658327ea-f89d-4fab-a63d-7e88639e58f6", name: "CachingOptimized",
            policy: CachePolicy(
                minTTL: 1, defaultTTL: 86_400, maxTTL: 31_536_000,
                enableAcceptEncodingGzip: true, enableAcceptEncodingBrotli: true)),
        ManagedPolicy(
            id: "b2884449-e4de-46a7-ac36-70bc7f1ddd6d", name: "CachingOptimizedForUncompressedObjects",
            policy: CachePolicy(minTTL: 1, defaultTTL: 86_400, maxTTL: 31_536_000)),
        ManagedPolicy(
            id: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", name: "CachingDisabled",
            policy: CachePolicy(minTTL: 0, defaultTTL: 0, maxTTL: 0)),
        ManagedPolicy(
            id: "08627262-05a9-4f76-9ded-b50ca2e3a84f", name: "Elemental-MediaPackage",
            policy: CachePolicy(
                minTTL: 0, defaultTTL: 86_400, maxTTL: 31_536_000, enableAcceptEncodingGzip: true,
                headers: [.origin], queryStrings: .whitelist(["aws.manifestfilter", "start", "end", "m"]))),
        ManagedPolicy(
            id: "2e54312d-136d-493c-8eb9-b001f22f67d2", name: "Amplify",
            policy: CachePolicy(
                minTTL: 2, defaultTTL: 2, maxTTL: 600,
                enableAcceptEncodingGzip: true, enableAcceptEncodingBrotli: true,
                headers: [.authorization, .known("CloudFront-Viewer-Country"), .hostField],
                cookies: .all, queryStrings: .all)),
        ManagedPolicy(
            id: "83da9c7e-98b4-4e11-a168-04f0df8e2c65", name: "UseOriginCacheControlHeaders",
            policy: useOriginCacheControlHeaders(queryStrings: .none)),
        ManagedPolicy(
            id: "4cc15a8a-d715-48a4-82b8-cc0b614638fe", name: "UseOriginCacheControlHeaders-QueryStrings",
            policy: useOriginCacheControlHeaders(queryStrings: .all)),
    ]

    /// The managed cache policy with that id or name.
    package static func managed(named text: String) -> ManagedPolicy<CachePolicy>? { managed.first { $0.isNamed(text) } }

    private static func useOriginCacheControlHeaders(queryStrings: NameSelection) -> CachePolicy {
        CachePolicy(
            minTTL: 0, defaultTTL: 0, maxTTL: 31_536_000,
            enableAcceptEncodingGzip: true, enableAcceptEncodingBrotli: true,
            headers: [
                .hostField, .origin, .xHTTPMethodOverride, .known("X-HTTP-Method"), .known("X-Method-Override"),
            ],
            cookies: .all, queryStrings: queryStrings)
    }
}
