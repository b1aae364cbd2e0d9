// What an action answers, before it is written to a connection.

import HTTPTypes
import ObjectStorage

/// A response: status, fields and content, still independent of the exchange.
struct S3Answer: Sendable {
    enum Content: Sendable {
        case none
        case document([UInt8])
        /// A range of an object. For HEAD only its length is used.
        case object(any ObjectContent, Range<Int64>)
        /// The length of an object that is not sent (HEAD).
        case lengthOnly(Int64)
    }

    var status: HTTPResponse.Status
    var fields: HTTPFields
    var content: Content

    init(_ status: HTTPResponse.Status, _ fields: HTTPFields = [:], _ content: Content = .none) {
        self.status = status
        self.fields = fields
        self.content = content
    }

    /// An XML result.
    static func xml(_ document: [UInt8], status: HTTPResponse.Status = .ok, fields: HTTPFields = [:]) -> S3Answer {
        var fields = fields
        fields[.contentType] = "application/xml"
        return S3Answer(status, fields, .document(document))
    }
}
