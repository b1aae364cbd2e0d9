// Points in time as people write them on a command line.

/// A time in one of three forms: seconds since 1970, a UTC date with or without time of day, or a span from now.
///
/// `1767290400`, `2026-01-01`, `2026-01-01T18:00:00Z`, `+90s`, `+15m`, `+12h`, `+7d`; a span without unit is in seconds.
package enum SigningTimeArgument {
    /// Seconds since 1970, or nil for another form or a time beyond the year 9999.
    package static func seconds(_ text: String, now: Int64) -> Int64? {
        let value = text.hasPrefix("+") ? span(text.dropFirst()).map { now + $0 } : date(text) ?? number(text[...], digits: 1...12)
        return value.flatMap { (0...SignedPolicy.timeMax).contains($0) ? $0 : nil }
    }

    private static func span(_ text: Substring) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let last = text.last else { return nil }
        guard let unit = units[last] else { return number(text, digits: 1...10) }
        return number(text.dropLast(), digits: 1...6).map { $0 * unit }
    }

    private static func date(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 10 || bytes.count == 20 else { return nil }
        let form = Array("0000-00-00T00:00:00Z".utf8)
        for (byte, wanted) in zip(bytes, form) {
            guard wanted == 0x30 ? (0x30...0x39).contains(byte) : byte == wanted else { return nil }
        }
        func field(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } }
        let (year, month, day) = (field(0..<4), field(5..<7), field(8..<10))
        guard (1970...9999).contains(year), (1...12).contains(month), (1...daysIn(month, of: year)).contains(day) else { return nil }
        var seconds = Int64(daysSince1970(year, month, day)) * 86_400
        if bytes.count == 20 {
            let (hour, minute, second) = (field(11..<13), field(14..<16), field(17..<19))
            guard hour < 24, minute < 60, second < 60 else { return nil }
            seconds += Int64(hour * 3_600 + minute * 60 + second)
        }
        return seconds
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func daysIn(_ month: Int, of year: Int) -> Int {
        month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let before = year - 1
        let leaps = (before / 4 - before / 100 + before / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400)
        return (year - 1970) * 365 + leaps + (1..<month).reduce(0) { $0 + daysIn($1, of: year) } + day - 1
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int64? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }
}
