import Foundation
import HTTPTypes
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(1)))
struct TLSContentTests {
    /// Bytes that differ from place to place.
    private static func pattern(_ count: Int) -> ByteBuffer { ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 % 251) }) }

    private static func content(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        bytes.firstRange(of: Array("\r\n\r\n".utf8)).map { bytes[$0.upperBound...] }
    }

    @Test func `a large response arrives whole, however slow its reader`() async throws {
        let body = Self.pattern(6 << 20)
        let service = ScriptedService { exchange in
            var rest = body
            try await exchange.start(ResponseHead(status: .ok, fields: [.contentLength: "\(body.readableBytes)"]))
            while let part = rest.readSlice(length: min(256 * 1024, rest.readableBytes)), part.readableBytes > 0 {
                try await exchange.write(part)
            }
            try await exchange.finish()
        }
        try await withTLSListener(service) { listener in
            let client = try await listener.secureClient()
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            // It stops in the middle and goes on.
            _ = await client.received(count: 100_000)
            try await client.pauseReading()
            try await client.resumeReading()
            let bytes = await client.received(count: .max)
            #expect(Self.content(bytes)?.elementsEqual(body.readableBytesView) == true)
            #expect(!client.wasReset)
            await client.close()
        }
    }

    @Test func `a file is read where it can't be sent by the kernel`() async throws {
        let body = Self.pattern(700_001)
        let path = NSTemporaryDirectory() + "skerry-tls-" + UUID().uuidString
        try Data(body.readableBytesView).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let service = ScriptedService { exchange in
            let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: open(path, O_RDONLY))
            defer { try? handle.close() }
            try await exchange.start(ResponseHead(status: .ok, fields: [.contentLength: "700000"]))
            try await exchange.write(FileRegion(fileHandle: handle, readerIndex: 1, endIndex: 700_001))
            try await exchange.finish()
        }
        try await withTLSListener(service) { listener in
            let client = try await listener.secureClient()
            try await client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let bytes = await client.received(count: .max)
            #expect(Self.content(bytes)?.elementsEqual(body.readableBytesView.dropFirst()) == true)
            await client.close()
        }
    }

    @Test func `a file that ends early cuts the connection`() async throws {
        let path = NSTemporaryDirectory() + "skerry-tls-" + UUID().uuidString
        try Data("short".utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let service = ScriptedService { exchange in
            let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: open(path, O_RDONLY))
            defer { try? handle.close() }
            try await exchange.start(ResponseHead(status: .ok, fields: [.contentLength: "10"]))
            try await exchange.write(FileRegion(fileHandle: handle, readerIndex: 0, endIndex: 10))
            try await exchange.finish()
        }
        try await withTLSListener(service) { listener in
            let client = try await listener.secureClient()
            try await client.send(get)
            #expect(await client.receivedToEnd().hasSuffix("short"))
            #expect(await eventually { service.events.contains { $0.contains("ends early") } })
            await client.close()
        }
    }

    @Test func `content of a request arrives whole`() async throws {
        try await withTLSListener(ScriptedService.contentEcho()) { listener in
            let client = try await listener.secureClient()
            try await client.send("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n")
            try await client.send(bytes: 3_000_000)
            #expect(Self.content(await client.received(count: .max))?.count == 3_000_000)
            await client.close()
        }
    }

    @Test func `a reader that takes nothing is given up`() async throws {
        var limits = TransportLimits()
        limits.sendTimeout = .milliseconds(100)
        let service = ScriptedService { exchange in
            try await exchange.start(ResponseHead(status: .ok))
            let chunk = ByteBuffer(repeating: 0x61, count: 1 << 20)
            while true { try await exchange.write(chunk) }
        }
        try await withTLSListener(service, limits: limits) { listener in
            let client = try await listener.secureClient()
            try await client.send(get)
            await client.received(until: "aaaa")
            try await client.pauseReading()
            #expect(await eventually { listener.connectionCount == 0 })
            #expect(await eventually { service.events.first == "connectionClosed" })
            await client.close()
        }
    }

    // MARK: Endings

    @Test func `a client that says it will send no more still gets its answer`() async throws {
        let began = Gate()
        let gate = Gate()
        let service = ScriptedService { exchange in
            began.open()
            await gate.pass()
            try await exchange.respond(ResponseHead(status: .ok), body: ByteBuffer(string: "late"))
        }
        try await withTLSListener(service) { listener in
            let client = try await listener.secureClient()
            try await client.send(get)
            await began.pass()
            try await client.halfClose()
            gate.open()
            #expect(await client.receivedToEnd().hasSuffix("late"))
            await client.close()
            #expect(await eventually { listener.connectionCount == 0 })
        }
    }

    @Test func `content cut short without a length is no orderly end`() async throws {
        let service = ScriptedService { exchange in
            try await exchange.start(ResponseHead(status: .ok))
            try await exchange.write(ByteBuffer(string: "part"))
            exchange.abort()
        }
        try await withTLSListener(service) { listener in
            let client = try await listener.secureClient()
            try await client.send("GET / HTTP/1.0\r\nHost: h\r\n\r\n")
            _ = await client.receivedToEnd()
            #expect(await eventually { client.wasReset })
            await client.close()
        }
    }

    @Test func `draining ends idle connections in order, lets active ones finish and drops handshakes`() async throws {
        let began = Gate()
        let gate = Gate()
        let service = ScriptedService { exchange in
            if exchange.head.path == "/wait" {
                began.open()
                await gate.pass()
            }
            try await exchange.respond(ResponseHead(status: .ok), body: ByteBuffer(string: "done"))
        }
        // What ends connections is the drain, however long the machine takes over this.
        var limits = TransportLimits()
        limits.handshakeTimeout = .hours(1)
        limits.keepAliveTimeout = .hours(1)
        let listener = try await HTTPListener.bind(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, limits: limits, tls: try ScriptedCertificates(),
            service: service)
        let silent = try await listener.client()
        let idle = try await listener.secureClient()
        try await idle.send(get)
        await idle.received(until: "done")
        let active = try await listener.secureClient()
        try await active.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
        await began.pass()
        #expect(await eventually { listener.connectionCount == 3 })
        async let drained: Void = listener.drain(patience: .hours(1))
        _ = await idle.receivedToEnd()
        #expect(!idle.wasReset)
        _ = await silent.receivedToEnd()
        gate.open()
        let text = await active.receivedToEnd()
        #expect(text.contains("Connection: close\r\n"))
        #expect(text.hasSuffix("done"))
        #expect(!active.wasReset)
        for client in [silent, idle, active] { await client.close() }
        await drained
        #expect(listener.connectionCount == 0)
    }

    @Test func `what is still open after the patience is cut off at once`() async throws {
        let began = Gate()
        let gate = Gate()
        let service = ScriptedService { _ in
            began.open()
            await gate.pass()
        }
        let listener = try await HTTPListener.bind(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, tls: try ScriptedCertificates(),
            service: service)
        let client = try await listener.secureClient()
        try await client.send(get)
        await began.pass()
        await listener.drain(patience: .milliseconds(10))
        #expect(await client.receivedToEnd() == "")
        gate.open()
        await client.close()
    }
}
