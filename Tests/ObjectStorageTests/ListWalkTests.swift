import ObjectStorage
import Testing

/// Sorted keys that count what is asked of them.
private struct CountingCursor: OrderedCursor {
    let keys: [[UInt8]]
    var at = 0
    var rows = 0
    var seeks = 0

    init(_ keys: [String]) {
        self.keys = keys.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    mutating func seek(to bound: [UInt8]) {
        seeks += 1
        at = keys.firstIndex { !$0.lexicographicallyPrecedes(bound) } ?? keys.count
    }

    mutating func next() -> (key: [UInt8], row: Int)? {
        rows += 1
        guard at < keys.count else { return nil }
        defer { at += 1 }
        return (keys[at], at)
    }
}

@Suite struct ListWalkTests {
    @Test(arguments: [10, 100, 5000])
    func `a page of common prefixes costs one row and one seek each, however many keys they hold`(width: Int) throws {
        var cursor = CountingCursor((0..<4).flatMap { group in (0..<width).map { "g\(group)/\($0)" } })
        let walk = ListWalk(prefix: "", delimiter: "/", entriesMax: 3)
        let page = try walk.page(&cursor)
        #expect(page.commonPrefixes.map { String(decoding: $0, as: UTF8.self) } == ["g0/", "g1/", "g2/"])
        #expect(page.isTruncated)
        #expect(cursor.rows == 4)
        #expect(cursor.seeks == 3)
    }

    @Test func `a page of keys reads one row more than it returns`() throws {
        var cursor = CountingCursor((1000..<3000).map { "k\($0)" })
        let page = try ListWalk(prefix: "k", delimiter: "/", entriesMax: 7).page(&cursor)
        #expect(page.rows.count == 7)
        #expect(cursor.rows == 8)
        #expect(cursor.seeks == 0)
    }

    @Test(arguments: [
        ("", "", "", ListWalk.Start.at([])), ("p/", "/", "", .at(Array("p/".utf8))), ("p/", "/", "a", .at(Array("p/".utf8))),
        ("p/", "/", "p/a", .behind(Array("p/a".utf8))), ("p/", "/", "p/a/b", .at(Array("p/a0".utf8))),
        ("", "/", "p/", .at(Array("p0".utf8))), ("", "", "p/", .behind(Array("p/".utf8))),
        ("p/", "/", "q", .behind(Array("q".utf8))), ("", "//", "a/b", .behind(Array("a/b".utf8))),
        ("", "//", "a//b", .at(Array("a/0".utf8))), ("p/", "/", "p/", .behind(Array("p/".utf8))),
    ])
    func `a page starts behind its position`(prefix: String, delimiter: String, after: String, start: ListWalk.Start) {
        #expect(ListWalk(prefix: prefix, delimiter: delimiter, entriesMax: 1).start(after: after) == start)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 1), (1000, 1000), (1001, 1000)])
    func `the page size is clamped`(asked: Int, granted: Int) {
        #expect(ListWalk(prefix: "", delimiter: "", entriesMax: asked).entriesMax == granted)
    }
}
