// The paths and tags of one invalidation as one question, so that a batch of thousands costs one pass over the cache. Gives the answer
// that asking each pattern in turn would: two exact paths name one object when they are equal after normalisation.

package import HTTPCaching
import HTTPSemantics

/// What a batch of invalidation paths and tags names.
package struct InvalidationSet: Sendable {
    /// Paths without a wildcard, normalised, each with its query.
    private let exact: Set<[UInt8]>
    private let wildcards: [InvalidationPattern]
    package let tags: Set<CacheTag>

    package init(_ patterns: [InvalidationPattern], tags: Set<CacheTag> = []) {
        self.tags = tags
        exact = Set(patterns.lazy.filter { !$0.isWildcard }.map { Self.normalized(Array($0.description.utf8)) })
        wildcards = patterns.filter(\.isWildcard)
    }

    /// Whether any path or tag names an object.
    func names(_ identity: ObjectIdentity) -> Bool {
        if !tags.isEmpty, !identity.tags.isDisjoint(with: tags) { return true }
        return names(path: identity.path, query: identity.query)
    }

    /// Whether any of the patterns names an object. Cost: one look-up, and a comparison for each wildcard.
    func names(path: String, query: String?) -> Bool {
        if wildcards.contains(where: { $0.matches(path: path, query: query) }) { return true }
        guard !exact.isEmpty else { return false }
        var target = Array(path.utf8)
        if let query, !query.isEmpty {
            target.append(UInt8(ascii: "?"))
            target.append(contentsOf: query.utf8)
        }
        return exact.contains(Self.normalized(target))
    }

    /// The path part normalised, the query part as it is.
    private static func normalized(_ target: [UInt8]) -> [UInt8] {
        let path = target.prefix { $0 != UInt8(ascii: "?") }
        guard !PathNormalization.isNormalized(path), let normalized = PathNormalization.normalized(path) else { return target }
        return normalized + target[path.endIndex...]
    }
}
