import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore
import Testing

@testable import EdgeService

struct ResponseFieldsTests {
    private static func isRequestID(_ text: String?) -> Bool {
        guard let text, text.utf8.count == 56, text.hasSuffix("==") else { return false }
        return text.utf8.dropLast(2).allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x5F
        }
    }

    @Test func `every response says where it came from`() async throws {
        let edge = try Edge()
        edge.origin.answer { OriginReply($0.path == "/a" ? .ok : .notFound, [:], "x") }
        var ids: Set<String> = []
        let replies = [
            await edge.get("/a"), await edge.get("/a"), await edge.get("/a", [.ifNoneMatch: "*"]), await edge.get("/b"),
            await edge.get("/a", method: .post), await edge.get("/a", [.range: "bytes=9-"]),
        ]
        for reply in replies {
            #expect(reply.fields[.via] == "1.1 e1abcdef.cloudfront.net (CloudFront)")
            #expect(reply.fields[.xAmzCfPop] == "SKY50-C1")
            #expect(Self.isRequestID(reply.fields[.xAmzCfId]))
            #expect(reply.fields[.xCache]?.hasSuffix(" from cloudfront") == true)
            #expect(reply.fields[.date] != nil)
            #expect(!reply.reasonPhrase.isEmpty, "\(reply.status)")
            ids.insert(reply.fields[.xAmzCfId] ?? "")
        }
        #expect(ids.count == replies.count)
    }

    @Test func `an origin's Via stays, and its own edge fields don't`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [.via: "1.1 origin", .xCache: "Hit from elsewhere", .xAmzCfId: "x"], "x"))
        for result in ["Miss", "Hit"] {
            let reply = await edge.get("/a")
            #expect(reply.fields[values: .via] == ["1.1 origin", "1.1 e1abcdef.cloudfront.net (CloudFront)"])
            #expect(reply.fields[values: .xCache] == ["\(result) from cloudfront"])
            #expect(Self.isRequestID(reply.fields[.xAmzCfId]))
        }
    }

    @Test func `request ids differ within a process and between processes`() {
        let (first, second) = (RequestIDs(seed: 1), RequestIDs(seed: 2))
        var seen: Set<String> = []
        for _ in 0..<20_000 {
            seen.insert(first.next())
            seen.insert(second.next())
        }
        #expect(seen.count == 40_000)
        #expect(seen.allSatisfy { Self.isRequestID($0) })
    }

    @Test func `the page for a refused request carries an id and tells the reason`() async throws {
        let edge = try Edge()
        let (head, body) = edge.service.refusal(of: RequestError(400, "bare LF <x>"), on: ConnectionInfo(clientAddress: "192.0.2.7"))
        #expect(head.status.code == 400)
        #expect(Self.isRequestID(head.fields[.xAmzCfId]))
        #expect(head.fields[.xCache] == "Error from cloudfront")
        #expect(String(buffer: body).contains("bare LF &lt;x&gt;"))
    }

    @Test(arguments: [(100, true), (101, false)])
    func `an object beyond the limit is delivered and not kept`(count: Int, isKept: Bool) async throws {
        for sendsLength in [true, false] {
            let edge = try Edge(objectBytesMax: 100)
            let bytes = [UInt8](repeating: 0x61, count: count)
            edge.origin.answer(OriginReply(.ok, [:], bytes: bytes, sendsLength: sendsLength))
            for round in 0..<2 {
                let reply = await edge.get("/a")
                #expect(reply.body == bytes)
                #expect(reply.isWhole)
                #expect(reply.xCache == (isKept && round == 1 ? "Hit" : "Miss"))
                await edge.settle()
            }
            #expect(edge.cache.statistics.entries == (isKept ? 1 : 0))
            #expect(edge.cache.statistics.fillingBytes == 0)
        }
    }

    @Test func `content beyond all memory passes through`() async throws {
        let edge = try Edge(memoryBytes: 10_000)
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a")
        gate.sendHead()
        for _ in 0..<10 { gate.send(ByteBuffer(repeating: 0x61, count: 3_000)) }
        gate.end()
        let reply = await viewer.reply
        #expect(reply.body.count == 30_000)
        #expect(reply.isWhole)
        await edge.settle()
        #expect(edge.cache.statistics.entries == 0)
    }

    @Test func `a response of unknown length is kept, and its length is known from then on`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [:], "hello", sendsLength: false))
        #expect(await edge.get("/a").fields[.contentLength] == nil)
        await edge.settle()
        let hit = await edge.get("/a")
        #expect(hit.xCache == "Hit")
        #expect(hit.fields[.contentLength] == "5")
    }

    @Test func `an empty response is kept`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, [:], ""))
        for result in ["Miss", "Hit"] {
            let reply = await edge.get("/a")
            #expect(reply.xCache == result)
            #expect(reply.fields[.contentLength] == "0")
        }
    }
}
