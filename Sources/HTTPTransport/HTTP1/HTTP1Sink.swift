// Carries a service's calls from whatever thread it runs on to its connection's event loop.

import HTTPTypes
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The HTTP/1.1 side of a `ServerExchange`.
struct HTTP1Sink: ExchangeSink {
    let id: Int
    let connection: NIOLoopBound<HTTP1Connection>
    let eventLoop: any EventLoop
    /// Whether files are read and written as bytes: under TLS the kernel can't send them by itself.
    let readsFiles: Bool

    /// Bytes of a file sent by one call, so that progress shows and one client can't hold the loop.
    private static let fileStepBytes = 4 * 1024 * 1024
    /// Bytes of a file read at a time.
    static let readStepBytes = 256 * 1024

    func sendInformational(_ head: ResponseHead) async throws {
        try await onLoop { connection, id throws(ExchangeError) in try connection.sendInformational(id, head) }
    }

    func respond(_ head: ResponseHead, body: ByteBuffer?) async throws {
        try await onLoop { connection, id throws(ExchangeError) in try connection.respond(id, head, body) }
    }

    func start(_ head: ResponseHead) async throws {
        try await onLoop { connection, id throws(ExchangeError) in try connection.startResponse(id, head) }
    }

    func write(_ chunk: ByteBuffer) async throws { try await write(.byteBuffer(chunk)) }

    func write(_ region: FileRegion) async throws {
        var start = region.readerIndex
        while readsFiles, start < region.endIndex {
            let bytes = try Self.read(region.fileHandle, start..<min(start + Self.readStepBytes, region.endIndex))
            start += bytes.readableBytes
            try await write(.byteBuffer(bytes))
        }
        while start < region.endIndex {
            let end = min(start + Self.fileStepBytes, region.endIndex)
            let step = FileRegion(fileHandle: region.fileHandle, readerIndex: start, endIndex: end)
            try await write(.fileRegion(step))
            start = end
        }
    }

    /// Throws when the file ends early: what was announced can't be sent then.
    static func read(_ file: NIOFileHandle, _ range: Range<Int>) throws -> ByteBuffer {
        try file.withUnsafeFileDescriptor { descriptor in
            var buffer = ByteBufferAllocator().buffer(capacity: range.count)
            let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { target in
                while true {
                    let count = pread(descriptor, target.baseAddress, range.count, off_t(range.lowerBound))
                    if count >= 0 || errno != EINTR { return max(count, 0) }
                }
            }
            guard count > 0 else { throw ExchangeError.responseOutOfOrder("a file that ends early") }
            return buffer
        }
    }

    func finish() async throws {
        try await onLoop { connection, id throws(ExchangeError) in try connection.finishResponse(id) }
    }

    func abort() {
        eventLoop.execute { connection.value.abort(id) }
    }

    private func write(_ content: IOData) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            eventLoop.execute {
                connection.value.writeContent(id, content) { result in
                    continuation.resume(with: result.mapError { $0 as any Error })
                }
            }
        }
    }

    private func onLoop(_ action: @escaping @Sendable (HTTP1Connection, Int) throws(ExchangeError) -> Void) async throws {
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
