// The 33 fields of CloudFront's standard log (Developer Guide, "Standard log file fields"), in their order. Cookies are left out
// unless they are asked for. Field-level encryption doesn't exist here, so its two fields stay empty; so does the cipher, which
// the TLS library does not tell.

package import HTTPCaching

/// A field of the log.
package enum LogField: Int, Sendable, Hashable, CaseIterable {
    case date, time, edgeLocation, bytesSent, clientAddress, method, distributionDomain, path, status, referer, userAgent, query
    case cookie, result, requestID, host, scheme, bytesReceived, timeTaken, forwardedFor, tlsVersion, tlsCipher, resultAtStart
    case protocolVersion, encryptionStatus, encryptedFields, clientPort, timeToFirstByte, detailedResult, contentType
    case contentLength, rangeStart, rangeEnd

    /// The field's name in the `#Fields:` line.
    package var name: StaticString {
        switch self {
        case .date: "date"
        case .time: "time"
        case .edgeLocation: "x-edge-location"
        case .bytesSent: "sc-bytes"
        case .clientAddress: "c-ip"
        case .method: "cs-method"
        case .distributionDomain: "cs(Host)"
        case .path: "cs-uri-stem"
        case .status: "sc-status"
        case .referer: "cs(Referer)"
        case .userAgent: "cs(User-Agent)"
        case .query: "cs-uri-query"
        case .cookie: "cs(Cookie)"
        case .result: "x-edge-result-type"
        case .requestID: "x-edge-request-id"
        case .host: "x-host-header"
        case .scheme: "cs-protocol"
        case .bytesReceived: "cs-bytes"
        case .timeTaken: "time-taken"
        case .forwardedFor: "x-forwarded-for"
        case .tlsVersion: "ssl-protocol"
        case .tlsCipher: "ssl-cipher"
        case .resultAtStart: "x-edge-response-result-type"
        case .protocolVersion: "cs-protocol-version"
        case .encryptionStatus: "fle-status"
        case .encryptedFields: "fle-encrypted-fields"
        case .clientPort: "c-port"
        case .timeToFirstByte: "time-to-first-byte"
        case .detailedResult: "x-edge-detailed-result-type"
        case .contentType: "sc-content-type"
        case .contentLength: "sc-content-len"
        case .rangeStart: "sc-range-start"
        case .rangeEnd: "sc-range-end"
        }
    }
}

/// How lines are written.
package enum LogFormat: String, Sendable, Hashable, CaseIterable {
    /// CloudFront's tab-separated fields behind a prologue.
    case cloudFront = "cloudfront"
    /// One JSON object a line, under the same names, with the behaviour and the reason of a non-hit besides.
    case json
}

/// What every line of one log has in common.
package struct LogLayout: Sendable, Hashable {
    package var format: LogFormat
    package var includesCookies: Bool
    /// Field 3.
    package var edgeLocation: String

    package init(format: LogFormat, includesCookies: Bool, edgeLocation: String) {
        self.format = format
        self.includesCookies = includesCookies
        self.edgeLocation = edgeLocation
    }

    /// What a file begins with.
    package var prologue: [UInt8] {
        guard format == .cloudFront else { return [] }
        let names = LogField.allCases.map(\.name.description).joined(separator: " ")
        return Array("#Version: 1.0\n#Fields: \(names)\n".utf8)
    }
}
