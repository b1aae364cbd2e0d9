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
        var isShutDown = false
    }

    private let state: Mutex<State>
    let connectionsMax: Int

    init(connectionsMax: Int, isShutDown: Bool = false) {
        self.connectionsMax = connectionsMax
        state = Mutex(State(isShutDown: isShutDown))
    }

    /// Connections open or being made.
    var openCount: Int { state.withLock { $0.open } }
    var idleCount: Int { state.withLock { $0.idle.count } }
    var waiterCount: Int { state.withLock { $0.waiters.count } }
    /// No connection, and nobody who waits for one.
    var isUnused: Bool { state.withLock { $0.open == 0 && $0.waiters.isEmpty } }

    /// A connection or the right to make one; nil when none came free in time, too many wait, or the task was cancelled.
    func acquire(fresh: Bool, patience: TimeAmount, on eventLoop: any EventLoop) async -> Grant? {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        var timeout: Scheduled<Void>?
        defer { timeout?.cancel() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Grant?, Never>) in
                var evicted: Idle?
                let answer: Grant?? = state.withLock { state in
                    if Task.isCancelled { return .some(nil) }
                    if !fresh, let idle = state.idle.popLast() { return .reuse(idle) }
                    if state.open < connectionsMax { return Self.open(&state) }
                    if !state.idle.isEmpty {
                        // All places are taken by kept connections that are not wanted: the oldest gives up its own.
                        evicted = state.idle.removeFirst()
                        state.open -= 1
                        return Self.open(&state)
                    }
                    guard state.waiters.count < Self.waitersMax else { return .some(nil) }
                    state.waiters.append((id, continuation))
                    return nil
                }
                evicted?.channel.close(promise: nil)
                if let answer {
                    continuation.resume(returning: answer)
                } else {
                    timeout = eventLoop.scheduleTask(in: patience) { [self] in giveUp(waiter: id) }
                }
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
        enum Step { case hand(CheckedContinuation<Grant?, Never>), keep, close }
        let step: Step = state.withLock { state in
            guard state.waiters.isEmpty else { return .hand(state.waiters.removeFirst().continuation) }
            if state.isShutDown {
                state.open -= 1
                return .close
            }
            state.idle.append(idle)
            return .keep
        }
        switch step {
        case .hand(let waiter): waiter.resume(returning: .reuse(idle))
        case .keep: break
        case .close: idle.channel.close(promise: nil)
        }
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

    /// Closes kept connections, and those in use when they are done.
    func shutDown() {
        let idle = state.withLock { state in
            state.isShutDown = true
            state.open -= state.idle.count
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle { connection.channel.close(promise: nil) }
    }
}
