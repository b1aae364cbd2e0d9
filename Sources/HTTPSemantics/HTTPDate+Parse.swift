// Reads the three forms of HTTP-date and nothing else (RFC 9110 section 5.6.7). A day name must be one of
// the seven but need not fit the date: the rest fixes the instant without it, and no RFC asks a recipient
// to check. Numeric zones, `UTC`, one-digit hours, extra spaces and trailing text are all refused.

extension HTTPDate {
    /// How letters are compared.
    package enum LetterCase: Sendable {
        /// As the grammar says: `Sun`, `Nov`, `GMT`.
        case exact
        /// RFC 9111 section 4.2 asks caches computing freshness to accept any case.
        case ignored
    }

    /// Reads an HTTP-date; nil when the text is in none of the three forms or names no real day.
    ///
    /// - Parameter now: decides the century of an RFC 850 date: a two-digit year that would lie more than
    ///   50 years ahead is the most recent past year with those digits.
    package init?(_ text: String, now: HTTPDate, letters: LetterCase = .exact) {
        guard let date = ByteScanner.scanning(text, { Self.parse(&$0, now: now, exactly: letters == .exact) }) else { return nil }
        self = date
    }

    /// Reads an HTTP-date from raw bytes; see `init(_:now:letters:)`.
    package init?(_ bytes: Span<UInt8>, now: HTTPDate, letters: LetterCase = .exact) {
        guard let date = ByteScanner.scanning(bytes, { Self.parse(&$0, now: now, exactly: letters == .exact) }) else { return nil }
        self = date
    }

    private static func parse(_ scanner: inout ByteScanner, now: HTTPDate, exactly: Bool) -> HTTPDate? {
        guard let dayName = scanner.dayName(exactly: exactly) else { return nil }
        let time: CivilTime?
        if dayName.isLong {
            time = scanner.rfc850(now: now, exactly: exactly)
        } else if scanner.consume(UInt8(ascii: ",")) {
            time = scanner.imfFixdate(exactly: exactly)
        } else {
            time = scanner.asctime(exactly: exactly)
        }
        guard let time, scanner.isAtEnd, time.isValid else { return nil }
        return HTTPDate(secondsSince1970: time.secondsSince1970)
    }
}

/// Day names as (three letters, the letters that complete the RFC 850 form).
private let dayNames: [(short: StaticString, rest: StaticString)] = [
    ("Mon", "day"), ("Tue", "sday"), ("Wed", "nesday"), ("Thu", "rsday"), ("Fri", "day"), ("Sat", "urday"), ("Sun", "day"),
]

private let monthNames: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
]

extension ByteScanner {
    fileprivate mutating func dayName(exactly: Bool) -> (index: Int, isLong: Bool)? {
        for (index, name) in dayNames.enumerated() where consume(name.short, exactly: exactly) {
            return (index, consume(name.rest, exactly: exactly))
        }
        return nil
    }

    /// `SP day SP month SP year SP time SP GMT`, after the comma.
    fileprivate mutating func imfFixdate(exactly: Bool) -> CivilTime? {
        guard consume(" "), let day = twoDigits(), consume(" "), let month = month(exactly: exactly), consume(" "),
            let century = twoDigits(), let year = twoDigits(), consume(" "),
            let clock = timeOfDay(), consume(" GMT", exactly: exactly)
        else { return nil }
        return CivilTime(
            year: Int64(century * 100 + year), month: month, day: day,
            hour: clock.hour, minute: clock.minute, second: clock.second)
    }

    /// `, SP day-month-year SP time SP GMT`, after the long day name.
    fileprivate mutating func rfc850(now: HTTPDate, exactly: Bool) -> CivilTime? {
        guard consume(", "), let day = twoDigits(), consume("-"), let month = month(exactly: exactly), consume("-"),
            let year = twoDigits(), consume(" "), let clock = timeOfDay(), consume(" GMT", exactly: exactly)
        else { return nil }
        let current = CivilTime(secondsSince1970: now.secondsSince1970)
        var time = CivilTime(
            year: current.year / 100 * 100 + Int64(year), month: month, day: day,
            hour: clock.hour, minute: clock.minute, second: clock.second)
        var limit = current
        limit.year += 50
        // First the latest candidate, then back by centuries until it is at most 50 years ahead.
        time.year += 100
        while time.secondsSince1970 > limit.secondsSince1970 { time.year -= 100 }
        return time
    }

    /// `SP month SP day-with-blank SP time SP year`, after the short day name.
    fileprivate mutating func asctime(exactly: Bool) -> CivilTime? {
        guard consume(" "), let month = month(exactly: exactly), consume(" ") else { return nil }
        let day = consume(" ") ? digit() : twoDigits()
        guard let day, consume(" "), let clock = timeOfDay(), consume(" "),
            let century = twoDigits(), let year = twoDigits()
        else { return nil }
        return CivilTime(
            year: Int64(century * 100 + year), month: month, day: day,
            hour: clock.hour, minute: clock.minute, second: clock.second)
    }

    private mutating func timeOfDay() -> (hour: Int, minute: Int, second: Int)? {
        guard let hour = twoDigits(), consume(":"), let minute = twoDigits(), consume(":"), let second = twoDigits()
        else { return nil }
        return (hour, minute, second)
    }

    private mutating func month(exactly: Bool) -> Int? {
        for (index, name) in monthNames.enumerated() where consume(name, exactly: exactly) { return index + 1 }
        return nil
    }

    private mutating func digit() -> Int? {
        guard let byte = peek, byte &- 0x30 < 10 else { return nil }
        _ = next()
        return Int(byte - 0x30)
    }

    private mutating func twoDigits() -> Int? {
        guard let tens = digit(), let ones = digit() else { return nil }
        return tens * 10 + ones
    }
}
