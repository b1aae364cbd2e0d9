// What a 304 does to an entry: new fields, and the TTL arithmetic run again over them (RFC 9111 section 4.3.4).

import HTTPSemantics
package import HTTPTypes

/// An entry after the origin confirmed it.
package struct EntryUpdate: Sendable {
    /// The fields to keep with the entry from now on.
    package var fields: HTTPFields
    /// Whether it may be kept: a 304 may bring `no-store`, after which the entry serves this request and goes.
    package var storability: Storability

    /// Updates an entry.
    ///
    /// - Parameters:
    ///   - storedStatus: status of the stored response.
    ///   - storedFields: its fields as `StoredFields.prepared` made them.
    ///   - notModified: the 304; its Age, if any, is the entry's age from now on.
    package init(
        storedStatus: Int, storedFields: HTTPFields, notModified: ResponseFacts, request: RequestFacts, edgeCompressed: Bool,
        forwardsCookies: Bool, personality: Personality, policy: StoragePolicy
    ) {
        fields = personality.fields(
            of: storedFields, updatedBy: notModified, edgeCompressed: edgeCompressed, forwardsCookies: forwardsCookies)
        var response = notModified
        response.status = storedStatus
        response.fields = fields
        response.fields[.age] = notModified.fields[.age]
        // A HEAD may confirm an entry that a GET made.
        var request = request
        if request.method == .head { request.method = .get }
        storability = personality.storability(of: response, for: request, under: policy)
    }
}
