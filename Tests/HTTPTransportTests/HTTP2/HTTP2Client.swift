// An HTTP/2 client that speaks frames, so that tests can send what no library would, over a connection without a socket on a loop
// whose time the test moves.

import NIOCore
import NIOEmbedded
import NIOHPACK
import Synchronization

@testable import HTTPTransport

/// One frame as it goes over the wire.
struct WireFrame: Sendable, Equatable, CustomStringConvertible {
    enum Kind: UInt8 { case data, headers, priority, resetStream, settings, pushPromise, ping, goAway, windowUpdate, continuation }

    var type: UInt8
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) {
        (type, self.flags, self.stream, self.payload) = (kind.rawValue, flags, stream, payload)
    }

    init(type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) {
        (self.type, self.flags, self.stream, self.payload) = (type, flags, stream, payload)
    }

    var kind: Kind? { Kind(rawValue: type) }
    var endsStream: Bool { flags & 1 == 1 && (kind == .data || kind == .headers) }
    /// The last four bytes of RST_STREAM, WINDOW_UPDATE and GOAWAY's beginning.
    var number: UInt32 { payload.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
    /// GOAWAY's error code.
    var goAwayCode: UInt32 { payload.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
    var text: String { String(decoding: payload, as: UTF8.self) }

    var description: String { "\(kind.map { "\($0)" } ?? "type \(type)") flags \(flags) stream \(stream) (\(payload.count))" }

    var bytes: [UInt8] {
        let count = payload.count
        return [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags] + bigEndian(stream) + payload
    }

    static func headers(_ stream: UInt32, _ fields: [(String, String)], ends: Bool = true) -> WireFrame {
        WireFrame(.headers, flags: 4 | (ends ? 1 : 0), stream: stream, literals(fields))
    }

    static func request(_ stream: UInt32, _ method: String = "GET", _ path: String = "/", _ more: [(String, String)] = [], ends: Bool = true) -> WireFrame {
        headers(stream, [(":method", method), (":scheme", "https"), (":path", path), (":authority", "h")] + more, ends: ends)
    }

    static func data(_ stream: UInt32, _ bytes: [UInt8], ends: Bool = false) -> WireFrame {
        WireFrame(.data, flags: ends ? 1 : 0, stream: stream, bytes)
    }

    static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> WireFrame { WireFrame(.windowUpdate, stream: stream, bigEndian(increment)) }

    static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> WireFrame { WireFrame(.resetStream, stream: stream, bigEndian(code)) }

    static func settings(_ values: [(UInt16, UInt32)]) -> WireFrame {
        WireFrame(.settings, values.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 255)] + bigEndian($0.1) })
    }

    /// Fields as literals that are in no table, without Huffman coding (RFC 7541 section 6.2.2).
    static func literals(_ fields: [(String, String)]) -> [UInt8] {
        func string(_ text: String) -> [UInt8] {
            var length: [UInt8] = []
            var count = text.utf8.count
            if count < 127 {
                length = [UInt8(count)]
            } else {
                length = [127]
                count -= 127
                while count >= 128 {
                    length.append(UInt8(count & 127) | 128)
                    count >>= 7
                }
                length.append(UInt8(count))
            }
            return length + Array(text.utf8)
        }
        return fields.flatMap { [0] + string($0.0) + string($0.1) }
    }
}

private func bigEndian(_ number: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(number >> $0 & 255) } }

/// A response as it came.
struct WireResponse: Equatable {
    var status = ""
    var fields: [String: String] = [:]
    var body: [UInt8] = []
    /// Status codes of interim responses.
    var interims: [String] = []
    /// The code of the RST_STREAM that ended it; nil when it ended in order.
    var reset: UInt32?
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// Why nothing more comes.
struct WireEnd: Error {}

/// The client's end of one connection.
final class HTTP2Client: Sendable {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    let channel = NIOAsyncTestingChannel()

    private struct State {
        var bytes: [UInt8] = []
        var seen: [WireFrame] = []
        var decoder = HPACKDecoder(allocator: ByteBufferAllocator())
    }

    private let state = Mutex(State())

    init(_ service: any HTTPService, limits: TransportLimits = TransportLimits(), settings: [(UInt16, UInt32)] = [], greets: Bool = true) async throws {
        let channel = self.channel
        try await channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 80))
        try await channel.testingEventLoop.submit {
            let info = ConnectionInfo(clientAddress: "192.0.2.1", tls: TLSFacts(version: "TLSv1.3", applicationProtocol: "h2"))
            for handler in HTTP2Connection.handlers(service: service, limits: limits, info: info, now: channel.testingEventLoop.now) {
                try channel.pipeline.syncOperations.addHandler(handler)
            }
        }.get()
        if greets {
            try await send(raw: Self.preface)
            try await send(.settings(settings), WireFrame(.settings, flags: 1))
        }
    }

    func send(raw bytes: [UInt8]) async throws { try await channel.writeInbound(ByteBuffer(bytes: bytes)) }

    /// Sends frames in one piece.
    func send(_ frames: WireFrame...) async throws { try await send(frames) }

    func send(_ frames: [WireFrame]) async throws { try await send(raw: frames.flatMap(\.bytes)) }

    /// The next frame; throws when the connection has ended.
    func next() async throws -> WireFrame {
        while true {
            if let frame = state.withLock({ Self.take(&$0) }) { return frame }
            let wasActive = channel.isActive
            var data = try await channel.readOutbound(as: IOData.self)
            if data == nil {
                guard wasActive else { throw WireEnd() }
                // Throws when the connection ends; what was written before that is still there.
                data = try? await channel.waitForOutboundWrite(as: IOData.self)
            }
            guard let data else { continue }
            guard case .byteBuffer(let buffer) = data else { throw WireEnd() }
            state.withLock { $0.bytes += Array(buffer.readableBytesView) }
        }
    }

    /// Frames up to and including the first that `isLast` holds for.
    func frames(until isLast: (WireFrame) -> Bool) async throws -> [WireFrame] {
        var frames: [WireFrame] = []
        while true {
            let frame = try await next()
            frames.append(frame)
            if isLast(frame) { return frames }
        }
    }

    /// What is written by now, without waiting.
    func pending() async throws -> [WireFrame] {
        while let data = try await channel.readOutbound(as: IOData.self) {
            guard case .byteBuffer(let buffer) = data else { continue }
            state.withLock { $0.bytes += Array(buffer.readableBytesView) }
        }
        return state.withLock { state in
            var frames: [WireFrame] = []
            while let frame = Self.take(&state) { frames.append(frame) }
            return frames
        }
    }

    /// The response on one stream; frames of the connection are passed over.
    func response(on stream: UInt32) async throws -> WireResponse {
        var response = WireResponse()
        while true {
            let frame = try await next()
            guard frame.stream == stream else { continue }
            switch frame.kind {
            case .headers:
                let fields = try fields(of: frame)
                let status = fields[":status"] ?? ""
                if status.hasPrefix("1") {
                    response.interims.append(status)
                } else {
                    (response.status, response.fields) = (status, fields)
                }
            case .data: response.body += frame.payload
            case .resetStream:
                response.reset = frame.number
                return response
            default: continue
            }
            if frame.endsStream { return response }
        }
    }

    func fields(of frame: WireFrame) throws -> [String: String] {
        try state.withLock { state in
            var block = ByteBuffer(bytes: frame.payload)
            return try Dictionary(state.decoder.decodeHeaders(from: &block).map { ($0.name, $0.value) }) { "\($0), \($1)" }
        }
    }

    /// GOAWAY's error code, when the connection ends with one.
    func goAwayCode() async -> UInt32? {
        var code: UInt32?
        while let frame = try? await next() { if frame.kind == .goAway { code = frame.goAwayCode } }
        return code
    }

    func advance(_ amount: TimeAmount) async { await channel.testingEventLoop.advanceTime(by: amount) }

    var isOpen: Bool { channel.isActive }

    func close() async { try? await channel.close() }

    private static func take(_ state: inout State) -> WireFrame? {
        let bytes = state.bytes
        guard bytes.count >= 9 else { return nil }
        let length = Int(bytes[0]) << 16 | Int(bytes[1]) << 8 | Int(bytes[2])
        guard bytes.count >= 9 + length else { return nil }
        state.bytes.removeFirst(9 + length)
        return WireFrame(
            type: bytes[3], flags: bytes[4], stream: bytes[5..<9].reduce(0) { $0 << 8 | UInt32($1) }, Array(bytes[9..<(9 + length)]))
    }
}
