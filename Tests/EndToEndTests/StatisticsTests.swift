import Foundation
import Testing

extension EndToEnd {
    /// The figures of a real edge against what was asked of it.
    @Suite struct StatisticsTests {
        private func statistics(_ edge: Edge) throws -> [String: Any] {
            let response = try fetch("GET", "/statistics", host: "127.0.0.1", port: edge.control)
            #expect(response.status == 200)
            #expect(response.fields["Content-Type"] == "application/json")
            return try #require(try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any])
        }

        @Test func `a known sequence of requests is counted exactly, everywhere`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { request in
                    switch request.path {
                    case "/private": .whole(200, ["Cache-Control": "private"], "mine")
                    case "/missing": .whole(404, [:], "none")
                    default: .whole(200, ["Content-Type": "text/plain"], "0123456789")
                    }
                }
                var site = EdgeConfigurationText.Site(.custom(domainName: origin.domainName))
                site.behaviors = [("/img/*", 60)]
                site.allowsAllMethods = true
                site.logging = [("directory", "logs")]
                let edge = try place.startEdge(EdgeConfigurationText(site))
                let connection = try HTTPConnection(port: edge.http)
                // One connection, so that hits take the fast path; each answer's bytes are counted as they come.
                for (method, path) in [
                    ("GET", "/a"), ("GET", "/a"), ("GET", "/a"), ("HEAD", "/a"), ("GET", "/img/b"), ("GET", "/img/b"), ("GET", "/private"),
                    ("GET", "/private"), ("GET", "/missing"), ("POST", "/a"),
                ] {
                    try connection.send("\(method) \(path) HTTP/1.1\r\nHost: site.test\r\n\(method == "POST" ? "Content-Length: 0\r\n" : "")\r\n")
                    let response = try connection.response(to: method)
                    #expect(response.status == (path == "/missing" ? 404 : 200), "\(response)")
                }
                _ = try edge.fetch("GET", "/a", host: "nobody.test")
                #expect(try fetch("GET", "/a", host: "site.test", port: edge.http, [:], version: "HTTX/1.1").status == 400)
                // Requests are counted after their last byte, which a viewer may see first.
                let statistics = try eventually("all requests are counted") {
                    let statistics = try self.statistics(edge)
                    return (statistics["total"] as? [String: Any])?["requests"] as? Int == 11 ? statistics : nil
                }
                let total = try #require(statistics["total"] as? [String: Any])
                #expect(total["requestsByResult"] as? [String: Int] == ["Hit": 4, "Miss": 5, "Error": 2])
                #expect(total["requestsByStatusClass"] as? [String: Int] == ["2xx": 9, "4xx": 2])
                #expect(total["uncacheableRequests"] as? Int == 1)
                let ratio = try #require(total["hitRatio"] as? [String: Double])
                #expect(ratio["objects"] == 4.0 / 8)
                let behaviors = try #require(statistics["behaviors"] as? [[String: Any]])
                let rows = behaviors.map { "\($0["distribution"] ?? "") \($0["pathPattern"] ?? "") \(($0["traffic"] as? [String: Any])?["requests"] ?? "")" }
                #expect(rows == ["ESITE00000001 * 8", "ESITE00000001 /img/* 2", "- - 1"])
                let ours = behaviors.prefix(2).compactMap { ($0["traffic"] as? [String: Any])?["bytesSent"] as? Int }.reduce(0, +)
                #expect(ours == connection.receivedBytes)
                #expect(statistics["nonHits"] as? [String: Int] == ["not-in-cache": 5, "method-not-cached": 1])
                #expect(statistics["notStored"] as? [String: Int] == ["isPrivate": 2, "methodNotCached": 1])
                #expect(statistics["errors"] as? [String: Int] == ["Error": 1, "InvalidRequest": 1])
                #expect(statistics["refused"] as? [String: Int] == ["400": 1])
                let latency = try #require(statistics["latency"] as? [String: [String: Any]])
                #expect(latency["Hit"]?["count"] as? Int == 4)
                #expect(latency["Miss"]?["count"] as? Int == 5)
                let origins = try #require(statistics["origins"] as? [[String: Any]])
                #expect(origins.map { $0["fetches"] as? Int } == [6])
                #expect(origins.first?["answersByStatusClass"] as? [String: Int] == ["2xx": 5, "4xx": 1])
                let cache = try #require(statistics["cache"] as? [String: Any])
                #expect(cache["entries"] as? Int == 3)
                #expect((statistics["connections"] as? [String: Int])?["control"] == 1)
                try eventually("the lines are written") {
                    ((try self.statistics(edge))["accessLogs"] as? [String: Any])?["linesWritten"] as? Int == 10 ? true : nil
                }

                let table = try place.skerry("stats", "--endpoint", "http://127.0.0.1:\(edge.control)")
                #expect(table.succeeded, "\(table)")
                #expect(table.output.contains("hit ratio 50.0% of objects"), "\(table)")
                #expect(table.output.contains("not-in-cache"))
                let json = try place.skerry("stats", "--json", "--config", place.path("edge.conf"), "--endpoint", "http://127.0.0.1:\(edge.control)")
                #expect((try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])?["total"] != nil)
                #expect(try place.skerry("stats", "--endpoint", "http://127.0.0.1:1").status == .code(4))
                #expect(try place.skerry("stats", "--endpoint", "nowhere").status == .code(2))
            }
        }

        @Test func `the metrics are valid text exposition, and web pages don't get them`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { _ in .whole(200, [:], "content") }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                for _ in 0..<3 { _ = try edge.fetch("GET", "/a") }
                let metrics = try eventually("all requests are counted") {
                    let response = try fetch("GET", "/metrics", host: "127.0.0.1", port: edge.control)
                    #expect(response.fields["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
                    return response.text.contains(#"skerry_requests_total{distribution="ESITE00000001",behavior="*",result="Hit"} 2"#) ? response.text : nil
                }
                var types: [String: String] = [:]
                var samples: [String: Double] = [:]
                for line in metrics.split(separator: "\n") {
                    if line.hasPrefix("#") {
                        let match = try #require(line.wholeMatch(of: /# (HELP|TYPE) ([a-z_]+) (.+)/), "\(line)")
                        if match.1 == "TYPE" { types[String(match.2)] = String(match.3) }
                        continue
                    }
                    let match = try #require(
                        line.wholeMatch(of: /([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*\})? ([0-9.e+-]+)/), "\(line)")
                    #expect(samples.updateValue(try #require(Double(match.3)), forKey: String(match.1) + String(match.2 ?? "")) == nil, "\(line)")
                }
                #expect(types["skerry_request_duration_seconds"] == "histogram")
                #expect(samples[#"skerry_request_duration_seconds_count{result="Hit"}"#] == 2)
                #expect(samples[#"skerry_request_duration_seconds_bucket{result="Hit",le="+Inf"}"#] == 2)
                #expect(samples[#"skerry_non_hits_total{reason="not-in-cache"}"#] == 1)
                #expect(samples[#"skerry_origin_fetches_total{distribution="ESITE00000001",origin="main"}"#] == 1)
                #expect(try fetch("GET", "/metrics", host: "127.0.0.1", port: edge.control, ["Origin": "http://evil.test"]).status == 403)
                #expect(try fetch("POST", "/metrics", host: "127.0.0.1", port: edge.control, [:], body: []).status == 404)
            }
        }
    }
}
