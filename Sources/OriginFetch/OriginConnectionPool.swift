// Connections kept between requests, per origin: the most recently used first, bounded in number, with a bounded queue of
// requests that wait for one.

import NIOCore
import Synchronization

/// The connections of one endpoint.
final class OriginConnectionPool: Sendable {
    /// Requests that may wait for a connection at one time.
    static let waitersMax = 4_096

    struct Idle: Sendable {
        let id: Int
        let channel: any Channel
        let connection: NIOLoopBound<OriginConnection>
    }

    enum Grant: Sendable {
        case reuse(Idle)
        /// A place is taken; the caller makes the connection and gives the place back if that fails.
        case connect(id: Int)
    }

    private struct State {
        var idle: [Idle] = []
        var open = 0
        var lastID = 0
        var waiters: [(id: Int, continuation: CheckedContinuation<Grant?, Never>)] = []
        var lastWaiter = 0
    }

    private let state = Mutex(State())
    let connectionsMax: Int

    init(connectionsMax: Int) { self.connectionsMax = connectionsMax }

    /// A connection or the right to make one; nil when none came free in time or too many wait.
    func acquire(fresh: Bool, patience: TimeAmount, on eventLoop: any EventLoop) async -> Grant? {
        enum Step { case grant(Grant), wait, refuse }
        let step: Step = state.withLock { state in
            if !fresh, let idle = state.idle.popLast() { return .grant(.reuse(idle)) }
            if state.open < connectionsMax { return .grant(Self.open(&state)) }
            return state.waiters.count < Self.waitersMax ? .wait : .refuse
        }
        switch step {
        case .grant(let grant): return grant
        case .refuse: return nil
        case .wait: break
        }
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let timeout = eventLoop.scheduleTask(in: patience) { [self] in giveUp(waiter: id) }
        defer { timeout.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Grant?, Never>) in
                let grant: Grant? = state.withLock { state in
                    if !fresh, let idle = state.idle.popLast() { return .reuse(idle) }
                    if state.open < connectionsMax { return Self.open(&state) }
                    state.waiters.append((id, continuation))
                    return nil
                }
                if let grant { continuation.resume(returning: grant) }
            }
        } onCancel: {
            giveUp(waiter: id)
        }
    }

    private static func open(_ state: inout State) -> Grant {
        state.open += 1
        state.lastID += 1
        return .connect(id: state.lastID)
    }

    private func giveUp(waiter id: Int) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0).continuation }
        }
        waiter?.resume(returning: nil)
    }

    /// Takes a connection back; the next waiter gets it.
    func putBack(_ idle: Idle) {
        let waiter = state.withLock { state -> CheckedContinuation<Grant?, Never>? in
            guard state.waiters.isEmpty else { return state.waiters.removeFirst().continuation }
            state.idle.append(idle)
            return nil
        }
        waiter?.resume(returning: .reuse(idle))
    }

    /// A connection in use is gone.
    func closed() {
        let grant = state.withLock { state -> (CheckedContinuation<Grant?, Never>, Grant)? in
            state.open -= 1
            guard !state.waiters.isEmpty else { return nil }
            return (state.waiters.removeFirst().continuation, Self.open(&state))
        }
        if let (waiter, grant) = grant { waiter.resume(returning: grant) }
    }

    /// An idle connection was closed by either side.
    func idleClosed(_ id: Int) {
        let was = state.withLock { state in
            guard let index = state.idle.firstIndex(where: { $0.id == id }) else { return false }
            state.idle.remove(at: index)
            return true
        }
        if was { closed() }
    }

    func closeIdle() {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle { connection.channel.close(promise: nil) }
    }
}
