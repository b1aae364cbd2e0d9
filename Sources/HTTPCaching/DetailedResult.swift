// What became of a request in the words of CloudFront's log (Developer Guide, "Standard log file fields",
// `x-edge-detailed-result-type`), and why it was no hit.

/// Why a request is logged as `Error`.
package enum DetailedError: String, Hashable, Sendable, CaseIterable {
    /// None of the others, such as an error from the cache or a 4xx of the origin's.
    case error = "Error"
    case abortedOrigin = "AbortedOrigin"
    case originCommError = "OriginCommError"
    case originConnectError = "OriginConnectError"
    case originDnsError = "OriginDnsError"
    case originReadError = "OriginReadError"
    case originWriteError = "OriginWriteError"
    /// The origin answered with a 5xx.
    case originError = "OriginError"
    case originInvalidResponseError = "OriginInvalidResponseError"
    case originHeaderTooBigError = "OriginHeaderTooBigError"
    case originContentRangeLengthError = "OriginContentRangeLengthError"
    case originZeroSizeObjectError = "OriginZeroSizeObjectError"
    /// The viewer took its answer more slowly than the others who shared the fetch, and was left behind.
    case slowReaderOriginError = "SlowReaderOriginError"
    /// The viewer left before the last byte.
    case clientCommError = "ClientCommError"
    /// The viewer left while it was still sending its request.
    case clientHungUpRequest = "ClientHungUpRequest"
    case clientGeoBlocked = "ClientGeoBlocked"
    case invalidRequest = "InvalidRequest"
    /// Refused by the behaviour: no valid signature, or not over HTTPS.
    case invalidRequestBlocked = "InvalidRequestBlocked"
    case invalidRequestCertificate = "InvalidRequestCertificate"
    case invalidRequestHeader = "InvalidRequestHeader"
    case invalidRequestMethod = "InvalidRequestMethod"
}

/// Why a request was not answered from the cache alone. Each reason is a counter and a word of the log.
package enum NonHitReason: String, Hashable, Sendable, CaseIterable {
    /// Nothing was there, and nothing is known to have been.
    case notInCache = "not-in-cache"
    /// It was there and made room for others.
    case evicted
    /// It was there and was invalidated.
    case invalidated
    /// It was there and the origin's newer answer could not be kept.
    case removed
    /// There and expired; the origin was asked with its validators.
    case expired
    /// There and expired, with nothing to ask the origin by.
    case expiredWithoutValidator = "expired-without-validator"
    /// A remembered error whose time was over.
    case errorExpired = "error-expired"
    /// `Vary: *`.
    case varyAny = "vary-any"
    /// The behaviour's cache policy keeps nothing.
    case cachingDisabled = "caching-disabled"
    /// A method that is never answered from the cache.
    case methodNotCached = "method-not-cached"
    /// The request's content is for the origin.
    case hasContent = "request-has-content"
    /// Shared a fetch with others whose answer turned out to be for one of them alone.
    case notShareable = "not-shareable"
    /// Some of it is there, but not all that was asked for.
    case partMissing = "part-missing"
    /// A part of something too large to be kept.
    case tooLargeToKeep = "too-large-to-keep"
    /// What is there is for other values of the fields that Vary names.
    case otherVariant = "other-variant"
    /// The request's own directives want more than what is there.
    case requestDirective = "request-directive"
    /// Any other reason of a rule set.
    case other

    package init(_ reason: Reuse.FetchReason) {
        switch reason {
        case .expiredWithoutValidator: self = .expiredWithoutValidator
        case .errorExpired: self = .errorExpired
        case .varyAny: self = .varyAny
        case .requestDirective: self = .requestDirective
        }
    }

    /// The place in `allCases`.
    package var index: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count - 1 }
}
