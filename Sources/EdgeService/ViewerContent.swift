// A viewer's content on its way to the origin: bounded in size, and if it does not arrive whole, with the reason kept for the
// viewer, whose fault that is.

import ByteStreaming
import HTTPTransport
import NIOCore
import OriginFetch
import Synchronization

/// A request's content as the origin gets it.
final class ViewerContent: FetchRequestContent {
    private struct State {
        var bytes = 0
        /// Read ahead by `prime`.
        var first: ByteBuffer?
        var failure: EdgeError?
    }

    private let body: RequestBody
    private let state = Mutex(State())
    /// Bytes that are passed on at the most.
    let bytesMax: Int

    init(_ body: RequestBody, bytesMax: Int) {
        self.body = body
        self.bytesMax = bytesMax
    }

    var byteCount: Int? { body.expectedBytes }

    /// What the viewer did wrong, once it has.
    var failure: EdgeError? { state.withLock { $0.failure } }

    /// Waits for the first of the content, so that an origin isn't troubled with what is broken from the start.
    func prime() async throws {
        let chunk = try await nextChunk()
        state.withLock { $0.first = chunk }
    }

    func nextChunk() async throws -> ByteBuffer? {
        let ahead = state.withLock { state in
            defer { state.first = nil }
            return state.first
        }
        if let ahead { return ahead }
        do {
            var iterator = body.makeAsyncIterator()
            guard let chunk = try await iterator.next() else { return nil }
            let total = state.withLock { state in
                state.bytes += chunk.readableBytes
                return state.bytes
            }
            guard total <= bytesMax else { throw EdgeError.contentTooLarge(bytesMax) }
            return chunk
        } catch {
            let failure = EdgeError(contentFailure: error)
            state.withLock { $0.failure = failure }
            throw failure
        }
    }
}

extension EdgeError {
    /// What a failure to read a request's content means to the viewer.
    fileprivate init(contentFailure error: any Error) {
        switch error {
        case let error as EdgeError: self = error
        case ExchangeError.timedOut: self.init(status: 408, message: "The request's content stopped arriving.")
        case ExchangeError.malformedBody(let reason): self.init(status: 400, message: "The request's content is malformed: \(reason).")
        default: self.init(status: 400, message: "The request's content did not arrive whole.")
        }
    }
}
