// Line -> fields, for replays and reports over logs of ours and of CloudFront's own. The `#Fields:` line says which fields a file
// has and in which order; without one it is the 33 of today.

/// Why a line can't be read.
package struct LogReadError: Error, Sendable, Hashable, CustomStringConvertible {
    /// From 1.
    package var line: Int
    package var reason: String

    package var description: String { "line \(line): \(reason)" }
}

/// One line's values, decoded.
package struct LogEntry: Sendable, Hashable {
    private var values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    /// A field by its name; nil where the log has `-` or no such field.
    package subscript(name: String) -> String? { values[name] }
    package subscript(field: LogField) -> String? { values[field.name.description] }

    package func number(_ field: LogField) -> Int64? { self[field].flatMap { Int64($0) } }

    /// Seconds since 1970 of the fields `date` and `time`.
    package var secondsSince1970: Int64? {
        guard let date = self[.date], let time = self[.time] else { return nil }
        let parts = date.split(separator: "-").compactMap { Int64($0) } + time.split(separator: ":").compactMap { Int64($0) }
        guard parts.count == 6, (1...12).contains(parts[1]), (1...31).contains(parts[2]) else { return nil }
        let year = parts[1] <= 2 ? parts[0] - 1 : parts[0]
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let marchMonth = parts[1] > 2 ? parts[1] - 3 : parts[1] + 9
        let dayOfYear = (153 * marchMonth + 2) / 5 + parts[2] - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return days * 86_400 + parts[3] * 3_600 + parts[4] * 60 + parts[5]
    }
}

/// Reads the lines of a tab-separated log one after another.
package struct LogReader: Sendable {
    private var names = LogField.allCases.map(\.name.description)
    private var lineNumber = 0

    package init() {}

    /// The entry of a line, without its end; nil for a line of the prologue and for an empty one.
    package mutating func read(_ line: some StringProtocol) throws(LogReadError) -> LogEntry? {
        lineNumber += 1
        if line.hasPrefix("#") {
            guard line.hasPrefix("#Fields:") else { return nil }
            names = String(line).dropFirst("#Fields:".count).split(separator: " ").map(String.init)
            guard Set(names).count == names.count, !names.isEmpty else {
                throw LogReadError(line: lineNumber, reason: "the #Fields line names no field, or one twice")
            }
            return nil
        }
        guard !line.isEmpty else { return nil }
        let values = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard values.count == names.count else {
            throw LogReadError(line: lineNumber, reason: "\(values.count) fields where #Fields names \(names.count)")
        }
        var decoded: [String: String] = [:]
        for (name, value) in zip(names, values) where value != "-" { decoded[name] = Self.decoded(String(value)) }
        return LogEntry(decoded)
    }

    /// All entries of a text.
    package static func entries(of text: String) throws(LogReadError) -> [LogEntry] {
        var reader = LogReader()
        var entries: [LogEntry] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let entry = try reader.read(line) { entries.append(entry) }
        }
        return entries
    }

    /// A value as it was before it was percent-encoded; bytes that are no UTF-8 become replacement characters.
    private static func decoded(_ value: String) -> String {
        guard value.utf8.contains(UInt8(ascii: "%")) else { return value }
        var bytes: [UInt8] = []
        var rest = Array(value.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(hexValue), let low = rest.dropFirst().first.flatMap(hexValue) {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
