package import HTTPSemantics

/// The time, as the edge is told it.
package struct EdgeClock: Sendable {
    package var now: @Sendable () -> HTTPDate
    /// Time since some moment, for durations; it never goes back.
    package var ticks: @Sendable () -> Duration

    package init(now: @escaping @Sendable () -> HTTPDate, ticks: @escaping @Sendable () -> Duration = EdgeClock.uptime) {
        self.now = now
        self.ticks = ticks
    }

    private static let start = ContinuousClock.now

    /// Time since it was first asked for.
    package static let uptime: @Sendable () -> Duration = { start.duration(to: .now) }
}
