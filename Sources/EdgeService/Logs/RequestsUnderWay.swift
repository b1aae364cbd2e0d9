// Which requests are in the pipeline, as a count: a figure, and what the end of a process waits for, so that the record of an
// answer that has just gone out is not lost.

import Synchronization

/// Counts requests between their beginning and their record.
final class RequestsUnderWay: Sendable {
    private struct State {
        var count = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.count } }

    func begin() { state.withLock { $0.count += 1 } }

    func end() {
        let waiters = state.withLock { state in
            state.count -= 1
            guard state.count == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns once no request is under way.
    func areOver() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.count > 0 { state.waiters.append(continuation) }
                return state.count == 0
            }
            if isOver { continuation.resume() }
        }
    }
}

extension EdgeService {
    /// Returns once every request is recorded. Call it when no connection is left: their requests then end by themselves.
    package func settle() async { await underWay.areOver() }
}
