// Instants in conditions: the W3C profile of ISO 8601 that IAM names, or seconds since 1970.

enum PolicyInstant {
    /// Seconds since 1970-01-01T00:00:00Z of `2026-08-01`, `2026-08-01T12:34Z`, `2026-08-01T12:34:56.5+02:00`, `1785587696`.
    static func seconds(_ text: String) -> Double? {
        if let number = PolicyNumber.value(text) { return number }
        var rest = text[...]
        guard let year = digits(&rest, 4) else { return nil }
        var month = 1
        var day = 1
        if take(&rest, "-") {
            guard let value = digits(&rest, 2) else { return nil }
            month = value
            if take(&rest, "-") {
                guard let value = digits(&rest, 2) else { return nil }
                day = value
            }
        }
        guard let days = days(year, month, day) else { return nil }
        let start = Double(days) * 86_400
        if rest.isEmpty { return start }
        guard take(&rest, "T") || take(&rest, "t"), let time = time(&rest) else { return nil }
        return start + time
    }

    /// Seconds of a time of day with its zone, which is required.
    private static func time(_ rest: inout Substring) -> Double? {
        guard let hour = digits(&rest, 2), hour < 24, take(&rest, ":"), let minute = digits(&rest, 2), minute < 60 else { return nil }
        var seconds = Double(hour * 3600 + minute * 60)
        if take(&rest, ":") {
            guard let second = digits(&rest, 2), second <= 60 else { return nil }
            seconds += Double(second)
            if take(&rest, ".") {
                let fraction = rest.prefix { $0.isASCII && $0.isNumber }
                guard (1...9).contains(fraction.utf8.count), let value = Double("0." + fraction) else { return nil }
                seconds += value
                rest = rest.dropFirst(fraction.count)
            }
        }
        if take(&rest, "Z") || take(&rest, "z") { return rest.isEmpty ? seconds : nil }
        let sign: Double = take(&rest, "+") ? -1 : take(&rest, "-") ? 1 : 0
        guard sign != 0, let hours = digits(&rest, 2), hours < 24, take(&rest, ":"), let minutes = digits(&rest, 2), minutes < 60,
            rest.isEmpty
        else { return nil }
        return seconds + sign * Double(hours * 3600 + minutes * 60)
    }

    private static func take(_ rest: inout Substring, _ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private static func digits(_ rest: inout Substring, _ count: Int) -> Int? {
        let text = rest.prefix(count)
        guard text.utf8.count == count, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        rest = rest.dropFirst(count)
        return Int(text)
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar, nil for a date that does not exist.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int? {
        let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), (1...lengths[month - 1]).contains(day) else { return nil }
        let before = year - 1
        let leapDays = year == 0 ? 0 : before / 4 - before / 100 + before / 400 + 1
        return year * 365 + leapDays + lengths[..<(month - 1)].reduce(0, +) + day - 1 - 719_528
    }
}

enum PolicyNumber {
    /// A plain decimal number: an optional sign, digits, an optional fraction.
    static func value(_ text: String) -> Double? {
        let unsigned = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        let parts = unsigned.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), unsigned.utf8.count <= 32,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } })
        else { return nil }
        return Double(text)
    }
}
