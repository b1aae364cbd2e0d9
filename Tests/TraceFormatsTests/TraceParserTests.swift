import Testing

@testable import TraceFormats

struct TraceParserTests {
    @Test(arguments: [1, 5, 24, 25, 1000])
    func `oracleGeneral records are read in pieces of any size`(pieceBytes: Int) {
        let bytes = record(time: 7, object: .max, bytes: 10, next: 1) + record(time: 8, object: .max, bytes: 4_294_967_295, next: -1)
        let result = parsed(bytes, as: .oracleGeneral, pieceBytes: pieceBytes)
        #expect(result.error == nil)
        #expect(result.requests == [TraceRequest(time: 7, object: .max, bytes: 10), TraceRequest(time: 8, object: .max, bytes: 4_294_967_295)])
    }

    @Test func `a record cut short is an error at its offset, and those before it count`() {
        let bytes = record(time: 7, object: 1, bytes: 10, next: -1) + [1, 2, 3]
        let result = parsed(bytes, as: .oracleGeneral)
        #expect(result.requests.count == 1)
        #expect(result.error == TraceError(.byte(24), .cutShort(bytes: 3, recordBytes: 24)))
        #expect(result.error?.description == "byte 24: the file ends 3 bytes into a record of 24")
    }

    @Test func `records that are none are noticed by their next request`() {
        let good = (0..<3).map { record(time: 1, object: $0, bytes: 1, next: -1) }.joined()
        let result = parsed(Array(good) + record(time: 1, object: 9, bytes: 1, next: 2), as: .oracleGeneral)
        #expect(result.requests.count == 3)
        #expect(result.error == TraceError(.byte(72), .nextRequestInThePast(next: 2, position: 3)))
    }

    @Test(arguments: [1, 3, 1000])
    func `webcachesim and LRB lines are time, object and size`(pieceBytes: Int) {
        let result = parsed("1 10 100 0 7\r\n2\t11\t200\n\n# features follow\n3 10 100", as: .lrb, pieceBytes: pieceBytes)
        #expect(result.error == nil)
        #expect(
            result.requests == [
                TraceRequest(time: 1, object: 10, bytes: 100), TraceRequest(time: 2, object: 11, bytes: 200),
                TraceRequest(time: 3, object: 10, bytes: 100),
            ])
        #expect(result.skipped == [.blank: 2])
    }

    @Test(arguments: [
        ("1 10 100\n1 10\n", 2, TraceError.Reason.fieldMissing("the size", has: 2, wants: 3)),
        ("1 10 100\n1 10 x\n", 2, .notANumber(field: "the size", text: "x")),
        ("1 10 -5\n", 1, .notANumber(field: "the size", text: "-5")),
        ("1 a 5\n", 1, .notANumber(field: "the object", text: "a")),
        ("1 10 281474976710656\n", 1, nil),
        ("1 10 281474976710657\n", 1, .outOfRange(field: "the size", text: "281474976710657", max: 1 << 48)),
        ("99999999999999999999 1 1\n", 1, .notANumber(field: "the time", text: "99999999999999999999")),
    ])
    func `a line that makes no sense is an error with its number`(text: String, line: Int, reason: TraceError.Reason?) {
        let result = parsed(text, as: .lrb)
        #expect(result.error == reason.map { TraceError(.line(line), $0) })
        #expect(result.requests.count == (reason == nil ? line : line - 1))
    }

    @Test func `a line without end is not gathered for ever`() {
        let limit = TraceParser.lineBytesMax
        let result = parsed([UInt8](repeating: 0x31, count: limit + 1), as: .lrb, pieceBytes: 10_000)
        #expect(result.error == TraceError(.line(1), .lineTooLong(bytesMax: limit)))
    }

    @Test func `a time before the last is taken for the last, and counted`() {
        let result = parsed("5 1 1\n3 2 1\n4 1 1\n6 1 1\n", as: .lrb)
        #expect(result.requests.map(\.time) == [5, 5, 5, 6])
        #expect(result.outOfOrder == 2)
    }

    @Test func `CSV columns are found by name, in any order, with any object`() {
        let text = "size,URL,timestamp,ttl\n100,/a.html,5.25,60\n\"200\",\"/b,\"\"c\"\".html\",6,\n100,/a.html,7,60\n"
        let result = parsed(text, as: .csv)
        #expect(result.error == nil)
        #expect(result.requests.map(\.time) == [5, 6, 7])
        #expect(result.requests.map(\.bytes) == [100, 200, 100])
        #expect(result.requests.map(\.ttlSeconds) == [60, nil, 60])
        #expect(result.requests[0].object == result.requests[2].object)
        #expect(result.requests[0].object != result.requests[1].object)
    }

    @Test func `CSV takes semicolons and tabs, and columns by their given names`() {
        #expect(parsed("id;bytes\n7;70\n", as: .csv).requests == [TraceRequest(time: 0, object: 7, bytes: 70)])
        let result = parsed("a\tb\tc\n1\t2\t3\n", as: .csv, columns: [.object: "c", .time: "A"])
        #expect(result.requests == [TraceRequest(time: 1, object: 3, bytes: 1)])
    }

    @Test(arguments: [
        ("1,2,3\n", TraceError(.line(1), .noHeader("the first line must name the columns, such as time,object,size"))),
        ("when,size\n1,2\n", TraceError(.line(1), .columnMissing("object", known: ["when", "size"]))),
        ("id,size\n1,2\n3\n", TraceError(.line(3), .fieldMissing("a column", has: 1, wants: 2))),
        ("id,size\n\"1,2\n", TraceError(.line(2), .unterminatedQuote)),
        ("id,size\n\"1\"x,2\n", TraceError(.line(2), .unterminatedQuote)),
    ])
    func `a CSV file that cannot be read says where and why`(text: String, error: TraceError) {
        #expect(parsed(text, as: .csv).error == error)
    }

    @Test func `a column named on the command line must be there`() {
        let error = parsed("id,size\n1,2\n", as: .csv, columns: [.time: "when"]).error
        #expect(error?.description == "line 1: no column for the time named when among id, size")
    }

    @Test(arguments: [
        ("#Version: 1.0\n#Fields: date time\n", TraceFormat.cloudFront),
        ("2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td111.cloudfront.net\t/index.html\t200\n", .cloudFront),
        ("79a59df900b949e5 bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a5 3E57 REST.GET.OBJECT a.html \"GET /a.html HTTP/1.1\" 200\n", .s3),
        ("127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET /a.gif HTTP/1.0\" 200 2326\n", .common),
        ("1 2 3\n", .lrb),
        ("time,object,size\n1,2,3\n", .csv),
        ("id;bytes\n", .csv),
    ])
    func `a format shows in the first bytes`(text: String, format: TraceFormat) {
        #expect(TraceFormat.detect(Array(text.utf8)) == format)
    }

    @Test func `binary is oracleGeneral, and prose is nothing`() {
        #expect(TraceFormat.detect(record(time: 1, object: 2, bytes: 3, next: -1)) == .oracleGeneral)
        #expect(TraceFormat.detect(Array("It was a dark and stormy night".utf8)) == nil)
        #expect(TraceFormat.detect(Array("x".utf8), fileName: "a.oracleGeneral.bin") == .oracleGeneral)
        #expect(TraceFormat.detect([]) == nil)
        #expect(TraceFormat.detect([0x89, 0x50, 0x4E, 0x47]) == nil)
    }
}
