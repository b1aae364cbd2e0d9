import HTTPTypes
import Testing

@testable import HTTPTransport

struct HeadParserTests {
    /// Parses all of `text` at once; nil while incomplete.
    private func parse(_ text: String, limits: TransportLimits = TransportLimits()) throws(RequestError) -> RequestHead? {
        var parser = HeadParser(limits: limits)
        var layout = HeadLayout()
        // `withUnsafeBytes` of an array forgets the error's type, so it travels as a result.
        let outcome = Array(text.utf8).withUnsafeBytes { bytes in
            Result { () throws(RequestError) -> RequestHead? in
                guard try parser.parse(bytes, into: &layout) else { return nil }
                return try RequestView(bytes: bytes, layout: layout).makeHead()
            }
        }
        return try outcome.get()
    }

    private func status(_ text: String, limits: TransportLimits = TransportLimits()) -> Int? {
        do {
            _ = try parse(text, limits: limits)
            return nil
        } catch {
            return error.status
        }
    }

    @Test func `a request head is read into its parts`() throws {
        let head = try #require(
            try parse("GET /a%20b/c?x=1&y HTTP/1.1\r\nHost: Example.org:8080\r\nX-Two:  spaced \t\r\nx-two: again\r\n\r\nrest"))
        #expect(head.method == .get)
        #expect(head.path == "/a%20b/c")
        #expect(head.query == "x=1&y")
        #expect(head.authority == "Example.org:8080")
        #expect(head.version == .http11)
        #expect(head.fields[values: HTTPField.Name("X-Two")!] == ["spaced", "again"])
        #expect(head.bytesReceived == 87)
    }

    @Test(arguments: [
        ("http://h.example/p?q", "h.example", "/p", "q"), ("HTTP://h.example", "h.example", "/", nil),
        ("https://h.example?q", "h.example", "/", "q"),
    ] as [(String, String, String, String?)])
    func `an absolute target names the authority, whatever Host says (RFC 9112 3.2.2)`(
        target: String, authority: String, path: String, query: String?
    ) throws {
        let head = try #require(try parse("GET \(target) HTTP/1.1\r\nHost: other\r\n\r\n"))
        #expect((head.authority, head.path, head.query) == (authority, path, query))
    }

    @Test func `bytes beyond ASCII in the target arrive percent-encoded`() throws {
        let head = try #require(try parse("GET /ä?ö HTTP/1.1\r\nHost: h\r\n\r\n"))
        #expect(head.path == "/%C3%A4")
        #expect(head.query == "%C3%B6")
    }

    @Test(arguments: [
        ("a bare LF ends a line", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400),
        ("a bare LF ends a field", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", 400),
        ("a bare CR in a value", "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", 400),
        ("a folded field", "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n", 400),
        ("a space before the colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400),
        ("a field without colon", "GET / HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n", 400),
        ("an empty field name", "GET / HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n", 400),
        ("NUL in a value", "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n", 400),
        ("no Host in HTTP/1.1", "GET / HTTP/1.1\r\nX: y\r\n\r\n", 400),
        ("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("a Host that is no authority", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        ("user information in Host", "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", 400),
        ("both lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("two lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", 400),
        ("a list of lengths", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\n", 400),
        ("a signed length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\n", 400),
        ("a length beyond any", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
        ("an empty length", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", 400),
        ("chunked not alone", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("chunked twice", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("another transfer coding", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n", 501),
        ("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("an unknown expectation", "POST / HTTP/1.1\r\nHost: h\r\nExpect: wonders\r\n\r\n", 417),
        ("no method", " / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("a tab for a space", "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("no version (HTTP/0.9)", "GET /\r\nHost: h\r\n\r\n", 400),
        ("a lower-case version", "GET / http/1.1\r\nHost: h\r\n\r\n", 400),
        ("HTTP/2 as text", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        ("a relative target", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("an authority as target", "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("a fragment", "GET /#a HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        ("a control byte in the target", "GET /\u{1} HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    ])
    func `what two parsers could read differently is refused (RFC 9112 11.2)`(name: String, text: String, expected: Int) {
        #expect(status(text) == expected, "\(name)")
    }

    @Test func `a bare LF is refused as soon as it is seen, not when the head ends`() {
        #expect(status("GET / HTTP/1.1\n") == 400)
    }

    @Test func `HTTP/1.0 needs no Host`() throws {
        let head = try #require(try parse("GET / HTTP/1.0\r\n\r\n"))
        #expect(head.version == .http10)
        #expect(head.authority == "")
    }

    @Test func `a head is complete at its empty line and not before, wherever it is cut`() throws {
        let text = Array("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n".utf8)
        var parser = HeadParser(limits: TransportLimits())
        var layout = HeadLayout()
        for count in 0..<text.count {
            let complete = try text[..<count].withUnsafeBytes { (bytes) throws(RequestError) in try parser.parse(bytes, into: &layout) }
            #expect(!complete, "\(count) bytes")
        }
        let complete = try text.withUnsafeBytes { (bytes) throws(RequestError) in try parser.parse(bytes, into: &layout) }
        #expect(complete)
        #expect(layout.headBytes == text.count)
    }

    @Test(arguments: [(0, nil), (1, 414)] as [(Int, Int?)])
    func `a request line up to its limit is read, one byte more is 414`(extra: Int, expected: Int?) {
        var limits = TransportLimits()
        limits.requestLineBytesMax = 100
        let path = "/" + String(repeating: "a", count: 100 - "GET / HTTP/1.1".count + extra)
        #expect(status("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n", limits: limits) == expected)
    }

    @Test(arguments: [(0, nil), (1, 413)] as [(Int, Int?)])
    func `a head up to its limit is read, one byte more has the status that the limits name`(extra: Int, expected: Int?) {
        var limits = TransportLimits()
        limits.headBytesMax = 200
        limits.headTooLargeStatus = 413
        let start = "GET / HTTP/1.1\r\nHost: h\r\nX: "
        let text = start + String(repeating: "v", count: 200 - start.utf8.count - 4 + extra) + "\r\n\r\n"
        #expect(status(text, limits: limits) == expected)
        // Also when the end never comes.
        #expect(status(start + String(repeating: "v", count: 300), limits: limits) == 413)
    }

    @Test func `more fields than the limit are refused`() {
        var limits = TransportLimits()
        limits.fieldCountMax = 3
        #expect(status("GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\n\r\n", limits: limits) == nil)
        #expect(status("GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits: limits) == 431)
    }
}
