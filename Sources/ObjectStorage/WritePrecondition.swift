/// What must hold about the object in place for a write or delete to happen; evaluated inside the store, atomically with it.
///
/// Models S3's conditional writes: `If-None-Match: *` and `If-Match`. Entity tags are compared as plain strings
/// without quotes. Several conditions must all hold.
package struct WritePrecondition: Sendable, Hashable {
    package enum Match: Sendable, Hashable {
        /// `If-Match: *`: any object will do, but there must be one.
        case any
        case oneOf([String])
    }

    /// The condition that did not hold.
    package enum Unmet: Sendable, Hashable {
        case ifNoneMatch
        case ifMatch
    }

    /// `If-None-Match: *`: there must be no object.
    package var mustBeAbsent: Bool
    package var ifMatch: Match?

    package init(mustBeAbsent: Bool = false, ifMatch: Match? = nil) {
        self.mustBeAbsent = mustBeAbsent
        self.ifMatch = ifMatch
    }

    package static let none = WritePrecondition()
    /// `If-None-Match: *`.
    package static let absent = WritePrecondition(mustBeAbsent: true)
    /// `If-Match: "etag"`.
    package static func matches(_ etag: String) -> Self { WritePrecondition(ifMatch: .oneOf([etag])) }

    /// Throws `.preconditionFailed`, or `.noSuchKey` when `If-Match` meets no object.
    package func evaluate(currentETag: String?, bucket: String, key: String) throws(ObjectStoreError) {
        if mustBeAbsent, currentETag != nil {
            throw .preconditionFailed(.ifNoneMatch, current: currentETag)
        }
        guard let ifMatch else { return }
        guard let currentETag else { throw .noSuchKey(bucket: bucket, key: key) }
        if case .oneOf(let etags) = ifMatch, !etags.contains(currentETag) {
            throw .preconditionFailed(.ifMatch, current: currentETag)
        }
    }
}
