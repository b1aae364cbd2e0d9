package import ObjectStorage

/// One sentence that must be true of every `ObjectStore`, and the steps that show it.
///
/// The store is fresh and was opened with `MultipartRules(partBytesMin: ConformanceCheck.partBytesMin)`.
package struct ConformanceCheck: Sendable, CustomStringConvertible {
    /// The smallest part but the last: few enough bytes that a check can write many.
    package static let partBytesMin: Int64 = 100

    package let sentence: String
    package let body: @Sendable (any ObjectStore) async throws -> Void

    init(_ sentence: String, _ body: @escaping @Sendable (any ObjectStore) async throws -> Void) {
        self.sentence = sentence
        self.body = body
    }

    package var description: String { sentence }
}

/// The suite: every store passes all of it.
package enum ObjectStorageConformance {
    package static let checks =
        bucketChecks + objectChecks + conditionChecks + copyChecks + listingChecks + multipartChecks
        + multipartListingChecks
}

/// What a check found instead of what must be.
package struct ConformanceFailure: Error, CustomStringConvertible {
    package let description: String
}

func expectEqual<T: Equatable>(_ found: T, _ expected: T, _ what: String) throws {
    guard found == expected else {
        throw ConformanceFailure(description: "\(what): expected \(expected), found \(found)")
    }
}

func expect(_ holds: Bool, _ what: String) throws {
    guard holds else { throw ConformanceFailure(description: what) }
}

/// Runs `body`, which must throw exactly `expected`.
func expectThrows<T>(
    _ expected: ObjectStoreError, _ what: String, _ body: () async throws(ObjectStoreError) -> T
) async throws {
    do throws(ObjectStoreError) { _ = try await body() } catch {
        return try expectEqual(error, expected, what)
    }
    throw ConformanceFailure(description: "\(what): expected \(expected), nothing was thrown")
}
