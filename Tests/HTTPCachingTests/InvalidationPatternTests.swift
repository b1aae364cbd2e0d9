import HTTPCaching
import Testing

@Suite struct InvalidationPatternTests {
    @Test(arguments: [
        ("/a", "/a", nil, true), ("/a", "/A", nil, false), ("/a", "/a/", nil, false), ("/a", "/ab", nil, false), ("/a", "/a", "", true),
        // A keyed query string belongs to the path.
        ("/a", "/a", "x=1", false), ("/a?x=1", "/a", "x=1", true), ("/a?x=1", "/a", nil, false), ("/a*", "/a", "x=1", true),
        ("/*", "/", nil, true), ("/*", "/any/thing", "q", true), ("/a/*", "/a", nil, false), ("/a/*", "/a/", nil, true), ("/a/*", "/a/b/c", nil, true),
        ("/a?x=*", "/a", "x=12", true), ("/a?x=*", "/a", "y=12", false),
        // Equivalent spellings of one path.
        ("/%7Euser", "/~user", nil, true), ("/~user", "/%7euser", nil, true), ("/caf%c3%a9", "/caf%C3%A9", nil, true),
        ("/b", "/a/../b", nil, true), ("/a%2Fb", "/a/b", nil, false), ("/caf%C3*", "/caf%c3%a9", nil, true),
    ] as [(String, String, String?, Bool)])
    func `a pattern names paths`(pattern: String, path: String, query: String?, expected: Bool) throws {
        #expect(try InvalidationPattern(pattern).matches(path: path, query: query) == expected)
    }

    @Test(arguments: [
        ("", .empty), ("a", .missingLeadingSlash), ("*", .missingLeadingSlash), ("/a*b", .wildcardNotLast(offset: 2)),
        ("/**", .wildcardNotLast(offset: 1)), ("/a b", .byteNeedsEncoding(0x20, offset: 2)), ("/é", .byteNeedsEncoding(0xC3, offset: 1)),
        ("/<", .byteNeedsEncoding(0x3C, offset: 1)), ("/a#b", .byteNeedsEncoding(0x23, offset: 2)), ("/%4", .malformedEscape(offset: 1)),
        ("/%zz", .malformedEscape(offset: 1)), ("/%4*", .malformedEscape(offset: 1)),
    ] as [(String, InvalidationPatternError)])
    func `a malformed path is refused with its place`(text: String, error: InvalidationPatternError) {
        #expect(throws: error) { try InvalidationPattern(text) }
    }

    @Test func `paths have at most 4000 characters`() throws {
        let longest = "/" + String(repeating: "a", count: InvalidationPattern.charactersMax - 1)
        #expect(try InvalidationPattern(longest).matches(path: longest))
        #expect(throws: InvalidationPatternError.tooLong(characters: 4001, limit: 4000)) { try InvalidationPattern(longest + "a") }
    }

    @Test func `the description is the text given`() throws {
        #expect(try InvalidationPattern("/a/*").description == "/a/*")
        #expect(try InvalidationPattern("/a/*").isWildcard)
    }
}
