// What the control API answers with, as CloudFront's XML documents.

import HTTPSemantics
import HTTPTypes
import XMLDocuments

/// A response document with its status.
struct ControlAnswer {
    var status: Int
    var fields = HTTPFields()
    var document: [UInt8]

    private static let namespace = "http://cloudfront.amazonaws.com/doc/2020-05-31/"

    static let ready = ControlAnswer(status: 200, document: Array("<Ready/>\n".utf8))

    static func invalidation(_ invalidation: Invalidation, status: Int, location: String?) -> ControlAnswer {
        var writer = XMLWriter()
        writer.element("Invalidation", namespace: namespace) { writer in
            writer.leaf("Id", invalidation.id)
            writer.leaf("Status", invalidation.status)
            writer.leaf("CreateTime", invalidation.createdAt.iso8601)
            writer.element("InvalidationBatch") { writer in
                writer.element("Paths") { writer in
                    writer.leaf("Quantity", String(invalidation.batch.paths.count))
                    writer.element("Items") { writer in
                        for path in invalidation.batch.paths { writer.leaf("Path", path) }
                    }
                }
                writer.leaf("CallerReference", invalidation.batch.callerReference)
            }
        }
        var answer = ControlAnswer(status: status, document: writer.bytes)
        answer.fields[.location] = location
        return answer
    }

    static func list(_ page: InvalidationPage) -> ControlAnswer {
        let invalidations = page.invalidations
        var writer = XMLWriter()
        writer.element("InvalidationList", namespace: namespace) { writer in
            writer.leaf("Marker", page.marker)
            if let next = page.nextMarker { writer.leaf("NextMarker", next) }
            writer.leaf("MaxItems", String(page.maxItems))
            writer.leaf("IsTruncated", page.nextMarker == nil ? "false" : "true")
            writer.leaf("Quantity", String(invalidations.count))
            guard !invalidations.isEmpty else { return }
            writer.element("Items") { writer in
                for invalidation in invalidations {
                    writer.element("InvalidationSummary") { writer in
                        writer.leaf("Id", invalidation.id)
                        writer.leaf("CreateTime", invalidation.createdAt.iso8601)
                        writer.leaf("Status", invalidation.status)
                    }
                }
            }
        }
        return ControlAnswer(status: 200, document: writer.bytes)
    }

    static func error(_ error: ControlError, requestID: String) -> ControlAnswer {
        var writer = XMLWriter()
        writer.element("ErrorResponse", namespace: namespace) { writer in
            writer.element("Error") { writer in
                writer.leaf("Type", error.status < 500 ? "Sender" : "Receiver")
                writer.leaf("Code", error.code)
                writer.leaf("Message", error.message)
            }
            writer.leaf("RequestId", requestID)
        }
        return ControlAnswer(status: error.status, document: writer.bytes)
    }
}
