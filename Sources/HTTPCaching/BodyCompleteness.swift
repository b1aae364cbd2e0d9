// Whether what arrived of a body may be stored (CloudFront Developer Guide, "Dropped TCP connections"; RFC 9112
// section 8). What was received is delivered in any case.

/// How the body of an origin response ended.
package enum BodyCompleteness: Hashable, Sendable {
    /// Everything that was announced arrived.
    case complete
    /// Nothing was announced and the connection closed: taken as the end, as HTTP/1.0 did.
    case endedByClose
    /// Fewer or more bytes than Content-Length.
    case lengthMismatch(announced: Int64, received: Int64)
    /// The chunked coding, or the HTTP/2 stream, did not reach its end.
    case unfinished

    /// The judgement over a body.
    ///
    /// - Parameters:
    ///   - contentLength: the announced length, if any.
    ///   - isSelfDelimiting: chunked, or HTTP/2: the body says itself where it ends.
    ///   - endedCleanly: whether that end, or for an announced length the last byte, was seen before the connection closed.
    package init(contentLength: Int64?, received: Int64, isSelfDelimiting: Bool, endedCleanly: Bool) {
        if let contentLength, contentLength != received {
            self = .lengthMismatch(announced: contentLength, received: received)
        } else if isSelfDelimiting {
            self = endedCleanly ? .complete : .unfinished
        } else {
            self = contentLength == nil ? .endedByClose : .complete
        }
    }

    package var mayBeStored: Bool {
        switch self {
        case .complete, .endedByClose: true
        case .lengthMismatch, .unfinished: false
        }
    }
}
