// Dates and times of access logs as seconds since 1970.

enum CivilTime {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Days since 1970 of `2025-12-04`, years 1970 to 9999.
    static func date(_ text: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(text)
        guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D, let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10])
        else { return nil }
        return days(year: year, month: month, day: day)
    }

    /// Seconds of `21:02:31`; a leap second counts as the one before.
    static func clock(_ text: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(text)
        guard bytes.count == 8, bytes[2] == 0x3A, bytes[5] == 0x3A, let hour = number(bytes[0..<2]), let minute = number(bytes[3..<5]),
            let second = number(bytes[6..<8]), hour < 24, minute < 60, second <= 60
        else { return nil }
        return Int64(hour * 3600 + minute * 60 + min(second, 59))
    }

    /// Seconds since 1970 of `10/Oct/2000:13:55:36` and its zone, `-0700`.
    static func commonLog(_ text: ArraySlice<UInt8>, zone: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(text)
        let offset = Array(zone)
        guard bytes.count == 20, bytes[2] == 0x2F, bytes[6] == 0x2F, bytes[11] == 0x3A, let day = number(bytes[0..<2]),
            let month = months.firstIndex(of: String(decoding: bytes[3..<6], as: UTF8.self)), let year = number(bytes[7..<11]),
            let days = days(year: year, month: month + 1, day: day), let clock = clock(bytes[12..<20]),
            offset.count == 5, offset[0] == 0x2B || offset[0] == 0x2D, let hours = number(offset[1..<3]), let minutes = number(offset[3..<5]),
            hours < 24, minutes < 60
        else { return nil }
        let east = Int64(hours * 3600 + minutes * 60) * (offset[0] == 0x2D ? -1 : 1)
        return days * 86_400 + clock - east
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for byte in digits {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte & 15)
        }
        return value
    }

    private static func days(year: Int, month: Int, day: Int) -> Int64? {
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Years that begin in March put the leap day at their end.
        let (shifted, monthFromMarch) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear
        return Int64(days - 719_468)
    }
}
