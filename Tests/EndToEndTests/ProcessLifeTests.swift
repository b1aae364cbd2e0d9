import Foundation
import Testing

extension EndToEnd {
    /// Reloads, health and the clock of a running edge, over its control listener.
    @Suite struct ProcessLifeTests {
        private func control(_ edge: Edge) -> String { "http://127.0.0.1:\(edge.control)" }

        private func health(_ edge: Edge, _ path: String) throws -> String {
            let connection = try HTTPConnection(port: edge.control)
            try connection.send("GET", path, host: "localhost", ["Connection": "close"])
            let response = try connection.response()
            return "\(response.status) \(response.text)"
        }

        @Test func `skerry reload puts a changed file in force, and a broken one changes nothing`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, [:], $0.target) }
                var text = EdgeConfigurationText(.init(.custom(domainName: origin.domainName)))
                let edge = try place.startEdge(text)
                let kept = try HTTPConnection(port: edge.http)
                try kept.send("GET", "/a", host: "site.test")
                #expect(try kept.response().text == "/a")

                text.distributions[0].originPath = "/v2"
                try place.write(text.text, to: "edge.conf")
                let reload = try place.skerry("reload", "--endpoint", control(edge))
                #expect(reload.succeeded && reload.output == "the configuration is in force\n", "\(reload)")
                try kept.send("GET", "/b", host: "site.test")
                #expect(try kept.response().text == "/v2/b", "the connection goes on under the new configuration")

                let file = try place.write(text.text.replacingOccurrences(of: "min_ttl: 0", with: "min_ttl: soon"), to: "edge.conf")
                let refused = try place.skerry("reload", "--endpoint", control(edge))
                #expect(refused.status == .code(3), "\(refused)")
                let line = try #require(try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n").firstIndex { $0.contains("soon") }) + 1
                #expect(refused.errors.contains("edge.conf:\(line):14: error: cache_policies[0].min_ttl: found"), "\(refused)")
                #expect(try edge.fetch("GET", "/c").text == "/v2/c")

                text.memory = "32MiB"
                try place.write(text.text, to: "edge.conf")
                let partly = try place.skerry("reload", "--endpoint", control(edge))
                #expect(partly.output.contains("except for changes under cache, which need a restart"), "\(partly)")
                #expect(try place.skerry("reload", "--endpoint", "http://127.0.0.1:1").status == .code(4))
            }
        }

        @Test func `health follows the process from its start to its drain`() throws {
            try Workplace.with { place in
                let gate = Gate()
                let origin = try ScriptedOrigin(place) { _ in Answer(steps: [.wait(gate)] + Answer.whole(200, [:], "late").steps) }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                #expect(try health(edge, "/health/live") == "200 live\n")
                #expect(try health(edge, "/health/ready") == "200 ready\n")
                let slow = try HTTPConnection(port: edge.http)
                try slow.send("GET", "/a", host: "site.test")
                #expect(origin.waitForRequests(1))
                edge.process.send(SIGTERM)
                try eventually("draining shows") { try health(edge, "/health/ready") == "503 draining\n" ? true : nil }
                #expect(try health(edge, "/health/live") == "200 live\n")
                gate.open()
                #expect(try slow.response().text == "late")
                #expect(edge.process.waitForExit(seconds: 20) == .code(0))
            }
        }

        @Test func `a movable clock shows lifetimes end, and a real one is not moved`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, ["Cache-Control": "max-age=3600"], "version \($0.earlier)") }
                var text = EdgeConfigurationText(.init(.custom(domainName: origin.domainName)))
                text.clock = "movable"
                let edge = try place.startEdge(text)
                #expect(try edge.fetch("GET", "/a").cacheResult == "Miss")
                let almost = try place.skerry("clock", "advance", "3500", "--endpoint", control(edge))
                #expect(almost.succeeded && almost.output.contains("\"ahead_seconds\":3500"), "\(almost)")
                let aged = try edge.fetch("GET", "/a")
                #expect(aged.cacheResult == "Hit")
                #expect((Int(aged.fields["Age"] ?? "") ?? 0) >= 3500)
                _ = try place.skerry("clock", "advance", "3600", "--endpoint", control(edge))
                let renewed = try edge.fetch("GET", "/a")
                #expect(renewed.text == "version 1")
                #expect(try place.skerry("clock", "--endpoint", control(edge)).output.contains("\"ahead_seconds\":7100"))

                let real = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: origin.domainName))))
                let refused = try place.skerry("clock", "advance", "1", "--endpoint", control(real))
                #expect(refused.status == .code(3) && refused.errors.contains("clock: movable"), "\(refused)")
                #expect(try place.skerry("clock", "advance", "--endpoint", control(real), "--", "-1").status == .code(2))
            }
        }
    }
}
