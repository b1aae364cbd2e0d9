// Carries a service's calls from whatever thread it runs on to its stream's connection.

import HTTPTypes
import NIOCore
import NIOHTTP2

/// The HTTP/2 side of a `ServerExchange`.
struct HTTP2Sink: ExchangeSink {
    let id: HTTP2StreamID
    let connection: NIOLoopBound<HTTP2Connection>
    let eventLoop: any EventLoop

    func sendInformational(_ head: ResponseHead) async throws {
        try await onLoop { connection, id throws(ExchangeError) in try connection.sendInformational(id, head) }
    }

    func respond(_ head: ResponseHead, body: ByteBuffer?) async throws {
        try await onLoop { connection, id throws(ExchangeError) in try connection.respond(id, head, body) }
    }

    func start(_ head: ResponseHead) async throws {
        try await onLoop { connection, id throws(ExchangeError) in try connection.startResponse(id, head) }
    }

    func write(_ chunk: ByteBuffer) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            eventLoop.execute {
                connection.value.writeContent(id, chunk) { result in
                    continuation.resume(with: result.mapError { $0 as any Error })
                }
            }
        }
    }

    /// Frames have headers, so a file's bytes can't go from disk to socket by themselves.
    func write(_ region: FileRegion) async throws {
        var start = region.readerIndex
        while start < region.endIndex {
            let bytes = try HTTP1Sink.read(region.fileHandle, start..<min(start + HTTP1Sink.readStepBytes, region.endIndex))
            start += bytes.readableBytes
            try await write(bytes)
        }
    }

    func finish() async throws {
        try await onLoop { connection, id throws(ExchangeError) in try connection.finishResponse(id) }
    }

    func abort() {
        eventLoop.execute { connection.value.abort(id) }
    }

    private func onLoop(_ action: @escaping @Sendable (HTTP2Connection, HTTP2StreamID) throws(ExchangeError) -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            eventLoop.execute {
                do {
                    try action(connection.value, id)
                    continuation.resume()
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}
