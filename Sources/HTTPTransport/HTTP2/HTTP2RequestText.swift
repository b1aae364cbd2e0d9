// An HTTP/2 request's control data and fields (RFC 9113 section 8.3) as the text of an HTTP/1.1 head, which the one strict reader of
// heads then judges: the same limits, the same refusals, the same view for the fast path. What would be able to break out of its
// line was refused before: no name or value here holds CR, LF or NUL.

import NIOCore
import NIOHPACK

/// Translates request header sections.
enum HTTP2RequestText {
    /// Writes a head. Throws what the request is answered with when its parts contradict each other.
    ///
    /// Cookie fields are joined to one (section 8.2.3). The authority is that of `:authority`, or of `Host` where there is none.
    static func write(_ headers: HPACKHeaders, into text: inout ByteBuffer) throws(RequestError) {
        var (method, path, scheme) = ("", "", "")
        var authority: String?
        var host: String?
        var cookies = ""
        var isInFields = false
        for (name, value, _) in headers {
            if name.utf8.first == UInt8(ascii: ":") {
                switch name {
                case ":method": method = value
                case ":path": path = value
                case ":scheme": scheme = value
                case ":authority": authority = value
                default: break
                }
                continue
            }
            if !isInFields {
                isInFields = true
                try writeRequestLine(method, path, scheme, into: &text)
            }
            switch name {
            case "host":
                guard host == nil else { throw RequestError(400, "two Host fields") }
                host = value
            case "cookie": cookies += cookies.isEmpty ? value : "; " + value
            default: writeField(name, value, into: &text)
            }
        }
        if !isInFields { try writeRequestLine(method, path, scheme, into: &text) }
        if let authority {
            guard !authority.isEmpty else { throw RequestError(400, "the authority is empty") }
            if let host, host != authority, host.lowercased() != authority.lowercased() {
                throw RequestError(400, "the Host field differs from the authority")
            }
        }
        if let name = authority ?? host { writeField("host", name, into: &text) }
        if !cookies.isEmpty { writeField("cookie", cookies, into: &text) }
        text.writeStaticString("\r\n")
    }

    private static func writeRequestLine(_ method: String, _ path: String, _ scheme: String, into text: inout ByteBuffer) throws(RequestError) {
        guard method != "CONNECT" else { throw RequestError(400, "there are no tunnels here") }
        guard scheme == "https" else { throw RequestError(400, "the scheme is not https") }
        guard path.utf8.first == UInt8(ascii: "/") || path == "*" else { throw RequestError(400, "the request target is not a path") }
        text.writeString(method)
        text.writeStaticString(" ")
        text.writeString(path)
        text.writeStaticString(" HTTP/1.1\r\n")
    }

    private static func writeField(_ name: String, _ value: String, into text: inout ByteBuffer) {
        text.writeString(name)
        text.writeStaticString(": ")
        text.writeString(value)
        text.writeStaticString("\r\n")
    }
}
