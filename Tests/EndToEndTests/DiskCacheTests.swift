import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// The edge's disk tier, with real processes that are killed.
    @Suite struct DiskCacheTests {
        /// The content of a path, made from it, so that nothing has to be remembered.
        private static func content(_ path: String) -> [UInt8] {
            var state = path.utf8.reduce(UInt64(7)) { ($0 &* 1_099_511_628_211) ^ UInt64($1) }
            let sizes = [0, 1, 700, 5_000, 40_000, 300_000, 1_500_000, 5_000_000]
            let number = Int(path.split(separator: "/").last ?? "") ?? 0
            let count = sizes[number % sizes.count]
            return [UInt8](unsafeUninitializedCapacity: count) { target, written in
                for index in 0..<count {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    target[index] = UInt8(truncatingIfNeeded: state >> 33)
                }
                written = count
            }
        }

        private static func origin(_ place: Workplace) throws -> ScriptedOrigin {
            try ScriptedOrigin(place) { request in
                .whole(200, ["ETag": "\"\(request.path)\"", "Content-Type": "text/plain"], bytes: content(request.path))
            }
        }

        private static func configuration(_ origin: ScriptedOrigin, _ place: Workplace, https: Bool = false) -> EdgeConfigurationText {
            var text = EdgeConfigurationText(.init(.custom(domainName: origin.domainName)))
            text.memory = "8MiB"
            text.cache = [
                ("max_object_size", "2MiB"), ("disk", "{directory: \(place.path("cache")), size: 64MiB, max_object_size: 16MiB}"),
            ]
            if https { text.https = "127.0.0.1:0" }
            return text
        }

        /// Files of entries, whose names are 32 digits.
        private static func files(_ place: Workplace) -> Int {
            let walker = FileManager.default.enumerator(atPath: place.path("cache"))
            return walker?.compactMap { ($0 as? String)?.split(separator: "/").last?.count }.count { $0 == 32 } ?? 0
        }

        @Test func `after kill -9 everything is a hit again, byte for byte, with its age, and the origin is not asked`() throws {
            try Workplace.with { place in
                let origin = try Self.origin(place)
                let paths = (0..<16).map { "/page/\($0)" }
                do {
                    let edge = try place.startEdge(Self.configuration(origin, place))
                    for path in paths { #expect(try edge.fetch("GET", path).body == Self.content(path), "\(path)") }
                    _ = try eventually("all of it is on disk") { Self.files(place) == paths.count ? true : nil }
                    edge.process.send(SIGKILL)
                    #expect(edge.process.waitForExit(seconds: 10) == .signal(SIGKILL))
                }
                let asked = origin.requests.count
                origin.stop()
                let edge = try place.startEdge(Self.configuration(origin, place))
                for path in paths {
                    let hit = try edge.fetch("GET", path)
                    #expect(hit.cacheResult == "Hit", "\(path): \(hit.status)")
                    #expect(hit.body == Self.content(path), "\(path)")
                    #expect((0...600).contains(hit.age ?? -1), "\(path)")
                    #expect(hit.fields["ETag"] == "\"\(path)\"")
                }
                let part = try edge.fetch("GET", "/page/7", ["Range": "bytes=3000000-3000099"])
                #expect(part.status == 206)
                #expect(part.body == Array(Self.content("/page/7")[3_000_000..<3_000_100]))
                #expect(try edge.fetch("HEAD", "/page/7").fields["Content-Length"] == "5000000")
                #expect(try edge.fetch("GET", "/page/7", ["If-None-Match": "\"/page/7\""]).status == 304)
                #expect(origin.requests.count == asked)
            }
        }

        @Test func `kill -9 in the middle of fills leaves nothing torn behind`() throws {
            try Workplace.with { place in
                let origin = try Self.origin(place)
                for round in 0..<4 {
                    let edge = try place.startEdge(Self.configuration(origin, place))
                    let done = Watched(0)
                    for worker in 0..<6 {
                        startThread {
                            for step in 0..<10_000 {
                                let path = "/\(round % 2)/\(worker)/\(step % 24)"
                                guard let response = try? edge.fetch("GET", path), response.isComplete else { return }
                                if response.status == 200, response.body != Self.content(path) {
                                    Issue.record("\(path) is not what it was, \(response.fields.list)")
                                    return
                                }
                                done.change { $0 += 1 }
                            }
                        }
                    }
                    let reached = done.wait(seconds: 60) { $0 >= 40 ? true : nil }
                    #expect(reached == true)
                    edge.process.send(SIGKILL)
                    #expect(edge.process.waitForExit(seconds: 10) == .signal(SIGKILL))
                }
                let edge = try place.startEdge(Self.configuration(origin, place))
                let leftovers = try FileManager.default.contentsOfDirectory(atPath: place.path("cache/skerry-cache-1/tmp"))
                #expect(leftovers == [], "what was unfinished is swept away")
                var hits = 0
                for worker in 0..<6 {
                    for step in 0..<24 {
                        let path = "/1/\(worker)/\(step)"
                        let response = try edge.fetch("GET", path)
                        #expect(response.body == Self.content(path), "\(path)")
                        if response.cacheResult == "Hit" { hits += 1 }
                    }
                }
                #expect(hits > 0)
            }
        }

        @Test func `what was invalidated does not come back after kill -9`() throws {
            try Workplace.with { place in
                let origin = try Self.origin(place)
                do {
                    let edge = try place.startEdge(Self.configuration(origin, place))
                    for number in 0..<8 { _ = try edge.fetch("GET", "/old/\(number)") }
                    _ = try edge.fetch("GET", "/other/3")
                    _ = try eventually("all of it is on disk") { Self.files(place) == 9 ? true : nil }
                    let invalidated = try place.skerry(
                        "invalidate", "--endpoint", "http://127.0.0.1:\(edge.control)", "--distribution", "ESITE00000001", "/old/*", "--wait")
                    #expect(invalidated.succeeded, "\(invalidated)")
                    edge.process.send(SIGKILL)
                    _ = edge.process.waitForExit(seconds: 10)
                }
                #expect(Self.files(place) == 1)
                let edge = try place.startEdge(Self.configuration(origin, place))
                for number in 0..<8 { #expect(try edge.fetch("GET", "/old/\(number)").cacheResult == "Miss") }
                #expect(try edge.fetch("GET", "/other/3").cacheResult == "Hit")
            }
        }

        @Test func `a folder that is none leaves memory at work, with one warning`() throws {
            try Workplace.with { place in
                let origin = try Self.origin(place)
                _ = try place.write("not a folder", to: "cache")
                let edge = try place.startEdge(Self.configuration(origin, place))
                for path in ["/a/3", "/b/4"] {
                    #expect(try edge.fetch("GET", path).cacheResult == "Miss")
                    #expect(try edge.fetch("GET", path).cacheResult == "Hit")
                }
                let warnings = edge.process.errors.text.split(separator: "\n").filter { $0.contains("the disk cache in") }
                #expect(warnings.count == 1, "\(edge.process.errors.text)")
                #expect(warnings.first?.contains("memory works on alone") == true)
            }
        }

        @Test func `entries of a distribution that is gone are dropped`() throws {
            try Workplace.with { place in
                let origin = try Self.origin(place)
                do {
                    let edge = try place.startEdge(Self.configuration(origin, place))
                    for number in 0..<5 { _ = try edge.fetch("GET", "/a/\(number)") }
                    _ = try eventually("all of it is on disk") { Self.files(place) == 5 ? true : nil }
                    edge.process.send(SIGTERM)
                    #expect(edge.process.waitForExit(seconds: 20) == .code(0))
                }
                var changed = Self.configuration(origin, place)
                changed.distributions[0].id = "EOTHER0000001"
                _ = try place.startEdge(changed)
                _ = try eventually("its files are gone") { Self.files(place) == 0 ? true : nil }
            }
        }
    }
}
