// Response heads as HTTP/2 header sections (RFC 9113 sections 8.2 and 8.3.2): names in lower case, nothing about the connection.

import HTTPTypes
import NIOCore
import NIOHPACK

enum HTTP2ResponseFields {
    /// - Parameter dropsLength: for 1xx and 204, which have no content to be measured.
    static func headers(_ head: ResponseHead) -> HPACKHeaders {
        let code = head.status.code
        let dropsLength = code < 200 || code == 204
        var headers = HPACKHeaders()
        headers.reserveCapacity(head.fields.count + 1)
        headers.add(name: ":status", value: String(code))
        for field in head.fields {
            let name = field.name.canonicalName
            if isAboutConnection(name) || (dropsLength && name == "content-length") { continue }
            headers.add(name: name, value: field.value, indexing: indexing(of: name))
        }
        return headers
    }

    /// The same from a head that was written for HTTP/1.1.
    static func headers(fromText text: UnsafeRawBufferPointer) -> HPACKHeaders {
        var headers = HPACKHeaders()
        headers.reserveCapacity(24)
        // "HTTP/1.1 " and three digits.
        headers.add(name: ":status", value: String(decoding: text[9..<12], as: UTF8.self))
        var position = (indexOfByte(0x0A, in: text, from: 0) ?? text.count) + 1
        while position < text.count, let lineFeed = indexOfByte(0x0A, in: text, from: position) {
            defer { position = lineFeed + 1 }
            guard lineFeed - 1 > position, let colon = indexOfByte(0x3A, in: text, from: position), colon + 2 <= lineFeed - 1 else { continue }
            let name = lowercased(text[position..<colon])
            if isAboutConnection(name) { continue }
            headers.add(name: name, value: String(decoding: text[(colon + 2)..<(lineFeed - 1)], as: UTF8.self), indexing: indexing(of: name))
        }
        return headers
    }

    private static func lowercased(_ name: Slice<UnsafeRawBufferPointer>) -> String {
        String(unsafeUninitializedCapacity: name.count) { target in
            for (offset, byte) in name.enumerated() { target[offset] = HTTPTransport.lowercased(byte) }
            return name.count
        }
    }

    private static func isAboutConnection(_ name: String) -> Bool {
        switch name {
        case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade": true
        default: false
        }
    }

    /// Values that hardly come twice would only push others out of the compression table; cookies are nobody else's business
    /// (RFC 7541 section 7.1.3).
    private static func indexing(of name: String) -> HPACKIndexing {
        switch name {
        case "age", "content-length", "content-range", "date", "etag", "expires", "last-modified", "location", "server-timing", "x-amz-cf-id",
            "x-amz-request-id", "x-amz-id-2":
            .nonIndexable
        case "set-cookie": .neverIndexed
        default: .indexable
        }
    }
}
