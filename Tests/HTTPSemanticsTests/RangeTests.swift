import HTTPSemantics
import HTTPTypes
import Testing

@Suite struct RangeTests {
    @Test(arguments: [
        ("bytes=0-499", .bytes([.closed(first: 0, last: 499)])), ("BYTES=0-0", .bytes([.closed(first: 0, last: 0)])),
        ("bytes=9500-", .bytes([.from(9500)])), ("bytes=-500", .bytes([.suffix(length: 500)])),
        ("bytes=0-0,-1", .bytes([.closed(first: 0, last: 0), .suffix(length: 1)])),
        ("bytes= 0-999, 4500-5499 ,, -1000", .bytes([.closed(first: 0, last: 999), .closed(first: 4500, last: 5499), .suffix(length: 1000)])),
        ("bytes=-0", .bytes([.suffix(length: 0)])),
        ("bytes=0-99999999999999999999", .bytes([.closed(first: 0, last: .max - 1)])),
        ("bytes=", .ignored(.malformed)), ("bytes=,", .ignored(.malformed)), ("bytes", .ignored(.malformed)), ("", .ignored(.malformed)),
        ("bytes=1-0", .ignored(.malformed)), ("bytes=0-1,5-4", .ignored(.malformed)), ("bytes=-", .ignored(.malformed)),
        ("bytes=a-b", .ignored(.malformed)), ("bytes=1", .ignored(.malformed)), ("bytes=0 - 1", .ignored(.malformed)),
        ("bytes=+1-2", .ignored(.malformed)), ("bytes=1--2", .ignored(.malformed)), ("bytes =0-1", .ignored(.malformed)),
        ("lines=1-2", .ignored(.unknownUnit)),
    ] as [(String, RangeRequest)])
    func `range sets are read as in section 14_1_2`(value: String, expected: RangeRequest) {
        #expect(RangeRequest(value) == expected)
        #expect(RangeRequest(Array(value.utf8).span) == expected)
    }

    @Test func `the number of ranges is bounded`() {
        let ranges = (0..<RangeRequest.rangesMax).map { "\($0)-\($0)" }.joined(separator: ",")
        if case .bytes(let parsed) = RangeRequest("bytes=" + ranges) { #expect(parsed.count == RangeRequest.rangesMax) } else { Issue.record() }
        #expect(RangeRequest("bytes=" + ranges + ",99-99") == .ignored(.tooMany))
    }

    @Test func `absent and repeated fields are told apart`() {
        var fields = HTTPFields()
        #expect(RangeRequest(fields) == .absent)
        fields.append(HTTPField(name: .range, value: "bytes=0-1"))
        #expect(RangeRequest(fields) == .bytes([.closed(first: 0, last: 1)]))
        fields.append(HTTPField(name: .range, value: "bytes=3-4"))
        #expect(RangeRequest(fields) == .ignored(.repeated))
    }

    @Test(arguments: [
        // The examples of section 14.1.2 on a representation of 10,000 bytes.
        ("bytes=0-499", 10_000, .parts([0..<500])), ("bytes=500-999", 10_000, .parts([500..<1000])),
        ("bytes=-500", 10_000, .parts([9500..<10_000])), ("bytes=9500-", 10_000, .parts([9500..<10_000])),
        ("bytes=0-0,-1", 10_000, .parts([0..<1, 9999..<10_000])),
        ("bytes=9999-20000", 10_000, .parts([9999..<10_000])), ("bytes=10000-", 10_000, .unsatisfiable),
        ("bytes=9999-", 10_000, .parts([9999..<10_000])), ("bytes=-20000", 10_000, .parts([0..<10_000])),
        ("bytes=-0", 10_000, .unsatisfiable), ("bytes=0-", 0, .unsatisfiable), ("bytes=-1", 0, .unsatisfiable),
        ("bytes=10000-,0-1", 10_000, .parts([0..<2])), ("bytes=0-99999999999999999999", 3, .parts([0..<3])),
        ("lines=0-1", 10, .whole),
    ] as [(String, Int64, ResolvedRanges)])
    func `ranges are resolved against the length`(value: String, length: Int64, expected: ResolvedRanges) {
        #expect(RangeRequest(value).resolved(length: length) == expected)
    }

    @Test(arguments: [
        ([0..<5, 5..<9], true), ([0..<5, 7..<9], true), ([0..<5, 4..<9], false), ([7..<9, 0..<5], false), ([0..<5], true),
    ] as [([Range<Int64>], Bool)])
    func `ascending disjoint parts are recognised`(parts: [Range<Int64>], expected: Bool) {
        #expect(ResolvedRanges.parts(parts).isAscendingAndDisjoint == expected)
    }

    @Test func `overlapping and touching parts are joined`() {
        #expect(ResolvedRanges.parts([7..<9, 0..<5, 4..<6, 6..<7, 20..<21]).coalesced == [0..<9, 20..<21])
        #expect(ResolvedRanges.whole.coalesced.isEmpty)
    }

    @Test(arguments: [
        ("bytes 0-499/1234", .part(0..<500, complete: 1234)), ("bytes 42-1233/*", .part(42..<1234, complete: nil)),
        ("bytes */1234", .unsatisfied(complete: 1234)),
    ] as [(String, ContentRange)])
    func `Content-Range is read and written`(text: String, expected: ContentRange) {
        #expect(ContentRange(text) == expected)
        #expect(expected.description == text)
    }

    @Test(arguments: [
        "", "bytes", "bytes 0-1", "bytes 0-1/", "bytes 2-1/5", "bytes 0-5/5", "bytes */*", "bytes 0-1/2 ", "items 0-1/2",
        "bytes=0-1/2", "bytes -1/2", "bytes 0-99999999999999999999/*",
    ])
    func `a malformed Content-Range is refused`(text: String) {
        #expect(ContentRange(text) == nil)
    }
}
