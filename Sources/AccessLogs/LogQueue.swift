// Lines on their way from event loops to whoever writes them: bounded, and never waited for. When it is full, lines are dropped
// and counted. A line is written straight into the queue's storage, so that logging allocates nothing per request.

package import HTTPSemantics
import Synchronization

/// Lines of one hour.
package struct LogBatch: Sendable, Hashable {
    /// Whole hours since 1970.
    package var hour: Int64
    package var bytes: [UInt8]
    package var lines: Int

    package init(hour: Int64, bytes: [UInt8] = [], lines: Int = 0) { (self.hour, self.bytes, self.lines) = (hour, bytes, lines) }
}

/// The lines of one distribution that are not written yet.
package final class LogQueue: Sendable {
    private struct State {
        var batches: [LogBatch] = []
        var bytes = 0
        var dropped = 0
        var hasCalled = false
    }

    package let distributionID: String
    package let layout: LogLayout
    /// Bytes that may wait.
    package let bytesMax: Int
    private let state = Mutex(State())
    private let onPressure: @Sendable () -> Void

    /// - Parameter onPressure: called once when half of the room is taken, until the next `take`; must not block.
    package init(distributionID: String, layout: LogLayout, bytesMax: Int, onPressure: @escaping @Sendable () -> Void = {}) {
        self.distributionID = distributionID
        self.layout = layout
        self.bytesMax = bytesMax
        self.onPressure = onPressure
    }

    /// Adds a request's line, or drops it when there is no room.
    package func append(_ outcome: RequestOutcome, _ texts: some RequestTexts) {
        let calls = state.withLock { state in
            guard state.bytes < bytesMax else {
                state.dropped += 1
                return false
            }
            let hour = LogFileName.hour(of: outcome.finishedAt)
            if state.batches.last?.hour != hour { state.batches.append(LogBatch(hour: hour)) }
            let last = state.batches.count - 1
            let before = state.batches[last].bytes.count
            layout.append(outcome, texts, to: &state.batches[last].bytes)
            let added = state.batches[last].bytes.count - before
            guard state.bytes + added <= bytesMax else {
                state.batches[last].bytes.removeLast(added)
                state.dropped += 1
                return false
            }
            state.batches[last].lines += 1
            state.bytes += added
            guard state.bytes > bytesMax / 2, !state.hasCalled else { return false }
            state.hasCalled = true
            return true
        }
        if calls { onPressure() }
    }

    /// Everything that waits, oldest hour first, and how many lines were dropped since the last call.
    package func take() -> (batches: [LogBatch], dropped: Int) {
        state.withLock { state in
            defer { state = State() }
            return (state.batches.filter { $0.lines > 0 }, state.dropped)
        }
    }
}
