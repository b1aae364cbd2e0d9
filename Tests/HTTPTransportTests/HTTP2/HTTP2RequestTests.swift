import HTTPTypes
import NIOCore
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct HTTP2RequestTests {
    /// Answers with what the service saw.
    private static let mirror = ScriptedService { exchange in
        let head = exchange.head
        let fields = head.fields.map { "\($0.name.canonicalName)=\($0.value)" }.sorted().joined(separator: "|")
        let text = "\(head.method) \(head.target) \(head.version) \(head.authority) \(fields)"
        try await exchange.respond(ResponseHead(status: .ok, fields: [.contentType: "text/plain"]), body: ByteBuffer(string: text))
    }

    @Test func `a request is an exchange like any other`() async throws {
        let client = try await HTTP2Client(Self.mirror)
        try await client.send(.request(1, "GET", "/a?b=c", [("cookie", "a=1"), ("x", "y"), ("cookie", "b=2"), ("host", "H")]))
        let response = try await client.response(on: 1)
        #expect(response.text == "GET /a?b=c HTTP/2.0 h cookie=a=1; b=2|host=h|x=y")
        #expect(response.fields == [":status": "200", "content-type": "text/plain", "content-length": "48"])
        await client.close()
    }

    @Test func `many streams share a connection`() async throws {
        let client = try await HTTP2Client(ScriptedService.echo())
        for stream in stride(from: UInt32(1), through: 21, by: 2) { try await client.send(.request(stream, "GET", "/\(stream)")) }
        var texts: Set<String> = []
        var ended = 0
        while ended < 11 {
            let frame = try await client.next()
            if frame.kind == .data { texts.insert(frame.text) }
            if frame.endsStream { ended += 1 }
        }
        #expect(texts == Set(stride(from: 1, through: 21, by: 2).map { "/\($0)" }))
        await client.close()
    }

    @Test(arguments: [("HEAD", 200, true), ("GET", 204, false), ("GET", 304, false), ("GET", 200, true)])
    func `what has no content ends with its head`(method: String, status: Int, keepsLength: Bool) async throws {
        let service = ScriptedService { exchange in
            try await exchange.start(ResponseHead(status: .init(code: status), fields: [.contentLength: status == 200 ? "3" : "0"]))
            try await exchange.write(ByteBuffer(string: "abc"))
            try await exchange.finish()
        }
        let client = try await HTTP2Client(service)
        try await client.send(.request(1, method))
        let frames = try await client.frames { $0.stream == 1 && $0.endsStream }.filter { $0.stream == 1 }
        let hasContent = method == "GET" && status == 200
        #expect(frames.map(\.kind) == (hasContent ? [.headers, .data] : [.headers]))
        let fields = try client.fields(of: try #require(frames.first))
        #expect(fields["content-length"] == (status == 204 ? nil : status == 304 ? "0" : "3"))
        await client.close()
    }

    @Test(arguments: [
        ("no method", [(":scheme", "https"), (":path", "/"), (":authority", "h")]),
        ("no scheme", [(":method", "GET"), (":path", "/"), (":authority", "h")]),
        ("no path", [(":method", "GET"), (":scheme", "https"), (":authority", "h")]),
        ("an empty path", [(":method", "GET"), (":scheme", "https"), (":path", ""), (":authority", "h")]),
        ("two paths", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":path", "/b"), (":authority", "h")]),
        ("an unknown pseudo-header", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), (":x", "y")]),
        ("a response's pseudo-header", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), (":status", "200")]),
        ("a pseudo-header behind a field", [(":method", "GET"), (":scheme", "https"), (":path", "/"), ("a", "b"), (":authority", "h")]),
        ("an upper-case name", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("Abc", "d")]),
        ("a space in a name", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("a b", "d")]),
        ("Connection", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("connection", "close")]),
        ("Transfer-Encoding", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("transfer-encoding", "chunked")]),
        ("Upgrade", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("upgrade", "x")]),
        ("Keep-Alive", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("keep-alive", "x")]),
        ("Proxy-Connection", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("proxy-connection", "x")]),
        ("TE", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("te", "gzip")]),
        ("a line end in a value", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("a", "b\r\nc: d")]),
        ("a line feed in a value", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("a", "b\nc")]),
        ("a zero in a value", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("a", "b\0c")]),
        ("a request line in the path", [(":method", "GET"), (":scheme", "https"), (":path", "/ HTTP/1.1\r\nx: y"), (":authority", "h")]),
        ("a space in the path", [(":method", "GET"), (":scheme", "https"), (":path", "/a b"), (":authority", "h")]),
        ("a length that its content does not have", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("content-length", "3")]),
    ] as [(String, [(String, String)])])
    func `a malformed request is an error of its stream`(name: String, fields: [(String, String)]) async throws {
        let client = try await HTTP2Client(Self.mirror)
        try await client.send(.headers(1, fields))
        #expect(try await client.response(on: 1) == WireResponse(reset: 1), "\(name)")
        try await client.send(.request(3))
        #expect(try await client.response(on: 3).status == "200", "\(name): the connection goes on")
        #expect(Self.mirror.events.isEmpty)
        await client.close()
    }

    @Test(arguments: [
        ("another Host", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("host", "i")], "400"),
        ("two Hosts", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("host", "h"), ("host", "h")], "400"),
        ("no host at all", [(":method", "GET"), (":scheme", "https"), (":path", "/")], "400"),
        ("an empty authority", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "")], "400"),
        ("an authority with user information", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "a@h")], "400"),
        ("another scheme", [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "h")], "400"),
        ("an absolute target", [(":method", "GET"), (":scheme", "https"), (":path", "https://h/"), (":authority", "h")], "400"),
        ("a fragment", [(":method", "GET"), (":scheme", "https"), (":path", "/#a"), (":authority", "h")], "400"),
        ("* for GET", [(":method", "GET"), (":scheme", "https"), (":path", "*"), (":authority", "h")], "400"),
        ("a tunnel", [(":method", "CONNECT"), (":authority", "h:443")], "400"),
        ("a control byte in a value", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("a", "b\u{1}")], "400"),
        ("an unknown expectation", [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "h"), ("expect", "x")], "417"),
        ("Host alone", [(":method", "GET"), (":scheme", "https"), (":path", "/"), ("host", "h")], "200"),
        ("* for OPTIONS", [(":method", "OPTIONS"), (":scheme", "https"), (":path", "*"), (":authority", "h")], "200"),
    ] as [(String, [(String, String)], String)])
    func `what HTTP/1.1 refuses is refused with the same status`(name: String, fields: [(String, String)], status: String) async throws {
        let client = try await HTTP2Client(Self.mirror)
        try await client.send(.headers(1, fields))
        #expect(try await client.response(on: 1).status == status, "\(name)")
        try await client.send(.request(3))
        #expect(try await client.response(on: 3).status == "200")
        await client.close()
    }

    @Test(arguments: [(8_000, "200"), (8_300, "414"), (20_000, "414")])
    func `a long target has HTTP/1.1's bounds`(count: Int, status: String) async throws {
        var limits = TransportLimits()
        limits.headBytesMax = 20_480
        let client = try await HTTP2Client(ScriptedService.echo(), limits: limits)
        let block = WireFrame.literals([(":method", "GET"), (":scheme", "https"), (":path", "/" + String(repeating: "a", count: count)), (":authority", "h")])
        try await client.send(
            WireFrame(.headers, flags: 1, stream: 1, Array(block.prefix(16_384))), WireFrame(.continuation, flags: 4, stream: 1, Array(block.dropFirst(16_384))))
        #expect(try await client.response(on: 1).status == status)
        await client.close()
    }

    @Test func `too many fields are refused`() async throws {
        let client = try await HTTP2Client(ScriptedService.echo())
        try await client.send(.request(1, "GET", "/", (0..<128).map { ("x\($0)", "y") }))
        #expect(try await client.response(on: 1).status == "431")
        try await client.send(.request(3, "GET", "/", (0..<127).map { ("x\($0)", "y") }))
        #expect(try await client.response(on: 3).status == "200")
        await client.close()
    }

    @Test func `content comes to the service, its trailers don't`() async throws {
        let client = try await HTTP2Client(ScriptedService.contentEcho())
        try await client.send(.request(1, "POST", "/", [("content-length", "5")], ends: false), .data(1, Array("he".utf8)), .data(1, Array("llo".utf8), ends: true))
        #expect(try await client.response(on: 1).text == "hello")
        try await client.send(.request(3, "POST", ends: false), .data(3, Array("abc".utf8)), .headers(3, [("x-sum", "1")]))
        #expect(try await client.response(on: 3).text == "abc")
        await client.close()
    }

    @Test(arguments: [[2], [4], [2, 2]])
    func `content of another length than announced is an error`(sizes: [Int]) async throws {
        let service = ScriptedService.contentEcho()
        let client = try await HTTP2Client(service)
        try await client.send(.request(1, "POST", "/", [("content-length", "3")], ends: false))
        for (index, size) in sizes.enumerated() {
            try await client.send(.data(1, Array(repeating: 97, count: size), ends: index == sizes.count - 1))
        }
        let response = try await client.response(on: 1)
        #expect(response.reset == 1 && response.status.isEmpty)
        #expect(await eventually { service.events.contains("connectionClosed") || service.events.contains("CancellationError()") })
        await client.close()
    }

    @Test func `an expectation is met when the service asks for the content`() async throws {
        let client = try await HTTP2Client(ScriptedService.contentEcho())
        try await client.send(.request(1, "POST", "/", [("expect", "100-continue")], ends: false))
        let frames = try await client.frames { $0.stream == 1 }
        #expect(try client.fields(of: try #require(frames.last)) == [":status": "100"])
        try await client.send(.data(1, [97], ends: true))
        #expect(try await client.response(on: 1).text == "a")
        await client.close()
    }

    @Test func `interim responses come first`() async throws {
        let service = ScriptedService { exchange in
            let link: HTTPFields = [HTTPField.Name("Link")!: "</a>"]
            try await exchange.sendInformational(ResponseHead(status: .init(code: 103), fields: link))
            try await exchange.respond(ResponseHead(status: .ok))
            await #expect(throws: ExchangeError.self) { try await exchange.sendInformational(ResponseHead(status: .init(code: 103))) }
        }
        let client = try await HTTP2Client(service)
        try await client.send(.request(1))
        let response = try await client.response(on: 1)
        #expect(response.interims == ["103"] && response.status == "200" && response.fields["link"] == nil)
        await client.close()
    }

    @Test(arguments: ["GET", "HEAD"])
    func `a hit is answered on the spot, in lower case and without the connection's fields`(method: String) async throws {
        let service = ScriptedService(
            immediate: { view, output in
                output.writeString("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Cache: Hit\r\nConnection: close\r\n\r\n")
                return .answered(body: view.isHEAD ? nil : ByteBuffer(string: "fast"))
            }, { _ in })
        let client = try await HTTP2Client(service)
        for stream in [UInt32(1), 3] {
            try await client.send(.request(stream, method))
            let response = try await client.response(on: stream)
            #expect(response.fields == [":status": "200", "content-length": "4", "x-cache": "Hit"])
            #expect(response.text == (method == "GET" ? "fast" : ""))
        }
        await client.close()
    }
}
