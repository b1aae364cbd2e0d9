import Testing

extension EndToEnd {
    /// gzip and brotli at the edge, and each condition under which there is none.
    @Suite struct CompressionTests {
        private static let text = String(repeating: "All work and no play makes the edge a dull place. ", count: 60)

        private func edge(_ place: Workplace, compress: Bool = true, _ script: @escaping @Sendable (ReceivedRequest) -> Answer) throws -> Edge {
            let origin = try ScriptedOrigin(place, script: script)
            var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
            site.compress = compress
            site.ttl = (1, 86400, 31_536_000)
            return try place.startEdge(EdgeConfigurationText(site))
        }

        @Test func `brotli is preferred to gzip, and what a client unpacks is the original`() throws {
            try Workplace.with { place in
                let edge = try edge(place) { _ in .whole(200, ["Content-Type": "text/html", "ETag": "\"abc\""], Self.text) }
                let cases: [(accept: String?, coding: String?)] = [
                    ("gzip, deflate, br", "br"), ("br", "br"), ("gzip", "gzip"), ("gzip;q=0.5, br;q=0", "gzip"), ("deflate", nil),
                    ("identity", nil), (nil, nil),
                ]
                for (accept, coding) in cases {
                    for result in ["first", "second"] {
                        let response = try edge.fetch("GET", "/a.html", accept.map { ["Accept-Encoding": $0] } ?? [:])
                        #expect(response.fields["Content-Encoding"] == coding, "\(accept ?? "-") \(result)")
                        #expect(response.fields["ETag"] == (coding == nil ? "\"abc\"" : "W/\"abc\""))
                        if coding == nil {
                            #expect(response.text == Self.text)
                        } else {
                            #expect(response.fields["Vary"]?.lowercased().contains("accept-encoding") == true)
                            #expect(response.body.count < Self.text.utf8.count / 4)
                        }
                        if result == "second" { #expect(response.cacheResult == "Hit", "\(accept ?? "-")") }
                    }
                }
                for coding in ["gzip", "br"] {
                    let unpacked = try place.run(
                        Tools.curl,
                        [
                            "-s", "--compressed", "-H", "Accept-Encoding: \(coding)", "-H", "Host: site.test",
                            "http://127.0.0.1:\(edge.http)/a.html",
                        ])
                    #expect(unpacked.output == Self.text, "\(coding): \(unpacked.errors)")
                }
            }
        }

        @Test func `each condition that is not met leaves the body alone`() throws {
            try Workplace.with { place in
                let edge = try edge(place) { request in
                    switch request.path {
                    case "/999.css": .whole(200, ["Content-Type": "text/css"], String(Self.text.prefix(999)))
                    case "/1000.css": .whole(200, ["Content-Type": "text/css"], String(Self.text.prefix(1000)))
                    case "/picture": .whole(200, ["Content-Type": "image/png"], Self.text)
                    case "/font": .whole(200, ["Content-Type": "font/woff2"], Self.text)
                    case "/charset": .whole(200, ["Content-Type": "Text/HTML; charset=utf-8"], Self.text)
                    case "/drawing": .whole(200, ["Content-Type": "image/svg+xml"], Self.text)
                    case "/coded": .whole(200, ["Content-Type": "text/css", "Content-Encoding": "x-own"], Self.text)
                    case "/chunked": .chunked(["Content-Type": "text/css"], [Self.text])
                    case "/missing": .whole(404, ["Content-Type": "text/html"], Self.text)
                    case "/teapot": .whole(410, ["Content-Type": "text/html"], Self.text)
                    default: .whole(200, ["Content-Type": "text/css"], Self.text)
                    }
                }
                let cases: [(path: String, coding: String?)] = [
                    ("/999.css", nil), ("/1000.css", "gzip"), ("/picture", nil), ("/font", nil), ("/charset", "gzip"),
                    ("/drawing", "gzip"), ("/coded", "x-own"), ("/chunked", nil), ("/missing", "gzip"), ("/teapot", nil),
                    ("/plain", "gzip"),
                ]
                for (path, coding) in cases {
                    let response = try edge.fetch("GET", path, ["Accept-Encoding": "gzip"])
                    #expect(response.fields["Content-Encoding"] == coding, "\(path): \(response)")
                    if coding != "gzip" { #expect(response.isComplete) }
                }
                let old = try edge.fetch("GET", "/old", ["Accept-Encoding": "gzip"], version: "HTTP/1.0")
                #expect(old.fields["Content-Encoding"] == nil)
                #expect(old.text == Self.text)
            }
        }

        @Test func `a behaviour that does not compress passes bodies through`() throws {
            try Workplace.with { place in
                let edge = try edge(place, compress: false) { _ in .whole(200, ["Content-Type": "text/html"], Self.text) }
                let response = try edge.fetch("GET", "/a", ["Accept-Encoding": "br, gzip"])
                #expect(response.fields["Content-Encoding"] == nil)
                #expect(response.text == Self.text)
            }
        }
    }
}
