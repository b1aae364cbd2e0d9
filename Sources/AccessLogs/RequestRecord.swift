// What became of one request: the figures that the rules and the connection know once the last byte is out, beside the texts
// that the viewer sent. Log lines are made of it, whatever their format; nothing here knows where they go.

package import HTTPCaching
package import HTTPSemantics

/// The part of a record that is numbers and words of ours.
package struct RequestOutcome: Sendable, Hashable {
    /// When the last byte was handed to the connection.
    package var finishedAt: HTTPDate
    /// 0 when the viewer left before it got any answer; logs write `000`.
    package var status: Int
    /// Head, content and framing, in bytes.
    package var bytesSent: Int
    package var bytesReceived: Int
    /// How the answer was classified when it began (field 23), and after its last byte (field 14).
    package var resultAtStart: ResultType
    package var result: ResultType
    /// Set when `result` is `.error`.
    package var error: DetailedError?
    /// The shield had it: told in the detailed result alone.
    package var isShieldHit = false
    /// Why the cache alone did not answer; nil on a hit.
    package var nonHitReason: NonHitReason?
    /// From the request's arrival until its last and its first byte were handed to the connection, in nanoseconds.
    package var timeTaken: Int64
    package var timeToFirstByte: Int64
    package var clientPort: Int
    package var isSecure: Bool
    /// Values of the response's fields; nil where it had none.
    package var contentLength: Int64?
    /// From `Content-Range`, both ends inclusive.
    package var rangeStart: Int64?
    package var rangeEnd: Int64?

    package init(
        finishedAt: HTTPDate, status: Int, bytesSent: Int, bytesReceived: Int, resultAtStart: ResultType, result: ResultType,
        timeTaken: Int64, timeToFirstByte: Int64, clientPort: Int, isSecure: Bool
    ) {
        self.finishedAt = finishedAt
        self.status = status
        self.bytesSent = bytesSent
        self.bytesReceived = bytesReceived
        self.resultAtStart = resultAtStart
        self.result = result
        self.timeTaken = timeTaken
        self.timeToFirstByte = timeToFirstByte
        self.clientPort = clientPort
        self.isSecure = isSecure
    }

    /// Field 29: the error's word on an error, else what field 14 says.
    package var detailedResult: String {
        if let error { return error.rawValue }
        return isShieldHit ? ResultType.originShieldHit.rawValue : result.rawValue
    }
}

/// The texts of a record.
package enum RequestText: Sendable, Hashable, CaseIterable {
    case clientAddress
    case method
    /// The distribution's own name.
    case distributionDomain
    case path
    case referer
    case userAgent
    case query
    case cookie
    case requestID
    case host
    case forwardedFor
    /// `TLSv1.3`; nothing without TLS.
    case tlsVersion
    /// `HTTP/1.1`.
    case protocolVersion
    case contentType
    /// The path pattern of the behaviour; in JSON alone.
    case behavior
}

/// Where a line's texts come from: strings of a record, or the bytes of a request that is still in its connection's buffer.
package protocol RequestTexts {
    /// Calls `body` once with the bytes of a text, or with nil when there is none.
    func withText(_ text: RequestText, _ body: (UnsafeRawBufferPointer?) -> Void)
}

/// The texts as strings.
package struct RequestStrings: RequestTexts, Sendable, Hashable {
    private var texts: [RequestText: String] = [:]

    package init(_ texts: [RequestText: String] = [:]) { self.texts = texts }

    package subscript(text: RequestText) -> String? {
        get { texts[text] }
        set { texts[text] = newValue }
    }

    package func withText(_ text: RequestText, _ body: (UnsafeRawBufferPointer?) -> Void) {
        guard var value = texts[text] else { return body(nil) }
        value.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}

/// One request from beginning to end.
package struct RequestRecord: Sendable, Hashable {
    package var outcome: RequestOutcome
    package var texts: RequestStrings

    package init(outcome: RequestOutcome, texts: RequestStrings) { (self.outcome, self.texts) = (outcome, texts) }
}
