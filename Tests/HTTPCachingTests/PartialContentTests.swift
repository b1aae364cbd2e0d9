import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

private let now = HTTPDate(secondsSince1970: 1_780_000_000)

struct PartialContentTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var fields: HTTPFields
        var contentLength: Int64?
        var expected: Result<PartialContent, PartialContent.Refusal>
        var rules = PartsRules.cloudFront
        var testDescription: String { "\(fields), \(contentLength.map(String.init) ?? "?") bytes" }
    }

    private static func part(_ range: Range<Int64>, _ complete: Int64, isConsistent: Bool = true) -> Result<PartialContent, PartialContent.Refusal> {
        .success(PartialContent(range: range, complete: complete, isConsistent: isConsistent))
    }

    private static func fields(_ ranges: String..., type: String = "text/plain") -> HTTPFields {
        var fields: HTTPFields = [.contentType: type]
        for range in ranges { fields.append(HTTPField(name: .contentRange, value: range)) }
        return fields
    }

    @Test(arguments: [
        Row(fields: fields("bytes 0-4/10"), contentLength: 5, expected: part(0..<5, 10)),
        Row(fields: fields("bytes 5-9/10"), contentLength: nil, expected: part(5..<10, 10)),
        Row(fields: fields("bytes 9-9/10"), contentLength: 1, expected: part(9..<10, 10)),
        Row(fields: fields("bytes 0-9/10"), contentLength: 10, expected: part(0..<10, 10)),
        Row(fields: fields(), contentLength: 5, expected: .failure(.rangeMissing)),
        Row(fields: fields("bytes 0-4/10", "bytes 0-4/10"), contentLength: 5, expected: .failure(.rangeRepeated)),
        Row(fields: fields("bytes 0-10/10"), contentLength: 11, expected: .failure(.rangeMalformed)),
        Row(fields: fields("bytes 4-0/10"), contentLength: 5, expected: .failure(.rangeMalformed)),
        Row(fields: fields("bytes */10"), contentLength: 5, expected: .failure(.rangeMalformed)),
        Row(fields: fields("lines 0-4/10"), contentLength: 5, expected: .failure(.rangeMalformed)),
        Row(fields: fields("bytes 0-4/*"), contentLength: 5, expected: .failure(.completeLengthUnknown)),
        Row(fields: fields("bytes 0-4/10"), contentLength: 4, expected: .failure(.lengthsDiffer)),
        Row(fields: fields("bytes 0-4/10"), contentLength: 6, expected: .failure(.lengthsDiffer)),
        Row(fields: fields("bytes 0-4/10", type: "Multipart/byteranges; boundary=a"), contentLength: 5, expected: .failure(.multipart)),
    ])
    func `a 206 is read, or refused with a reason (RFC 9110 14.4, 14.6)`(row: Row) {
        #expect(Result { () throws(PartialContent.Refusal) in try PartialContent(row.fields, contentLength: row.contentLength, rules: row.rules) } == row.expected)
    }

    @Test(arguments: [
        Row(fields: fields("bytes 4-9/10"), contentLength: 5, expected: part(4..<9, 9, isConsistent: false), rules: .rfc9111),
        Row(fields: fields("bytes 0-4/10"), contentLength: 4, expected: part(0..<4, 10, isConsistent: false), rules: .rfc9111),
        Row(fields: fields("bytes 0-4/10"), contentLength: 11, expected: .failure(.lengthsDiffer), rules: .rfc9111),
        Row(fields: fields("bytes 0-4/10"), contentLength: 0, expected: .failure(.lengthsDiffer), rules: .rfc9111),
        Row(fields: fields("bytes 4-9/10"), contentLength: .max, expected: .failure(.lengthsDiffer), rules: .rfc9111),
        Row(fields: fields("bytes 4-9/10"), contentLength: 6, expected: part(4..<10, 10), rules: .rfc9111),
    ])
    func `where framing is trusted a part that disagrees with it stands alone`(row: Row) {
        #expect(Result { () throws(PartialContent.Refusal) in try PartialContent(row.fields, contentLength: row.contentLength, rules: row.rules) } == row.expected)
    }

    // MARK: Validators

    private static let monday = "Mon, 01 Jan 2024 00:00:00 GMT"

    @Test(arguments: [
        ([.eTag: "\"a\""], .entityTag("\"a\"")), ([.eTag: "W/\"a\""], nil), ([.eTag: "a"], nil), ([:], nil),
        ([.eTag: "W/\"a\"", .lastModified: monday, .date: "Tue, 02 Jan 2024 00:00:00 GMT"], nil),
        ([.eTag: "\"a\"", .lastModified: monday, .date: monday], .entityTag("\"a\"")),
        ([.lastModified: monday, .date: "Mon, 01 Jan 2024 00:00:01 GMT"], .lastModified(monday)),
        ([.lastModified: monday, .date: monday], nil), ([.lastModified: monday], nil),
        ([.lastModified: "yesterday", .date: monday], nil),
    ] as [(HTTPFields, StrongValidator?)])
    func `a strong validator is a strong tag, or a date that is old enough (RFC 9110 8.8)`(row: (HTTPFields, StrongValidator?)) {
        #expect(StrongValidator(row.0, now: now) == row.1)
    }

    @Test func `parts are joined under one strong validator and length only (RFC 9110 15.3.7.3)`() {
        let version = RepresentationVersion(validator: .entityTag("\"a\""), complete: 10)
        #expect(version.combines(with: version))
        #expect(!version.combines(with: RepresentationVersion(validator: .entityTag("\"b\""), complete: 10)))
        #expect(!version.combines(with: RepresentationVersion(validator: .entityTag("\"a\""), complete: 11)))
        let lonely = RepresentationVersion(validator: nil, complete: 10)
        #expect(!lonely.combines(with: lonely))
    }

    // MARK: Answers

    struct AnswerRow: Sendable, CustomTestStringConvertible {
        var status: Int
        var fields: HTTPFields = [:]
        var length: Int64?
        var expected: PartsAnswer
        var testDescription: String { "\(status) \(fields)" }
    }

    private static func partial(_ range: String, tag: String? = "\"a\"") -> HTTPFields {
        var fields: HTTPFields = [.contentRange: range]
        fields[.eTag] = tag
        return fields
    }

    @Test(arguments: [
        AnswerRow(status: 206, fields: partial("bytes 100-199/1000"), length: 100, expected: .part(PartialContent(range: 100..<200, complete: 1_000))),
        AnswerRow(status: 206, fields: partial("bytes 100-149/1000"), length: 50, expected: .part(PartialContent(range: 100..<150, complete: 1_000))),
        AnswerRow(status: 206, fields: partial("bytes 0-299/1000"), length: 300, expected: .part(PartialContent(range: 0..<300, complete: 1_000))),
        AnswerRow(status: 206, fields: partial("bytes 100-199/1000", tag: "\"b\""), length: 100, expected: .changed(.otherVersion)),
        AnswerRow(status: 206, fields: partial("bytes 100-199/1000", tag: "W/\"a\""), length: 100, expected: .changed(.otherVersion)),
        AnswerRow(status: 206, fields: partial("bytes 100-199/1000", tag: nil), length: 100, expected: .changed(.otherVersion)),
        AnswerRow(status: 206, fields: partial("bytes 100-199/1001"), length: 100, expected: .changed(.otherVersion)),
        AnswerRow(status: 206, fields: partial("bytes 101-199/1000"), length: 99, expected: .invalid(.otherRange)),
        AnswerRow(status: 206, fields: partial("bytes 0-99/1000"), length: 100, expected: .invalid(.otherRange)),
        AnswerRow(status: 206, fields: partial("bytes 100-199/1000"), length: 99, expected: .invalid(.lengthsDiffer)),
        AnswerRow(status: 206, fields: [.eTag: "\"a\""], length: 100, expected: .invalid(.rangeMissing)),
        AnswerRow(status: 200, fields: [.eTag: "\"a\""], length: 1_000, expected: .wholeOfSame),
        AnswerRow(status: 200, fields: [.eTag: "\"a\""], expected: .wholeOfSame),
        AnswerRow(status: 200, fields: [.eTag: "\"a\""], length: 999, expected: .newWhole),
        AnswerRow(status: 200, fields: [.eTag: "\"b\""], length: 1_000, expected: .newWhole),
        AnswerRow(status: 200, length: 1_000, expected: .newWhole),
        AnswerRow(status: 412, expected: .changed(.preconditionFailed)), AnswerRow(status: 416, expected: .changed(.unsatisfiable)),
        AnswerRow(status: 404, expected: .changed(.status)), AnswerRow(status: 302, expected: .changed(.status)),
        AnswerRow(status: 304, expected: .changed(.status)), AnswerRow(status: 500, expected: .originFailed),
        AnswerRow(status: 503, expected: .originFailed),
    ], [PartsRules.cloudFront, .rfc9111])
    func `an answer to a request for missing parts means one thing`(row: AnswerRow, rules: PartsRules) {
        let facts = ResponseFacts(status: row.status, fields: row.fields, bodyLength: row.length, requestedAt: now, receivedAt: now)
        let version = RepresentationVersion(validator: .entityTag("\"a\""), complete: 1_000)
        #expect(PartsAnswer(facts, version: version, asked: 100..<200, rules: rules) == row.expected)
    }

    @Test func `nothing is joined to a version that has no validator`() {
        let facts = ResponseFacts(
            status: 206, fields: Self.partial("bytes 100-199/1000", tag: nil), bodyLength: 100, requestedAt: now, receivedAt: now)
        let version = RepresentationVersion(validator: nil, complete: 1_000)
        #expect(PartsAnswer(facts, version: version, asked: 100..<200, rules: .rfc9111) == .changed(.otherVersion))
    }

    // MARK: What is forwarded, what is kept

    @Test(arguments: [
        ([.range: "bytes=0-4"], true), ([.range: "bytes=-5"], true), ([:], false), ([.range: "bytes=0-1,3-4"], false), ([.range: "lines=1-2"], false),
        ([.range: "bytes=0-4", .ifRange: "\"a\""], false), ([.range: "bytes=0-4", .ifNoneMatch: "\"a\""], false),
    ] as [(HTTPFields, Bool)])
    func `one plain range goes on as it is where the rules say so`(row: (HTTPFields, Bool)) {
        let request = RequestFacts(method: .get, fields: row.0)
        #expect((PartsRules.rfc9111.forwardableRange(of: request) != nil) == row.1)
        #expect(PartsRules.rfc9111.forwardableRange(of: RequestFacts(method: .head, fields: row.0)) == nil)
        #expect(PartsRules.cloudFront.forwardableRange(of: request) == nil)
    }

    @Test(arguments: [
        (200, [.eTag: "\"a\""], 1_000, true), (200, [.eTag: "\"a\"", .acceptRanges: "bytes"], 1_000, true),
        (200, [.eTag: "\"a\"", .acceptRanges: "None"], 1_000, false), (200, [.eTag: "W/\"a\""], 1_000, false), (200, [:], 1_000, false),
        (200, [.eTag: "\"a\""], nil, false), (200, [.eTag: "\"a\""], 0, false), (203, [.eTag: "\"a\""], 1_000, false),
    ] as [(Int, HTTPFields, Int64?, Bool)])
    func `a whole is kept in parts when they can be asked for again`(row: (Int, HTTPFields, Int64?, Bool)) {
        let facts = ResponseFacts(status: row.0, fields: row.1, bodyLength: row.2, requestedAt: now, receivedAt: now)
        #expect((PartsRules.cloudFront.wholeInParts(facts, now: now) != nil) == row.3)
    }
}

extension Result where Failure == PartialContent.Refusal {
    fileprivate init(_ body: () throws(PartialContent.Refusal) -> Success) {
        do throws(PartialContent.Refusal) { self = .success(try body()) } catch { self = .failure(error) }
    }
}
