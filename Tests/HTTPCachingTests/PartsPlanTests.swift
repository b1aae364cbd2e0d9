import HTTPCaching
import Testing

struct ByteExtentsTests {
    private static func extents(_ ranges: [Range<Int64>]) throws -> ByteExtents { try #require(ByteExtents(recorded: ranges)) }

    @Test func `stretches stay ascending and apart`() throws {
        var extents = ByteExtents()
        let inserted = [10..<20, 0..<10, 30..<40].map { extents.insert($0) }
        #expect(inserted == [true, true, true])
        let refused = [0..<1, 19..<21, 5..<35, 39..<41, 10..<10, -1..<0].map { extents.insert($0) }
        #expect(refused.allSatisfy { !$0 })
        #expect(extents.ranges == [0..<10, 10..<20, 30..<40])
        #expect(extents.byteCount == 30)
        let removed = [0..<9, 10..<20].map { extents.remove($0) }
        #expect(removed == [false, true])
        #expect(extents.ranges == [0..<10, 30..<40])
    }

    @Test(arguments: [
        [5..<5], [5..<10, 9..<12], [10..<12, 0..<5], [-1..<4],
    ] as [[Range<Int64>]])
    func `a record that no stretches make is refused`(ranges: [Range<Int64>]) {
        #expect(ByteExtents(recorded: ranges) == nil)
    }

    @Test(arguments: [
        (0..<10, []), (0..<11, []), (5..<15, []), (15..<25, [20..<25]), (0..<50, [20..<30, 40..<50]), (20..<30, [20..<30]),
        (40..<41, [40..<41]), (35..<35, []),
    ] as [(Range<Int64>, [Range<Int64>])])
    func `gaps are what isn't stored`(row: (Range<Int64>, [Range<Int64>])) throws {
        let extents = try Self.extents([0..<10, 10..<20, 30..<40])
        #expect(extents.gaps(in: row.0) == row.1)
        #expect(extents.covers(row.0) == row.1.isEmpty)
    }

    @Test func `neighbours are found from any byte`() throws {
        let extents = try Self.extents([0..<10, 10..<20, 30..<40])
        #expect([0, 9, 10, 19, 20, 29, 30, 39, 40].map { extents.extent(containing: $0) } == [0..<10, 0..<10, 10..<20, 10..<20, nil, nil, 30..<40, 30..<40, nil])
        #expect([0, 1, 10, 20, 30, 31].map { extents.next(from: $0) } == [0..<10, 10..<20, 10..<20, 30..<40, 30..<40, nil])
        #expect([0, 10, 15, 20, 29, 40].map { extents.previous(to: $0) } == [nil, 0..<10, 0..<10, 10..<20, 10..<20, 30..<40])
    }
}

struct PartsPlanTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var position: Int64
        var wantedEnd: Int64
        var stored: [Range<Int64>] = []
        var aligns = true
        var piece: Range<Int64>
        var runEnd: Int64
        var field: String
        var testDescription: String { "\(position)..<\(wantedEnd) beside \(stored), \(aligns ? "aligned" : "as it is")" }
    }

    @Test(arguments: [
        Row(position: 0, wantedEnd: 1, piece: 0..<100, runEnd: 100, field: "bytes=0-99"),
        Row(position: 99, wantedEnd: 100, piece: 0..<100, runEnd: 100, field: "bytes=0-99"),
        Row(position: 99, wantedEnd: 101, piece: 0..<100, runEnd: 200, field: "bytes=0-199"),
        Row(position: 100, wantedEnd: 101, piece: 100..<200, runEnd: 200, field: "bytes=100-199"),
        Row(position: 0, wantedEnd: 950, piece: 0..<100, runEnd: 950, field: "bytes=0-"),
        Row(position: 949, wantedEnd: 950, piece: 900..<950, runEnd: 950, field: "bytes=900-"),
        Row(position: 150, wantedEnd: 500, stored: [300..<400], piece: 100..<200, runEnd: 300, field: "bytes=100-299"),
        Row(position: 150, wantedEnd: 160, stored: [110..<130, 170..<200], piece: 130..<170, runEnd: 170, field: "bytes=130-169"),
        Row(position: 150, wantedEnd: 160, stored: [0..<100, 200..<300], piece: 100..<200, runEnd: 200, field: "bytes=100-199"),
        Row(position: 5, wantedEnd: 8, aligns: false, piece: 5..<8, runEnd: 8, field: "bytes=5-7"),
        Row(position: 5, wantedEnd: 950, stored: [0..<5], aligns: false, piece: 5..<100, runEnd: 950, field: "bytes=5-"),
        Row(position: 5, wantedEnd: 50, stored: [0..<5, 20..<30], aligns: false, piece: 5..<20, runEnd: 20, field: "bytes=5-19"),
        Row(position: 100, wantedEnd: 250, aligns: false, piece: 100..<200, runEnd: 250, field: "bytes=100-249"),
    ])
    func `what is missing is asked for in pieces that fit each other`(row: Row) throws {
        let plan = PartsPlan(
            at: row.position, wantedEnd: row.wantedEnd, extents: try #require(ByteExtents(recorded: row.stored)), complete: 950, partBytes: 100,
            aligns: row.aligns)
        #expect(plan.piece == row.piece)
        #expect(plan.runEnd == row.runEnd)
        #expect(plan.rangeField(complete: 950) == row.field)
    }

    @Test func `an object as long as can be is planned for`() {
        let plan = PartsPlan(at: .max - 2, wantedEnd: .max - 1, extents: ByteExtents(), complete: .max - 1, partBytes: 1 << 40, aligns: true)
        #expect(plan.piece.contains(.max - 2))
        #expect(plan.piece.upperBound == .max - 1)
    }
}
