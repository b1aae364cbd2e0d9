package import HTTPSemantics

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The time, as the edge is told it.
package struct EdgeClock: Sendable {
    package var now: @Sendable () -> HTTPDate
    /// Time since some moment, for durations; it never goes back.
    package var ticks: @Sendable () -> Duration

    /// The same as whole nanoseconds, for the fast path: dividing a duration costs more than reading the clock.
    package var nanoseconds: @Sendable () -> Int64

    /// Seconds that `now` is ahead of the world's time; more than 0 only where somebody has moved it.
    package var aheadSeconds: @Sendable () -> Int64 = { 0 }

    package init(
        now: @escaping @Sendable () -> HTTPDate, ticks: @escaping @Sendable () -> Duration = EdgeClock.uptime,
        nanoseconds: (@Sendable () -> Int64)? = nil
    ) {
        self.now = now
        self.ticks = ticks
        self.nanoseconds = nanoseconds ?? { ticks().wholeNanoseconds }
    }

    /// The clocks of this machine beside a time that is told.
    package init(now: @escaping @Sendable () -> HTTPDate) {
        self.init(now: now, ticks: Self.uptime, nanoseconds: Self.monotonic)
    }

    /// Straight from the system, without the arithmetic of durations.
    private static let monotonic: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    private static let start = ContinuousClock.now

    /// Time since it was first asked for.
    package static let uptime: @Sendable () -> Duration = { start.duration(to: .now) }
}

extension Duration {
    /// Whole nanoseconds; at most some 292 years either way.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : product &+ attoseconds / 1_000_000_000
    }
}
