import HTTPTypes
import Testing

@testable import HTTPCaching

@Suite struct CacheTagsTests {
    @Test(arguments: [
        ("a", "a"), ("Product:Electronics", "product:electronics"), ("~", "~"), ("!", "!"), ("", nil), ("a b", nil), ("a,b", nil), ("é", nil),
        ("a\u{7F}", nil), (String(repeating: "x", count: 256), String(repeating: "x", count: 256)), (String(repeating: "x", count: 257), nil),
    ] as [(String, String?)])
    func `a tag is 1 to 256 visible ASCII characters without a comma, in lower case`(text: String, tag: String?) {
        #expect(CacheTag(text)?.text == tag)
    }

    @Test(arguments: [
        (["a"], ["a"]), (["a,b"], ["a", "b"]), ([" a ,\tb "], ["a", "b"]), (["a", "b,c"], ["a", "b", "c"]), (["A,a,B"], ["a", "b"]),
        (["", ",,"], []), (["a b, c"], ["c"]), (["\(String(repeating: "x", count: 257)),y"], ["y"]), ([], []),
    ] as [([String], [String])])
    func `an object's tags are a list over all lines of the field`(lines: [String], tags: [String]) {
        var fields: HTTPFields = [.init("Other")!: "z"]
        for line in lines { fields.append(HTTPField(name: .init("Cache-Tag")!, value: line)) }
        #expect(CacheTags(fields, in: .init("cache-tag")!).tags.map(\.text) == tags)
    }

    @Test(arguments: [(49, 49), (50, 50), (51, 50)])
    func `the first fifty are kept`(count: Int, kept: Int) {
        let fields: HTTPFields = [.init("Cache-Tag")!: (0..<count).map { "t\($0)" }.joined(separator: ", ")]
        let tags = CacheTags(fields, in: .init("Cache-Tag")!)
        #expect(tags.tags.count == kept)
        #expect(tags.tags.last?.text == "t\(kept - 1)")
    }
}
