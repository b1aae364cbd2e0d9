import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import OriginFetch
import Testing

@testable import EdgeService

struct CollapsingTests {
    /// Viewers that wait for one fetch.
    private static func waiting(_ count: Int, on edge: Edge) async -> [Viewer] {
        let viewers = (0..<count).map { _ in edge.begin("/a") }
        await until("all wait for one fetch") { edge.readers == count }
        return viewers
    }

    @Test func `concurrent misses share one fetch and stream while it fills`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let viewers = await Self.waiting(8, on: edge)
        gate.sendHead(.ok, [.contentType: "text/plain"], length: 11)
        gate.send("hello ")
        await until("the first part is with all of them") { viewers.allSatisfy { $0.soFar.text == "hello " } }
        let late = edge.begin("/a")
        await until("a latecomer has it too") { late.soFar.text == "hello " }
        gate.send("world")
        gate.end()
        var results: [String: Int] = [:]
        for viewer in viewers + [late] {
            let reply = await viewer.reply
            #expect(reply.text == "hello world")
            #expect(reply.isWhole)
            results[reply.xCache ?? "none", default: 0] += 1
        }
        #expect(results == ["Miss": 1, "Hit": 8])
        #expect(edge.origin.count == 1)
        await edge.settle()
        #expect(await edge.get("/a").xCache == "Hit")
    }

    @Test func `the first viewer's leaving concerns nobody else`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let leader = edge.begin("/a")
        await until("it asks") { edge.origin.count == 1 }
        let followers = (0..<3).map { _ in edge.begin("/a") }
        await until("all wait") { edge.readers == 4 }
        leader.leave()
        await until("it is gone") { edge.readers == 3 }
        gate.sendHead(length: 4)
        gate.send("body")
        gate.end()
        for follower in followers { #expect(await follower.reply.text == "body") }
        await edge.settle()
        #expect(edge.cache.statistics.entries == 1)
        #expect(await leader.reply.wasCut)
    }

    @Test func `when all have left the fetch is cancelled and nothing is kept`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let viewers = await Self.waiting(3, on: edge)
        gate.sendHead(length: 10)
        gate.send("half")
        await until("they read") { viewers.allSatisfy { $0.soFar.text == "half" } }
        for viewer in viewers { viewer.leave() }
        for viewer in viewers { #expect(await viewer.reply.wasCut) }
        await until("the connection is given up") { gate.isReleased }
        await edge.settle()
        #expect(edge.cache.statistics.entries == 0)
        #expect(edge.cache.statistics.fillingBytes == 0)
    }

    @Test func `when all have left before the head the fetch is cancelled`() async throws {
        let edge = try Edge()
        _ = edge.origin.gate()
        let viewers = await Self.waiting(2, on: edge)
        for viewer in viewers { viewer.leave() }
        await until("the fetch is given up") { edge.origin.cancelledCount == 1 }
        await edge.settle()
        edge.origin.answer(OriginReply(.ok, [:], "next"))
        #expect(await edge.get("/a").text == "next", "the next one isn't held up")
    }

    @Test func `a break in mid-content cuts all, and the next one fetches anew`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let viewers = await Self.waiting(3, on: edge)
        gate.sendHead(length: 10)
        gate.send("half")
        gate.breakOff()
        for viewer in viewers {
            let reply = await viewer.reply
            #expect(reply.wasCut)
            #expect(!reply.isWhole)
        }
        await edge.settle()
        edge.origin.answer(OriginReply(.ok, [:], "whole"))
        #expect(await edge.get("/a").text == "whole")
    }

    @Test func `a failure before the head is everyone's answer`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let viewers = await Self.waiting(3, on: edge)
        gate.refuse(.timeout)
        for viewer in viewers { #expect(await viewer.reply.status == 504) }
        #expect(edge.origin.count == 1)
    }

    @Test func `a stalled viewer of a kept object holds nobody up`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let viewers = await Self.waiting(2, on: edge)
        viewers[0].leave()
        let bytes = ByteBuffer(repeating: 0x61, count: 300_000)
        gate.sendHead(length: 10 * bytes.readableBytes)
        for _ in 0..<10 { gate.send(bytes) }
        gate.end()
        #expect(await viewers[1].reply.body.count == 3_000_000)
    }

    @Test func `a HEAD shares the fetch, and leaves it to go on`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let first = edge.begin("/a", method: .head)
        await until("it asks") { edge.origin.count == 1 }
        let second = edge.begin("/a", method: .head)
        await until("both wait") { edge.readers == 2 }
        gate.sendHead(.ok, length: 5)
        for viewer in [first, second] {
            let reply = await viewer.reply
            #expect(reply.isWhole)
            #expect(reply.fields[.contentLength] == "5")
            #expect(reply.body.isEmpty)
        }
        #expect(edge.origin.last?.method == .get)
        gate.send("12345")
        gate.end()
        await edge.settle()
        #expect(await edge.get("/a").xCache == "Hit")
    }

    @Test func `an invalidation under way sends those who come later to the origin`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let before = edge.begin("/a")
        await until("it asks") { edge.origin.count == 1 }
        gate.sendHead(length: 3)
        edge.cache.invalidate(distributionID: "E1ABCDEF", matching: try InvalidationPattern("/a"))
        edge.origin.answer(OriginReply(.ok, [:], "new"))
        #expect(await edge.get("/a").text == "new")
        gate.send("old")
        gate.end()
        #expect(await before.reply.text == "old")
        await edge.settle()
        #expect(await edge.get("/a").text == "new")
    }
}
