// Writes IMF-fixdate, the only form that may be sent (RFC 9110 section 5.6.7): always 29 bytes.

extension HTTPDate {
    /// Bytes of every formatted date.
    package static let formattedByteCount = 29

    /// The earliest and latest instants that four digits of year can name; others are clamped when written.
    static let writable = HTTPDate(secondsSince1970: -62_167_219_200)...HTTPDate(secondsSince1970: 253_402_300_799)

    /// The date as text, for example `Sun, 06 Nov 1994 08:49:37 GMT`.
    package var formatted: String {
        String(unsafeUninitializedCapacity: Self.formattedByteCount) { buffer in
            write(into: UnsafeMutableRawBufferPointer(buffer))
            return Self.formattedByteCount
        }
    }

    /// Appends the 29 bytes of the date to `bytes`.
    package func append(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: Self.formattedByteCount))
        bytes.withUnsafeMutableBytes { write(into: UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
    }

    /// Writes the date to the first 29 bytes of `buffer`, which must have room for them. No allocation.
    package func write(into buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= Self.formattedByteCount, "29 bytes are needed for a date")
        let clamped = min(max(self, Self.writable.lowerBound), Self.writable.upperBound)
        let time = CivilTime(secondsSince1970: clamped.secondsSince1970)
        // 1970-01-01 was a Thursday; the table starts on Monday.
        let weekday = Int(((time.daysSince1970 + 3) % 7 + 7) % 7)
        buffer.put("MonTueWedThuFriSatSun", from: weekday * 3, count: 3, at: 0)
        buffer.put(", ", from: 0, count: 2, at: 3)
        buffer.putTwoDigits(time.day, at: 5)
        buffer[7] = 0x20
        buffer.put("JanFebMarAprMayJunJulAugSepOctNovDec", from: (time.month - 1) * 3, count: 3, at: 8)
        buffer[11] = 0x20
        buffer.putTwoDigits(Int(time.year / 100), at: 12)
        buffer.putTwoDigits(Int(time.year % 100), at: 14)
        buffer[16] = 0x20
        buffer.putTwoDigits(time.hour, at: 17)
        buffer[19] = 0x3A
        buffer.putTwoDigits(time.minute, at: 20)
        buffer[22] = 0x3A
        buffer.putTwoDigits(time.second, at: 23)
        buffer.put(" GMT", from: 0, count: 4, at: 25)
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func put(_ text: StaticString, from offset: Int, count: Int, at index: Int) {
        for step in 0..<count { self[index + step] = text.utf8Start[offset + step] }
    }

    fileprivate func putTwoDigits(_ value: Int, at index: Int) {
        self[index] = 0x30 + UInt8(truncatingIfNeeded: value / 10)
        self[index + 1] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
    }
}

extension HTTPDate {
    /// As ISO 8601 writes it in UTC, to the second: `2026-11-24T23:59:59Z`.
    package var iso8601: String {
        let time = CivilTime(secondsSince1970: min(max(self, Self.writable.lowerBound), Self.writable.upperBound).secondsSince1970)
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = "\(padded(time.year, 4))-\(padded(Int64(time.month), 2))-\(padded(Int64(time.day), 2))"
        return "\(date)T\(padded(Int64(time.hour), 2)):\(padded(Int64(time.minute), 2)):\(padded(Int64(time.second), 2))Z"
    }
}
