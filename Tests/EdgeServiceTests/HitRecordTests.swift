import AccessLogs
import EdgeFigures
import HTTPTypes
import NIOCore
import Testing

@testable import EdgeService
@testable import HTTPTransport

/// A plain hit is logged and counted from raw bytes: as the pipeline would.
@Suite struct HitRecordTests {
    private static let connection = ConnectionInfo(clientAddress: "192.0.2.7", clientPort: 4711)

    /// What is logged of a request that the fast path answers, and of the same request in the pipeline.
    private func both(_ lines: [String]) async throws -> (fast: LogEntry, general: LogEntry, sent: Int) {
        let queue = LogQueue(
            distributionID: "E1ABCDEF", layout: LogLayout(format: .cloudFront, includesCookies: true, edgeLocation: "SKY50-C1"),
            bytesMax: 1 << 20)
        let edge = try Edge(log: queue)
        edge.origin.answer(OriginReply(.ok, [.contentType: "text/plain; charset=utf-8"], "hello"))
        await edge.get("/a")
        _ = queue.take()
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        var sent = 0
        let head = try bytes.withUnsafeBytes { bytes in
            var parser = HeadParser(limits: TransportLimits())
            var layout = HeadLayout()
            _ = try parser.parse(bytes, into: &layout)
            let view = RequestView(bytes: bytes, layout: layout)
            // Something is in the buffer already, as with pipelined requests.
            var output = ByteBuffer(string: "earlier")
            guard case .answered(let body) = edge.service.answerImmediately(view, on: Self.connection, into: &output) else {
                Issue.record("declined")
                return try view.makeHead()
            }
            sent = output.readableBytes - "earlier".utf8.count + (body?.readableBytes ?? 0)
            return try view.makeHead()
        }
        _ = await Viewer(edge.service, head).reply
        let entries = try LogReader.entries(of: queue.take().batches.map { String(decoding: $0.bytes, as: UTF8.self) }.joined())
        try #require(entries.count == 2)
        let statistics = edge.service.statistics()
        #expect(statistics.total.requestsByResult == ["Miss": 1, "Hit": 2])
        #expect(statistics.latency["Hit"]?.count == 2)
        return (entries[0], entries[1], sent)
    }

    @Test(arguments: [
        ["GET /a HTTP/1.1", "Host: www.example.com"], ["HEAD /a?x=1&y HTTP/1.1", "Host: www.example.com:8080"],
        [
            "GET /a HTTP/1.1", "Host: www.example.com", "User-Agent: Mozilla/5.0 (\"a\"\tb) 100%", "Referer: http://r/?q", "Cookie: a=b", "cookie: c=d",
            "X-Forwarded-For: 203.0.113.1", "x-forwarded-for: 203.0.113.2", "User-agent: two",
        ],
        ["GET http://www.example.com/a? HTTP/1.1", "Host: other"], ["GET /a HTTP/1.1", "Host: www.example.com", "User-Agent:"],
    ])
    func `its record is that of the pipeline`(lines: [String]) async throws {
        let (fast, general, sent) = try await both(lines)
        for field in LogField.allCases where field != .requestID && field != .bytesSent {
            #expect(fast[field] == general[field], "\(field.name)")
        }
        #expect(fast.number(.bytesSent) == Int64(sent))
        #expect(fast[.requestID]?.utf8.count == 56)
    }
}
