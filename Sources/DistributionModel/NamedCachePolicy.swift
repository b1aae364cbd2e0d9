package import HTTPCaching

/// A cache policy of the file, under the name behaviours use for it.
package struct NamedCachePolicy: Sendable, Hashable {
    package var name: String
    package var comment: String
    package var policy: CachePolicy

    package init(name: String, comment: String = "", policy: CachePolicy) {
        self.name = name
        self.comment = comment
        self.policy = policy
    }
}
