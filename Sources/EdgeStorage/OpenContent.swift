// A response's content that becomes one part after another. Whoever fetches a part reads up to that part's end and leaves the
// rest, with the connection it comes over, for the next part; letting go of it gives the connection up.

package import NIOCore
import Synchronization

/// Content that is read up to certain places. One user at a time.
package final class OpenContent: Sendable {
    private struct State {
        var position: Int64
        /// Read beyond the place that was asked for.
        var rest: ByteBuffer?
    }

    private let state: Mutex<State>
    private let source: @Sendable () async throws -> ByteBuffer?
    /// Where the content ends, in bytes from the start of the whole.
    package let end: Int64
    /// Whether the message's framing says the same; otherwise only reading on tells whether the content ends there.
    package let endIsFramed: Bool

    package init(position: Int64, end: Int64, endIsFramed: Bool, source: @escaping @Sendable () async throws -> ByteBuffer?) {
        state = Mutex(State(position: position))
        self.end = end
        self.endIsFramed = endIsFramed
        self.source = source
    }

    /// Where the next byte belongs.
    package var position: Int64 { state.withLock { $0.position } }

    /// The next bytes before a place; nil at that place, or where the content ends too early.
    package func next(before limit: Int64) async throws -> ByteBuffer? {
        while true {
            if let ready = takeRest(before: limit) { return ready }
            guard position < limit, let chunk = try await source() else { return nil }
            state.withLock { $0.rest = chunk }
        }
    }

    /// Leaves out everything before a place; false when the content ends too early.
    package func skip(to place: Int64) async throws -> Bool {
        while position < place {
            guard try await next(before: place) != nil else { return false }
        }
        return true
    }

    /// Whether nothing follows.
    package func isAtEnd() async throws -> Bool {
        guard state.withLock({ $0.rest == nil }) else { return false }
        while let chunk = try await source() {
            if chunk.readableBytes > 0 { return false }
        }
        return true
    }

    private func takeRest(before limit: Int64) -> ByteBuffer? {
        state.withLock { state in
            guard var rest = state.rest, state.position < limit else { return nil }
            let count = Int(min(Int64(rest.readableBytes), limit - state.position))
            let taken = rest.readSlice(length: count)
            state.rest = rest.readableBytes > 0 ? rest : nil
            state.position += Int64(count)
            return count > 0 ? taken : nil
        }
    }
}

/// A place where content waits for the fetch of the part that it goes on with.
package final class ContentHandover: Sendable {
    private let content: Mutex<OpenContent?>

    package init(_ content: OpenContent? = nil) { self.content = Mutex(content) }

    /// Takes what goes on at a place; nil when nothing does.
    ///
    /// - Parameter skipping: whether what begins before it will do too.
    package func take(at position: Int64, skipping: Bool = false) -> OpenContent? {
        content.withLock { content in
            guard let waiting = content, waiting.position == position || (skipping && waiting.position < position) else { return nil }
            content = nil
            return waiting
        }
    }

    /// Leaves content for whoever comes next, in place of what was there.
    package func put(_ open: OpenContent) { content.withLock { $0 = open } }

    /// Gives up what is there.
    package func clear() { content.withLock { $0 = nil } }
}
