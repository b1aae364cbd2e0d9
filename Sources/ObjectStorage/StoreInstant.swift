/// A moment in UTC, whole milliseconds since 1970-01-01T00:00:00Z; stores never read a clock, callers pass it in.
package struct StoreInstant: Sendable, Hashable, Comparable {
    package var millisecondsSince1970: Int64

    package init(millisecondsSince1970: Int64) { self.millisecondsSince1970 = millisecondsSince1970 }
    package init(secondsSince1970: Int64) { self.millisecondsSince1970 = secondsSince1970 * 1000 }

    /// Whole seconds, rounded down: the precision of `Last-Modified`.
    package var secondsSince1970: Int64 {
        millisecondsSince1970 >= 0 ? millisecondsSince1970 / 1000 : (millisecondsSince1970 - 999) / 1000
    }

    package static func < (a: Self, b: Self) -> Bool { a.millisecondsSince1970 < b.millisecondsSince1970 }
}
