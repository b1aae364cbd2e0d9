// The part of a response head that is the same for every viewer, as bytes, ready to be copied on a hit.

import HTTPSemantics
import HTTPTypes
import NIOCore

/// Status line and stored fields, each line ended, without the empty line.
enum PreparedHead {
    static func bytes(status: HTTPResponse.Status, fields: HTTPFields) -> ByteBuffer {
        var head = ByteBufferAllocator().buffer(capacity: 256 + fields.count * 32)
        head.writeStaticString("HTTP/1.1 ")
        head.writeString(String(status.code))
        head.writeStaticString(" ")
        if status.reasonPhrase.isEmpty {
            head.writeStaticString(ReasonPhrase.phrase(for: status.code))
        } else {
            head.writeString(status.reasonPhrase)
        }
        head.writeStaticString("\r\n")
        for field in fields {
            head.writeString(field.name.rawName)
            head.writeStaticString(": ")
            field.withUnsafeBytesOfValue { _ = head.writeBytes($0) }
            head.writeStaticString("\r\n")
        }
        // In storage of its own size, since it is kept as long as the entry.
        var exact = ByteBufferAllocator().buffer(capacity: head.readableBytes)
        exact.writeBuffer(&head)
        return exact
    }
}
