import AccessLogs
import DistributionModel
import HTTPCaching
import HTTPTypes
import NIOCore
import OriginFetch
import Testing

@testable import EdgeService

/// What is logged of requests that take the pipeline.
@Suite struct AccessRecordTests {
    let queue = LogQueue(
        distributionID: "E1ABCDEF", layout: LogLayout(format: .cloudFront, includesCookies: true, edgeLocation: "SKY50-C1"),
        bytesMax: 1 << 20)

    private func entries() throws -> [LogEntry] {
        try LogReader.entries(of: queue.take().batches.map { String(decoding: $0.bytes, as: UTF8.self) }.joined())
    }

    private func reasons(_ format: LogFormat) -> LogQueue {
        LogQueue(
            distributionID: "E1ABCDEF", layout: LogLayout(format: format, includesCookies: false, edgeLocation: "SKY50-C1"),
            bytesMax: 1 << 20)
    }

    @Test func `a miss and a hit are logged with what was sent`() async throws {
        let edge = try Edge(log: queue)
        edge.origin.answer(OriginReply(.ok, [.contentType: "text/plain"], "content"))
        await edge.get("/a?x=1", [.userAgent: "curl/8 (a b)", .referer: "http://r/", .cookie: "k=v"])
        await edge.get("/a?x=1")
        let entries = try entries()
        #expect(entries.map { $0[.result] } == ["Miss", "Hit"])
        let miss = try #require(entries.first)
        #expect(miss[.resultAtStart] == "Miss")
        #expect(miss[.detailedResult] == "Miss")
        #expect(miss[.status] == "200")
        #expect(miss[.clientAddress] == "192.0.2.7")
        #expect(miss[.clientPort] == "4711")
        #expect(miss[.path] == "/a")
        #expect(miss[.query] == "x=1")
        #expect(miss[.userAgent] == "curl/8 (a b)")
        #expect(miss[.referer] == "http://r/")
        #expect(miss[.cookie] == "k=v")
        #expect(miss[.host] == "www.example.com")
        #expect(miss[.distributionDomain] == "e1abcdef.cloudfront.localhost")
        #expect(miss[.scheme] == "http")
        #expect(miss[.tlsVersion] == nil)
        #expect(miss[.protocolVersion] == "HTTP/1.1")
        #expect(miss[.contentType] == "text/plain")
        #expect(miss[.contentLength] == "7")
        #expect(miss[.requestID]?.utf8.count == 56)
        #expect(miss[.requestID] != entries[1][.requestID])
        #expect(miss.secondsSince1970 == 1_780_000_000)
    }

    @Test func `a confirmed entry is a RefreshHit, a changed one a Miss`() async throws {
        let edge = try Edge(log: queue)
        edge.origin.answer(OriginReply(.ok, [.eTag: "\"1\"", .cacheControl: "max-age=10"], "content"))
        await edge.get("/a")
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.notModified, [.eTag: "\"1\"", .cacheControl: "max-age=10"]))
        await edge.get("/a")
        edge.clock.advance(10)
        edge.origin.answer(OriginReply(.ok, [.eTag: "\"2\"", .cacheControl: "max-age=10"], "content"))
        await edge.get("/a")
        #expect(try entries().map { $0[.result] } == ["Miss", "RefreshHit", "Miss"])
    }

    @Test(arguments: [
        (.dns, "502", "OriginDnsError"), (.connect, "502", "OriginConnectError"), (.timeout, "504", "OriginReadError"),
        (.communication, "502", "OriginCommError"), (.invalidResponse, "502", "OriginInvalidResponseError"),
    ] as [(OriginError.Kind, String, String)])
    func `an origin's failure has its own word, and the remembered error none`(
        kind: OriginError.Kind, status: String, word: String
    ) async throws {
        let edge = try Edge(log: queue)
        edge.origin.fail(kind)
        await edge.get("/a")
        await edge.get("/a")
        let entries = try entries()
        #expect(entries.map { $0[.status] } == [status, status])
        #expect(entries.map { $0[.result] } == ["Error", "Error"])
        #expect(entries.map { $0[.resultAtStart] } == ["Error", "Error"])
        #expect(entries.map { $0[.detailedResult] } == [word, "Error"])
    }

    @Test func `want of capacity is a result of its own`() async throws {
        let edge = try Edge(log: queue)
        edge.origin.fail(.capacity)
        await edge.get("/a")
        let entry = try #require(try entries().first)
        #expect([entry[.status], entry[.result], entry[.detailedResult]] == ["503", "CapacityExceeded", "CapacityExceeded"])
    }

    @Test(arguments: [(404, "Error"), (500, "OriginError"), (503, "OriginError")])
    func `an origin's error status is an Error`(status: Int, word: String) async throws {
        let edge = try Edge(log: queue)
        edge.origin.answer(OriginReply(.init(code: status), [:], "no"))
        await edge.get("/a")
        let entry = try #require(try entries().first)
        #expect([entry[.status], entry[.result], entry[.detailedResult]] == [String(status), "Error", word])
    }

    @Test func `a method that is not allowed is logged as such`() async throws {
        let edge = try Edge(log: queue)
        await edge.get("/a", method: .delete)
        let entry = try #require(try entries().first)
        #expect([entry[.status], entry[.method], entry[.detailedResult]] == ["403", "DELETE", "InvalidRequestMethod"])
    }

    @Test func `a viewer who leaves before the answer has status 000`() async throws {
        let edge = try Edge(log: queue)
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a")
        await until("the fetch began") { edge.origin.count == 1 }
        viewer.leave()
        _ = await viewer.reply
        gate.end()
        let entry = try #require(try entries().first)
        #expect([entry[.status], entry[.result], entry[.resultAtStart], entry[.detailedResult]] == ["000", "Error", "Error", "ClientCommError"])
        #expect(entry[.contentLength] == nil)
    }

    @Test func `a viewer who leaves in mid-answer turns the Miss into an Error`() async throws {
        let edge = try Edge(log: queue)
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a")
        await until("the fetch began") { edge.origin.count == 1 }
        gate.sendHead(.ok, [.contentType: "text/plain"], length: 10)
        gate.send("12345")
        await until("some arrived") { viewer.soFar.body.count == 5 }
        viewer.leave()
        gate.send("67890")
        gate.end()
        _ = await viewer.reply
        let entry = try #require(try entries().first)
        #expect([entry[.status], entry[.resultAtStart], entry[.result], entry[.detailedResult]] == ["200", "Miss", "Error", "ClientCommError"])
    }

    @Test func `an origin that breaks off turns the Miss into an Error of its own`() async throws {
        let edge = try Edge(log: queue)
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a")
        await until("the fetch began") { edge.origin.count == 1 }
        gate.sendHead(.ok, [:], length: 10)
        gate.send("12345")
        await until("some arrived") { viewer.soFar.body.count == 5 }
        gate.breakOff()
        _ = await viewer.reply
        let entry = try #require(try entries().first)
        #expect([entry[.status], entry[.resultAtStart], entry[.result], entry[.detailedResult]] == ["200", "Miss", "Error", "OriginCommError"])
    }

    @Test func `a range is logged with its ends, an unsatisfiable one as an Error`() async throws {
        let edge = try Edge(log: queue)
        edge.origin.answer(OriginReply(.ok, [:], "0123456789"))
        await edge.get("/a", [.range: "bytes=2-4"])
        await edge.get("/a", [.range: "bytes=20-"])
        let entries = try entries()
        #expect([entries[0][.status], entries[0][.rangeStart], entries[0][.rangeEnd], entries[0][.contentLength]] == ["206", "2", "4", "3"])
        #expect([entries[1][.status], entries[1][.result], entries[1][.rangeStart]] == ["416", "Error", nil])
    }

    @Test func `the time of an answer is what passed since the request`() async throws {
        let edge = try Edge(log: queue)
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a")
        await until("the fetch began") { edge.origin.count == 1 }
        edge.clock.pass(.milliseconds(120))
        gate.sendHead(.ok, [:], length: 4)
        gate.send("12")
        await until("some arrived") { viewer.soFar.body.count == 2 }
        edge.clock.pass(.milliseconds(30))
        gate.send("34")
        gate.end()
        _ = await viewer.reply
        let entry = try #require(try entries().first)
        #expect([entry[.timeToFirstByte], entry[.timeTaken]] == ["0.120", "0.150"])
    }

    @Test func `JSON tells the behaviour and the reason of a non-hit`() async throws {
        let queue = reasons(.json)
        let edge = try Edge(
            [try .site(methods: .all, behaviors: [try behavior("/no/*", policy: .disabled)])], log: queue)
        edge.origin.answer(OriginReply(.ok, [.cacheControl: "max-age=10"], "content"))
        await edge.get("/a")
        await edge.get("/a")
        await edge.get("/no/a")
        await edge.get("/a", method: .delete)
        edge.clock.advance(10)
        await edge.get("/a")
        let lines = queue.take().batches.flatMap { String(decoding: $0.bytes, as: UTF8.self).split(separator: "\n").map(String.init) }
        let tails = lines.map { line in line.split(separator: "\",\"").suffix(2).map(String.init) }
        #expect(
            tails == [
                ["cache-behavior-path-pattern\":\"*", "x-edge-non-hit-reason\":\"not-in-cache\"}"],
                ["cache-behavior-path-pattern\":\"*", "x-edge-non-hit-reason\":\"-\"}"],
                ["cache-behavior-path-pattern\":\"/no/*", "x-edge-non-hit-reason\":\"caching-disabled\"}"],
                ["cache-behavior-path-pattern\":\"*", "x-edge-non-hit-reason\":\"method-not-cached\"}"],
                ["cache-behavior-path-pattern\":\"*", "x-edge-non-hit-reason\":\"expired-without-validator\"}"],
            ])
    }
}
