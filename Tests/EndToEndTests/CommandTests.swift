import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// The command line: help, exit codes, `check`, and `up` from start to stop.
    @Suite struct CommandTests {
        @Test func `help explains every command, and a usage error exits with 2`() throws {
            try Workplace.with { place in
                let help = try place.skerry("--help")
                #expect(help.succeeded, "\(help)")
                for command in ["up", "origin", "edge", "check", "invalidate"] {
                    #expect(help.output.contains(command), "--help does not name \(command)")
                    let own = try place.skerry(command, "--help")
                    #expect(own.succeeded, "\(own)")
                    #expect(own.output.count > 100, "\(own)")
                }
                for wrong in [["nonsense"], ["origin", "--no-such-option"], ["origin", "--listen", "nowhere"], ["check"]] {
                    let run = try place.run(Skerry.binary, wrong)
                    #expect(run.status == .code(2), "\(run)")
                    #expect(!run.errors.isEmpty)
                }
            }
        }

        @Test func `check names file, line, key and what was expected`() throws {
            try Workplace.with { place in
                let good = try place.write(
                    EdgeConfigurationText(.init(.custom(domainName: "127.0.0.1:1"))).text, to: "good/edge.conf")
                let fine = try place.skerry("check", good)
                #expect(fine.succeeded, "\(fine)")

                let broken = try place.write(
                    """
                    listen:
                      http: 127.0.0.1:8080
                      htpp: 127.0.0.1:8082
                    cache:
                      memory: lots
                    distributions:
                      - id: ESITE00000001
                        origins:
                          - id: main
                            domain_name: 127.0.0.1:1
                            connection_attempts: 9
                            custom_origin_config: {}
                        default_cache_behavior:
                          target_origin_id: mian

                    """, to: "broken/edge.conf")
                let report = try place.skerry("check", broken)
                #expect(report.status == .code(1), "\(report)")
                let text = report.output + report.errors
                for (line, key, expected) in [
                    (3, "htpp", "http"), (5, "cache.memory", "MiB"), (11, "connection_attempts", "1"), (14, "target_origin_id", "main"),
                ] {
                    let found = text.split(separator: "\n").contains {
                        $0.contains("edge.conf:\(line):") && $0.contains(key) && $0.contains("expected") && $0.contains(expected)
                    }
                    #expect(found, "nothing about \(key) in line \(line):\n\(text)")
                }
                let both = try place.skerry("check", good, broken)
                #expect(both.status == .code(1))

                let origin = try place.write("listen: 127.0.0.1:9000\nregion: 7 of them\n", to: "broken/origin.conf")
                let second = try place.skerry("check", origin)
                #expect(second.status == .code(1))
                #expect((second.output + second.errors).contains("origin.conf:2:"), "\(second)")
                let absent = try place.skerry("check", place.path("nowhere/edge.conf"))
                #expect(absent.status == .code(1), "\(absent)")
                #expect((absent.output + absent.errors).contains("nowhere/edge.conf"))
            }
        }

        @Test func `a server that cannot start says why`() throws {
            try Workplace.with { place in
                let taken = try ScriptedOrigin(place) { _ in .whole() }
                let origin = try place.skerry("origin", "--listen", "127.0.0.1:\(taken.port)", "--data", place.path("data"))
                #expect(origin.status == .code(1), "\(origin)")
                #expect(origin.errors.contains("\(taken.port)"))

                let file = try place.write("distributions: 5\n", to: "edge.conf")
                let edge = try place.skerry("edge", "--config", file)
                #expect(edge.status == .code(1), "\(edge)")
                #expect(edge.errors.contains("edge.conf:1:"))
            }
        }

        @Test func `two origins never share a data folder`() throws {
            try Workplace.with { place in
                let first = try place.startOrigin()
                let second = try place.skerry("origin", "--listen", "127.0.0.1:0", "--data", first.data)
                #expect(second.status == .code(1), "\(second)")
                #expect(try first.s3.request("GET", "/").status == 200)
            }
        }

        @Test func `servers drain on SIGTERM: what is under way ends well, and the exit code is 0`() throws {
            try Workplace.with { place in
                let gate = Gate()
                let upstream = try ScriptedOrigin(place) { _ in
                    .announcing(10, then: [.bytes(Array("01234".utf8)), .wait(gate), .bytes(Array("56789".utf8))])
                }
                let edge = try place.startEdge(EdgeConfigurationText(.init(.custom(domainName: upstream.domainName))))
                let connection = try HTTPConnection(port: edge.http)
                try connection.send("GET", "/a", host: "site.test")
                _ = try connection.head()
                let early = try connection.bodyBytes(atLeast: 5)
                edge.process.send(SIGTERM)
                try eventually("the port is closed") { (try? HTTPConnection(port: edge.http)) == nil ? true : nil }
                gate.open()
                #expect(try early + connection.bodyBytes(atLeast: 10 - early.count) == Array("0123456789".utf8))
                #expect(edge.process.waitForExit(seconds: 15) == .code(0), "\(edge.process.story)")

                let origin = try place.startOrigin()
                origin.process.send(SIGTERM)
                #expect(origin.process.waitForExit(seconds: 15) == .code(0), "\(origin.process.story)")
            }
        }

        @Test func `SIGHUP puts a changed configuration into force, and a broken one is refused`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, [:], $0.target) }
                var configuration = EdgeConfigurationText(.init(.custom(domainName: origin.domainName)))
                let edge = try place.startEdge(configuration)
                configuration.distributions[0].alias = "renamed.test"
                try place.write(configuration.text, to: "edge.conf")
                edge.process.send(SIGHUP)
                try eventually("the new alias is known") {
                    try edge.fetch("GET", "/a", host: "renamed.test").status == 200 ? true : nil
                }
                #expect(try edge.fetch("GET", "/a").status == 403)
                try place.write("distributions: 5\n", to: "edge.conf")
                edge.process.send(SIGHUP)
                // A line of its own, as `skerry check` prints it, for people and editors that jump to it.
                #expect(edge.process.errors.waitForLine(seconds: 10) { $0.hasPrefix(place.path("edge.conf") + ":1:") ? true : nil } == true)
                #expect(try edge.fetch("GET", "/a", host: "renamed.test").status == 200)
            }
        }

        /// Ports chosen beforehand: the edge's configuration has to name the origin's.
        private func startUp(_ place: Workplace) throws -> (process: ChildProcess, edge: Int, origin: Int) {
            let (http, control, s3) = (try freePort(), try freePort(), try freePort())
            var site = EdgeConfigurationText.Site(.bucket(domainName: "hello.s3.localhost:\(s3)"))
            site.id = "EHELLO0000001"
            site.alias = "hello.localhost"
            site.rootObject = "index.html"
            var configuration = EdgeConfigurationText(site, credentialsFile: place.path("data") + "/credentials")
            configuration.http = "127.0.0.1:\(http)"
            configuration.control = "127.0.0.1:\(control)"
            let file = try place.write(configuration.text, to: "edge.conf")
            let origin = try place.write("listen: 127.0.0.1:\(s3)\n", to: "origin.conf")
            try FileManager.default.createDirectory(atPath: place.path("sites"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: Skerry.repository + "/sites/hello", toPath: place.path("sites/hello"))
            let process = try place.start(
                Skerry.binary,
                ["up", "--config", file, "--data", place.path("data"), "--origin-config", origin],
                environment: place.environment(), directory: place.folder, name: "skerry up")
            for port in [s3, http, control] {
                try eventually(seconds: 60, "port \(port) is open") {
                    guard process.isRunning else { throw HarnessError("it ended early") }
                    return try? Socket(port: port)
                }
            }
            return (process, http, s3)
        }

        /// Each thread of a process has a list of the children it started.
        private func children(of pid: pid_t) -> [pid_t] {
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
            return threads.flatMap { thread -> [pid_t] in
                let text = (try? String(contentsOfFile: "/proc/\(pid)/task/\(thread)/children", encoding: .utf8)) ?? ""
                return text.split(separator: " ").compactMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
            }
        }

        @Test func `up seeds the site, serves it signed, and Ctrl-C stops everything`() throws {
            try Workplace.with { place in
                let up = try startUp(place)
                let page = try eventually(seconds: 20, "the site is seeded") {
                    let response = try fetch("GET", "/", host: "hello.localhost:\(up.edge)", port: up.edge)
                    return response.status == 200 ? response : nil
                }
                #expect(page.text.contains("Hello from a bucket nobody can read"))
                #expect(page.fields["Content-Type"]?.hasPrefix("text/html") == true)
                #expect(page.fields["Cache-Control"] != nil)
                let again = try fetch("GET", "/", host: "hello.localhost:\(up.edge)", port: up.edge)
                #expect(again.cacheResult == "Hit")
                let direct = try fetch("GET", "/index.html", host: "hello.s3.localhost:\(up.origin)", port: up.origin)
                #expect(direct.status == 403)
                up.process.send(SIGINT)
                #expect(up.process.waitForExit(seconds: 20) == .code(0), "\(up.process.story)")
                for port in [up.edge, up.origin] {
                    #expect(throws: SocketError.self) { try Socket(port: port) }
                }
            }
        }

        @Test func `when one of its processes dies, up says so and stops the other`() throws {
            try Workplace.with { place in
                let up = try startUp(place)
                let children = children(of: up.process.pid)
                #expect(children.count == 2, "\(children)")
                let victim = try #require(children.last)
                kill(victim, SIGKILL)
                let status = up.process.waitForExit(seconds: 20)
                #expect(status == .code(1), "\(up.process.story)")
                #expect(up.process.errors.text.contains("9") || up.process.errors.text.lowercased().contains("kill"))
                for port in [up.edge, up.origin] {
                    #expect(throws: SocketError.self) { try Socket(port: port) }
                }
            }
        }
    }
}
