// The log's view of a plain hit, read from the request's raw bytes while they are still in the connection's buffer. Made only for
// distributions that have a log; every text is written where it lies, and none becomes a string.

import AccessLogs
import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore

/// The texts of a plain hit. Valid only during the call that has the request.
struct HitTexts: RequestTexts {
    let request: RequestView
    let connection: ConnectionInfo
    let distribution: ServedDistribution
    let behavior: ServedBehavior
    let entry: CachedResponse
    /// The identifier as it was written into the response.
    let requestID: UnsafeRawBufferPointer

    func withText(_ text: RequestText, _ body: (UnsafeRawBufferPointer?) -> Void) {
        switch text {
        case .clientAddress: string(connection.clientAddress, body)
        case .method: body(request.method)
        case .distributionDomain: string(distribution.domainName, body)
        case .path: body(request.path)
        case .referer: field("referer", separator: ", ", body)
        case .userAgent: field("user-agent", separator: ", ", body)
        case .query: body(request.query)
        case .cookie: request.known.contains(.cookie) ? field("cookie", separator: "; ", body) : body(nil)
        case .requestID: body(requestID)
        case .host: body(request.authority)
        case .forwardedFor: field("x-forwarded-for", separator: ", ", body)
        case .tlsVersion:
            if let tls = connection.tls { string(tls.version, body) } else { body(nil) }
        case .protocolVersion: string(request.version.description, body)
        case .contentType:
            if let field = entry.fields.first(where: { $0.name == .contentType }) {
                field.withUnsafeBytesOfValue { body(UnsafeRawBufferPointer($0)) }
            } else {
                body(nil)
            }
        case .behavior: string(behavior.model.pathPattern.text, body)
        }
    }

    private func string(_ text: String, _ body: (UnsafeRawBufferPointer?) -> Void) {
        var text = text
        text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }

    /// A field's value; that of several lines is joined, as the pipeline's is.
    private func field(_ name: StaticString, separator: String, _ body: (UnsafeRawBufferPointer?) -> Void) {
        var first: UnsafeRawBufferPointer?
        var joined: [UInt8]?
        request.forEachValue(of: name) { value in
            guard let present = first else {
                first = value
                return
            }
            joined = (joined ?? Array(present)) + Array(separator.utf8) + Array(value)
        }
        if let joined { joined.withUnsafeBytes { body($0) } } else { body(first) }
    }
}

extension EdgeService {
    /// Logs a plain hit that has just been written.
    func log(_ texts: HitTexts, to log: LogQueue, bytesSent: Int, taken: Int64, at now: HTTPDate) {
        var outcome = RequestOutcome(
            finishedAt: now, status: texts.entry.status.code, bytesSent: bytesSent, bytesReceived: texts.request.headBytes,
            resultAtStart: .hit, result: .hit, timeTaken: taken, timeToFirstByte: taken, clientPort: texts.connection.clientPort,
            isSecure: texts.connection.isSecure)
        outcome.contentLength = texts.entry.fields[.contentLength].flatMap { Int64($0) }
        log.append(outcome, texts)
    }
}
