// The formats that traces come in, and how to tell them apart by their first bytes.

/// A format of traces.
package enum TraceFormat: String, CaseIterable, Sendable, Hashable {
    /// libCacheSim's binary records of 24 bytes.
    case oracleGeneral = "oracle-general"
    /// Comma, semicolon or tab separated, with a header that names the columns.
    case csv
    /// Time, object and size with blanks between them: webcachesim, LRB.
    case lrb
    /// CloudFront's standard log.
    case cloudFront = "cloudfront"
    /// S3's server access log.
    case s3
    /// Common and Combined Log Format: Apache, nginx.
    case common = "clf"

    /// The format that a trace's first bytes show; nil when they fit none. A few hundred bytes are enough.
    package static func detect(_ start: [UInt8], fileName: String = "") -> TraceFormat? {
        if fileName.contains("oracleGeneral") { return .oracleGeneral }
        let text = start.prefix { $0 >= 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        guard text.count == start.count, !start.isEmpty else {
            return start.contains(0) && start.count >= OracleGeneralParser.recordBytes ? .oracleGeneral : nil
        }
        let line = Array(start.prefix { $0 != 0x0A && $0 != 0x0D })
        if line.starts(with: "#Version".utf8) || line.starts(with: "#Fields".utf8) { return .cloudFront }
        let fields = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
        if fields.count > 7, fields[2].first == UInt8(ascii: "["), fields[3].last == UInt8(ascii: "]") { return .s3 }
        if fields.count > 6, fields[3].first == UInt8(ascii: "["), fields[4].last == UInt8(ascii: "]") { return .common }
        if fields.count > 7, CivilTime.date(fields[0]) != nil, CivilTime.clock(fields[1]) != nil { return .cloudFront }
        if fields.count >= 3, fields.prefix(3).allSatisfy({ DecimalNumber.parse($0) != nil }) { return .lrb }
        if CSVParser.delimiter(of: line) != nil { return .csv }
        return nil
    }
}
