// Bytes in, requests out: one parser for all formats, fed with pieces of any size as they come off a disk or out of a
// decompressor. It keeps what a record needs across pieces and no more.

/// Requests that a trace has and a simulation cannot use, by reason.
package enum TraceSkip: String, CaseIterable, Sendable, Hashable {
    /// A comment or an empty line.
    case blank
    /// Not a GET.
    case method
    /// Not 200, 203, 206 or 304.
    case status
    /// A part or a 304 of an object whose size no line before has told.
    case sizeUnknown = "size unknown"
    /// A line of a log that speaks of no request for an object: an internal operation, a broken connection.
    case noRequest = "no request"
}

/// Reads a trace piece by piece.
package struct TraceParser: Sendable {
    /// Bytes of one line.
    package static let lineBytesMax = 256 << 10
    /// Bytes of one object: 256 TiB.
    package static let objectBytesMax = 1 << 48

    package let format: TraceFormat
    /// Requests left out so far.
    package private(set) var skipped: [TraceSkip: Int] = [:]
    /// Requests whose time was before the one of the request ahead of them; they take that time.
    package private(set) var outOfOrder = 0

    private var reader: Reader
    private var last: Int64?

    private enum Reader: Sendable {
        case binary(OracleGeneralParser)
        case lines(LineSplitter, any TraceLineParser)
    }

    /// - Parameter columns: for CSV, the names of the columns for time, object, size and ttl, where they are not the usual ones.
    package init(_ format: TraceFormat, columns: [TraceColumn: String] = [:]) {
        self.format = format
        func lines(_ parser: some TraceLineParser) -> Reader { .lines(LineSplitter(), parser) }
        reader = switch format {
        case .oracleGeneral: .binary(OracleGeneralParser())
        case .csv: lines(CSVParser(columns: columns))
        case .lrb: lines(LRBParser())
        case .cloudFront: lines(CloudFrontLogParser())
        case .s3: lines(S3LogParser())
        case .common: lines(CommonLogParser())
        }
    }

    /// Reads a piece and appends its requests. After an error nothing more can be read.
    package mutating func read(_ piece: ArraySlice<UInt8>, into requests: inout [TraceRequest]) throws(TraceError) {
        let first = requests.count
        defer { orderTimes(&requests, from: first) }
        switch reader {
        case .binary(var parser):
            defer { reader = .binary(parser) }
            try parser.read(piece, into: &requests)
        case .lines(var splitter, var parser):
            // One owner at a time: nothing is copied while the parser works.
            reader = .binary(OracleGeneralParser())
            defer { reader = .lines(splitter, parser) }
            try splitter.read(piece) { (line: ArraySlice<UInt8>, number: Int) throws(TraceError) in
                try take(parser.parse(line, number: number), into: &requests)
            }
        }
    }

    /// Reads what is left when the trace has ended.
    package mutating func finish(into requests: inout [TraceRequest]) throws(TraceError) {
        let first = requests.count
        defer { orderTimes(&requests, from: first) }
        switch reader {
        case .binary(let parser): try parser.finish()
        case .lines(var splitter, var parser):
            try splitter.finish { (line: ArraySlice<UInt8>, number: Int) throws(TraceError) in
                try take(parser.parse(line, number: number), into: &requests)
            }
            reader = .lines(splitter, parser)
        }
    }

    private mutating func take(_ line: TraceLine, into requests: inout [TraceRequest]) {
        switch line {
        case .request(let request): requests.append(request)
        case .skipped(let reason): skipped[reason, default: 0] += 1
        }
    }

    /// Logs are written when requests end, so neighbours may be out of order.
    private mutating func orderTimes(_ requests: inout [TraceRequest], from first: Int) {
        for index in first..<requests.count {
            if let last, requests[index].time < last {
                requests[index].time = last
                outOfOrder += 1
            }
            last = requests[index].time
        }
    }
}

/// What one line says.
enum TraceLine: Hashable, Sendable {
    case request(TraceRequest)
    case skipped(TraceSkip)
}

/// A format of one request a line.
protocol TraceLineParser: Sendable {
    /// Reads a line, without its end. Lines are numbered from 1.
    mutating func parse(_ line: ArraySlice<UInt8>, number: Int) throws(TraceError) -> TraceLine
}
