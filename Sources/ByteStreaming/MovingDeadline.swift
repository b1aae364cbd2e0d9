// Time keeping for one connection: a deadline that moves with every message and a timer that is touched only when the
// deadline comes closer. A busy connection pays for a store, not for the event loop's timer queue.

package import NIOCore

/// A deadline moved often and watched by one rarely moved timer. Lives on one event loop.
package final class MovingDeadline {
    private let eventLoop: any EventLoop
    private var onExpiry: (() -> Void)?
    private var deadline = NIODeadline.distantFuture
    private var timer: Scheduled<Void>?
    private var timerAt = NIODeadline.distantFuture

    /// `onExpiry` runs on the event loop once the deadline is reached; it is kept until `stop`.
    package init(on eventLoop: any EventLoop, onExpiry: @escaping () -> Void) {
        self.eventLoop = eventLoop
        self.onExpiry = onExpiry
    }

    /// Moves the deadline to so much from now.
    package func set(_ amount: TimeAmount) {
        guard onExpiry != nil else { return }
        deadline = eventLoop.now + amount
        if timer == nil || deadline < timerAt { arm() }
    }

    /// Until it is set again, there is no deadline.
    package func clear() { deadline = .distantFuture }

    /// Ends it for good.
    package func stop() {
        timer?.cancel()
        timer = nil
        onExpiry = nil
    }

    private func arm() {
        timer?.cancel()
        timerAt = deadline
        let loopBound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(deadline: deadline) { loopBound.value.timerFired() }
    }

    private func timerFired() {
        timer = nil
        guard deadline != .distantFuture else { return }
        if eventLoop.now < deadline { return arm() }
        deadline = .distantFuture
        onExpiry?()
    }
}
