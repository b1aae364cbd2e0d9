// The instant a request was signed, in the two spellings SigV4 admits: `20130524T000000Z` (ISO 8601 basic) and, for a
// bare Date header, the IMF-fixdate of RFC 9110. Nothing here reads a clock; "now" is always an argument.

/// An instant, whole seconds since 1970-01-01T00:00:00Z without leap seconds.
package struct SigningTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let secondsSince1970: Int64

    package init(secondsSince1970: Int64) { self.secondsSince1970 = secondsSince1970 }

    package static func < (a: Self, b: Self) -> Bool { a.secondsSince1970 < b.secondsSince1970 }

    /// The seconds from `earlier` to this instant.
    package func seconds(since earlier: SigningTime) -> Int64 { secondsSince1970 - earlier.secondsSince1970 }

    /// `yyyyMMdd'T'HHmmss'Z'`, as x-amz-date carries it.
    package var description: String {
        let time = clock
        return day + "T" + digits(time.hour) + digits(time.minute) + digits(time.second) + "Z"
    }

    /// `yyyyMMdd`, the day a credential scope names.
    package var day: String {
        let date = calendar
        return digits(date.year / 100) + digits(date.year % 100) + digits(date.month) + digits(date.day)
    }

    /// `yyyy-MM-dd'T'HH:mm:ss'Z'`, as S3's error documents print instants.
    package var extended: String {
        let (date, time) = (calendar, clock)
        return digits(date.year / 100) + digits(date.year % 100) + "-" + digits(date.month) + "-" + digits(date.day) + "T"
            + digits(time.hour) + ":" + digits(time.minute) + ":" + digits(time.second) + "Z"
    }

    private var calendar: (year: Int, month: Int, day: Int) {
        civil(fromDays: Int(floorDivision(secondsSince1970, 86_400).quotient))
    }

    private var clock: (hour: Int, minute: Int, second: Int) {
        let second = Int(floorDivision(secondsSince1970, 86_400).remainder)
        return (second / 3600, second / 60 % 60, second % 60)
    }
}

extension SigningTime {
    /// Reads `yyyyMMdd'T'HHmmss'Z'`, nil for any other spelling or a date that does not exist.
    package init?(basic text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        guard let year = number(bytes[0..<4]), let month = number(bytes[4..<6]), let day = number(bytes[6..<8]),
            let hour = number(bytes[9..<11]), let minute = number(bytes[11..<13]), let second = number(bytes[13..<15])
        else { return nil }
        self.init(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }

    /// Reads an IMF-fixdate, `Fri, 24 May 2013 00:00:00 GMT` (RFC 9110 section 5.6.7); `UTC` and `+0000` pass for GMT.
    package init?(fixdate text: some StringProtocol) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 6, words[0].utf8.count == 4, words[0].hasSuffix(","),
            ["GMT", "UTC", "+0000"].contains(String(words[5])),
            let day = number(words[1].utf8), words[1].utf8.count <= 2,
            let month = Self.months.firstIndex(of: String(words[2])),
            let year = number(words[3].utf8), words[3].utf8.count == 4
        else { return nil }
        let time = words[4].split(separator: ":", omittingEmptySubsequences: false)
        guard time.count == 3, time.allSatisfy({ $0.utf8.count == 2 }),
            let hour = number(time[0].utf8), let minute = number(time[1].utf8), let second = number(time[2].utf8)
        else { return nil }
        self.init(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        guard (1...12).contains(month), day >= 1, hour < 24, minute < 60, second <= 60 else { return nil }
        let days = days(fromCivil: year, month, day)
        let back = civil(fromDays: days)
        guard back == (year, month, day) else { return nil }
        self.init(secondsSince1970: Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second))
    }
}

/// The value of ASCII decimal digits, at most nine of them.
private func number(_ digits: some Collection<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.count <= 9 else { return nil }
    var value = 0
    for digit in digits {
        guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
        value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
}

private func digits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

private func floorDivision(_ a: Int64, _ b: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
    return remainder < 0 ? (quotient - 1, remainder + b) : (quotient, remainder)
}

// The proleptic Gregorian calendar in 400-year eras that start on 1 March, so the leap day is the era's last day.

private func days(fromCivil year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = Int(floorDivision(Int64(shifted), 400).quotient)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
}

private func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = floorDivision(Int64(days + 719_468), 146_097)
    let inEra = Int(dayOfEra)
    let yearOfEra = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / 365
    let dayOfYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    return (yearOfEra + Int(era) * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
}
