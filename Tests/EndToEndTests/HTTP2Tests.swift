import Foundation
import Testing

extension EndToEnd {
    /// HTTP/2 as curl, nghttp, h2load and a browser speak it.
    @Suite struct HTTP2Tests {
        private struct Setup {
            var place: Workplace
            var edge: Edge
            var https: Int

            init(_ place: Workplace, _ sites: [EdgeConfigurationText.Site], limits: [(key: String, value: String)] = []) throws {
                self.place = place
                var text = EdgeConfigurationText(sites[0], limits: limits)
                text.distributions = sites
                text.https = "127.0.0.1:0"
                edge = try place.startEdge(text)
                https = try edge.process.port(of: "https")
            }

            /// curl for a path, over HTTP/2 where the other side speaks it.
            func curl(_ path: String, host: String = "site.localhost", _ more: [String] = []) throws -> Finished {
                try place.run(
                    Tools.curl,
                    ["-sS", "--http2", "--noproxy", "*", "--max-time", "30", "--resolve", "\(host):\(https):127.0.0.1", "--cacert", place.path(".skerry/ca/ca.pem")]
                        + more + ["https://\(host):\(https)\(path)"])
            }
        }

        private static func site(_ origin: ScriptedOrigin, id: String = "ESITE00000001", alias: String = "site.localhost") -> EdgeConfigurationText.Site {
            var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
            (site.id, site.alias, site.allowsAllMethods) = (id, alias, true)
            return site
        }

        private static let verdict = ["-o", "/dev/null", "-w", "%{http_version} %{http_code} %{size_download}"]

        @Test func `curl gets misses, hits, large objects and uploads over HTTP/2`() throws {
            try Workplace.with { place in
                let large = [UInt8](repeating: 0x61, count: 3_000_000)
                let origin = try ScriptedOrigin(place) { request in
                    if request.method == "POST" { return .whole(200, [:], "\(request.body.count) \(request.fields["Via"] ?? "")") }
                    return request.path == "/large" ? .whole(200, [:], bytes: large) : .whole(200, [:], request.target)
                }
                let setup = try Setup(place, [Self.site(origin)])
                for result in ["Miss", "Hit", "Hit"] {
                    let reply = try setup.curl("/a?b", ["-i"])
                    #expect(reply.output.hasPrefix("HTTP/2 200"), "\(reply)")
                    #expect(reply.output.contains("x-cache: \(result) from cloudfront\r\n") && reply.output.hasSuffix("\r\n\r\n/a"), "\(reply)")
                }
                for _ in 0..<2 { #expect(try setup.curl("/large", Self.verdict).output == "2 200 3000000") }
                #expect(try setup.curl("/a", ["-I"]).output.contains("content-length: 2\r\n"))
                #expect(try setup.curl("/a", ["-r", "1-1", "-i"]).output.hasPrefix("HTTP/2 206"))
                try large.withUnsafeBytes { try Data($0).write(to: URL(filePath: place.path("upload"))) }
                for body in [["--data-binary", "@\(place.path("upload"))"], ["-X", "POST", "-T", place.path("upload")]] {
                    let reply = try setup.curl("/upload", body)
                    #expect(reply.output == "3000000 2.0 esite00000001.cloudfront.net (CloudFront)", "\(reply)")
                }
            }
        }

        @Test func `early hints reach the viewer before the response, over both versions`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in
                    Answer(steps: [.bytes(Array("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n".utf8))] + Answer.whole(200, [:], "page").steps)
                }
                let setup = try Setup(place, [Self.site(origin)])
                for (version, path) in [("--http2", "/2"), ("--http1.1", "/1")] {
                    let reply = try setup.curl(path, [version, "-i"])
                    let parts = reply.output.components(separatedBy: "\r\n\r\n")
                    #expect(parts.count == 3 && parts[0].contains(" 103") && parts[0].lowercased().contains("link: </a.css>; rel=preload"), "\(reply)")
                    #expect(parts.last == "page" && !parts[1].lowercased().contains("link:"), "\(reply)")
                    let hit = try setup.curl(path, [version, "-i"])
                    #expect(!hit.output.contains("103") && hit.output.hasSuffix("page"), "\(hit)")
                }
            }
        }

        @Test func `a distribution that is for HTTP/1.1 speaks it alone, and is not reached over another's connection`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, [:], $0.target) }
                var old = Self.site(origin, id: "ESITE00000002", alias: "old.localhost")
                old.httpVersion = "http1.1"
                let setup = try Setup(place, [Self.site(origin), old])
                #expect(try setup.curl("/a", Self.verdict).output == "2 200 2")
                #expect(try setup.curl("/a", host: "old.localhost", Self.verdict).output == "1.1 200 2")
                for version in ["--http2", "--http1.1"] {
                    #expect(try setup.curl("/a", [version, "-H", "Host: old.localhost"] + Self.verdict).output.contains(" 421 "))
                }
                let check = try place.skerry("check", try place.write("distributions:\n  - http_version: http3\n", to: "three-edge.conf"), "--kind", "edge")
                #expect(check.output.contains("three-edge.conf:2:19: error: distributions[0].http_version: found \"http3\""), "\(check)")
            }
        }

        @Test(.enabled(if: Tools.available("/usr/bin/h2load"), "make test installs nghttp2-client"))
        func `h2load gets every answer, on many streams of several connections`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, [:], String(repeating: $0.target, count: 1_000)) }
                let setup = try Setup(place, [Self.site(origin)])
                for uncached in [false, true] {
                    let urls = (0..<8).map { "https://site.localhost:\(setup.https)/\($0)\(uncached ? "-x" : "")" }
                    for url in uncached ? [] : urls { #expect(try setup.curl("/" + (url as NSString).lastPathComponent).succeeded) }
                    let load = try place.run(
                        "/usr/bin/h2load", ["-n", "2000", "-c", "4", "-m", "32", "-t", "1", "--connect-to=127.0.0.1:\(setup.https)"] + urls)
                    #expect(load.output.contains("2000 succeeded, 0 failed, 0 errored, 0 timeout"), "\(load)")
                    #expect(load.output.contains("Application protocol: h2"), "\(load)")
                }
            }
        }

        @Test(.enabled(if: Tools.available("/usr/bin/nghttp"), "make test installs nghttp2-client"))
        func `nghttp gets an answer within its small windows, and a goodbye when the edge drains`() throws {
            try Workplace.with { place in
                let gate = Gate()
                let origin = try ScriptedOrigin(place) { request in
                    let rest = Answer.whole(200, [:], String(repeating: "a", count: 500_000)).steps
                    return Answer(steps: request.path == "/late" ? [.wait(gate)] + rest : rest)
                }
                let setup = try Setup(place, [Self.site(origin)])
                let small = try place.run(
                    "/usr/bin/nghttp", ["-w", "10", "-W", "10", "-H", ":authority: site.localhost", "https://127.0.0.1:\(setup.https)/a"])
                #expect(small.output.count == 500_000, "\(small.errors)")
                let late = try place.start(
                    "/usr/bin/nghttp", ["-v", "-n", "-H", ":authority: site.localhost", "https://127.0.0.1:\(setup.https)/late"],
                    environment: [:], name: "nghttp")
                #expect(origin.waitForRequests(2))
                setup.edge.process.send(SIGTERM)
                #expect(late.output.waitForLine(seconds: 20) { $0.contains("recv GOAWAY") ? true : nil } == true)
                gate.open()
                #expect(late.waitForExit(seconds: 20) == .code(0))
                #expect(late.output.text.contains("last_stream_id=2147483647, error_code=NO_ERROR"), "\(late.output.text.suffix(2000))")
                #expect(late.output.text.contains("; END_STREAM"))
                #expect(setup.edge.process.waitForExit(seconds: 20) == .code(0))
            }
        }

        @Test(.enabled(if: Tools.available(Tools.chromium), "make test installs chromium"))
        func `a browser says h2`() throws {
            try Workplace.with { place in
                let page = """
                    <!DOCTYPE html><title>t</title><body><script>
                    fetch('/b').then(r => r.text()).then(() => { document.body.textContent = performance.getEntriesByType('resource').map(e => e.name.slice(-2) + ' ' + e.nextHopProtocol).join() })
                    </script>
                    """
                let origin = try ScriptedOrigin(place) { $0.path == "/" ? .whole(200, ["Content-Type": "text/html"], page) : .whole(200, [:], "b") }
                let setup = try Setup(place, [Self.site(origin)])
                let key = try place.run(
                    "/bin/sh",
                    [
                        "-c", "openssl s_client -connect 127.0.0.1:\(setup.https) -servername site.localhost </dev/null 2>/dev/null | "
                            + "openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64",
                    ])
                let shown = try place.browse(
                    "https://site.localhost:\(setup.https)/",
                    "--ignore-certificate-errors-spki-list=\(key.output.trimmingCharacters(in: .whitespacesAndNewlines))")
                #expect(shown.output.contains("/b h2"), "\(shown)")
            }
        }
    }
}
