import HTTPTypes
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct ResponseFlowTests {
    @Test func `a client that resets cancels the service and fails its writes`() async throws {
        let began = Gate()
        let service = ScriptedService { exchange in
            try await exchange.start(ResponseHead(status: .ok))
            began.open()
            while true { try await exchange.write(ByteBuffer(repeating: 0x61, count: 64 * 1024)) }
        }
        try await withListener(service) { listener in
            let client = try await listener.client()
            try await client.send(get)
            await began.pass()
            await client.close()
            #expect(await eventually { service.events == ["connectionClosed", "cancelled"] })
        }
    }

    @Test func `writes wait for a slow reader, so that memory stays bounded`() async throws {
        let written = Atomic(0)
        let total = 64 << 20
        let service = ScriptedService { exchange in
            try await exchange.start(ResponseHead(status: .ok, fields: [.contentLength: "\(total)"]))
            for _ in 0..<(total >> 16) {
                try await exchange.write(ByteBuffer(repeating: 0x61, count: 1 << 16))
                written.add(1 << 16, ordering: .relaxed)
            }
            try await exchange.finish()
        }
        try await withListener(service) { listener in
            let client = try await listener.client(reading: false)
            try await client.send(get)
            // The service comes to rest: what fits into the kernel's buffers and our own.
            var last = -1
            var turns = 0
            _ = await eventually {
                let other = try? await listener.client()
                await other?.close()
                return written.load(ordering: .relaxed) > 0
            }
            while turns < 200 {
                let now = written.load(ordering: .relaxed)
                turns = now == last ? turns + 1 : 0
                last = now
                await Task.yield()
            }
            #expect(last < 16 << 20)
            try await client.resumeReading()
            #expect(await client.received(count: total + 1).count > total)
            await client.close()
        }
    }

    @Test(arguments: [("too little", "ab"), ("too much", "abcdef")])
    func `content that does not match its Content-Length cuts the connection`(name: String, content: String) async throws {
        let service = ScriptedService { exchange in
            try await exchange.start(ResponseHead(status: .ok, fields: [.contentLength: "4"]))
            try await exchange.write(ByteBuffer(string: content))
            try await exchange.finish()
        }
        try await withListener(service) { listener in
            let client = try await listener.client()
            try await client.send(get + get)
            let text = await client.receivedToEnd()
            #expect(statuses(text) == ["200"], "\(name)")
            #expect(!text.hasSuffix("abcd"))
            #expect(service.events.first?.hasPrefix("responseOutOfOrder") == true)
            await client.close()
        }
    }

    @Test func `a service without an answer gives 500, one that stops in between cuts the connection`() async throws {
        let service = ScriptedService { exchange in
            guard exchange.head.path == "/half" else { return }
            try await exchange.start(ResponseHead(status: .ok))
            try await exchange.write(ByteBuffer(string: "half"))
        }
        try await withListener(service) { listener in
            let silent = try await listener.client()
            try await silent.send(get)
            #expect(await silent.receivedToEnd().hasPrefix("HTTP/1.1 500 "))
            let half = try await listener.client()
            try await half.send("GET /half HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await half.receivedToEnd().hasSuffix("4\r\nhalf\r\n"))
            let head = try await listener.client()
            try await head.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
            let text = await head.receivedToEnd()
            #expect(text.hasPrefix("HTTP/1.1 500 "))
            #expect(text.hasSuffix("\r\n\r\n"))
            for client in [silent, half, head] { await client.close() }
        }
    }

    @Test func `what a service does out of order fails and harms nobody`() async throws {
        let service = ScriptedService { exchange in
            func expectFailure(_ name: String, _ action: () async throws -> Void) async {
                do {
                    try await action()
                    Issue.record("\(name) was let pass")
                } catch ExchangeError.responseOutOfOrder {
                } catch { Issue.record("\(name): \(error)") }
            }
            await expectFailure("content first") { try await exchange.write(ByteBuffer(string: "x")) }
            await expectFailure("the end first") { try await exchange.finish() }
            await expectFailure("a final interim response") { try await exchange.sendInformational(ResponseHead(status: .ok)) }
            await expectFailure("an interim final response") { try await exchange.respond(ResponseHead(status: .init(code: 103))) }
            await expectFailure("another protocol") { try await exchange.start(ResponseHead(status: .switchingProtocols)) }
            try await exchange.sendInformational(ResponseHead(status: .init(code: 103), fields: [HTTPField.Name("Link")!: "</a>"]))
            try await exchange.respond(ResponseHead(status: .ok))
            do {
                try await exchange.write(ByteBuffer(string: "x"))
                Issue.record("a write after the end was let pass")
            } catch {}
            await expectLate { try await exchange.respond(ResponseHead(status: .ok)) }
        }
        try await withListener(service) { listener in
            let client = try await listener.client()
            try await client.send(get)
            let text = await client.received(until: "Content-Length: 0\r\n\r\n")
            #expect(text == "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                || text == "HTTP/1.1 103 \r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await client.close()
        }
    }

    /// A second response fails, as out of order or because the exchange is over.
    private func expectLate(_ action: () async throws -> Void) async {
        do {
            try await action()
            Issue.record("a second response was let pass")
        } catch {}
    }

    @Test func `an interim response is spared an HTTP/1.0 client`() async throws {
        let service = ScriptedService { exchange in
            try await exchange.sendInformational(ResponseHead(status: .init(code: 103)))
            try await exchange.respond(ResponseHead(status: .noContent))
        }
        try await withListener(service) { listener in
            let client = try await listener.client()
            try await client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(await client.receivedToEnd() == "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            await client.close()
        }
    }

    @Test(arguments: [true, false])
    func `file regions are sent whole and in order among other content`(chunked: Bool) async throws {
        let size = 9 << 20
        let handle = try await Self.file(bytes: size)
        defer { try? handle.close() }
        let service = ScriptedService { exchange in
            let fields: HTTPFields = chunked ? [:] : [.contentLength: "\(size + 6)"]
            try await exchange.start(ResponseHead(status: .ok, fields: fields))
            try await exchange.write(ByteBuffer(string: "<<<"))
            try await exchange.write(FileRegion(fileHandle: handle, readerIndex: 0, endIndex: size))
            try await exchange.write(ByteBuffer(string: ">>>"))
            try await exchange.finish()
        }
        try await withListener(service) { listener in
            let client = try await listener.client()
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let received = Array(await client.receivedToEnd().utf8)
            let headEnd = try #require(received.firstRange(of: Array("\r\n\r\n".utf8))).upperBound
            var content = Array(received[headEnd...])
            if chunked {
                var decoder = ChunkedDecoder()
                var input = ByteBuffer(bytes: content)
                content = []
                loop: while true {
                    switch try decoder.next(from: &input) {
                    case .bytes(let bytes): content += Array(bytes.readableBytesView)
                    case .end: break loop
                    case .needsMore:
                        Issue.record("the chunks end early")
                        break loop
                    }
                }
            }
            #expect(content.count == size + 6)
            #expect(content.prefix(3).elementsEqual("<<<".utf8) && content.suffix(3).elementsEqual(">>>".utf8))
            #expect(content.dropFirst(3).dropLast(3).elementsEqual(Self.pattern(size)))
            await client.close()
        }
    }

    private static func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: ($0 >> 3) & 0x7F) } }

    private static func file(bytes: Int) async throws -> NIOFileHandle {
        let pool = NIOSingletons.posixBlockingThreadPool
        let path = NIOTemporaryPath.next()
        let io = NonBlockingFileIO(threadPool: pool)
        let writer = try await io.openFile(_deprecatedPath: path, mode: .write, flags: .allowFileCreation(), eventLoop: MultiThreadedEventLoopGroup.singleton.next()).get()
        try await io.write(fileHandle: writer, buffer: ByteBuffer(bytes: pattern(bytes)), eventLoop: MultiThreadedEventLoopGroup.singleton.next()).get()
        try writer.close()
        let reader = try await io.openFile(_deprecatedPath: path, mode: .read, eventLoop: MultiThreadedEventLoopGroup.singleton.next()).get()
        try await io.remove(path: path)
        return reader
    }
}

private enum NIOTemporaryPath {
    static func next() -> String {
        "/tmp/skerry-transport-\(UInt64.random(in: 0 ... .max))"
    }
}
