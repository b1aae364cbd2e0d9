import HTTPSemantics
import HTTPTypes
import Testing

/// RFC 9651 section 4.2.2.
@Suite struct StructuredDictionaryTests {
    @Test(arguments: [
        ("a=1", StructuredDictionary.Value.integer(1)), ("a=-1", .integer(-1)), ("a=999999999999999", .integer(999_999_999_999_999)),
        ("a=1.5", .decimal), ("a=\"x\"", .string("x")), ("a=\"x\\\"\\\\\"", .string("x\"\\")), ("a=x", .token("x")), ("a=*x:/!", .token("*x:/!")),
        ("a", .boolean(true)), ("a=?0", .boolean(false)), ("a;x=1", .boolean(true)), ("a=:YQ==:", .byteSequence), ("a=@5", .date(5)),
        ("a=%\"f%c3%bc\"", .displayString), ("a=()", .innerList), ("a=( 1  \"x\";p=2 y );q", .innerList), ("a=1;b=2; c=\"x\"", .integer(1)),
        ("a=1, a=2", .integer(2)), ("  a=1  ", .integer(1)), ("b=2,a=1", .integer(1)), ("b=2 \t,\t a=1", .integer(1)), ("*-_.a9=2, a=1", .integer(1)),
    ])
    func `values are read`(text: String, value: StructuredDictionary.Value) throws {
        #expect(try #require(StructuredDictionary(text))["a"] == value)
    }

    @Test(arguments: [
        "", "  ", "A=1", "a=", "a=1,", "a=1,,b", ",a", "a b", "a =1", "a= 1", "a=1 b=2", "a=1000000000000000", "a=1.", "a=1.2345", "a=1234567890123.1", "a=--1",
        "a=-", "a=\"x", "a=\"x\\n\"", "a=\"\u{7F}\"", "a=ü", "a=?2", "a=:YQ", "a=(1", "a=(1,2)", "a=(1\"x\")", "a=1;B", "a=1;b=", "a=@1.5", "a=%\"%C3\"",
        "a=%\"%c\"", "a=&&&", "a=1\t", "9=1", "&&&&&", "=1",
    ])
    func `one mistake voids the field`(text: String) { #expect(StructuredDictionary(text) == nil) }

    @Test func `lines count as one list`() throws {
        var fields: HTTPFields = [:]
        let name = HTTPField.Name.cdnCacheControl
        #expect(StructuredDictionary(fields, name: name) == nil)
        fields.append(HTTPField(name: name, value: "a=1"))
        fields.append(HTTPField(name: name, value: "b"))
        let both = try #require(StructuredDictionary(fields, name: name))
        #expect(both["a"] == .integer(1) && both["b"] == .boolean(true) && both["c"] == nil)
        fields.append(HTTPField(name: name, value: ""))
        #expect(StructuredDictionary(fields, name: name) == nil)
    }

    @Test func `members are bounded`() {
        let most = (0..<StructuredDictionary.membersMax).map { "a\($0)" }.joined(separator: ",")
        #expect(StructuredDictionary(most) != nil)
        #expect(StructuredDictionary(most + ",b") == nil)
    }

    @Test func `random text crashes nothing`() {
        var generator = SystemRandomNumberGenerator()
        let bytes = Array("ab=1,;\"\\().:?@% \t-*".utf8)
        for _ in 0..<20_000 {
            let length = Int.random(in: 0..<16, using: &generator)
            let text = String(decoding: (0..<length).compactMap { _ in bytes.randomElement(using: &generator) }, as: UTF8.self)
            if let read = StructuredDictionary(text) { #expect(!text.isEmpty && read["nothing"] == nil) }
        }
    }

    @Test(arguments: [("", "\"\""), ("a", "\"a\""), ("a\"b\\", "\"a\\\"b\\\\\""), ("ü\n", "\"???\"")])
    func `strings are written`(text: String, expected: String) { #expect(StructuredDictionary.quoted(text) == expected) }
}

@Suite struct TargetURITests {
    private let base = TargetURI(isSecure: false, authority: "Example.com:80", path: "/a/b/c", query: "q")

    @Test func `authorities have one spelling`() {
        #expect(base.description == "http://example.com/a/b/c?q")
        #expect(TargetURI(isSecure: true, authority: "A:443", path: "", query: nil).description == "https://a/")
        #expect(TargetURI(isSecure: true, authority: "A:80", path: "/", query: nil).description == "https://a:80/")
        #expect(TargetURI(isSecure: false, authority: "a:", path: "/", query: nil).description == "http://a/")
    }

    @Test(arguments: [
        ("", "http://example.com/a/b/c?q"), ("#f", "http://example.com/a/b/c?q"), ("?r", "http://example.com/a/b/c?r"), ("d", "http://example.com/a/b/d"),
        ("d?r", "http://example.com/a/b/d?r"), ("./d", "http://example.com/a/b/d"), ("../d", "http://example.com/a/d"), ("..", "http://example.com/a/"),
        (".", "http://example.com/a/b/"), ("../../../../d", "http://example.com/d"), ("/d/./e/../f", "http://example.com/d/f"), ("/", "http://example.com/"),
        ("//Other", "http://other/"), ("//other:80/x?y", "http://other/x?y"), ("HTTPS://other:443", "https://other/"), ("http://other?x", "http://other/?x"),
        ("/a:b", "http://example.com/a:b"), ("d/", "http://example.com/a/b/d/"),
    ])
    func `references are resolved (RFC 3986 section 5.4)`(reference: String, expected: String) {
        #expect(base.resolving(reference)?.description == expected)
    }

    @Test(arguments: ["mailto:a", "http:d", "//", "http://", "//u@h/", "/a b", "/a\\b", "/ü", "a:b"])
    func `what isn't http, or can't be read, is nothing`(reference: String) { #expect(base.resolving(reference) == nil) }
}
