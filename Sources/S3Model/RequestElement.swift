// S3's reading of request documents: what XMLDocuments refuses, and any shape that is not expected, is MalformedXML.

import XMLDocuments

/// An element of a request document.
struct RequestElement {
    private let element: XMLElement

    var name: String { element.name }
    var text: String { element.text }
    var children: [RequestElement] { element.children.map { RequestElement(element: $0) } }

    private init(element: XMLElement) { self.element = element }

    /// Reads a document whose root element has that name.
    static func read(_ bytes: [UInt8], root: String) throws(S3Error) -> RequestElement {
        try malformed { () throws(XMLError) in RequestElement(element: try XMLElement.read(bytes, root: root)) }
    }

    /// The text of the only child of that name; nil when there is none.
    func value(_ name: String) throws(S3Error) -> String? {
        try Self.malformed { () throws(XMLError) in try element.value(name) }
    }

    /// The only child of that name; nil when there is none.
    func only(_ name: String) throws(S3Error) -> RequestElement? {
        try Self.malformed { () throws(XMLError) in try element.only(name).map { RequestElement(element: $0) } }
    }

    /// Refuses children other than those named, and text between them.
    func requireOnly(_ names: Set<String>) throws(S3Error) {
        try Self.malformed { () throws(XMLError) in try element.requireOnly(names) }
    }

    private static func malformed<Value>(_ read: () throws(XMLError) -> Value) throws(S3Error) -> Value {
        do throws(XMLError) {
            return try read()
        } catch {
            throw .malformedXML(error.description)
        }
    }
}

extension XMLWriter {
    /// The namespace of S3's documents.
    static let s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
}
