// The document with which an invalidation is asked for (CloudFront API, CreateInvalidation).

import HTTPCaching
import XMLDocuments

/// Paths and tags to invalidate together, and the caller's own name for the request.
struct InvalidationBatch: Sendable, Equatable {
    /// CloudFront's limits on what may be in progress at one time; a batch is in progress as a whole.
    static let pathsMax = 3_000
    static let wildcardsMax = 15

    /// Paths, and tags with `#` before them, as they were given.
    var paths: [String]
    var patterns: [InvalidationPattern]
    var tags: Set<CacheTag>
    var callerReference: String

    /// What remembering it takes, about, in bytes.
    var bytes: Int { paths.reduce(callerReference.utf8.count) { $0 + 2 * $1.utf8.count + 64 } }

    init(document: [UInt8]) throws(ControlError) {
        let root: XMLElement
        do throws(XMLError) {
            root = try XMLElement.read(document, root: "InvalidationBatch")
            try root.requireOnly(["Paths", "CallerReference"])
        } catch {
            throw .malformedInput(error.description)
        }
        let reference: String?
        let pathsElement: XMLElement?
        let quantity: String?
        let items: XMLElement?
        do throws(XMLError) {
            reference = try root.value("CallerReference")
            pathsElement = try root.only("Paths")
            try pathsElement?.requireOnly(["Quantity", "Items"])
            quantity = try pathsElement?.value("Quantity")
            items = try pathsElement?.only("Items")
            try items?.requireOnly(["Path"])
            for path in items?.children ?? [] { try path.requireOnly([]) }
        } catch {
            throw .malformedInput(error.description)
        }
        guard let reference, !reference.isEmpty else { throw .invalidArgument("CallerReference is missing.") }
        guard let quantity, let count = Int(quantity) else { throw .invalidArgument("Paths needs a Quantity.") }
        let paths = items?.children.map(\.text) ?? []
        guard count == paths.count else {
            throw .inconsistentQuantities("Quantity says \(count), but there are \(paths.count) paths.")
        }
        guard !paths.isEmpty else { throw .invalidArgument("There is no path to invalidate.") }
        guard paths.count <= Self.pathsMax else {
            throw .tooManyInvalidations("\(paths.count) paths; at most \(Self.pathsMax) may be in progress.")
        }
        var patterns: [InvalidationPattern] = []
        var tags: Set<CacheTag> = []
        for path in paths {
            if path.hasPrefix("#") {
                tags.insert(try Self.tag(path))
                continue
            }
            do {
                patterns.append(try InvalidationPattern(path))
            } catch {
                throw .invalidArgument("Your request contains an invalid path, \(path): \(error).")
            }
        }
        let wildcards = patterns.count(where: \.isWildcard)
        guard wildcards <= Self.wildcardsMax else {
            throw .tooManyInvalidations("\(wildcards) wildcard paths; at most \(Self.wildcardsMax) may be in progress.")
        }
        self.paths = paths
        self.patterns = patterns
        self.tags = tags
        callerReference = reference
    }

    private static func tag(_ item: String) throws(ControlError) -> CacheTag {
        guard let tag = CacheTag(item.dropFirst()) else {
            throw .invalidArgument(
                "Your request contains an invalid tag, \(item.prefix(300)): 1 to \(CacheTag.lengthMax) visible ASCII characters without a comma are needed after #.")
        }
        guard !tag.text.contains("*") else {
            throw .invalidArgument("Your request contains an invalid tag, \(item): tags are matched whole, * is no wildcard in them.")
        }
        return tag
    }
}
