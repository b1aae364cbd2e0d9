// Writes response heads (RFC 9112 section 4) and decides how the end of the content will be told (section 6).

import HTTPSemantics
import HTTPTypes
import NIOCore

/// How a response's content is delimited.
enum ResponseFraming: Equatable {
    /// No content, whatever the fields say: HEAD, 1xx, 204, 304.
    case none
    /// Exactly so many bytes.
    case length(Int)
    case chunked
    /// The end of the connection ends the content (HTTP/1.0 only).
    case untilClose

    init(for head: ResponseHead, isHEAD: Bool, version: HTTPVersion) {
        let code = head.status.code
        if isHEAD || code < 200 || code == 204 || code == 304 {
            self = .none
        } else if let length = head.fields[.contentLength].flatMap(decimalLength) {
            self = .length(length)
        } else {
            self = version == .http10 ? .untilClose : .chunked
        }
    }
}

/// Appends a response head to `output`; the transport's own fields are added, a service's are left out.
func encode(_ head: ResponseHead, framing: ResponseFraming, connection: ConnectionToken, into output: inout ByteBuffer) {
    // A length beside another framing, and in 1xx and 204, is forbidden (RFC 9112 section 6.2, RFC 9110 section 8.6).
    let code = head.status.code
    let dropsLength = framing == .chunked || framing == .untilClose || code < 200 || code == 204
    output.writeStaticString("HTTP/1.1 ")
    output.writeString(String(head.status.code))
    output.writeInteger(UInt8(ascii: " "))
    if head.status.reasonPhrase.isEmpty {
        output.writeStaticString(ReasonPhrase.phrase(for: head.status.code))
    } else {
        output.writeString(head.status.reasonPhrase)
    }
    output.writeStaticString("\r\n")
    for field in head.fields {
        switch field.name {
        case .connection, .transferEncoding, keepAliveName: continue
        case .contentLength where dropsLength: continue
        default: break
        }
        output.writeString(field.name.rawName)
        output.writeStaticString(": ")
        field.withUnsafeBytesOfValue { _ = output.writeBytes($0) }
        output.writeStaticString("\r\n")
    }
    if framing == .chunked { output.writeStaticString("Transfer-Encoding: chunked\r\n") }
    switch connection {
    case .implicit: break
    case .close: output.writeStaticString("Connection: close\r\n")
    case .keepAlive: output.writeStaticString("Connection: keep-alive\r\n")
    }
    output.writeStaticString("\r\n")
}

/// What a response says of the connection's future.
enum ConnectionToken {
    case implicit
    case close
    case keepAlive
}

private func decimalLength(_ text: String) -> Int? {
    var text = text
    return text.withUTF8 { decimal(UnsafeRawBufferPointer($0)) }
}

private let keepAliveName = HTTPField.Name("Keep-Alive")!
