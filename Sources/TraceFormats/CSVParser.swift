// Columns with names: the first line names them, in any order. Comma, semicolon or tab separate; fields may stand in
// double quotes (RFC 4180), but not run over a line's end. Objects may be any text. Without a column for the size every
// object counts as one byte, so that both ratios are that of requests.

/// What a column may hold.
package enum TraceColumn: String, CaseIterable, Sendable, Hashable {
    case time, object, size, ttl

    /// The names that a header may give it.
    fileprivate var usualNames: [String] {
        switch self {
        case .time: ["time", "timestamp", "ts", "clock_time", "seconds"]
        case .object: ["object", "id", "obj_id", "object_id", "key", "url", "path", "uri"]
        case .size: ["size", "bytes", "obj_size", "object_size", "length"]
        case .ttl: ["ttl", "ttl_seconds", "max_age"]
        }
    }
}

struct CSVParser: TraceLineParser {
    private let wanted: [TraceColumn: String]
    private var delimiter: UInt8 = 0x2C
    private var places: [TraceColumn: Int]?
    private var columnCount = 0

    init(columns: [TraceColumn: String]) { wanted = columns }

    /// The delimiter of a line that could be a header; nil when there is none.
    static func delimiter(of line: [UInt8]) -> UInt8? {
        let delimiters: [UInt8] = [0x2C, 0x3B, 0x09]
        guard let delimiter = delimiters.max(by: { count($0, in: line) < count($1, in: line) }), count(delimiter, in: line) > 0 else { return nil }
        // A header has letters where data has digits.
        let fields = line.split(separator: delimiter)
        return fields.allSatisfy({ DecimalNumber.parse($0) == nil }) ? delimiter : nil
    }

    mutating func parse(_ line: ArraySlice<UInt8>, number: Int) throws(TraceError) -> TraceLine {
        if line.isEmpty { return .skipped(.blank) }
        guard let places else {
            try readHeader(line, number)
            return .skipped(.blank)
        }
        let fields = try split(line, number)
        guard fields.count >= columnCount else {
            throw TraceError(.line(number), .fieldMissing("a column", has: fields.count, wants: columnCount))
        }
        let facts = LineFacts(number)
        var request = TraceRequest(time: 0, object: 0, bytes: 1)
        if let place = places[.object] { request.object = DecimalNumber.parse(fields[place]) ?? NameHash.hash(fields[place]) }
        if let place = places[.time] { request.time = try facts.seconds(fields[place]) }
        if let place = places[.size] { request.bytes = try facts.size(fields[place]) }
        if let place = places[.ttl], !fields[place].isEmpty { request.ttlSeconds = try facts.ttl(fields[place]) }
        return .request(request)
    }

    private mutating func readHeader(_ line: ArraySlice<UInt8>, _ number: Int) throws(TraceError) {
        delimiter = Self.delimiter(of: Array(line)) ?? 0x2C
        let fields = try split(line, number)
        let names = fields.map { field in
            let name = String(decoding: field, as: UTF8.self).lowercased()
            return String(name.drop { $0 == " " || $0 == "#" || $0 == "\u{FEFF}" }.reversed().drop { $0 == " " }.reversed())
        }
        guard fields.allSatisfy({ DecimalNumber.parse($0) == nil }) else {
            throw TraceError(.line(number), .noHeader("the first line must name the columns, such as time,object,size"))
        }
        var places: [TraceColumn: Int] = [:]
        for column in TraceColumn.allCases {
            if let name = wanted[column] {
                guard let place = names.firstIndex(of: name.lowercased()) else {
                    throw TraceError(.line(number), .columnMissing("\(column.rawValue) named \(name)", known: names))
                }
                places[column] = place
            } else {
                places[column] = names.firstIndex { column.usualNames.contains($0) }
            }
        }
        guard places[.object] != nil else { throw TraceError(.line(number), .columnMissing("object", known: names)) }
        (self.places, columnCount) = (places, names.count)
    }

    private func split(_ line: ArraySlice<UInt8>, _ number: Int) throws(TraceError) -> [ArraySlice<UInt8>] {
        guard line.contains(0x22) else { return line.split(separator: delimiter, omittingEmptySubsequences: false) }
        var fields: [ArraySlice<UInt8>] = []
        var rest = line
        while true {
            guard rest.first == 0x22 else {
                let end = rest.firstIndex(of: delimiter) ?? rest.endIndex
                fields.append(rest[rest.startIndex..<end])
                if end == rest.endIndex { return fields }
                rest = rest[(end + 1)...]
                continue
            }
            var content: [UInt8] = []
            rest = rest.dropFirst()
            while true {
                guard let quote = rest.firstIndex(of: 0x22) else { throw TraceError(.line(number), .unterminatedQuote) }
                content += rest[rest.startIndex..<quote]
                rest = rest[(quote + 1)...]
                // Two quotes are one of the content.
                guard rest.first == 0x22 else { break }
                content.append(0x22)
                rest = rest.dropFirst()
            }
            fields.append(content[...])
            guard let next = rest.first else { return fields }
            guard next == delimiter else { throw TraceError(.line(number), .unterminatedQuote) }
            rest = rest.dropFirst()
        }
    }

    private static func count(_ byte: UInt8, in line: [UInt8]) -> Int { line.reduce(0) { $0 + ($1 == byte ? 1 : 0) } }
}
