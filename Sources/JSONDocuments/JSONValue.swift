// JSON (RFC 8259) as values: read strictly, written in one canonical form, so that equal values are equal bytes.
//
// Left out: numbers beyond 64-bit integers. The documents here count bytes and seconds; a fraction or exponent is refused.

/// A JSON value. Members of an object keep their order and never repeat a name.
package enum JSONValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// Depth of nesting that is read.
    package static let depthMax = 16

    /// An object from a literal.
    package static func object(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(members.compactMap { name, value in value.map { JSONMember(name, $0) } })
    }
}

/// One member of an object.
package struct JSONMember: Sendable, Hashable {
    package var name: String
    package var value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

/// What is wrong with a document, for the one who wrote it.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
