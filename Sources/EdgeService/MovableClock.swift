// A clock that can be moved forward, so that lifetimes of hours can be watched in seconds. It is for laboratories: everything that
// the edge decides by the time of day (freshness, signed URLs, ages) follows it. The world does not: signatures to origins keep the
// real time, and what an origin dates is taken as dated by a clock that was moved along.

package import HTTPSemantics
import HTTPTypes
import Synchronization

/// The time of day plus what it was moved by.
package final class MovableClock: Sendable {
    /// Ten years: as far as it can be moved in all.
    package static let aheadSecondsMax: Int64 = 10 * 366 * 86_400

    private let world: @Sendable () -> HTTPDate
    private let ahead = Atomic<Int64>(0)

    package init(world: @escaping @Sendable () -> HTTPDate) { self.world = world }

    package var now: HTTPDate { HTTPDate(secondsSince1970: world().secondsSince1970 + aheadSeconds) }

    package var aheadSeconds: Int64 { ahead.load(ordering: .relaxed) }

    /// Moves it forward; false when that would be too far, or backwards.
    package func advance(seconds: Int64) -> Bool {
        guard (0...Self.aheadSecondsMax).contains(seconds) else { return false }
        let before = ahead.wrappingAdd(seconds, ordering: .relaxed).oldValue
        guard before + seconds > Self.aheadSecondsMax else { return true }
        ahead.wrappingSubtract(seconds, ordering: .relaxed)
        return false
    }

    /// For the service.
    package var clock: EdgeClock {
        var clock = EdgeClock(now: { self.now })
        clock.aheadSeconds = { self.aheadSeconds }
        return clock
    }
}

extension EdgeClock {
    /// The world's time, for those who don't know that the clock was moved.
    func worldTime(at now: HTTPDate) -> HTTPDate { HTTPDate(secondsSince1970: now.secondsSince1970 - aheadSeconds()) }

    /// Moves the times of day that a response names along with this clock.
    func carryAlong(_ fields: inout HTTPFields) {
        let ahead = aheadSeconds()
        guard ahead != 0 else { return }
        for name in [HTTPField.Name.date, .expires] {
            guard let value = fields[name], let date = HTTPDate(value, now: worldTime(at: now())) else { continue }
            fields[name] = HTTPDate(secondsSince1970: date.secondsSince1970 + ahead).formatted
        }
    }
}
