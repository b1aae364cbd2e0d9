// Which connections are open, and how many may be.

import NIOCore
import Synchronization

/// How many connections may be open at one time, over all listeners that share it.
package final class ConnectionBudget: Sendable {
    private let max: Int
    private let taken = Mutex(0)

    package init(max: Int) { self.max = max }

    /// False when nothing is left.
    func take() -> Bool {
        taken.withLock { taken in
            guard taken < max else { return false }
            taken += 1
            return true
        }
    }

    func giveBack() { taken.withLock { $0 -= 1 } }
}

/// The open connections of a listener, counted and reachable.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var waiters: [CheckedContinuation<Void, Never>] = []
        var isDraining = false
    }

    enum Admission {
        case added
        /// The limit is reached.
        case full
        /// Accepted by the system just before the listener closed.
        case draining
    }

    private let budget: ConnectionBudget
    private let state = Mutex(State())

    init(budget: ConnectionBudget) { self.budget = budget }

    var count: Int { state.withLock { $0.channels.count } }

    /// Registers a connection until it closes, if there is room.
    func add(_ channel: any Channel) -> Admission {
        let id = ObjectIdentifier(channel)
        let admission: Admission = state.withLock { state in
            guard !state.isDraining else { return .draining }
            guard budget.take() else { return .full }
            state.channels[id] = channel
            return .added
        }
        if admission == .added { channel.closeFuture.whenComplete { [self] _ in remove(id) } }
        return admission
    }

    /// From now on nothing is admitted.
    func startDraining() { state.withLock { $0.isDraining = true } }

    private func remove(_ id: ObjectIdentifier) {
        let waiters = state.withLock { state in
            if state.channels.removeValue(forKey: id) != nil { budget.giveBack() }
            guard state.channels.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func forEach(_ body: (any Channel) -> Void) {
        for channel in state.withLock({ Array($0.channels.values) }) { body(channel) }
    }

    func allClosed() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isEmpty = state.withLock { state in
                if !state.channels.isEmpty { state.waiters.append(continuation) }
                return state.channels.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }
}
