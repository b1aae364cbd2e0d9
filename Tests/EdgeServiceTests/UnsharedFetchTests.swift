import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import OriginFetch
import Synchronization
import Testing

@testable import EdgeService

/// When each request has a fetch of its own.
struct UnsharedFetchTests {
    /// Viewers that wait for one fetch.
    private static func waiting(_ count: Int, on edge: Edge) async -> [Viewer] {
        let viewers = (0..<count).map { _ in edge.begin("/a") }
        await until("all wait for one fetch") { edge.readers == count }
        return viewers
    }

    @Test(arguments: ["private", "no-store", "max-age=0"])
    func `an answer for one alone lets the others fetch on their own`(control: String) async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let number = Mutex(0)
        edge.origin.answer { _ in
            let count = number.withLock { number in
                number += 1
                return number
            }
            return OriginReply(.ok, [.cacheControl: control], "own \(count)")
        }
        let viewers = await Self.waiting(4, on: edge)
        gate.sendHead(.ok, [.cacheControl: control], length: 5)
        await until("the others ask") { edge.origin.count == 4 }
        gate.send("first")
        gate.end()
        var texts: Set<String> = []
        for viewer in viewers {
            let reply = await viewer.reply
            #expect(reply.xCache == "Miss")
            texts.insert(reply.text)
        }
        #expect(texts == ["first", "own 1", "own 2", "own 3"])
    }

    @Test func `those who fetch on their own don't hold back the one they followed`() async throws {
        let edge = try Edge(objectBytesMax: 1_000_000)
        let first = edge.origin.gate()
        let own = (0..<2).map { _ in edge.origin.gate() }
        let leader = edge.begin("/a")
        await until("it asks") { edge.origin.count == 1 }
        let ranged = edge.begin("/a", [.range: "bytes=0-1"])
        let plain = edge.begin("/a")
        await until("all wait") { edge.readers == 3 }
        // More than the producer may run ahead, and nothing of it is kept; the two others get no answer meanwhile.
        let part = ByteBuffer(repeating: 0x61, count: 400_000)
        first.sendHead(.ok, length: 10 * part.readableBytes)
        for _ in 0..<10 { first.send(part) }
        first.end()
        #expect(await leader.reply.body.count == 4_000_000)
        await until("they have asked") { edge.origin.count == 3 }
        for gate in own {
            gate.sendHead(.ok, length: 2)
            gate.send("ok")
            gate.end()
        }
        #expect(await ranged.reply.text == "ok")
        #expect(await plain.reply.text == "ok")
        #expect(Set(edge.origin.fetches.dropFirst().map { $0.fields[.range] }) == [nil, "bytes=0-1"])
    }

    /// A HEAD leaves the fetch going for those to come. Without a length it only shows on the way that nothing will be kept.
    @Test func `a HEAD of something endless doesn't fetch it for ever`() async throws {
        let edge = try Edge(objectBytesMax: 1_000_000)
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a", method: .head)
        await until("it asks") { edge.origin.count == 1 }
        gate.sendHead(.ok)
        #expect(await viewer.reply.status == 200)
        let part = ByteBuffer(repeating: 0x61, count: 400_000)
        for _ in 0..<2 { gate.send(part) }
        await until("it is kept so far") { edge.cache.statistics.fillingBytes == 800_000 }
        #expect(!gate.isReleased)
        gate.send(part)
        await until("the origin's content is let go") { gate.isReleased }
        await edge.settle()
        #expect(edge.cache.statistics.fillingBytes == 0)
    }

    @Test(arguments: [CachePolicy.disabled, CachePolicy(cookies: .all), CachePolicy(cookies: .whitelist(["session"]))])
    func `with caching off, or cookies in the key, each fetches on its own`(policy: CachePolicy) async throws {
        let edge = try Edge([.site(policy)])
        let gates = (0..<3).map { _ in edge.origin.gate() }
        let viewers = (0..<3).map { _ in edge.begin("/a") }
        await until("three fetches") { edge.origin.count == 3 }
        for gate in gates {
            gate.sendHead(length: 1)
            gate.send("x")
            gate.end()
        }
        for viewer in viewers { #expect(await viewer.reply.xCache == "Miss") }
    }

    @Test func `with caching off a HEAD stays a HEAD`() async throws {
        let edge = try Edge([.site(.disabled)])
        edge.origin.answer(OriginReply(.ok, [:], "12345"))
        #expect(await edge.get("/a", method: .head).fields[.contentLength] == "5")
        #expect(edge.origin.last?.method == .head)
        #expect(edge.cache.statistics.entries == 0)
    }
}
