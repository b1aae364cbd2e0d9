// A request as the bytes it arrived in, for answers that must cost next to nothing; and its translation to a
// `RequestHead` for everything else.

import HTTPTypes

/// A parsed request whose parts still point into the connection's buffer. Valid only during the call that receives it.
package struct RequestView {
    let bytes: UnsafeRawBufferPointer
    let layout: HeadLayout

    /// Fields of interest that the request carries.
    package var known: KnownFields { layout.known }
    package var method: UnsafeRawBufferPointer { self[layout.method] }
    /// The path as received; empty only for an absolute-form target without one.
    package var path: UnsafeRawBufferPointer { self[layout.path] }
    package var query: UnsafeRawBufferPointer? { layout.query.map { self[$0] } }
    package var version: HTTPVersion { layout.version }
    /// Bytes of request line and header section.
    package var headBytes: Int { layout.headBytes }

    /// The target's authority when it was absolute, else the Host field's value.
    package var authority: UnsafeRawBufferPointer {
        if let authority = layout.targetAuthority { return self[authority] }
        return layout.host.map { self[layout.fields[$0].value] } ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// The Accept-Encoding field when there is just one; nil when there is none or several.
    package var acceptEncoding: UnsafeRawBufferPointer? {
        layout.acceptEncoding.map { self[layout.fields[$0].value] }
    }

    package var isGET: Bool { layout.method.count == 3 && equals(layout.method, "GET") }
    package var isHEAD: Bool { layout.method.count == 4 && equals(layout.method, "HEAD") }

    /// Calls `body` with the value of each field of that lower-case name.
    package func forEachValue(of name: StaticString, _ body: (UnsafeRawBufferPointer) -> Void) {
        for field in layout.fields where field.name.count == name.utf8CodeUnitCount {
            if equalsIgnoringCase(self[field.name], name) { body(self[field.value]) }
        }
    }

    private func equals(_ slice: ByteSlice, _ literal: StaticString) -> Bool {
        self[slice].elementsEqual(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    private subscript(_ slice: ByteSlice) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[Int(slice.start)..<Int(slice.start &+ slice.count)])
    }

    /// The same request as an owned value.
    func makeHead() throws(RequestError) -> RequestHead {
        guard let method = HTTPRequest.Method(String(decoding: self.method, as: UTF8.self)) else {
            throw RequestError(400, "the method is not a token")
        }
        var fields = HTTPFields()
        fields.reserveCapacity(layout.fields.count)
        for field in layout.fields {
            guard let name = HTTPField.Name(String(decoding: self[field.name], as: UTF8.self)) else {
                throw RequestError(400, "a header field has no valid name")
            }
            fields.append(HTTPField(name: name, value: self[field.value]))
        }
        let path = asciiText(self.path)
        return RequestHead(
            method: method, path: path.isEmpty ? "/" : path, query: query.map(asciiText),
            authority: String(decoding: authority, as: UTF8.self), version: layout.version, fields: fields,
            bytesReceived: layout.headBytes)
    }
}

/// The bytes as text; those beyond ASCII, which RFC 3986 does not allow but clients send, percent-encoded.
private func asciiText(_ bytes: UnsafeRawBufferPointer) -> String {
    if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
    let digits = Array("0123456789ABCDEF".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        if byte < 0x80 { text.append(byte) } else { text += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    }
    return String(decoding: text, as: UTF8.self)
}
