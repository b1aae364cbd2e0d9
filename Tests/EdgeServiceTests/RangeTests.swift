import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

@testable import EdgeService

struct RangeTests {
    private static let text = "0123456789abcdefghij"
    private static let fields: HTTPFields = [
        .eTag: "\"v1\"", .lastModified: "Mon, 01 Jan 2024 00:00:00 GMT", .contentType: "text/plain",
    ]

    private static let weakFields: HTTPFields = [.eTag: "W/\"v1\"", .contentType: "text/plain"]

    private static func edge(isStored: Bool) async throws -> Edge {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, fields, text))
        if isStored { await edge.get("/a") }
        return edge
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var range: String
        var status = 206
        var text: String
        var contentRange: String?
        var testDescription: String { range }
    }

    @Test(
        arguments: [
            Row(range: "bytes=0-0", text: "0", contentRange: "bytes 0-0/20"),
            Row(range: "bytes=5-9", text: "56789", contentRange: "bytes 5-9/20"),
            Row(range: "bytes=15-", text: "fghij", contentRange: "bytes 15-19/20"),
            Row(range: "bytes=-3", text: "hij", contentRange: "bytes 17-19/20"),
            Row(range: "bytes=-100", text: text, contentRange: "bytes 0-19/20"),
            Row(range: "bytes=19-1000", text: "j", contentRange: "bytes 19-19/20"),
            Row(range: "bytes=20-", status: 416, text: "", contentRange: "bytes */20"),
            Row(range: "bytes=-0", status: 416, text: "", contentRange: "bytes */20"),
            Row(range: "bytes=9-5", status: 200, text: text), Row(range: "items=0-1", status: 200, text: text),
            Row(range: "bytes=10-12,0-1", status: 200, text: text), Row(range: "bytes=0-5,3-8", status: 200, text: text),
            Row(range: "bytes=0-1,30-40", text: "01", contentRange: "bytes 0-1/20"),
        ], [false, true])
    func `a range is cut from a stored and from an arriving response`(row: Row, isStored: Bool) async throws {
        let edge = try await Self.edge(isStored: isStored)
        let reply = await edge.get("/a", [.range: row.range])
        #expect(reply.status == row.status)
        #expect(reply.fields[.contentRange] == row.contentRange)
        if row.status != 416 {
            #expect(reply.text == row.text)
            #expect(reply.fields[.contentLength] == String(row.text.utf8.count))
            #expect(reply.fields[.contentType] == "text/plain")
            #expect(reply.fields[.eTag] == "\"v1\"")
            #expect(reply.xCache == (isStored ? "Hit" : "Miss"))
        } else {
            #expect(reply.xCache == "Error")
            #expect(reply.fields[.contentLength] == String(reply.body.count))
        }
        await edge.settle()
        #expect(await edge.get("/a").xCache == "Hit", "the whole is kept")
        #expect(edge.origin.count == 1)
        #expect(edge.origin.last?.fields[.range] == nil)
    }

    @Test func `a range is cut from chunks as they come`() async throws {
        let edge = try Edge()
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a", [.range: "bytes=3-11"])
        gate.sendHead(.ok, Self.fields, length: 20)
        for part in ["01", "2345", "6789a", "bcdefg"] { gate.send(part) }
        let reply = await viewer.reply
        #expect(reply.text == "3456789ab")
        #expect(reply.isWhole, "it has what it asked for before the end")
        gate.send("hij")
        gate.end()
        await edge.settle()
        #expect(await edge.get("/a").text == Self.text)
        #expect(edge.origin.count == 1)
    }

    @Test func `several ascending ranges make a multipart answer`() async throws {
        let edge = try await Self.edge(isStored: true)
        let reply = await edge.get("/a", [.range: "bytes=0-1, 5-6, -2"])
        #expect(reply.status == 206)
        #expect(reply.fields[.contentLength] == String(reply.body.count))
        #expect(reply.fields[.contentRange] == nil)
        let type = try #require(reply.fields[.contentType])
        let boundary = String(try #require(type.split(separator: "boundary=").last))
        #expect(type == "multipart/byteranges; boundary=\(boundary)")
        #expect((1...70).contains(boundary.count))
        let parts = reply.text.split(separator: "--\(boundary)", omittingEmptySubsequences: false).map(String.init)
        #expect(parts.count == 5)
        #expect(parts.first == "")
        #expect(parts.last == "--\r\n")
        let expected = [("01", "0-1"), ("56", "5-6"), ("ij", "18-19")].map { content, range in
            "\r\nContent-Type: text/plain\r\nContent-Range: bytes \(range)/20\r\n\r\n\(content)\r\n"
        }
        #expect(Array(parts.dropFirst().dropLast()) == expected)
    }

    @Test func `several ranges of what is still arriving get the whole`() async throws {
        let edge = try await Self.edge(isStored: false)
        let reply = await edge.get("/a", [.range: "bytes=0-1,5-6"])
        #expect(reply.status == 200)
        #expect(reply.text == Self.text)
        #expect(reply.fields[.contentLength] == "20")
    }

    @Test(arguments: [
        ("\"v1\"", 206), ("W/\"v1\"", 200), ("\"v2\"", 200), ("Mon, 01 Jan 2024 00:00:00 GMT", 206),
        ("Tue, 02 Jan 2024 00:00:00 GMT", 200),
    ], [false, true])
    func `If-Range holds by strong comparison only`(condition: (String, Int), isStored: Bool) async throws {
        let edge = try await Self.edge(isStored: isStored)
        let reply = await edge.get("/a", [.range: "bytes=0-1", .ifRange: condition.0])
        #expect(reply.status == condition.1)
        #expect(reply.text == (condition.1 == 206 ? "01" : Self.text))
    }

    @Test func `HEAD has no ranges`() async throws {
        let edge = try await Self.edge(isStored: true)
        let reply = await edge.get("/a", [.range: "bytes=0-1"], method: .head)
        #expect(reply.status == 200)
        #expect(reply.fields[.contentLength] == "20")
    }

    @Test func `a range of an object too large to keep, in parts or whole, is asked of the origin`() async throws {
        let edge = try Edge(objectBytesMax: 19)
        edge.origin.answer { request in
            request.fields[.range] == nil ? OriginReply(.ok, Self.weakFields, Self.text)
                : OriginReply(.partialContent, [.contentRange: "bytes 0-1/20"], "01")
        }
        let reply = await edge.get("/a", [.range: "bytes=0-1"])
        #expect(reply.status == 206)
        #expect(reply.text == "01")
        #expect(reply.fields[.contentRange] == "bytes 0-1/20")
        #expect(edge.origin.fetches.map { $0.fields[.range] } == [nil, "bytes=0-1"])
        #expect(edge.cache.statistics.entries == 0)
    }

    @Test func `all who want ranges of one object too large to keep ask for theirs`() async throws {
        let edge = try Edge(objectBytesMax: 19)
        let gate = edge.origin.gate()
        edge.origin.answer { OriginReply(.partialContent, [.contentRange: "bytes 0-1/20"], $0.fields[.range] ?? "whole") }
        let viewers = (0..<3).map { edge.begin("/a", [.range: "bytes=\($0)-\($0)"]) }
        await until("all wait") { edge.readers == 3 }
        gate.sendHead(.ok, Self.weakFields, length: 20)
        for (index, viewer) in viewers.enumerated() {
            let reply = await viewer.reply
            #expect(reply.status == 206)
            #expect(reply.text == "bytes=\(index)-\(index)")
        }
        #expect(edge.origin.count == 4)
        await until("the first fetch is given up") { gate.isReleased }
    }

    @Test func `with caching off the range goes to the origin`() async throws {
        let edge = try Edge([.site(.disabled)])
        edge.origin.answer(OriginReply(.partialContent, [.contentRange: "bytes 0-1/20"], "01"))
        #expect(await edge.get("/a", [.range: "bytes=0-1", .ifRange: "\"v1\""]).status == 206)
        #expect(edge.origin.last?.fields[.range] == "bytes=0-1")
        #expect(edge.origin.last?.fields[.ifRange] == "\"v1\"")
        #expect(edge.origin.count == 1)
    }

    @Test func `a range of a response of unknown length gets the whole, and from the cache its part`() async throws {
        let edge = try Edge()
        edge.origin.answer(OriginReply(.ok, Self.fields, Self.text, sendsLength: false))
        #expect(await edge.get("/a", [.range: "bytes=0-1"]).text == Self.text)
        await edge.settle()
        #expect(await edge.get("/a", [.range: "bytes=0-1"]).text == "01")
    }
}
