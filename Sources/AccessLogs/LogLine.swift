// Record -> line. Values are percent-encoded as CloudFront documents it, so that neither a tab nor a line end of a viewer's making
// can reach a log, and so that JSON needs no escaping of its own. Cost: one pass over the texts, no allocation beyond the output.

import HTTPCaching
import HTTPSemantics

extension LogLayout {
    /// Appends the line of one request, its end included.
    package func append(_ outcome: RequestOutcome, _ texts: some RequestTexts, to line: inout [UInt8]) {
        var writer = LineWriter(bytes: line, isJSON: format == .json)
        line = []
        let calendar = LogTime(outcome.finishedAt)
        writer.field(.date) { calendar.appendDate(to: &$0) }
        writer.field(.time) { calendar.appendTime(to: &$0) }
        writer.text(.edgeLocation, edgeLocation)
        writer.number(.bytesSent, Int64(outcome.bytesSent))
        writer.text(.clientAddress, texts, .clientAddress)
        writer.text(.method, texts, .method)
        writer.text(.distributionDomain, texts, .distributionDomain)
        writer.text(.path, texts, .path)
        writer.field(.status) { $0.appendPadded(Int64(outcome.status), digits: 3) }
        writer.text(.referer, texts, .referer)
        writer.text(.userAgent, texts, .userAgent)
        writer.text(.query, texts, .query)
        if includesCookies { writer.text(.cookie, texts, .cookie) } else { writer.text(.cookie, nil) }
        writer.text(.result, outcome.result.rawValue)
        writer.text(.requestID, texts, .requestID)
        writer.text(.host, texts, .host)
        writer.text(.scheme, outcome.isSecure ? "https" : "http")
        writer.number(.bytesReceived, Int64(outcome.bytesReceived))
        writer.field(.timeTaken) { $0.appendSeconds(nanoseconds: outcome.timeTaken) }
        writer.text(.forwardedFor, texts, .forwardedFor)
        writer.text(.tlsVersion, texts, .tlsVersion)
        writer.text(.tlsCipher, nil)
        writer.text(.resultAtStart, outcome.resultAtStart.rawValue)
        writer.text(.protocolVersion, texts, .protocolVersion)
        writer.text(.encryptionStatus, nil)
        writer.text(.encryptedFields, nil)
        writer.number(.clientPort, Int64(outcome.clientPort))
        writer.field(.timeToFirstByte) { $0.appendSeconds(nanoseconds: outcome.timeToFirstByte) }
        writer.text(.detailedResult, outcome.detailedResult)
        writer.text(.contentType, texts, .contentType)
        writer.number(.contentLength, outcome.contentLength)
        writer.number(.rangeStart, outcome.rangeStart)
        writer.number(.rangeEnd, outcome.rangeEnd)
        if format == .json {
            writer.text("cache-behavior-path-pattern", texts, .behavior)
            writer.text("x-edge-non-hit-reason", outcome.nonHitReason?.rawValue)
        }
        writer.end()
        line = writer.bytes
    }

    /// The line of a record.
    package func line(of record: RequestRecord) -> [UInt8] {
        var line: [UInt8] = []
        append(record.outcome, record.texts, to: &line)
        return line
    }
}

/// Puts fields behind each other in either format.
private struct LineWriter {
    var bytes: [UInt8]
    let isJSON: Bool
    private var isFirst = true

    init(bytes: [UInt8], isJSON: Bool) {
        self.bytes = bytes
        self.isJSON = isJSON
    }

    private mutating func open(_ name: StaticString) {
        if isJSON {
            bytes.append(UInt8(ascii: isFirst ? "{" : ","))
            bytes.append(UInt8(ascii: "\""))
            bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            bytes.append(contentsOf: "\":\"".utf8)
        } else if !isFirst {
            bytes.append(UInt8(ascii: "\t"))
        }
        isFirst = false
    }

    private mutating func close() { if isJSON { bytes.append(UInt8(ascii: "\"")) } }

    mutating func end() {
        if isJSON { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func field(_ field: LogField, _ append: (inout [UInt8]) -> Void) {
        open(field.name)
        append(&bytes)
        close()
    }

    mutating func number(_ field: LogField, _ value: Int64?) {
        guard let value else { return text(field, nil) }
        self.field(field) { $0.appendPadded(max(0, value), digits: 1) }
    }

    mutating func text(_ field: LogField, _ value: String?) { text(field.name, value) }

    mutating func text(_ name: StaticString, _ value: String?) {
        open(name)
        if var value {
            value.withUTF8 { bytes.appendEncoded(UnsafeRawBufferPointer($0)) }
        } else {
            bytes.append(UInt8(ascii: "-"))
        }
        close()
    }

    mutating func text(_ field: LogField, _ texts: some RequestTexts, _ text: RequestText) { self.text(field.name, texts, text) }

    mutating func text(_ name: StaticString, _ texts: some RequestTexts, _ text: RequestText) {
        open(name)
        texts.withText(text) { value in bytes.appendEncoded(value ?? UnsafeRawBufferPointer(start: nil, count: 0)) }
        close()
    }
}

extension [UInt8] {
    /// A value as the log writes it; `-` for an empty one.
    fileprivate mutating func appendEncoded(_ value: UnsafeRawBufferPointer) {
        guard value.count > 0 else {
            append(UInt8(ascii: "-"))
            return
        }
        var start = 0
        for position in 0..<value.count where LogEncoding.mustEncode(value[position]) {
            append(contentsOf: value[start..<position])
            append(UInt8(ascii: "%"))
            append(LogEncoding.digit(value[position] >> 4))
            append(LogEncoding.digit(value[position] & 15))
            start = position + 1
        }
        append(contentsOf: value[start...])
    }

    /// A number of at least so many digits.
    fileprivate mutating func appendPadded(_ value: Int64, digits: Int) {
        var rest = value
        var reversed: (UInt64, Int) = (0, 0)
        // Nineteen digits of four bits do not fit one word: long numbers go through text.
        if value > 999_999_999_999_999 {
            append(contentsOf: String(value).utf8)
            return
        }
        repeat {
            reversed = (reversed.0 << 4 | UInt64(rest % 10), reversed.1 + 1)
            rest /= 10
        } while rest > 0
        for _ in 0..<Swift.max(0, digits - reversed.1) { append(UInt8(ascii: "0")) }
        for _ in 0..<reversed.1 {
            append(UInt8(ascii: "0") + UInt8(reversed.0 & 15))
            reversed.0 >>= 4
        }
    }

    /// Seconds to the thousandth, such as `0.082`; rounded to the nearest.
    fileprivate mutating func appendSeconds(nanoseconds: Int64) {
        let milliseconds = (Swift.max(0, nanoseconds) + 500_000) / 1_000_000
        appendPadded(milliseconds / 1_000, digits: 1)
        append(UInt8(ascii: "."))
        appendPadded(milliseconds % 1_000, digits: 3)
    }
}

/// Percent-encoding as CloudFront's logs have it: bytes 0 to 32 and from 127 up, and `<>"#%{}|\^~[]` + "`'".
enum LogEncoding {
    /// Bits of the characters below 64, and of those from 64 to 127, that are encoded although they are printable.
    private static let low: UInt64 = 1 << 34 | 1 << 35 | 1 << 37 | 1 << 39 | 1 << 60 | 1 << 62
    private static let high: UInt64 = 1 << 27 | 1 << 28 | 1 << 29 | 1 << 30 | 1 << 32 | 1 << 59 | 1 << 60 | 1 << 61 | 1 << 62

    @inline(__always)
    static func mustEncode(_ byte: UInt8) -> Bool {
        guard byte > 32, byte < 127 else { return true }
        return (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1
    }

    static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x41 + value - 10 }
}

/// An instant as the log's first two fields.
struct LogTime {
    private let days: Int64
    private let seconds: Int64

    init(_ date: HTTPDate) {
        // The log has four digits for a year.
        let seconds = min(max(date.secondsSince1970, -62_135_596_800), 253_402_300_799)
        days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        self.seconds = seconds - days * 86_400
    }

    /// `2026-11-25`. The civil calendar from a day count, by eras of 400 years.
    func appendDate(to bytes: inout [UInt8]) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        bytes.appendPadded(year, digits: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendPadded(month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendPadded(day, digits: 2)
    }

    /// `01:42:39`.
    func appendTime(to bytes: inout [UInt8]) {
        bytes.appendPadded(seconds / 3_600, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendPadded(seconds / 60 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.appendPadded(seconds % 60, digits: 2)
    }

    /// The hour as file names have it: `2026-11-25-01`.
    var hourText: String {
        var bytes: [UInt8] = []
        appendDate(to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        bytes.appendPadded(seconds / 3_600, digits: 2)
        return String(decoding: bytes, as: UTF8.self)
    }
}
