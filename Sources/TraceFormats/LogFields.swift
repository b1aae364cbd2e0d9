// The fields of a line of S3's, Apache's or nginx's log: blanks between them, but not within brackets or quotes.

enum LogFields {
    /// Cuts a line into fields, without their brackets or quotes; at most `count`. A backslash in quotes takes the next
    /// byte with it. A quote that is not closed ends the line.
    static func split(_ line: ArraySlice<UInt8>, atMost count: Int) -> [ArraySlice<UInt8>] {
        var fields: [ArraySlice<UInt8>] = []
        fields.reserveCapacity(count)
        var place = line.startIndex
        while place < line.endIndex, fields.count < count {
            switch line[place] {
            case 0x20: place += 1
            case UInt8(ascii: "["):
                let end = line[place...].firstIndex(of: UInt8(ascii: "]")) ?? line.endIndex
                fields.append(line[(place + 1)..<end])
                place = min(end + 1, line.endIndex)
            case 0x22:
                let start = place + 1
                place = start
                while place < line.endIndex, line[place] != 0x22 { place += line[place] == 0x5C ? 2 : 1 }
                place = min(place, line.endIndex)
                fields.append(line[start..<place])
                place = min(place + 1, line.endIndex)
            default:
                let end = line[place...].firstIndex(of: 0x20) ?? line.endIndex
                fields.append(line[place..<end])
                place = end
            }
        }
        return fields
    }
}
