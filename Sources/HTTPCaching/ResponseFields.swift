// A response's fields on their way through the edge: what this viewer gets, and what is kept for others.

import HTTPSemantics
package import HTTPTypes

/// The end-to-end fields of a response.
package struct ResponseFields: Sendable {
    /// For the one who asked.
    package var delivered: HTTPFields
    /// For the store; without Age, which is computed at delivery.
    package var stored: HTTPFields
    /// Whether `delivered` has fields that are for its requester alone.
    package var hasUnshared = false

    init(_ both: HTTPFields) { (delivered, stored) = (both, both) }

    /// Everything the origin sent but what belongs to the connection, with a Date (RFC 9110 sections 6.6.1 and 7.6.1). Fields
    /// that no-cache or private names are not stored (RFC 9111 sections 5.2.2.4 and 5.2.2.7).
    init(endToEnd response: ResponseFacts) {
        delivered = HopByHop.stripped(response.fields)
        if delivered.single(.date).flatMap({ HTTPDate($0, now: response.receivedAt, letters: .ignored) }) == nil {
            delivered[.date] = response.receivedAt.formatted
        }
        stored = delivered
        stored[.age] = nil
        for name in ResponseDirectives(response.fields).unsharedFields where stored.contains(name) {
            stored[name] = nil
            hasUnshared = true
        }
    }
}
