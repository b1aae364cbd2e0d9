// One failed request, before it becomes a response: code, message, and what the document shows besides.

package import HTTPTypes
import XMLDocuments

/// An error that S3 has a code for.
package struct S3Error: Error, Sendable, Equatable {
    package var code: S3ErrorCode
    package var message: String
    /// The code's own unless an error says otherwise.
    package var status: Int
    /// Further elements of the error document, in order, such as `ArgumentName` or `Condition`.
    package var details: [Detail]
    /// Fields the response must carry, such as `Content-Range` on 416.
    package var fields: HTTPFields

    package struct Detail: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    package init(_ code: S3ErrorCode, _ message: String? = nil, fields: HTTPFields = [:]) {
        self.code = code
        self.message = message ?? code.message
        self.status = code.status
        self.details = []
        self.fields = fields
    }

    /// The same error with one more element in its document.
    package func with(_ name: String, _ value: String) -> S3Error {
        var copy = self
        copy.details.append(Detail(name: name, value: value))
        return copy
    }

    package static func invalidArgument(_ name: String, _ value: String, _ message: String) -> S3Error {
        S3Error(.invalidArgument, message).with("ArgumentName", name).with("ArgumentValue", value)
    }

    package static func notImplemented(_ feature: String) -> S3Error {
        S3Error(.notImplemented, "\(feature) is not implemented by this server")
    }

    package static func malformedXML(_ reason: String) -> S3Error {
        S3Error(.malformedXML, "\(S3ErrorCode.malformedXML.message): \(reason)")
    }

    /// The XML document of the error responses.
    package func document(resource: String, requestID: String, hostID: String) -> [UInt8] {
        var xml = XMLWriter()
        xml.element("Error", namespace: nil) { xml in
            xml.leaf("Code", code.rawValue)
            xml.leaf("Message", message)
            for detail in details { xml.leaf(detail.name, detail.value) }
            xml.leaf("Resource", resource)
            xml.leaf("RequestId", requestID)
            xml.leaf("HostId", hostID)
        }
        return xml.bytes
    }
}
