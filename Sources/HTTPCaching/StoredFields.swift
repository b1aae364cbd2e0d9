// Which response fields are kept with an entry, and how a 304 changes them (RFC 9111 sections 3.1, 3.2 and 4.3.4).

package import HTTPSemantics
package import HTTPTypes

/// The fields of a stored response.
package enum StoredFields {
    /// The fields to keep with an entry.
    ///
    /// Without hop-by-hop fields and fields that Connection names; without Age, which is computed at delivery; with
    /// a Date, added from the arrival when the origin sent none (RFC 9110 section 6.6.1). Set-Cookie is kept only
    /// when cookies reach the origin, for otherwise one viewer's cookie would be handed to all.
    ///
    /// - Parameter forwardsCookies: whether the cache policy or the origin request policy forwards any cookie.
    package static func prepared(_ fields: HTTPFields, forwardsCookies: Bool, receivedAt: HTTPDate) -> HTTPFields {
        var kept = HopByHop.stripped(fields)
        kept.removeAll { $0.name == .age || ($0.name == .setCookie && !forwardsCookies) || isOfOneDelivery($0.name) }
        if kept.single(.date).flatMap({ HTTPDate($0, now: receivedAt) }) == nil {
            kept[.date] = receivedAt.formatted
        }
        return kept
    }

    /// The stored fields after a 304 confirmed the entry.
    ///
    /// Every field of the 304 replaces the stored lines of that name, except hop-by-hop fields, Content-Length, and
    /// Content-Encoding and Content-Range, which describe the stored bytes (section 3.2). ETag and Vary stay too
    /// when the edge compressed the body, as the origin's tag names other bytes.
    ///
    /// - Parameter edgeCompressed: whether the stored body is the edge's own compression.
    package static func updated(
        _ stored: HTTPFields, with notModified: HTTPFields, edgeCompressed: Bool, forwardsCookies: Bool, receivedAt: HTTPDate
    ) -> HTTPFields {
        let fresh = prepared(notModified, forwardsCookies: forwardsCookies, receivedAt: receivedAt)
        return updated(stored, with: fresh, edgeCompressed: edgeCompressed)
    }

    /// The same with fields that have been prepared for the store.
    package static func updated(_ stored: HTTPFields, with fresh: HTTPFields, edgeCompressed: Bool) -> HTTPFields {
        var result = stored
        var replaced: Set<String> = []
        for field in fresh {
            if field.name == .contentLength || field.name == .contentEncoding || field.name == .contentRange { continue }
            if edgeCompressed, field.name == .eTag || field.name == .vary { continue }
            if replaced.insert(field.name.canonicalName).inserted {
                result[fields: field.name] = fresh[fields: field.name]
            }
        }
        return result
    }

    /// Fields that describe one delivery, by another edge or by a bucket, and not the object: they never enter the store.
    /// CloudFront doesn't pass a bucket's request ids on either.
    private static func isOfOneDelivery(_ name: HTTPField.Name) -> Bool {
        name == .xCache || name == .xAmzCfId || name == .xAmzCfPop || name == .xAmzRequestID || name == .xAmzID2
    }
}
