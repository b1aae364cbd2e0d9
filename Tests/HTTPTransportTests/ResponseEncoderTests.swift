import HTTPTypes
import NIOCore
import Testing

@testable import HTTPTransport

struct ResponseEncoderTests {
    @Test(arguments: [
        (200, "5", false, HTTPVersion.http11, ResponseFraming.length(5)), (200, nil, false, .http11, .chunked),
        (200, nil, false, .http10, .untilClose), (200, "5", true, .http11, .none), (204, nil, false, .http11, .none),
        (304, "5", false, .http11, .none), (103, nil, false, .http11, .none), (200, "x", false, .http11, .chunked),
    ] as [(Int, String?, Bool, HTTPVersion, ResponseFraming)])
    func `the end of the content is told as RFC 9112 6.3 has it`(
        status: Int, length: String?, isHEAD: Bool, version: HTTPVersion, expected: ResponseFraming
    ) {
        var head = ResponseHead(status: .init(code: status))
        head.fields[.contentLength] = length
        #expect(ResponseFraming(for: head, isHEAD: isHEAD, version: version) == expected)
    }

    @Test func `a head is written in order, with names as they were given and without a service's own framing`() {
        var head = ResponseHead(status: .notFound)
        head.fields.append(HTTPField(name: HTTPField.Name("x-LOWER")!, value: "1"))
        head.fields.append(HTTPField(name: .connection, value: "keep-alive"))
        head.fields.append(HTTPField(name: .transferEncoding, value: "gzip"))
        head.fields.append(HTTPField(name: .contentType, value: "text/plain"))
        var output = ByteBuffer()
        encode(head, framing: .chunked, connection: .close, into: &output)
        #expect(
            String(buffer: output)
                == "HTTP/1.1 404 Not Found\r\nx-LOWER: 1\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        )
    }

    @Test(arguments: [("a list", 200, "5, 5"), ("a sign", 200, "+5"), ("204", 204, "5"), ("103", 103, "5")])
    func `a length that does not frame the response is left out`(name: String, status: Int, length: String) {
        let head = ResponseHead(status: .init(code: status), fields: [.contentLength: length])
        var output = ByteBuffer()
        encode(head, framing: ResponseFraming(for: head, isHEAD: false, version: .http11), connection: .implicit, into: &output)
        #expect(!String(buffer: output).contains("Content-Length"), "\(name)")
    }
}
