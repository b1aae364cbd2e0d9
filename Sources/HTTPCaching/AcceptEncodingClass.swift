// The normalised Accept-Encoding of CloudFront's cache key (CloudFront Developer Guide, "Compressed objects"). A coding
// counts only when the client names it with a weight above zero; `*` alone selects nothing.

package import HTTPSemantics

/// The four values Accept-Encoding can take in a cache key.
package enum AcceptEncodingClass: UInt8, Hashable, Sendable, CaseIterable {
    /// The field is dropped from key and origin request.
    case none = 0
    case gzip = 1
    case br = 2
    case brGzip = 3

    /// The class of a request under a policy; `.none` when the policy does not normalise the field.
    package init(_ accepted: AcceptEncoding, policy: CachePolicy) {
        guard policy.normalizesAcceptEncoding else {
            self = .none
            return
        }
        let gzip = policy.enableAcceptEncodingGzip && accepted.namesGzip
        let br = policy.enableAcceptEncodingBrotli && accepted.namesBr
        self = br ? (gzip ? .brGzip : .br) : gzip ? .gzip : .none
    }

    package var allowsGzip: Bool { rawValue & 1 != 0 }
    package var allowsBrotli: Bool { rawValue & 2 != 0 }

    /// The field value sent to the origin; nil when the field is dropped.
    package var fieldValue: String? {
        switch self {
        case .none: nil
        case .gzip: "gzip"
        case .br: "br"
        case .brGzip: "br,gzip"
        }
    }
}
