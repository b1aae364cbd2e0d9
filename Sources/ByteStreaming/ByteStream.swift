// A message's content as a stream with back-pressure: a connection puts chunks in on its event loop, a task takes them
// out, and the connection reads on from its socket only while the task keeps up. Serves both directions of the edge:
// what clients send and what origins answer.

package import NIOCore
import Synchronization

/// A message's content, chunk by chunk. One pass, one consumer.
///
/// Ends with nil after the last byte, or throws `Failure` after what had arrived when the content can't be had whole, or
/// `CancellationError` when the consuming task was cancelled.
package final class ByteStream<Failure: Error & Sendable>: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer

    /// Bytes held at the most before the connection stops reading from its socket.
    package static var highWaterBytes: Int { 256 * 1024 }
    /// Bytes that a chunk counts for beyond its own, so that a peer's tiny chunks are bounded too.
    package static var chunkOverheadBytes: Int { 64 }

    private struct State {
        var chunks = CircularBuffer<ByteBuffer>()
        var bufferedBytes = 0
        var end: Result<Void, Failure>?
        var waiter: CheckedContinuation<ByteBuffer?, any Error>?
        var wasAsked = false
        var paused = false
        var cancelled = false
    }

    private let state = Mutex(State())
    /// The announced length in bytes; nil when the content is chunked.
    package let expectedBytes: Int?
    /// Called once, when the consumer first asks: the moment for `100 Continue`.
    private let onFirstDemand: (@Sendable () -> Void)?
    /// Called when room has come free after `append` said that there was none.
    private let onDrained: (@Sendable () -> Void)?
    /// Called with the size of each chunk that the consumer takes.
    private let onTaken: (@Sendable (Int) -> Void)?

    package init(
        expectedBytes: Int?, onFirstDemand: (@Sendable () -> Void)? = nil, onDrained: (@Sendable () -> Void)? = nil,
        onTaken: (@Sendable (Int) -> Void)? = nil
    ) {
        self.expectedBytes = expectedBytes
        self.onFirstDemand = onFirstDemand
        self.onDrained = onDrained
        self.onTaken = onTaken
    }

    /// Content that is already there; for messages without any and for tests.
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
            // Nobody will read it: nothing more is wanted.
            guard state.end == nil, !state.cancelled else { return (nil, false) }
            state.chunks.append(chunk)
            state.bufferedBytes += chunk.readableBytes + Self.chunkOverheadBytes
            // Once paused, it stays so until `onDrained`: the producer waits for that and for nothing else.
            if state.bufferedBytes >= Self.highWaterBytes { state.paused = true }
            return (nil, !state.paused)
        }
        if let waiter {
            onTaken?(chunk.readableBytes)
            waiter.resume(returning: chunk)
        }
        return room
    }

    /// Marks the end; what is buffered can still be read before it, unless it is to be thrown away.
    package func end(_ result: Result<Void, Failure>, discardingBuffered: Bool = false) {
        let waiter = state.withLock { state -> CheckedContinuation<ByteBuffer?, any Error>? in
            guard state.end == nil else { return nil }
            state.end = result
            if discardingBuffered {
                state.chunks = []
                state.bufferedBytes = 0
            }
            defer { state.waiter = nil }
            return state.waiter
        }
        switch result {
        case .success: waiter?.resume(returning: nil)
        case .failure(let error): waiter?.resume(throwing: error)
        }
    }

    /// Whether the consumer ever asked for content.
    package var wasAsked: Bool { state.withLock { $0.wasAsked } }

    package func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

    package struct Iterator: AsyncIteratorProtocol {
        let stream: ByteStream
        package mutating func next() async throws -> ByteBuffer? { try await stream.next() }
    }

    private enum Step {
        case chunk(ByteBuffer, drained: Bool)
        case end(Result<Void, any Error>)
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
                    if state.cancelled { return .end(.failure(CancellationError())) }
                    if !state.chunks.isEmpty {
                        let chunk = state.chunks.removeFirst()
                        state.bufferedBytes -= chunk.readableBytes + Self.chunkOverheadBytes
                        let drained = state.paused && state.bufferedBytes < Self.highWaterBytes / 2
                        if drained { state.paused = false }
                        return .chunk(chunk, drained: drained)
                    }
                    switch state.end {
                    case .success?: return .end(.success(()))
                    case .failure(let error)?: return .end(.failure(error))
                    case nil: break
                    }
                    state.waiter = continuation
                    return .wait
                }
                switch step {
                case .chunk(let chunk, let drained):
                    if drained { onDrained?() }
                    onTaken?(chunk.readableBytes)
                    continuation.resume(returning: chunk)
                case .end(.success): continuation.resume(returning: nil)
                case .end(.failure(let error)): continuation.resume(throwing: error)
                case .wait: break
                }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Makes the consumer's present and later calls fail with `CancellationError`.
    package func cancel() {
        let waiter = state.withLock { state in
            state.cancelled = true
            state.chunks = []
            state.bufferedBytes = 0
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(throwing: CancellationError())
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
