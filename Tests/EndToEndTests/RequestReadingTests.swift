import Testing

extension EndToEnd {
    /// What both listeners make of requests that are malformed, too large or too slow.
    @Suite struct RequestReadingTests {
        /// Requests that two servers might read differently.
        static let smuggling: [String] = [
            "POST /a HTTP/1.1\r\nHost: site.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: site.test\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            "POST /a HTTP/1.1\r\nHost: site.test\r\nContent-Length: 5, 6\r\n\r\nhello",
            "POST /a HTTP/1.1\r\nHost: site.test\r\nContent-Length: +5\r\n\r\nhello",
            "POST /a HTTP/1.1\r\nHost: site.test\r\nContent-Length: 0x5\r\n\r\nhello",
            "POST /a HTTP/1.1\r\nHost: site.test\r\nContent-Length: -1\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            "POST /a HTTP/1.0\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: site.test\r\nX: a\r\n b\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: site.test\r\nX: a\rb\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: site.test\r\nX: a\u{0}b\r\n\r\n",
            "GET /a HTTP/1.1\nHost: site.test\n\n",
            "GET /a HTTP/1.1\r\nHost: site.test\r\nX: a\nY: b\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: site.test\r\nHost: other.test\r\n\r\n",
            "GET /a HTTP/1.1\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: site.test\r\nBad Name: x\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: site.test\r\n: x\r\n\r\n",
            "GET /a HTTP/1.1\r\n Host: site.test\r\n\r\n",
            "GET  /a HTTP/1.1\r\nHost: site.test\r\n\r\n",
            "GET /a b HTTP/1.1\r\nHost: site.test\r\n\r\n",
            "GET /a\r\nHost: site.test\r\n\r\n",
            "GET a HTTP/1.1\r\nHost: site.test\r\n\r\n",
            "G\u{1}T /a HTTP/1.1\r\nHost: site.test\r\n\r\n",
        ]

        /// Bodies in chunks whose framing is wrong.
        static let badChunks = ["zz\r\nhello\r\n0\r\n\r\n", "5;\nhello\r\n0\r\n\r\n", "5\r\nhelloX\r\n0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n",
            "fffffffffffffffff\r\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n"]

        @Test func `the edge refuses what could be read in two ways, and closes`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in .whole(200, [:], "never") }
                var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                site.allowsAllMethods = true
                let edge = try place.startEdge(EdgeConfigurationText(site))
                try refuseAll(port: edge.http)
                #expect(origin.requests.isEmpty, "\(origin.requests.map(\.target))")
                #expect(try edge.fetch("GET", "/fine").status == 200)

                for chunks in Self.badChunks {
                    let connection = try HTTPConnection(port: edge.http)
                    try connection.send(
                        "POST /a HTTP/1.1\r\nHost: site.test\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)GET /smuggled HTTP/1.1\r\nHost: site.test\r\n\r\n")
                    #expect(try connection.response(to: "POST").status == 400, "\(chunks.debugDescription)")
                    #expect(try connection.isEnded(), "\(chunks.debugDescription)")
                }
                #expect(origin.requests(for: "/smuggled").isEmpty)
            }
        }

        @Test func `the origin refuses the same, and closes`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                try refuseAll(port: origin.port)
                #expect(try origin.s3.request("GET", "/").status == 200)
            }
        }

        private func refuseAll(port: Int) throws {
            for request in Self.smuggling {
                let connection = try HTTPConnection(port: port)
                try connection.send(request)
                let response = try connection.response(to: "POST")
                // An unknown transfer coding may also be answered 501 (RFC 9112, section 6.1).
                let refusals = request.contains("Transfer-Encoding") ? [400, 501] : [400]
                #expect(refusals.contains(response.status), "\(request.debugDescription)\n\(response)")
                #expect(try connection.isEnded(), "\(request.debugDescription)")
            }
        }

        @Test func `pipelined requests are answered in order on one connection`() throws {
            try Workplace.with { place in
                let gate = Gate()
                let origin = try ScriptedOrigin(place) { request in
                    request.path == "/0"
                        ? Answer(steps: [.wait(gate)] + Answer.whole(200, [:], "body of /0").steps)
                        : .whole(200, [:], "body of \(request.path)")
                }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                _ = try edge.fetch("GET", "/1")
                let connection = try HTTPConnection(port: edge.http)
                try connection.send((0..<6).map { "GET /\($0 % 3) HTTP/1.1\r\nHost: site.test\r\n\r\n" }.joined())
                #expect(origin.waitForRequests(2))
                gate.open()
                for index in 0..<6 { #expect(try connection.response().text == "body of /\(index % 3)") }
                try connection.send("GET", "/1", host: "site.test", ["Connection": "close"])
                #expect(try connection.response().cacheResult == "Hit")
                #expect(try connection.isEnded())
            }
        }

        @Test func `too much of anything is refused with its own status`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in .whole(200, [:], "ok") }
                var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                site.allowsAllMethods = true
                let edge = try place.startEdge(
                    EdgeConfigurationText(site, limits: [("max_request_body", "1KiB")]))
                func path(_ length: Int) -> String { "/" + String(repeating: "a", count: length - 1) }
                #expect(try edge.fetch("GET", path(8192)).status == 200)
                #expect(try edge.fetch("GET", path(8193)).status == 413)
                #expect(try edge.fetch("GET", path(30_000)).status == 413)

                func filled(_ bytes: Int) -> Fields { Fields((0..<4).map { ("X-Fill-\($0)", String(repeating: "b", count: bytes / 4)) }) }
                #expect(try edge.fetch("GET", "/headers", filled(20_000)).status == 200)
                let large = try edge.fetch("GET", "/headers", filled(24_000))
                #expect(large.status == 413, "CloudFront says 413 here: \(large)")

                #expect(try edge.fetch("POST", "/body", body: [UInt8](repeating: 1, count: 1024)).status == 200)
                #expect(try edge.fetch("POST", "/body", body: [UInt8](repeating: 1, count: 1025)).status == 413)
                #expect(edge.process.isRunning)

                // A GET with a body is refused (CloudFront Developer Guide, request and response behaviour).
                #expect(try edge.fetch("GET", "/get", body: [1, 2, 3]).status == 403)
            }
        }

        @Test func `slow and silent clients are let go in time`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in .whole(200, [:], "ok") }
                var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                site.allowsAllMethods = true
                let edge = try place.startEdge(
                    EdgeConfigurationText(
                        site, limits: [("header_timeout", "1"), ("body_timeout", "1"), ("keep_alive_timeout", "1")]))
                let half = try HTTPConnection(port: edge.http, seconds: 10)
                try half.send("GET /a HTTP/1.1\r\nHost: si")
                let idle = try HTTPConnection(port: edge.http, seconds: 10)
                try idle.send("GET", "/a", host: "site.test")
                #expect(try idle.response().status == 200)
                let body = try HTTPConnection(port: edge.http, seconds: 10)
                try body.send("POST /a HTTP/1.1\r\nHost: site.test\r\nContent-Length: 100\r\n\r\nonly this")
                // 408 or nothing at all, but in any case an end.
                for (name, connection) in [("half a head", half), ("half a body", body)] {
                    let rest = String(decoding: try connection.rest(), as: UTF8.self)
                    #expect(rest.isEmpty || rest.hasPrefix("HTTP/1.1 4"), "\(name): \(rest)")
                }
                let idleRest = String(decoding: try idle.rest(), as: UTF8.self)
                #expect(idleRest.isEmpty, "an idle connection is closed without a word: \(idleRest)")
                #expect(try edge.fetch("GET", "/a").status == 200)
            }
        }
    }
}
