import HTTPSemantics
import HTTPTypes
import Testing

@Suite struct NegotiationTests {
    @Test(arguments: [
        // value, gzip, br, identity
        ("gzip, deflate, br, zstd", 1000, 1000, 1000), ("gzip", 1000, 0, 1000), ("GZIP;Q=0.5", 500, 0, 1000),
        ("x-gzip", 1000, 0, 1000), ("compress, gzip", 1000, 0, 1000), ("", 0, 0, 1000), ("*", 1000, 1000, 1000),
        ("compress;q=0.5, gzip;q=1.0", 1000, 0, 1000), ("gzip;q=1.0, identity; q=0.5, *;q=0", 1000, 0, 500),
        ("*;q=0", 0, 0, 0), ("identity;q=0", 0, 0, 0), ("*;q=0, identity", 0, 0, 1000), ("gzip;q=0, br", 0, 1000, 1000),
        ("gzip;q=0.001", 1, 0, 1000), ("gzip;q=0.123 , br ; q=0.9", 123, 900, 1000), ("gzip;q=0.", 0, 0, 1000),
        // A malformed weight drops the element.
        ("gzip;q=1.001, br", 0, 1000, 1000), ("gzip;q=2, br", 0, 1000, 1000), ("gzip;q=-1", 0, 0, 1000),
        ("gzip;q=0.1234", 0, 0, 1000), ("gzip;q, br", 0, 1000, 1000), ("gzip;level=3", 0, 0, 1000), ("gzip br", 0, 0, 1000),
        ("gzip;q=.5", 0, 0, 1000), ("gzip;q=0.5;x=1", 0, 0, 1000),
        // The first weight counts.
        ("gzip;q=0.2, gzip;q=0.9", 200, 0, 1000), ("br;q=1, *;q=0.1", 100, 1000, 1000),
    ] as [(String, UInt16, UInt16, UInt16)])
    func `Accept-Encoding gives each coding its weight`(value: String, gzip: UInt16, br: UInt16, identity: UInt16) {
        let accepted = AcceptEncoding(value)
        #expect(accepted.gzip == gzip)
        #expect(accepted.br == br)
        #expect(accepted.identity == identity)
        #expect(AcceptEncoding(Array(value.utf8).span) == accepted)
    }

    @Test func `several lines are one list and a star names nothing`() {
        var fields = HTTPFields()
        #expect(!AcceptEncoding(fields).isPresent)
        fields.append(HTTPField(name: .acceptEncoding, value: "gzip"))
        fields.append(HTTPField(name: .acceptEncoding, value: "*;q=0.5"))
        let accepted = AcceptEncoding(fields)
        #expect(accepted.isPresent && accepted.namesGzip && !accepted.namesBr && accepted.br == 500)
    }

    @Test func `Vary is read over several lines`() {
        func vary(_ lines: String...) -> Vary {
            var fields = HTTPFields()
            for line in lines { fields.append(HTTPField(name: .vary, value: line)) }
            return Vary(fields)
        }
        #expect(vary() == .none)
        #expect(vary("") == .none)
        #expect(vary("Accept-Encoding, , accept-encoding", "Origin") == .fields([.acceptEncoding, .origin]))
        #expect(vary("Accept-Encoding", "a, *") == .any)
        #expect(vary("a b") == .any)
        #expect(vary("Accept-Encoding, Origin").fieldValue == "Accept-Encoding, Origin")
        #expect(Vary.any.fieldValue == "*" && Vary.none.fieldValue == nil)
    }

    @Test(arguments: [
        ("text/html", "text/html", "text/html"), ("Text/HTML;Charset=utf-8", "text/html", "text/html; charset=utf-8"),
        ("text/html; charset=\"utf-8\"", "text/html", "text/html; charset=utf-8"), ("text/html ; ", "text/html", "text/html"),
        ("a/b;x=\"q \\\" w\";y=1", "a/b", "a/b; x=\"q \\\" w\"; y=1"), ("image/svg+xml;;a=b", "image/svg+xml", "image/svg+xml; a=b"),
    ])
    func `media types are read and written`(value: String, essence: String, description: String) {
        let type = MediaType(value)
        #expect(type?.essence == essence)
        #expect(type?.description == description)
    }

    @Test(arguments: ["", "text", "text/", "/html", "text/html x", "text/html;a", "text/html;a=", "text/html;a=\"b", "te xt/html", "text/html,text/css"])
    func `a malformed media type is refused`(value: String) {
        #expect(MediaType(value) == nil)
    }

    @Test func `the charset parameter is found`() {
        #expect(MediaType("text/css; charset=UTF-8")?.parameter("charset") == "UTF-8")
    }
}
