import Foundation
import Testing

extension EndToEnd {
    /// Objects larger than an entry may be, kept in parts.
    @Suite struct LargeObjectTests {
        private static let size = 200 << 20

        /// Bytes that no two places of the object share, made quickly.
        private static let content: [UInt8] = {
            var state: UInt64 = 42
            return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                let words = UnsafeMutableRawBufferPointer(buffer).bindMemory(to: UInt64.self)
                var index = 0
                while index < words.count {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    words[index] = state
                    index += 1
                }
                count = size
            }
        }()

        /// The most memory that a process has had, in bytes.
        private static func peakMemory(of process: ChildProcess) throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
            return try #require(Int(line.filter(\.isNumber))) << 10
        }

        @Test func `200 MiB go through 64 MiB of memory, and what fits is a hit the next time`() throws {
            try Workplace.with { place in
                let origin = try place.startOrigin()
                try origin.s3.makeBucket("large")
                let stored = try origin.s3.request("PUT", "/large/object.bin", ["Content-Type": "application/octet-stream"], body: Self.content)
                #expect(stored.status == 200, "\(stored)")
                let site = EdgeConfigurationText.Site(.bucket(domainName: origin.host(ofBucket: "large")))
                try origin.s3.allowReads("large", fromDistribution: site.arn)
                let edge = try place.startEdge(EdgeConfigurationText(site, credentialsFile: origin.credentialsFile))

                for round in 0..<2 {
                    let whole = try edge.fetch("GET", "/object.bin", seconds: 120)
                    #expect(whole.status == 200)
                    #expect(whole.isComplete)
                    #expect(whole.body == Self.content, "round \(round)")
                    #expect(whole.cacheResult == "Miss", "not all of it fits")
                }
                // Half of the memory is for one object's parts: eight of 4 MiB.
                for (range, result) in [(0..<(28 << 20), "Hit"), ((4 << 20) - 1..<(4 << 20) + 1, "Hit"), ((199 << 20)..<(200 << 20), "Miss")] {
                    let reply = try edge.fetch(
                        "GET", "/object.bin", ["Range": "bytes=\(range.lowerBound)-\(range.upperBound - 1)"], seconds: 60)
                    #expect(reply.status == 206)
                    #expect(reply.body == Array(Self.content[range]))
                    #expect(reply.fields["Content-Range"] == "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(Self.size)")
                    #expect(reply.cacheResult == result, "\(range)")
                }
                let peak = try Self.peakMemory(of: edge.process)
                #expect(peak < 200 << 20, "the edge took \(peak >> 20) MiB\n\(edge.process.story)")

                // Another object under the same name: never a mix of the two.
                let replaced = try origin.s3.request("PUT", "/large/object.bin", body: Array(Self.content[..<(60 << 20)].reversed()))
                #expect(replaced.status == 200)
                let changed = try edge.fetch("GET", "/object.bin", seconds: 120)
                #expect(changed.status == 200)
                #expect(changed.body.count == 60 << 20)
                #expect(changed.body == Array(Self.content[..<(60 << 20)].reversed()))
            }
        }

        @Test func `settings of parts are in force`() throws {
            try Workplace.with { place in
                let body = String(repeating: "0123456789", count: 4_000)
                let origin = try ScriptedOrigin(place) { request in
                    let fields: Fields = ["ETag": "\"v1\"", "Content-Type": "text/plain"]
                    guard let range = request.fields["Range"]?.wholeMatch(of: /bytes=(\d+)-(\d*)/), let start = Int(range.1) else {
                        return .whole(200, fields, body)
                    }
                    let end = Int(range.2) ?? body.count - 1
                    var own = fields
                    own.list.append(("Content-Range", "bytes \(start)-\(end)/\(body.count)"))
                    return .whole(206, own, String(body.dropFirst(start).prefix(end - start + 1)))
                }
                var configuration = EdgeConfigurationText(.init(.custom(domainName: origin.domainName)))
                configuration.cache = [("max_object_size", "16KiB"), ("part_size", "8KiB"), ("max_parts_per_object", "2")]
                let edge = try place.startEdge(configuration)
                let whole = try edge.fetch("GET", "/a")
                #expect(whole.text == body)
                let last = try edge.fetch("GET", "/a", ["Range": "bytes=16383-16383"])
                #expect(last.cacheResult == "Hit", "two parts of 8 KiB")
                let beyond = try edge.fetch("GET", "/a", ["Range": "bytes=16384-16384"])
                #expect(beyond.cacheResult == "Miss")
                #expect(beyond.text == "4")
                #expect(origin.requests.last?.fields["Range"] == "bytes=16384-24575")
                #expect(origin.requests.last?.fields["If-Range"] == "\"v1\"")
            }
        }
    }
}
