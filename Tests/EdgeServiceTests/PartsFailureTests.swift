import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import OriginFetch
import Testing

@testable import EdgeService

/// Origins that change, lie, stop or break off while parts of an object are fetched.
struct PartsFailureTests {
    private static let old = RangeOrigin.bytes(1_000)
    private static let new = RangeOrigin.bytes(1_000, version: 2)
    private static let newFields: HTTPFields = [.eTag: "\"v2\"", .contentType: "text/plain"]

    @Test func `an object that changed before the first byte is answered with the new one`() async throws {
        let origin = RangeOrigin(bytes: Self.old)
        let edge = try PartsTests.edge(origin)
        await edge.get("/a", [.range: "bytes=0-199"])
        await edge.settle()
        origin.replace(bytes: Self.new, Self.newFields)
        // Its first parts are stored, and yet nothing of the old version is sent: what is missing is asked for first.
        let reply = await edge.get("/a")
        #expect(reply.status == 200)
        #expect(reply.body == Self.new)
        #expect(reply.fields[.eTag] == "\"v2\"")
        #expect(edge.origin.fetches.map { $0.fields[.range] } == [nil, "bytes=200-"])
        await edge.settle()
        let again = await edge.get("/a")
        #expect(again.xCache == "Hit")
        #expect(again.body == Self.new)
    }

    @Test func `an object that changed to a small one is answered with that`() async throws {
        let origin = RangeOrigin(bytes: Self.old)
        let edge = try PartsTests.edge(origin)
        await edge.get("/a", [.range: "bytes=0-0"])
        await edge.settle()
        origin.replace(bytes: Array("small".utf8), Self.newFields)
        let reply = await edge.get("/a", [.range: "bytes=300-399"])
        #expect(reply.status == 416)
        await edge.settle()
        #expect(await edge.get("/a").text == "small")
        #expect(edge.cache.statistics.entries == 1, "neither head nor parts are left")
    }

    @Test func `an object that changes between two parts is cut, and nothing of the mix is kept`() async throws {
        let origin = RangeOrigin(bytes: Self.old)
        let edge = try PartsTests.edge(origin)
        for start in [0, 200] { await edge.get("/a", [.range: "bytes=\(start)-\(start)"]) }
        await edge.settle()
        edge.origin.answer { request in
            let reply = origin.answer(request)
            // After the answer for part 1 the object is another.
            if request.fields[.range] == "bytes=100-199" { origin.replace(bytes: Self.new, Self.newFields) }
            return reply
        }
        let reply = await edge.get("/a")
        #expect(reply.wasCut)
        #expect(!reply.isWhole)
        #expect(reply.body == Array(Self.old[..<reply.body.count]), "never a byte of the new one")
        #expect(reply.body.count == 300)
        await edge.settle()
        #expect(await edge.get("/a").body == Self.new)
    }

    @Test(arguments: [404, 403, 412, 410])
    func `when the object is gone the viewer is told so`(status: Int) async throws {
        let edge = try PartsTests.edge()
        await edge.get("/a", [.range: "bytes=0-0"])
        await edge.settle()
        edge.origin.answer(OriginReply(.init(code: status), [:], "gone"))
        #expect(await edge.get("/a", [.range: "bytes=500-500"]).status == status)
    }

    @Test(arguments: [500, 503])
    func `an origin that fails costs the answer and not what is stored`(status: Int) async throws {
        let origin = RangeOrigin(bytes: Self.old)
        let edge = try PartsTests.edge(origin)
        await edge.get("/a", [.range: "bytes=0-0"])
        await edge.settle()
        edge.origin.answer(OriginReply(.init(code: status), [:], "failed"))
        #expect(await edge.get("/a").status == status)
        #expect(await edge.get("/a", [.range: "bytes=0-9"]).xCache == "Hit")
        edge.origin.fail(.connect)
        #expect(await edge.get("/a").status == 502)
        #expect(await edge.get("/a", [.range: "bytes=0-9"]).xCache == "Hit")
        edge.origin.answer { origin.answer($0) }
        #expect(await edge.get("/a").body == Self.old)
    }

    struct Lie: Sendable, CustomTestStringConvertible {
        var contentRange: String?
        var count = 100
        var sendsLength = true
        var fields: HTTPFields {
            var fields: HTTPFields = [.eTag: "\"v1\""]
            fields[.contentRange] = contentRange
            return fields
        }
        var testDescription: String { "\(contentRange ?? "none"), \(count) bytes, \(sendsLength ? "with" : "without") a length" }
    }

    @Test(arguments: [
        Lie(contentRange: "bytes 400-499/1000"), Lie(contentRange: "bytes 600-699/1000"), Lie(contentRange: "bytes 500-598/1000"),
        Lie(contentRange: "bytes 500-600/1000"), Lie(contentRange: "bytes 500-599/1000", count: 99), Lie(contentRange: "bytes 500-599/*"),
        Lie(contentRange: "bytes 599-500/1000"), Lie(contentRange: "items 500-599/1000"), Lie(contentRange: nil),
        Lie(contentRange: "bytes 500-599/1000", count: 101, sendsLength: false),
        Lie(contentRange: "bytes 500-599/1000", count: 99, sendsLength: false),
    ])
    func `a 206 that lies is an error and isn't stored`(lie: Lie) async throws {
        let origin = RangeOrigin(bytes: Self.old)
        let edge = try PartsTests.edge(origin)
        await edge.get("/a", [.range: "bytes=0-0"])
        await edge.settle()
        let entries = edge.cache.statistics.entries
        edge.origin.answer { _ in
            OriginReply(
                .partialContent, lie.fields,
                bytes: Array(Self.old[500..<500 + lie.count]), sendsLength: lie.sendsLength)
        }
        let reply = await edge.get("/a", [.range: "bytes=500-599"])
        if lie.sendsLength || lie.contentRange == nil {
            #expect(reply.status == 502)
            #expect(reply.xCache == "Error")
        } else {
            #expect(reply.wasCut, "the end tells too late")
        }
        await edge.settle()
        #expect(edge.cache.statistics.entries == entries)
        edge.origin.answer { origin.answer($0) }
        #expect(await edge.get("/a").body == Self.old)
    }

    @Test(arguments: [
        ["ETag": "\"v2\""], [:], ["ETag": "W/\"v1\""],
    ])
    func `a part of another version, or of none that can be told, is never joined`(fields: [String: String]) async throws {
        let origin = RangeOrigin(bytes: Self.old)
        let edge = try PartsTests.edge(origin)
        await edge.get("/a", [.range: "bytes=0-0"])
        await edge.settle()
        edge.origin.answer { request in
            // An origin that does ranges and knows no If-Range.
            guard request.fields[.range] != nil else { return OriginReply(.ok, Self.newFields, bytes: Self.new) }
            var own: HTTPFields = [.contentRange: "bytes 100-999/1000"]
            for (name, value) in fields { if let name = HTTPField.Name(name) { own[name] = value } }
            return OriginReply(.partialContent, own, bytes: Array(Self.new[100...]))
        }
        let reply = await edge.get("/a")
        #expect(reply.body == Self.new)
        #expect(reply.fields[.eTag] == "\"v2\"")
    }

    @Test func `a drop in mid-part cuts the viewer and keeps the parts before`() async throws {
        let origin = RangeOrigin(bytes: Self.old)
        let edge = try PartsTests.edge(origin)
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a")
        gate.sendHead(.ok, [.eTag: "\"v1\""], length: 1_000)
        gate.send(ByteBuffer(bytes: Self.old[..<250]))
        gate.breakOff()
        let reply = await viewer.reply
        #expect(reply.status == 200)
        #expect(reply.wasCut)
        #expect(reply.body == Array(Self.old[..<reply.body.count]))
        await edge.settle()
        #expect(edge.cache.statistics.entries == 3, "a head and two parts")
        #expect(await edge.get("/a").body == Self.old)
        #expect(edge.origin.fetches.map { $0.fields[.range] } == [nil, "bytes=200-"])
    }

    @Test func `a viewer that leaves ends the fetch and keeps what is whole`() async throws {
        let edge = try PartsTests.edge()
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a")
        gate.sendHead(.ok, [.eTag: "\"v1\""], length: 1_000)
        gate.send(ByteBuffer(bytes: Self.old[..<150]))
        await until("the viewer has what came") { viewer.soFar.body.count == 150 }
        viewer.leave()
        await until("the fetch is given up") { gate.isReleased }
        await edge.settle()
        #expect(edge.cache.statistics.entries == 2, "a head and one part")
        #expect(await edge.get("/a", [.range: "bytes=0-99"]).xCache == "Hit")
    }

    @Test func `viewers of different ranges in one part share its fetch`() async throws {
        let edge = try PartsTests.edge()
        await edge.get("/a", [.range: "bytes=0-0"])
        await edge.settle()
        let gate = edge.origin.gate()
        let viewers = [540..<550, 500..<600, 599..<600].map { range in
            (range, edge.begin("/a", [.range: "bytes=\(range.lowerBound)-\(range.upperBound - 1)"]))
        }
        await until("all wait") { edge.readers == 3 }
        gate.sendHead(.partialContent, [.eTag: "\"v1\"", .contentRange: "bytes 500-599/1000"], length: 100)
        gate.send(ByteBuffer(bytes: Self.old[500..<555]))
        #expect(await viewers[0].1.reply.body == Array(Self.old[540..<550]), "it need not wait for the rest")
        gate.send(ByteBuffer(bytes: Self.old[555..<600]))
        gate.end()
        for (range, viewer) in viewers { #expect(await viewer.reply.body == Array(Self.old[range])) }
        #expect(edge.origin.count == 2)
    }

    @Test func `viewers who come at once share the first answer, whatever they want of it`() async throws {
        let edge = try PartsTests.edge()
        let gate = edge.origin.gate()
        let whole = edge.begin("/a")
        let beginning = edge.begin("/a", [.range: "bytes=0-9"])
        let end = edge.begin("/a", [.range: "bytes=-10"])
        await until("all wait") { edge.readers == 3 }
        gate.sendHead(.ok, [.eTag: "\"v1\""], length: 1_000)
        #expect(await end.reply.body == Array(Self.old[990...]), "by a range of its own")
        gate.send(ByteBuffer(bytes: Self.old))
        gate.end()
        #expect(await beginning.reply.body == Array(Self.old[..<10]))
        #expect(await whole.reply.body == Self.old)
        #expect(edge.origin.fetches.map { $0.fields[.range] } == [nil, "bytes=900-"])
    }

    // MARK: Invalidation and expiry

    @Test func `an invalidation takes head and parts, also of parts under way`() async throws {
        let origin = RangeOrigin(bytes: Self.old)
        let edge = try PartsTests.edge(origin)
        await edge.get("/a", [.range: "bytes=0-199"])
        await edge.settle()
        let gate = edge.origin.gate()
        let viewer = edge.begin("/a", [.range: "bytes=500-599"])
        await until("it is under way") { edge.readers == 1 }
        #expect(edge.cache.invalidate(distributionID: "E1ABCDEF", matching: try InvalidationPattern("/a")) == 3)
        origin.replace(bytes: Self.new, Self.newFields)
        #expect(await edge.get("/a", [.range: "bytes=500-599"]).body == Array(Self.new[500..<600]))
        gate.sendHead(.partialContent, [.eTag: "\"v1\"", .contentRange: "bytes 500-599/1000"], length: 100)
        gate.send(ByteBuffer(bytes: Self.old[500..<600]))
        gate.end()
        #expect(await viewer.reply.body == Array(Self.old[500..<600]), "who asked before gets what was then")
        await edge.settle()
        #expect(await edge.get("/a").body == Self.new)
        await edge.settle()
        #expect(edge.cache.statistics.entries == 11)
    }

    @Test func `an expired object is confirmed once for all its parts`() async throws {
        let edge = try PartsTests.edge(RangeOrigin(bytes: Self.old, [.eTag: "\"v1\"", .cacheControl: "max-age=60"]))
        await edge.get("/a")
        await edge.settle()
        edge.clock.advance(60)
        let reply = await edge.get("/a", [.range: "bytes=150-160"])
        #expect(reply.xCache == "RefreshHit")
        #expect(reply.body == Array(Self.old[150...160]))
        #expect(edge.origin.last?.fields[.ifNoneMatch] == "\"v1\"")
        #expect(edge.origin.last?.fields[.range] == nil)
        edge.clock.advance(59)
        #expect(await edge.get("/a").xCache == "Hit")
        #expect(edge.origin.count == 2)
    }

    @Test func `an expired object that has changed is replaced`() async throws {
        let origin = RangeOrigin(bytes: Self.old, [.eTag: "\"v1\"", .cacheControl: "max-age=60"])
        let edge = try PartsTests.edge(origin)
        await edge.get("/a")
        await edge.settle()
        edge.clock.advance(60)
        origin.replace(bytes: Self.new, Self.newFields)
        let reply = await edge.get("/a")
        #expect(reply.body == Self.new)
        await edge.settle()
        #expect(edge.cache.statistics.entries == 11, "the old parts are gone")
    }

    @Test func `an origin that fails is covered for by stored parts`() async throws {
        let edge = try PartsTests.edge(RangeOrigin(bytes: Self.old, [.eTag: "\"v1\"", .cacheControl: "max-age=60"]))
        await edge.get("/a", [.range: "bytes=0-99"])
        await edge.settle()
        edge.clock.advance(60)
        edge.origin.fail(.connect)
        #expect(await edge.get("/a", [.range: "bytes=0-99"]).body == Array(Self.old[..<100]), "stale")
        #expect(await edge.get("/a", [.range: "bytes=0-199"]).status == 502, "but not beyond what is stored")
    }
}
