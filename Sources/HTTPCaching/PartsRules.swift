// How a personality deals with parts of representations (RFC 9110 section 14, RFC 9111 sections 3.3 and 3.4; CloudFront Developer
// Guide, "How CloudFront processes partial requests for an object (range GETs)"). The two differ in what they ask for and in
// what stands alone; that parts are only ever joined under one strong validator holds for both.

package import HTTPSemantics
import HTTPTypes

/// A personality's choices about parts.
package struct PartsRules: Hashable, Sendable {
    /// On a miss the viewer's range goes to the origin as it is, and the 206 is kept; otherwise the object is fetched whole.
    package var forwardsRanges: Bool
    /// What is missing is asked for up to part boundaries: more than the viewer wants, so that parts are few and fit each other.
    package var alignsToParts: Bool
    /// A 206 without a strong validator is kept and answers requests within it, alone: nothing is ever joined to it.
    package var keepsLonelyParts: Bool
    /// Where Content-Range and the content's length disagree, the part is kept alone, and begins where Content-Range says; see
    /// `PartialContent.Refusal.lengthsDiffer` for those who refuse it.
    package var trustsFraming: Bool

    package static let cloudFront = PartsRules(
        forwardsRanges: false, alignsToParts: true, keepsLonelyParts: false, trustsFraming: false)
    package static let rfc9111 = PartsRules(
        forwardsRanges: true, alignsToParts: false, keepsLonelyParts: true, trustsFraming: true)

    package init(forwardsRanges: Bool, alignsToParts: Bool, keepsLonelyParts: Bool, trustsFraming: Bool) {
        self.forwardsRanges = forwardsRanges
        self.alignsToParts = alignsToParts
        self.keepsLonelyParts = keepsLonelyParts
        self.trustsFraming = trustsFraming
    }

    /// The one range of a request that may be asked of the origin as it is; nil when the object has to be fetched whole.
    ///
    /// Several ranges would bring multipart content, which isn't kept. What conditions lead to is
    /// judged here, over the whole.
    package func forwardableRange(of request: RequestFacts) -> ByteRange? {
        guard forwardsRanges, request.method == .get, !Self.conditionalNames.contains(where: request.fields.contains),
            case .bytes(let ranges) = RangeRequest(request.fields), ranges.count == 1
        else { return nil }
        return ranges.first
    }

    private static let conditionalNames: [HTTPField.Name] = [.ifMatch, .ifNoneMatch, .ifModifiedSince, .ifUnmodifiedSince, .ifRange]

    /// Whether a whole 200 that is too large for one entry may be kept in parts, and under which validator.
    ///
    /// - Parameter now: for dates with two-digit years.
    package func wholeInParts(_ response: ResponseFacts, now: HTTPDate) -> RepresentationVersion? {
        guard response.status == 200, let length = response.bodyLength, length > 0, !Self.refusesRanges(response.fields), let validator = StrongValidator(response.fields, now: now)
        else { return nil }
        return RepresentationVersion(validator: validator, complete: length)
    }

    /// `Accept-Ranges: none` (RFC 9110 section 14.3).
    static func refusesRanges(_ fields: HTTPFields) -> Bool {
        var refuses = false
        fields.forEachElement(of: .acceptRanges) { if FieldSyntax.equalsIgnoringCase($0.utf8, "none".utf8) { refuses = true } }
        return refuses
    }
}
