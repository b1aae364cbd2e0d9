import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EdgeService

/// Random viewers of an object that keeps changing, through a cache that keeps forgetting, against the versions' own bytes.
struct PartsSimulationTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static func version(_ number: UInt8) -> (bytes: [UInt8], fields: HTTPFields) {
        (RangeOrigin.bytes(900 + Int(number % 5) * 150, version: number), [.eTag: "\"\(number)\"", .cacheControl: "max-age=60"])
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64], [Personality.cloudFront, .rfc9111])
    func `what a viewer gets is one version's bytes`(seed: UInt64, personality: Personality) async throws {
        var random = Random(state: seed &* 0x9E37_79B9_7F4A_7C15)
        var site = try Distribution.site(CachePolicy(minTTL: 0, defaultTTL: 60, maxTTL: 31_536_000))
        site.personality = personality
        let edge = try Edge([site], memoryBytes: 24_000, objectBytesMax: 400, partBytes: 100, partsBytesMax: 900)
        var number: UInt8 = 1
        let first = Self.version(1)
        let origin = RangeOrigin(bytes: first.bytes, first.fields)
        edge.origin.answer { origin.answer($0) }
        var hits = 0
        for step in 0..<150 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0:
                number &+= 1
                let next = Self.version(number)
                origin.replace(bytes: next.bytes, next.fields)
            case 1: edge.cache.invalidate(distributionID: "E1ABCDEF", matching: try InvalidationPattern("/a"))
            case 2: edge.clock.advance(.random(in: 1...90, using: &random))
            default: break
            }
            let viewers = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                let start = Int.random(in: 0..<1_600, using: &random)
                let ranges = ["bytes=\(start)-\(start + Int.random(in: 0...400, using: &random))", "bytes=\(start)-", "bytes=-\(start + 1)"]
                let fields: HTTPFields = Bool.random(using: &random) ? [:] : [.range: ranges.randomElement(using: &random) ?? ""]
                return (fields, edge.begin("/a", fields))
            }
            for (fields, viewer) in viewers {
                let reply = await viewer.reply
                let story: Comment = "seed \(seed), step \(step), \(fields), \(reply.status) \(reply.fields)"
                if reply.status == 416 { continue }
                let tag = try #require(reply.fields[.eTag].map { $0.filter { $0.isNumber } }, story)
                let served = try #require(UInt8(tag), story)
                let bytes = Self.version(served).bytes
                var expected = bytes
                if reply.status == 206 {
                    guard case .part(let range, complete: Int64(bytes.count))? = reply.fields[.contentRange].flatMap({ ContentRange($0) }) else {
                        Issue.record(story)
                        continue
                    }
                    expected = Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)])
                }
                if reply.wasCut { expected = Array(expected.prefix(reply.body.count)) }
                try #require(reply.body == expected, story)
                if reply.xCache == "Hit" || reply.fields[.cacheStatus]?.contains("hit") == true { hits += 1 }
            }
            await edge.settle()
        }
        #expect(hits > 20, "seed \(seed): the cache has to be of use")
    }
}
