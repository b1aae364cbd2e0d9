// A request's content as a stream with back-pressure: the connection puts chunks in, the service takes them out, and
// the connection reads on from its socket only while the service keeps up.

package import NIOCore
import Synchronization

/// A request's content, chunk by chunk. One pass, one consumer.
///
/// Ends with nil after the last byte, or throws `ExchangeError` when the content can't be had whole.
package final class RequestBody: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    /// Bytes held at the most before the connection stops reading from its socket.
    static let highWaterBytes = 256 * 1024

    private struct State {
        var chunks: [ByteBuffer] = []
        var bufferedBytes = 0
        var end: Result<Void, ExchangeError>?
        var waiter: CheckedContinuation<ByteBuffer?, any Error>?
        var wasAsked = false
        var paused = false
    }

    private let state = Mutex(State())
    /// The announced length in bytes; nil when the content is chunked.
    package let expectedBytes: Int?
    /// Called once, when the service first asks: the moment for `100 Continue`.
    private let onFirstDemand: (@Sendable () -> Void)?
    /// Called when room has come free after `append` said that there was none.
    private let onDrained: (@Sendable () -> Void)?

    package init(
        expectedBytes: Int?, onFirstDemand: (@Sendable () -> Void)? = nil, onDrained: (@Sendable () -> Void)? = nil
    ) {
        self.expectedBytes = expectedBytes
        self.onFirstDemand = onFirstDemand
        self.onDrained = onDrained
    }

    /// A request's content that is already there; for requests without any and for tests.
    package convenience init(_ bytes: ByteBuffer? = nil) {
        self.init(expectedBytes: bytes?.readableBytes ?? 0)
        if let bytes, bytes.readableBytes > 0 { _ = append(bytes) }
        end(.success(()))
    }

    /// Adds a chunk; false when the buffer is now full and reading should pause until `onDrained`.
    package func append(_ chunk: ByteBuffer) -> Bool {
        let (waiter, room): (CheckedContinuation<ByteBuffer?, any Error>?, Bool) = state.withLock { state in
            if let waiter = state.waiter {
                state.waiter = nil
                return (waiter, true)
            }
            state.chunks.append(chunk)
            state.bufferedBytes += chunk.readableBytes
            state.paused = state.bufferedBytes >= Self.highWaterBytes
            return (nil, !state.paused)
        }
        waiter?.resume(returning: chunk)
        return room
    }

    /// Marks the end; what is buffered can still be read when it is a success.
    package func end(_ result: Result<Void, ExchangeError>) {
        let waiter = state.withLock { state -> CheckedContinuation<ByteBuffer?, any Error>? in
            guard state.end == nil else { return nil }
            state.end = result
            defer { state.waiter = nil }
            return state.waiter
        }
        switch result {
        case .success: waiter?.resume(returning: nil)
        case .failure(let error): waiter?.resume(throwing: error)
        }
    }

    /// Whether the service ever asked for content.
    package var wasAsked: Bool { state.withLock { $0.wasAsked } }

    package func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    package struct Iterator: AsyncIteratorProtocol {
        let body: RequestBody
        package mutating func next() async throws -> ByteBuffer? { try await body.next() }
    }

    private enum Step {
        case chunk(ByteBuffer, drained: Bool)
        case end(Result<Void, ExchangeError>)
        case wait
    }

    private func next() async throws -> ByteBuffer? {
        let first = state.withLock { state in
            defer { state.wasAsked = true }
            return !state.wasAsked
        }
        if first { onFirstDemand?() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<ByteBuffer?, any Error>) in
                let step: Step = state.withLock { state in
                    if case .failure(let error)? = state.end { return .end(.failure(error)) }
                    if !state.chunks.isEmpty {
                        let chunk = state.chunks.removeFirst()
                        state.bufferedBytes -= chunk.readableBytes
                        let drained = state.paused && state.bufferedBytes < Self.highWaterBytes / 2
                        if drained { state.paused = false }
                        return .chunk(chunk, drained: drained)
                    }
                    if let end = state.end { return .end(end) }
                    state.waiter = continuation
                    return .wait
                }
                switch step {
                case .chunk(let chunk, let drained):
                    if drained { onDrained?() }
                    continuation.resume(returning: chunk)
                case .end(.success): continuation.resume(returning: nil)
                case .end(.failure(let error)): continuation.resume(throwing: error)
                case .wait: break
                }
            }
        } onCancel: {
            end(.failure(.connectionClosed))
        }
    }

    /// Reads all of it, at most `bytesMax` bytes; nil when there is more.
    package func collect(upTo bytesMax: Int) async throws -> ByteBuffer? {
        var all = ByteBuffer()
        for try await chunk in self {
            guard all.readableBytes + chunk.readableBytes <= bytesMax else { return nil }
            all.writeImmutableBuffer(chunk)
        }
        return all
    }
}
