// Instants as S3 prints them: ISO 8601 with milliseconds in XML. HTTP dates are HTTPSemantics' business.

/// An instant, as milliseconds since 1970-01-01T00:00:00Z.
package struct S3Timestamp: Hashable, Sendable, Comparable {
    package var millisecondsSince1970: Int64

    package init(millisecondsSince1970: Int64) { self.millisecondsSince1970 = millisecondsSince1970 }
    package init(secondsSince1970: Int64) { millisecondsSince1970 = secondsSince1970 * 1000 }

    package static func < (a: S3Timestamp, b: S3Timestamp) -> Bool { a.millisecondsSince1970 < b.millisecondsSince1970 }

    /// `2026-03-01T12:00:00.000Z`
    package var iso8601: String {
        let (seconds, milliseconds) = millisecondsSince1970.flooredQuotientAndRemainder(1000)
        let (days, secondOfDay) = seconds.flooredQuotientAndRemainder(86_400)
        let (year, month, day) = Self.civil(daysSince1970: days)
        let clock = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60].map { Self.padded($0, 2) }.joined(separator: ":")
        return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))T\(clock).\(Self.padded(milliseconds, 3))Z"
    }

    /// The proleptic Gregorian date of a day count, by the 400-year era method.
    static func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (daysSince1970 + 719_468).flooredQuotientAndRemainder(146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(_ divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
