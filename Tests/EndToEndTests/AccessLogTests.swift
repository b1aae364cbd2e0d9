import Foundation
import Testing

extension EndToEnd {
    /// Access logs of a real edge, read with gzip and taken apart by hand.
    @Suite struct AccessLogTests {
        private static let names = """
            date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query \
            cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol \
            ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte \
            x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end
            """.split(separator: " ").map(String.init)

        /// Names of the files below a folder, temporary ones included.
        private func files(_ place: Workplace, _ folder: String) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: place.path(folder))) ?? []).sorted().map { "\(folder)/\($0)" }
        }

        private func lines(_ place: Workplace, _ file: String) throws -> [String] {
            let gzip = try place.run("/usr/bin/env", ["gzip", "-dc", place.path(file)])
            guard gzip.succeeded else { throw HarnessError(gzip.description) }
            return gzip.output.split(separator: "\n").map(String.init)
        }

        private func entries(_ place: Workplace, _ file: String) throws -> [[String: String]] {
            let lines = try lines(place, file)
            #expect(lines.first == "#Version: 1.0")
            #expect(lines.dropFirst().first == "#Fields: " + Self.names.joined(separator: " "))
            return lines.dropFirst(2).map { line in
                let values = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                #expect(values.count == 33, "\(line)")
                return Dictionary(zip(Self.names, values), uniquingKeysWith: { first, _ in first })
            }
        }

        private func site(_ origin: ScriptedOrigin) -> EdgeConfigurationText.Site {
            var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
            site.logging = [("directory", "logs"), ("prefix", "cdn"), ("include_cookies", "true")]
            return site
        }

        @Test func `misses, hits, errors, redirects, ranges and aborts are logged with all 33 fields`() throws {
            try Workplace.with { place in
                let gate = Gate()
                let origin = try ScriptedOrigin(place) { request in
                    switch request.path {
                    case "/missing": .whole(404, [:], "none")
                    case "/slow": .announcing(8_000_005, then: [.bytes(Array("12345".utf8)), .wait(gate), .bytes(Array(repeating: 0x2E, count: 8_000_000))])
                    default: .whole(200, ["Content-Type": "text/plain"], "0123456789")
                    }
                }
                var site = site(origin)
                site.queryStrings = "all"
                var configuration = EdgeConfigurationText(site)
                var secure = site
                (secure.id, secure.alias, secure.viewerProtocolPolicy, secure.logging) = ("ESECURE0000001", "secure.test", "redirect-to-https", [("directory", "logs")])
                configuration.distributions.append(secure)
                configuration.https = "127.0.0.1:0"
                let edge = try place.startEdge(configuration)
                let hostile: Fields = ["User-Agent": "Mozilla/5.0 (a\tb) \"100%\"", "Referer": "http://r/ä", "Cookie": "k=v; l=w", "X-Forwarded-For": "203.0.113.9"]
                let miss = try edge.fetch("GET", "/a?x='1'", hostile)
                #expect(miss.cacheResult == "Miss")
                #expect(try edge.fetch("GET", "/a?x='1'", hostile).cacheResult == "Hit")
                #expect(try edge.fetch("HEAD", "/a?x='1'", hostile).cacheResult == "Hit")
                #expect(try edge.fetch("GET", "/a?x='1'", ["Range": "bytes=2-4"]).status == 206)
                #expect(try edge.fetch("GET", "/missing").status == 404)
                #expect(try edge.fetch("DELETE", "/a").status == 403)
                #expect(try edge.fetch("GET", "/b", host: "secure.test").status == 301)
                do {
                    // Left in the middle of its content.
                    let connection = try HTTPConnection(port: edge.http)
                    try connection.send("GET /slow HTTP/1.1\r\nHost: site.test\r\n\r\n")
                    _ = try connection.head()
                    _ = try connection.bodyBytes(atLeast: 5)
                }
                gate.open()
                // Pipelined, so that the first is a plain hit and the second ends the connection.
                let pair = try HTTPConnection(port: edge.http)
                let requests = ["GET /a?x='1' HTTP/1.1\r\nHost: site.test\r\n\r\n", "GET /a?x='1' HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n"]
                try pair.send(requests.joined())
                let bytes = try pair.rest()
                try eventually("the abort is noticed and written") {
                    try self.files(place, "logs/cdn").flatMap { try lines(place, $0) }.contains { $0.contains("ClientCommError") } ? true : nil
                }
                edge.process.send(SIGTERM)
                #expect(edge.process.waitForExit(seconds: 20) == .code(0), "\(edge.process.story)")

                let names = files(place, "logs/cdn")
                #expect(names.count == 1, "\(names)")
                let name = try #require(names.first)
                #expect(name.wholeMatch(of: /logs\/cdn\/ESITE00000001\.\d{4}-\d\d-\d\d-\d\d\.[0-9a-f]{8}\.gz/) != nil, "\(name)")
                // Lines come in the order in which requests ended, which a viewer can't see exactly.
                let written = try entries(place, name)
                let entries = [
                    written.first { $0["x-edge-request-id"] == miss.fields["X-Amz-Cf-Id"] }, written.first { $0["cs-method"] == "GET" && $0["x-edge-result-type"] == "Hit" && $0["cs(User-Agent)"] != "-" },
                    written.first { $0["cs-method"] == "HEAD" }, written.first { $0["sc-status"] == "206" }, written.first { $0["sc-status"] == "404" },
                    written.first { $0["cs-method"] == "DELETE" },
                ].compactMap { $0 } + written.filter { $0["cs(User-Agent)"] == "-" && $0["cs-method"] == "GET" && $0["sc-status"] == "200" }
                #expect(written.count == entries.count)
                func told(_ entry: [String: String]) -> [String?] {
                    ["cs-method", "cs-uri-stem", "sc-status", "x-edge-response-result-type", "x-edge-result-type", "x-edge-detailed-result-type"].map { entry[$0] }
                }
                #expect(
                    entries.filter { $0["cs-uri-stem"] != "/slow" }.map(told) == [
                        ["GET", "/a", "200", "Miss", "Miss", "Miss"], ["GET", "/a", "200", "Hit", "Hit", "Hit"],
                        ["HEAD", "/a", "200", "Hit", "Hit", "Hit"], ["GET", "/a", "206", "Hit", "Hit", "Hit"],
                        ["GET", "/missing", "404", "Error", "Error", "Error"],
                        ["DELETE", "/a", "403", "Error", "Error", "InvalidRequestMethod"],
                        ["GET", "/a", "200", "Hit", "Hit", "Hit"], ["GET", "/a", "200", "Hit", "Hit", "Hit"],
                    ])
                let slow = try #require(entries.first { $0["cs-uri-stem"] == "/slow" })
                #expect(told(slow) == ["GET", "/slow", "200", "Miss", "Error", "ClientCommError"])

                let first = entries[0]
                #expect(first["cs(User-Agent)"] == "Mozilla/5.0%20(a%09b)%20%22100%25%22")
                #expect(first["cs(Referer)"] == "http://r/%C3%A4")
                #expect(first["cs(Cookie)"] == "k=v;%20l=w")
                #expect(first["x-forwarded-for"] == "203.0.113.9")
                #expect(first["cs-uri-query"] == "x=%271%27")
                #expect(first["c-ip"] == "127.0.0.1")
                #expect(first["cs(Host)"] == "esite00000001.cloudfront.localhost")
                #expect(first["x-host-header"] == "site.test")
                #expect(first["x-edge-request-id"] == miss.fields["X-Amz-Cf-Id"])
                #expect(first["cs-protocol"] == "http")
                #expect(first["cs-protocol-version"] == "HTTP/1.1")
                #expect(first["sc-content-type"] == "text/plain")
                #expect(first["sc-content-len"] == "10")
                #expect(first["ssl-protocol"] == "-")
                #expect(first["time-taken"]?.wholeMatch(of: /\d+\.\d{3}/) != nil)
                // A plain hit is logged from raw bytes, and with the same texts.
                for key in ["cs(User-Agent)", "cs(Referer)", "cs(Cookie)", "x-forwarded-for", "cs-uri-query", "c-ip", "cs(Host)", "x-host-header", "sc-content-type", "sc-content-len"] {
                    #expect(entries[1][key] == first[key], "\(key)")
                }
                #expect([entries[3]["sc-range-start"], entries[3]["sc-range-end"], entries[3]["sc-content-len"]] == ["2", "4", "3"])

                let paired = entries.suffix(3).filter { $0["cs-uri-stem"] == "/a" }
                #expect(paired.compactMap { $0["sc-bytes"].flatMap { Int($0) } }.reduce(0, +) == bytes.count, "\(paired)")
                #expect(paired.compactMap { $0["cs-bytes"].flatMap { Int($0) } } == requests.map(\.utf8.count))

                let redirect = try self.entries(place, try #require(files(place, "logs").first { $0.hasSuffix(".gz") }))
                #expect(redirect.map { [$0["sc-status"], $0["x-edge-result-type"], $0["x-edge-detailed-result-type"], $0["cs(Cookie)"]] } == [["301", "Redirect", "Redirect", "-"]])
            }
        }

        @Test func `after kill -9 the lines of past flushes are in a file, which gets its name on the next start`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in .whole(200, [:], "content") }
                let configuration = EdgeConfigurationText(site(origin))
                let edge = try place.startEdge(configuration)
                for path in ["/a", "/b"] { #expect(try edge.fetch("GET", path).status == 200) }
                try eventually("the lines are written") {
                    try self.files(place, "logs/cdn").first.flatMap { try lines(place, $0).count == 4 ? true : nil }
                }
                edge.process.send(SIGKILL)
                #expect(edge.process.waitForExit(seconds: 10) == .signal(SIGKILL))
                #expect(files(place, "logs/cdn").map { $0.hasSuffix(".gz.part") } == [true])
                _ = try place.startEdge(configuration)
                #expect(files(place, "logs/cdn").map { $0.hasSuffix(".gz") } == [true])
                #expect(try entries(place, files(place, "logs/cdn")[0]).map { $0["cs-uri-stem"] } == ["/a", "/b"])
            }
        }

        @Test func `a log goes to its bucket, and what a bucket refuses for a while is not lost`() throws {
            try Workplace.with { place in
                let bucket = try place.startOrigin()
                try bucket.s3.makeBucket("cdn-logs")
                let origin = try ScriptedOrigin(place) { _ in .whole(200, [:], "content") }
                var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                site.logging = [("bucket", bucket.host(ofBucket: "cdn-logs")), ("prefix", "site/2026/"), ("format", "json")]
                var configuration = EdgeConfigurationText(site, credentialsFile: bucket.credentialsFile)
                configuration.accessLogs = [("rotate_interval", "1")]
                let edge = try place.startEdge(configuration)
                #expect(try edge.fetch("GET", "/refused").status == 200)
                // No policy allows it yet.
                try eventually("the first attempt fails") { edge.process.errors.text.contains("AccessDenied") ? true : nil }
                #expect(try bucket.s3.keys("cdn-logs") == [])
                try bucket.s3.setPolicy(
                    "cdn-logs",
                    """
                    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                      "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:PutObject",
                      "Resource": "arn:aws:s3:::cdn-logs/*",
                      "Condition": {"StringEquals": {"AWS:SourceArn": "\(site.arn)"}}}]}
                    """)
                try eventually("the first file is there") { try bucket.s3.keys("cdn-logs").count == 1 ? true : nil }
                #expect(try edge.fetch("GET", "/last").status == 200)
                edge.process.send(SIGTERM)
                #expect(edge.process.waitForExit(seconds: 30) == .code(0), "\(edge.process.story)")
                let keys = try bucket.s3.keys("cdn-logs")
                #expect(keys.count == 2)
                var paths: [String] = []
                for (index, key) in keys.enumerated() {
                    #expect(key.wholeMatch(of: /site\/2026\/ESITE00000001\.\d{4}-\d\d-\d\d-\d\d\.[0-9a-f]{8}\.gz/) != nil, "\(key)")
                    let object = try bucket.s3.must("GET", "/cdn-logs/\(key)")
                    try place.write(object.body, to: "got-\(index).gz")
                    for line in try lines(place, "got-\(index).gz") {
                        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
                        paths.append(try #require(object?["cs-uri-stem"]))
                        #expect(object?["x-edge-non-hit-reason"] == "not-in-cache")
                    }
                }
                #expect(Set(paths) == ["/refused", "/last"])
                #expect(files(place, ".skerry/log-spool/ESITE00000001") == [])
            }
        }

        @Test func `a folder that cannot be had ends the start with a clear word, and a reload changes nothing`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in .whole(200, [:], "content") }
                var configuration = EdgeConfigurationText(site(origin))
                try place.write("a file", to: "taken")
                configuration.distributions[0].logging = [("directory", "taken/logs")]
                let file = try place.write(configuration.text, to: "edge.conf")
                let failed = try place.skerry("edge", "--config", file)
                #expect(failed.status == .code(1))
                #expect(failed.errors.contains("/taken/logs: cannot be made a folder for log files"), "\(failed)")

                configuration.distributions[0].logging = [("directory", "logs")]
                let edge = try place.startEdge(configuration)
                configuration.distributions[0].logging = [("directory", "taken/logs")]
                try place.write(configuration.text, to: "edge.conf")
                edge.process.send(SIGHUP)
                try eventually("the reload is refused") { edge.process.errors.text.contains("the configuration was not changed") ? true : nil }
                #expect(try edge.fetch("GET", "/a").status == 200)
                configuration.distributions[0].logging = [("directory", "other")]
                try place.write(configuration.text, to: "edge.conf")
                edge.process.send(SIGHUP)
                try eventually("the reload is in force") { edge.process.errors.text.contains("is in force") ? true : nil }
                #expect(try edge.fetch("GET", "/b").status == 200)
                edge.process.send(SIGTERM)
                #expect(edge.process.waitForExit(seconds: 20) == .code(0))
                #expect(try files(place, "logs").flatMap { try entries(place, $0) }.map { $0["cs-uri-stem"] } == ["/a"])
                #expect(try files(place, "other").flatMap { try entries(place, $0) }.map { $0["cs-uri-stem"] } == ["/b"], "\(edge.process.story) \(files(place, "other"))")
            }
        }
    }
}
