import Foundation
import Testing

extension EndToEnd {
    /// Two edge processes, one the other's origin shield, and an origin.
    @Suite struct ShieldTests {
        private struct Setup {
            var place: Workplace
            var origin: ScriptedOrigin
            var shield: Edge
            var front: Edge
            var port: Int

            init(_ place: Workplace, frontSecret: String? = nil) throws {
                self.place = place
                origin = try ScriptedOrigin(place) { .whole(200, ["Cache-Control": "max-age=600", "Cache-Tag": "all"], "\($0.target) \($0.earlier)") }
                let secret = String(repeating: "0123456789abcdef", count: 4)
                try place.write("# of this group\n\(secret)\n", to: "secret")
                try place.write(frontSecret ?? secret, to: "front-secret")
                port = try freePort()
                shield = try place.startEdge(Self.text(origin, port, listens: true), in: "shield")
                front = try place.startEdge(Self.text(origin, port, listens: false), in: "front")
            }

            /// The same distribution for both.
            static func text(_ origin: ScriptedOrigin, _ port: Int, listens: Bool) -> String {
                """
                listen: {http: "127.0.0.1:0", https: off, control: "127.0.0.1:0", shield: \(listens ? "\"127.0.0.1:\(port)\"" : "off")}
                shield:
                  response_timeout: 1
                  secret_file: \(listens ? "../secret" : "../front-secret")
                  regions: [{name: near, address: "127.0.0.1:\(port)"}]
                  \(listens ? "own_region: near" : "")
                distributions:
                  - id: ESHIELDED
                    aliases: [site.test]
                    cache_tag_config: {header_name: Cache-Tag}
                    origins:
                      - id: web
                        domain_name: \(origin.domainName)
                        origin_shield: {enabled: true, origin_shield_region: near}
                        custom_origin_config: {}
                    default_cache_behavior: {target_origin_id: web, cache_policy: CachingOptimized}
                """
            }

            func invalidate(_ items: String...) throws -> Finished {
                try place.run(
                    Skerry.binary,
                    ["invalidate", "--endpoint", "http://127.0.0.1:\(front.control)", "--distribution", "ESHIELDED", "--wait"] + items)
            }
        }

        @Test func `the shield is asked in the origin's place, and an invalidation at the front reaches it`() throws {
            try Workplace.with { place in
                let setup = try Setup(place)
                #expect(try setup.front.fetch("GET", "/a").cacheResult == "Miss")
                #expect(try setup.front.fetch("GET", "/a").cacheResult == "Hit")
                #expect(try setup.shield.fetch("GET", "/a").cacheResult == "Hit")
                #expect(try setup.shield.fetch("GET", "/b").cacheResult == "Miss")
                let hit = try setup.front.fetch("GET", "/b")
                #expect(hit.cacheResult == "Hit", "\(hit)")
                #expect(hit.age != nil)
                #expect(hit.text == "/b 0")
                #expect(setup.origin.requests.map(\.target) == ["/a", "/b"])

                for (item, round) in [("/a", 1), ("#all", 2)] {
                    let done = try setup.invalidate(item)
                    #expect(done.succeeded, "\(done)")
                    #expect(try setup.front.fetch("GET", "/a").text == "/a \(round)")
                    #expect(try setup.shield.fetch("GET", "/a").text == "/a \(round)")
                }
            }
        }

        @Test func `with the shield gone the origin itself is asked, and an invalidation says that it did not get there`() throws {
            try Workplace.with { place in
                let setup = try Setup(place)
                #expect(try setup.front.fetch("GET", "/a").status == 200)
                setup.shield.process.send(SIGKILL)
                _ = setup.shield.process.waitForExit(seconds: 10)
                #expect(try setup.front.fetch("GET", "/b").text == "/b 0")
                #expect(setup.front.process.errors.waitForLine(seconds: 10) { $0.contains("origin shield passed over") ? true : nil } == true)
                let failed = try setup.invalidate("/a")
                #expect(failed.status == .code(1), "\(failed)")
                #expect(failed.errors.contains("an origin shield could not be told: near"), "\(failed)")
                #expect(try setup.front.fetch("GET", "/a").text == "/a 1")
            }
        }

        @Test func `a shield that hangs costs one request, and an invalidation does not wait for it before the edge forgets`() throws {
            try Workplace.with { place in
                let setup = try Setup(place)
                #expect(try setup.front.fetch("GET", "/a").text == "/a 0")
                setup.shield.process.send(SIGSTOP)
                defer { setup.shield.process.send(SIGCONT) }
                let failed = try setup.invalidate("/a")
                #expect(failed.status == .code(1), "\(failed)")
                #expect(failed.errors.contains("an origin shield could not be told: near: no byte from the origin for 1.0 seconds"), "\(failed)")
                #expect(failed.errors.contains("stays in progress"), "\(failed)")
                #expect(try setup.front.fetch("GET", "/a").text == "/a 1")
                #expect(setup.front.process.errors.waitForLine(seconds: 10) { $0.contains("origin shield passed over") ? true : nil } == true)
                let began = ContinuousClock.now
                #expect(try setup.front.fetch("GET", "/b").text == "/b 0")
                #expect(began.duration(to: .now) < .seconds(1))
            }
        }

        @Test func `the time for an invalidation bounds the edge's answer too`() throws {
            try Workplace.with { place in
                let setup = try Setup(place)
                setup.front.process.send(SIGSTOP)
                defer { setup.front.process.send(SIGCONT) }
                let began = ContinuousClock.now
                let failed = try setup.invalidate("/a", "--timeout", "1")
                #expect(!failed.succeeded, "\(failed)")
                #expect(began.duration(to: .now) < .seconds(10))
            }
        }

        @Test func `nobody without the secret is answered at the shield's listener`() throws {
            try Workplace.with { place in
                let setup = try Setup(place, frontSecret: String(repeating: "f", count: 64))
                #expect(try setup.shield.fetch("GET", "/a").status == 200)
                let plain = try fetch("GET", "/a", host: "site.test", port: setup.port)
                #expect(plain.status == 403)
                #expect(plain.fields["X-Edge-Shield"] == "refused unsigned")
                // The front's signature is another group's.
                #expect(try setup.front.fetch("GET", "/a").cacheResult == "Miss")
                #expect(setup.front.process.errors.waitForLine(seconds: 10) { $0.contains("refused signature") ? true : nil } == true)
            }
        }

        @Test func `an edge that names itself as its shield says so and goes on`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, [:], $0.target) }
                try place.write(String(repeating: "s", count: 32), to: "secret")
                let port = try freePort()
                let text = Setup.text(origin, port, listens: true).replacingOccurrences(of: "own_region: near", with: "")
                let edge = try place.startEdge(text, in: "edge")
                #expect(try edge.fetch("GET", "/a").text == "/a")
                #expect(edge.process.errors.waitForLine(seconds: 10) { $0.contains("status 508: refused loop") ? true : nil } == true)
                #expect(origin.requests.count == 1)
            }
        }

        @Test func `a secret that is none is named with its place`() throws {
            try Workplace.with { place in
                let origin = try ScriptedOrigin(place) { .whole(200, [:], $0.target) }
                for (content, found) in [(nil, "no such file"), ("short", "which holds something else"), (String(repeating: "x", count: 31), "which holds something else")] {
                    if let content { try place.write(content, to: "secret") }
                    let file = try place.write(Setup.text(origin, 1, listens: true), to: "x/edge.conf")
                    let check = try place.skerry("check", file)
                    #expect(check.status == .code(1))
                    #expect(check.output.contains("edge.conf:4:16: error: shield.secret_file: found "), "\(check)")
                    #expect(check.output.contains("secret, \(found), expected 1 to 4 lines of 32 to 1024 characters"), "\(check)")
                }
            }
        }
    }
}
