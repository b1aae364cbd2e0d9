import NIOCore
import Testing

@testable import HTTPTransport

/// Each known way of making much work with little, up to its limit and beyond it.
@Suite(.timeLimit(.minutes(1)))
struct HTTP2FloodTests {
    struct Flood: Sendable, CustomTestStringConvertible {
        var name: String
        var limit: any WritableKeyPath<HTTP2Limits, Int> & Sendable
        /// Frames before the flood.
        var first: [WireFrame] = []
        /// The n-th part of the flood, n from 0.
        var part: @Sendable (Int) -> [WireFrame]
        /// Whatever ends a header section that the flood has left open.
        var last: [WireFrame] = []
        var testDescription: String { name }
    }

    private static func stream(_ n: Int) -> UInt32 { UInt32(2 * n + 1) }
    private static let upload = WireFrame.request(1, "POST", ends: false)

    static let floods = [
        Flood(name: "rapid reset", limit: \.resetsMax) { [.request(stream($0), "POST", ends: false), .reset(stream($0))] },
        Flood(name: "streams that we are made to reset", limit: \.resetsMax) {
            [.request(stream($0), "POST", ends: false), .windowUpdate(stream($0), 0x7FFF_FFFF)]
        },
        Flood(name: "malformed requests", limit: \.resetsMax) { [.headers(stream($0), [(":method", "GET")])] },
        // The client's own first frame of this kind and its acknowledgement count too.
        Flood(name: "SETTINGS", limit: \.settingsMax) { $0 < 2 ? [] : [.settings([])] },
        Flood(name: "PING", limit: \.pingsMax) { _ in [WireFrame(.ping, Array(repeating: 0, count: 8))] },
        Flood(name: "PING acknowledgements", limit: \.pingsMax) { _ in [WireFrame(.ping, flags: 1, Array(repeating: 0, count: 8))] },
        Flood(name: "PRIORITY", limit: \.prioritiesMax) { [WireFrame(.priority, stream: stream($0), [0, 0, 0, 0, 1])] },
        Flood(name: "PRIORITY_UPDATE", limit: \.prioritiesMax) { _ in [WireFrame(type: 0x10, [0, 0, 0, 1])] },
        Flood(name: "WINDOW_UPDATE", limit: \.windowUpdatesMax) { _ in [.windowUpdate(0, 1)] },
        Flood(name: "empty DATA", limit: \.emptyFramesMax, first: [upload]) { _ in [.data(1, [])] },
        Flood(
            name: "empty CONTINUATION", limit: \.continuationsMax, first: [WireFrame(.headers, flags: 1, stream: 1, WireFrame.request(1).payload)],
            part: { _ in [WireFrame(.continuation, stream: 1)] }, last: [WireFrame(.settings, flags: 1)]),
        Flood(name: "unknown frames", limit: \.unknownFramesMax) { _ in [WireFrame(type: 0x77, [1, 2, 3])] },
    ]

    private static func client(_ flood: Flood, limit: Int) async throws -> HTTP2Client {
        var limits = TransportLimits()
        limits.http2[keyPath: flood.limit] = limit
        let client = try await HTTP2Client(ScriptedService { try await $0.body.waitForever() }, limits: limits)
        try await client.send(flood.first)
        return client
    }

    @Test(arguments: floods)
    func `one frame too many ends the connection`(flood: Flood) async throws {
        let client = try await Self.client(flood, limit: 10)
        for part in 0..<10 { try await client.send(flood.part(part)) }
        #expect(client.isOpen, "the limit itself is granted")
        #expect(try await client.pending().filter { $0.kind == .goAway }.isEmpty)
        try? await client.send(flood.part(10))
        #expect(await client.goAwayCode() == 11)
        #expect(!client.isOpen)
    }

    @Test(arguments: floods.filter { $0.name != "empty CONTINUATION" })
    func `after the period there is a new allowance`(flood: Flood) async throws {
        let client = try await Self.client(flood, limit: 10)
        for part in 0..<10 { try await client.send(flood.part(part)) }
        await client.advance(.seconds(10))
        for part in 10..<20 { try await client.send(flood.part(part)) }
        #expect(client.isOpen)
        await client.close()
    }

    @Test func `updates that answer content are excused, those that answer tiny pieces are not`() {
        let now = NIODeadline.uptimeNanoseconds(1)
        var limits = HTTP2Limits()
        limits.windowUpdatesMax = 2
        let update = HTTP2FrameHeader(length: 4, type: 8, flags: 0, streamID: 1)
        var budget = HTTP2FrameBudget(limits, now: now)
        budget.sentData(bytes: 255)
        #expect([0, 1, 2].map { _ in budget.receive(update, now: now) != nil } == [false, false, true])
        budget = HTTP2FrameBudget(limits, now: now)
        budget.sentData(bytes: 256)
        #expect((0..<7).map { _ in budget.receive(update, now: now) != nil } == Array(repeating: false, count: 6) + [true])
    }

    @Test func `a header section that grows without end is cut off`() async throws {
        let client = try await HTTP2Client(ScriptedService.echo())
        let piece = WireFrame.literals([("x", String(repeating: "a", count: 15_000))])
        try await client.send(WireFrame(.headers, flags: 1, stream: 1, WireFrame.request(1).payload + piece))
        for _ in 0..<5 { try? await client.send(WireFrame(.continuation, stream: 1, piece)) }
        #expect(await client.goAwayCode() != nil)
        #expect(!client.isOpen)
    }

    @Test func `a small header block that expands to a large one is cut off`() async throws {
        let client = try await HTTP2Client(ScriptedService.echo())
        // One entry of the dynamic table, and then a thousand references to it of one byte each.
        let value = Array(String(repeating: "a", count: 3_000).utf8)
        let entry: [UInt8] = [0x40, 1, 0x78, 127, UInt8((3_000 - 127) & 127) | 128, UInt8((3_000 - 127) >> 7)] + value
        let bomb = WireFrame.request(1).payload + entry + Array(repeating: 0x80 | 62, count: 1_000)
        try? await client.send(WireFrame(.headers, flags: 5, stream: 1, bomb))
        #expect(await client.goAwayCode() != nil)
        #expect(!client.isOpen)
    }

    @Test func `a client's large header table is not kept`() async throws {
        let client = try await HTTP2Client(ScriptedService.echo(), settings: [(1, 1 << 30), (4, 100_000)])
        try await client.send(.request(1, "GET", "/a"))
        #expect(try await client.response(on: 1).text == "/a")
        // An encoder that had taken the size over would announce it at the beginning of a block (0x20 in the upper three bits).
        try await client.send(.request(3, "GET", "/a"))
        let frames = try await client.frames { $0.kind == .headers && $0.stream == 3 }
        #expect(frames.last.map { $0.payload[0] & 0xE0 != 0x20 } == true)
        await client.close()
    }

    @Test func `frames in small pieces are read like whole ones`() async throws {
        let client = try await HTTP2Client(ScriptedService.contentEcho(), greets: false)
        let frames: [WireFrame] = [.settings([(1, 1 << 30), (4, 70_000)]), .request(1, "POST", ends: false), .data(1, Array("hello".utf8)), .data(1, [], ends: true)]
        for byte in HTTP2Client.preface + frames.flatMap(\.bytes) { try await client.send(raw: [byte]) }
        #expect(try await client.response(on: 1).text == "hello")
        await client.close()
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nHost: h\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"])
    func `what is not HTTP/2 is not answered`(text: String) async throws {
        let client = try await HTTP2Client(ScriptedService.echo(), greets: false)
        try? await client.send(raw: Array(text.utf8))
        #expect(await client.goAwayCode() == 1)
        #expect(!client.isOpen)
    }
}
