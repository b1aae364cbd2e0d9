// Instants as HTTP writes them (RFC 9110 section 5.6.7): whole seconds, always UTC. Reading and writing
// are in `HTTPDate+Parse.swift` and `HTTPDate+Format.swift`. Years 0 to 9999 can be written; leap
// seconds are read as the second that follows, as POSIX time has no place for them.

/// An instant with a resolution of one second.
package struct HTTPDate: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00Z; negative before it.
    package var secondsSince1970: Int64

    package init(secondsSince1970: Int64) { self.secondsSince1970 = secondsSince1970 }

    package static func < (left: HTTPDate, right: HTTPDate) -> Bool { left.secondsSince1970 < right.secondsSince1970 }

    /// The instant `seconds` later, saturating at the ends of `Int64`.
    package func advanced(bySeconds seconds: Int64) -> HTTPDate {
        let (sum, overflowed) = secondsSince1970.addingReportingOverflow(seconds)
        return HTTPDate(secondsSince1970: overflowed ? (seconds < 0 ? .min : .max) : sum)
    }

    /// Whole seconds from `earlier` to this instant, saturating; negative when `earlier` is later.
    package func seconds(since earlier: HTTPDate) -> Int64 {
        let (difference, overflowed) = secondsSince1970.subtractingReportingOverflow(earlier.secondsSince1970)
        return overflowed ? (secondsSince1970 < 0 ? .min : .max) : difference
    }
}

/// A date and time of day in the proleptic Gregorian calendar, UTC.
struct CivilTime: Equatable {
    var year: Int64
    /// 1 to 12.
    var month: Int
    /// 1 to 31.
    var day: Int
    var hour = 0
    var minute = 0
    var second = 0

    init(year: Int64, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        (self.year, self.month, self.day, self.hour, self.minute, self.second) = (year, month, day, hour, minute, second)
    }

    /// Whether the day exists in its month and the time of day on a clock (60 admits a leap second).
    var isValid: Bool {
        (1...12).contains(month) && day >= 1 && day <= Self.days(inMonth: month, year: year)
            && hour < 24 && minute < 60 && second <= 60
    }

    static func days(inMonth month: Int, year: Int64) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01 to this date; eras of 400 years starting in March keep the leap day last.
    var daysSince1970: Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    var secondsSince1970: Int64 { daysSince1970 * 86_400 + Int64(hour * 3600 + minute * 60 + second) }

    /// The civil time of an instant.
    init(secondsSince1970 total: Int64) {
        let secondOfDay = Int((total % 86_400 + 86_400) % 86_400)
        let days = (total - Int64(secondOfDay)) / 86_400 + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = Int(dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100))
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        (hour, minute, second) = (secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60)
    }
}
