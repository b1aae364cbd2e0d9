import Testing

extension EndToEnd {
    /// An origin that is gone, breaks off, or says what is not so.
    @Suite struct OriginFailureTests {
        @Test func `with the origin gone, fresh entries are served, expired ones stale, and misses get a clear page`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { request in
                    .whole(200, ["Cache-Control": request.path == "/brief" ? "max-age=1" : "max-age=600"], "copy of \(request.path)")
                }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                _ = try edge.fetch("GET", "/brief")
                _ = try edge.fetch("GET", "/long")
                origin.stop()

                let fresh = try edge.fetch("GET", "/long")
                #expect(fresh.status == 200)
                #expect(fresh.cacheResult == "Hit")
                let stale = try eventually("the entry is older than its lifetime") {
                    let response = try edge.fetch("GET", "/brief")
                    #expect(response.status == 200, "\(response)")
                    return (response.age ?? 0) >= 2 ? response : nil
                }
                #expect(stale.text == "copy of /brief")

                let miss = try edge.fetch("GET", "/never-seen")
                #expect([502, 504].contains(miss.status))
                #expect(miss.cacheResult == "Error")
                #expect(miss.fields["Content-Type"]?.hasPrefix("text/html") == true)
                #expect(miss.text.contains("\(miss.status)"))
                #expect(edge.process.isRunning)
            }
        }

        @Test func `an origin that comes back is used again`() throws {
            try Workplace.with { place in
                let port = try freePort()
                var site = EdgeConfigurationText.Site(.custom(domainName: "127.0.0.1:\(port)"))
                site.errorPages = [.init(code: 502, minTTL: 0), .init(code: 504, minTTL: 0)]
                let edge = try place.startEdge(EdgeConfigurationText(site))
                #expect([502, 504].contains(try edge.fetch("GET", "/a").status))
                let origin = try ScriptedOrigin(place, port: port) { _ in .whole(200, [:], "back") }
                let response = try eventually("the origin is found again") {
                    let response = try edge.fetch("GET", "/a")
                    return response.status == 200 ? response : nil
                }
                #expect(response.text == "back")
                #expect(origin.requests.count == 1)
            }
        }

        @Test func `a stale entry outlives errors of the origin, but not its 404`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { request in
                    if request.earlier == 0 { return .whole(200, ["Cache-Control": "max-age=1"], "good") }
                    return request.path == "/fails" ? .whole(503, [:], "bad") : .whole(404, [:], "gone")
                }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                for path in ["/fails", "/vanishes"] { #expect(try edge.fetch("GET", path).text == "good") }
                let gone = try eventually("the 404 shows") {
                    let response = try edge.fetch("GET", "/vanishes")
                    return response.status == 404 ? response : nil
                }
                #expect(gone.text == "gone")
                let kept = try eventually("the origin has been asked and failed") {
                    let response = try edge.fetch("GET", "/fails")
                    return (response.age ?? 0) >= 2 && origin.requests(for: "/fails").count >= 2 ? response : nil
                }
                #expect(kept.status == 200)
                #expect(kept.text == "good")
            }
        }

        @Test func `a chunked body without its end is passed on broken and not stored`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { request in
                    .chunked([:], ["one", "two"], finished: request.earlier > 0)
                }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                let broken = try HTTPConnection(port: edge.http)
                try broken.send("GET", "/a", host: "site.test")
                let response = try broken.response()
                #expect(!response.isComplete, "\(response)")
                let whole = try edge.fetch("GET", "/a")
                #expect(whole.text == "onetwo")
                #expect(whole.isComplete)
                #expect(whole.cacheResult == "Miss")
            }
        }

        @Test func `bytes beyond Content-Length do not leak into the next answer`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { request in
                    request.path == "/long"
                        ? .announcing(4, then: [.bytes(Array("true".utf8) + Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse".utf8))])
                        : .whole(200, [:], "next")
                }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                #expect(try edge.fetch("GET", "/long").text == "true")
                for index in 0..<3 { #expect(try edge.fetch("GET", "/next\(index)").text == "next") }
            }
        }

        @Test(arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "nonsense\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "",
        ])
        func `an answer that is no HTTP becomes a 502`(answer: String) throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in Answer(steps: [.bytes(Array(answer.utf8)), .hangUp]) }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                let connection = try HTTPConnection(port: edge.http)
                try connection.send("GET", "/a", host: "site.test")
                let response = try connection.response()
                // A body that turns out broken after a good head can only be cut short.
                #expect(response.status == 502 || !response.isComplete, "\(response)")
                #expect(edge.process.isRunning)
            }
        }
    }
}
