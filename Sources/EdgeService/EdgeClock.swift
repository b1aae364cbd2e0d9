package import HTTPSemantics

/// The time, as the edge is told it.
package struct EdgeClock: Sendable {
    package var now: @Sendable () -> HTTPDate

    package init(now: @escaping @Sendable () -> HTTPDate) { self.now = now }
}
