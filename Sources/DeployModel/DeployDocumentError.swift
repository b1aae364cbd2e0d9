package import JSONDocuments

/// Why a document of a deploy can't be used. `document` is its key or file.
package struct DeployDocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    package var document: String
    package var reason: String

    package init(document: String, reason: String) {
        self.document = document
        self.reason = reason
    }

    package init(document: String, _ error: JSONError) { self.init(document: document, reason: error.description) }

    package var description: String { "\(document): \(reason)" }
}

extension JSONObject {
    /// Opens a document whose first member names its kind and version, such as `"skerry_manifest": 1`.
    ///
    /// A version that this program doesn't know is refused: guessing at what it means could lose something.
    init(document bytes: [UInt8], kind: String, version: Int64) throws(JSONError) {
        try self.init(try JSONValue(reading: bytes))
        guard let found = try integer(ifPresent: kind) else { throw JSONError("\(kind) is missing; this is another kind of document") }
        guard found == version else {
            throw JSONError("\(kind) is version \(found), and this program knows only version \(version)")
        }
    }
}
