@testable import TraceFormats

/// What a parser makes of a text given in pieces of `pieceBytes` bytes.
struct Parsed {
    var requests: [TraceRequest] = []
    var skipped: [TraceSkip: Int] = [:]
    var outOfOrder = 0
    var error: TraceError?
}

func parsed(_ bytes: [UInt8], as format: TraceFormat, columns: [TraceColumn: String] = [:], pieceBytes: Int = 1 << 20) -> Parsed {
    var parser = TraceParser(format, columns: columns)
    var result = Parsed()
    do throws(TraceError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            try parser.read(rest.prefix(pieceBytes), into: &result.requests)
            rest = rest.dropFirst(pieceBytes)
        }
        try parser.finish(into: &result.requests)
    } catch {
        result.error = error
    }
    result.skipped = parser.skipped
    result.outOfOrder = parser.outOfOrder
    return result
}

func parsed(_ text: String, as format: TraceFormat, columns: [TraceColumn: String] = [:], pieceBytes: Int = 1 << 20) -> Parsed {
    parsed(Array(text.utf8), as: format, columns: columns, pieceBytes: pieceBytes)
}

/// An oracleGeneral record.
func record(time: UInt32, object: UInt64, bytes: UInt32, next: Int64) -> [UInt8] {
    func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
    return littleEndian(time) + littleEndian(object) + littleEndian(bytes) + littleEndian(next)
}
