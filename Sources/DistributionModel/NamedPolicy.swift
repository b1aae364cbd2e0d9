package import HTTPCaching

/// A policy of the file, under the name behaviours use for it.
package struct NamedPolicy<Policy: Sendable & Hashable>: Sendable, Hashable {
    package var name: String
    package var comment: String
    package var policy: Policy

    package init(name: String, comment: String = "", policy: Policy) {
        self.name = name
        self.comment = comment
        self.policy = policy
    }
}

package typealias NamedCachePolicy = NamedPolicy<CachePolicy>
package typealias NamedOriginRequestPolicy = NamedPolicy<OriginRequestPolicy>
package typealias NamedResponseHeadersPolicy = NamedPolicy<ResponseHeadersPolicy>
