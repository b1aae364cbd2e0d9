// What requests that are not reads do to stored responses: invalidation by successful unsafe requests (RFC 9111 section 4.4),
// and what a HEAD's answer means for a stored GET (section 4.3.5).

package import HTTPSemantics
package import HTTPTypes

/// Invalidation by method.
package enum WriteEffects {
    /// Methods that are known to be safe (RFC 9110 section 9.2.1 and IANA's registry); every other one may change things.
    private static let safeMethods: Set<String> = ["GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY", "PRI"]

    package static func isUnsafe(_ method: HTTPRequest.Method) -> Bool { !safeMethods.contains(method.rawValue) }

    /// URIs whose stored responses are no longer to be used after this response to an unsafe request.
    ///
    /// The target itself and what Location and Content-Location name, as far as they have its authority: others' are not for
    /// this origin to invalidate. Empty after an error (section 4.4 speaks of 2xx and 3xx).
    package static func invalidated(by response: HTTPFields, status: Int, to method: HTTPRequest.Method, target: TargetURI) -> [TargetURI] {
        guard isUnsafe(method), (200..<400).contains(status) else { return [] }
        var result = [target]
        for name in [HTTPField.Name.location, .contentLocation] {
            guard let reference = response.single(name), let uri = target.resolving(reference),
                uri.authority == target.authority, uri.isSecure == target.isSecure, !result.contains(uri)
            else { continue }
            result.append(uri)
        }
        return result
    }
}

/// What a 200 to HEAD means for a stored 200 to GET.
package enum HeadEffect: Hashable, Sendable {
    /// It is the same representation: its fields are updated.
    case update
    /// It is another one by now.
    case invalidate

    /// Validators and length are compared as far as the HEAD's answer has them.
    package init(stored: HTTPFields, storedLength: Int64?, head: HTTPFields) {
        let sameTag = !head.contains(.eTag) || head.single(.eTag) == stored.single(.eTag)
        let sameDate = !head.contains(.lastModified) || head.single(.lastModified) == stored.single(.lastModified)
        let length = head.single(.contentLength).flatMap { FieldSyntax.digits($0.utf8, saturatingAt: .max) }
        let sameLength = !head.contains(.contentLength) || (length != nil && length == storedLength)
        self = sameTag && sameDate && sameLength ? .update : .invalidate
    }
}
