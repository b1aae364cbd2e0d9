// A forward-only XML writer for result documents: elements and text, nothing else.

/// Builds one XML document; text is escaped so that the reader gets back every code point XML 1.0 can carry.
package struct XMLWriter: Sendable {
    package private(set) var bytes: [UInt8] = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)

    package init() {}

    /// Writes an element with content; a root names its namespace.
    package mutating func element(
        _ name: String, namespace: String? = nil, _ content: (inout XMLWriter) -> Void
    ) {
        bytes.append(contentsOf: "<\(name)".utf8)
        if let namespace { bytes.append(contentsOf: " xmlns=\"\(namespace)\"".utf8) }
        bytes.append(UInt8(ascii: ">"))
        content(&self)
        bytes.append(contentsOf: "</\(name)>".utf8)
    }

    /// Writes an element holding text.
    package mutating func leaf(_ name: String, _ text: String) {
        bytes.append(contentsOf: "<\(name)>".utf8)
        appendEscaped(text)
        bytes.append(contentsOf: "</\(name)>".utf8)
    }

    /// Writes an element holding text, or nothing at all for nil.
    package mutating func leaf(_ name: String, ifPresent text: String?) {
        if let text { leaf(name, text) }
    }

    package mutating func leaf(_ name: String, _ number: some BinaryInteger) { leaf(name, String(number)) }
    package mutating func leaf(_ name: String, _ flag: Bool) { leaf(name, flag ? "true" : "false") }

    /// Writes text as the content of the element that is open.
    package mutating func text(_ text: String) { appendEscaped(text) }

    /// An opening tag with attributes, for the one document (ACL) that has them.
    package mutating func element(_ name: String, rawAttributes: String, _ content: (inout XMLWriter) -> Void) {
        bytes.append(contentsOf: "<\(name) \(rawAttributes)>".utf8)
        content(&self)
        bytes.append(contentsOf: "</\(name)>".utf8)
    }

    private mutating func appendEscaped(_ text: String) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
            // A bare control character would be normalised or refused by readers; S3 writes references too.
            case 0..<0x20, 0x7f: bytes.append(contentsOf: "&#x\(String(byte, radix: 16));".utf8)
            default: bytes.append(byte)
            }
        }
    }
}
