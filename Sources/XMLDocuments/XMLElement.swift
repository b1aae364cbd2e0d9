// A strict reader for the small XML documents that API requests carry. It knows elements, text, comments, CDATA, the
// five named references and numeric references. Attributes are checked and dropped, namespace prefixes are dropped.
// There is no DTD, no processing instruction besides the declaration, and no external anything.

/// One element of a request document, without attributes and prefixes.
package struct XMLElement: Sendable, Equatable {
    package var name: String
    package var text: String
    package var children: [XMLElement]

    package static let depthMax = 16
    package static let elementsMax = 50_000

    /// The text of the only child of that name; nil when there is none.
    ///
    /// Throws when there are several, or when it holds elements.
    package func value(_ name: String) throws(XMLError) -> String? {
        guard let child = try only(name) else { return nil }
        guard child.children.isEmpty else { throw XMLError("\(name) holds elements where text is expected") }
        return child.text
    }

    /// The only child of that name; nil when there is none, throws when there are several.
    package func only(_ name: String) throws(XMLError) -> XMLElement? {
        let found = children.filter { $0.name == name }
        guard found.count <= 1 else { throw XMLError("\(name) appears more than once in \(self.name)") }
        return found.first
    }

    /// Refuses children other than those named, and text between them.
    package func requireOnly(_ names: Set<String>) throws(XMLError) {
        for child in children where !names.contains(child.name) {
            throw XMLError("\(child.name) is not expected in \(name)")
        }
        guard children.isEmpty || text.utf8.allSatisfy(XMLParser.isSpace) else {
            throw XMLError("text is not expected in \(name)")
        }
    }

    /// Reads a document whose root element has that name.
    package static func read(_ bytes: [UInt8], root: String) throws(XMLError) -> XMLElement {
        let element = try read(bytes)
        guard element.name == root else { throw XMLError("\(root) is expected, not \(element.name)") }
        return element
    }

    package static func read(_ bytes: [UInt8]) throws(XMLError) -> XMLElement {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw XMLError("not UTF-8") }
        var parser = XMLParser(bytes: bytes)
        return try parser.document()
    }
}

/// What is wrong with a document, in words for the one who sent it.
package struct XMLError: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
