import SignedURLs
import Testing

struct ResourcePatternTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var pattern: String
        var url: String
        var matches: Bool
        var testDescription: String { "\(pattern) on \(url)" }
    }

    @Test(arguments: [
        Row(pattern: "*", url: "https://any.example/a?b", matches: true),
        Row(pattern: "http://h/a", url: "http://h/a", matches: true), Row(pattern: "http://h/a", url: "http://h/ab", matches: false),
        Row(pattern: "http://h/a", url: "http://h/A", matches: false), Row(pattern: "http://h/a", url: "https://h/a", matches: false),
        Row(pattern: "http://h/a", url: "http://h/a?b", matches: false), Row(pattern: "http://H/a", url: "http://h/a", matches: true),
        Row(pattern: "http://h/a", url: "http://h:8080/a", matches: false), Row(pattern: "http://h:8080/a", url: "http://h:8080/a", matches: true),
        // The protocol.
        Row(pattern: "http*://h/a", url: "http://h/a", matches: true), Row(pattern: "http*://h/a", url: "https://h/a", matches: true),
        Row(pattern: "*://h/a", url: "https://h/a", matches: true), Row(pattern: "http?://h/a", url: "http://h/a", matches: false),
        // The domain.
        Row(pattern: "http://*.example.com/a", url: "http://x.y.example.com/a", matches: true),
        Row(pattern: "http://*.example.com/a", url: "http://example.com/a", matches: false),
        Row(pattern: "http://*.example.com/a", url: "http://evil/.example.com/a", matches: false),
        Row(pattern: "http://h?/a", url: "http://h1/a", matches: true), Row(pattern: "http://h?/a", url: "http://h/a", matches: false),
        Row(pattern: "http://example.*", url: "http://example.com/any/path?any=query", matches: true),
        Row(pattern: "https://*", url: "https://h/a?b", matches: true), Row(pattern: "https://*", url: "http://h/a", matches: false),
        // The path.
        Row(pattern: "http://h/*", url: "http://h/", matches: true), Row(pattern: "http://h/*", url: "http://h/a/b/c", matches: true),
        Row(pattern: "http://h/*", url: "http://h/a?any=query", matches: true), Row(pattern: "http://h/a*", url: "http://h/b", matches: false),
        Row(pattern: "http://h/*.jpg", url: "http://h/a/b.jpg", matches: true), Row(pattern: "http://h/*.jpg", url: "http://h/a.png", matches: false),
        Row(pattern: "http://h/*.jpg", url: "http://h/a.png?b.jpg", matches: false),
        Row(pattern: "http://h/*.jpg", url: "http://h/a.jpg?b", matches: false),
        Row(pattern: "http://h/*a*b*c", url: "http://h/xxaxxabbxxbc", matches: true), Row(pattern: "http://h/*a*b*c", url: "http://h/abd", matches: false),
        Row(pattern: "http://h/image?.jpg", url: "http://h/image1.jpg", matches: true),
        Row(pattern: "http://h/image?.jpg", url: "http://h/image.jpg", matches: false),
        Row(pattern: "http://h/image?.jpg", url: "http://h/image12.jpg", matches: false),
        Row(pattern: "http://h/**", url: "http://h/a?b", matches: true),
        // The query.
        Row(pattern: #"http://h/a\?b=*"#, url: "http://h/a?b=1", matches: true), Row(pattern: #"http://h/a\?b=*"#, url: "http://h/a?c=1", matches: false),
        Row(pattern: #"http://h/a\?b=*"#, url: "http://h/axb=1", matches: false), Row(pattern: #"http://h/a\?b=?"#, url: "http://h/a?b=1", matches: true),
        Row(pattern: #"http://h/a\?b=?"#, url: "http://h/a?b=12", matches: false), Row(pattern: #"http://h/*\?b"#, url: "http://h/a/c?b", matches: true),
        Row(pattern: #"http://h/*\?b"#, url: "http://h/a", matches: false), Row(pattern: #"http://h/*\?*"#, url: "http://h/a?b?c", matches: true),
        Row(pattern: #"http://h/a\?b\?c"#, url: "http://h/a?b?c", matches: true), Row(pattern: #"http://h/a\?b*"#, url: "http://h/a", matches: false),
        // The SDKs' unescaped question mark.
        Row(pattern: "http://h/a?b=1", url: "http://h/a?b=1", matches: true), Row(pattern: "http://h/a?b=*", url: "http://h/a?b=1&c", matches: true),
        Row(pattern: "http://h/*?*y", url: "http://h/a?xy", matches: true), Row(pattern: "http://h/a?b=1", url: "http://h/a", matches: false),
    ])
    func `a resource is for a URL or not`(row: Row) throws {
        let pattern = try #require(ResourcePattern(row.pattern))
        let parts = row.url.split(separator: "?", maxSplits: 1).map(String.init)
        let colon = try #require(parts[0].firstRange(of: "://"))
        let rest = parts[0][colon.upperBound...]
        let slash = try #require(rest.firstIndex(of: "/"))
        #expect(
            pattern.matches(
                scheme: String(parts[0][..<colon.lowerBound]), host: String(rest[..<slash]), path: String(rest[slash...]),
                query: parts.count > 1 ? parts[1] : nil) == row.matches)
    }

    @Test(arguments: ["", "a", "/a", "h/a", "http:/h/a", "://h/a", "http://", "http:///a", "http://h", "http*"])
    func `what has no protocol, domain and path is no resource`(text: String) { #expect(ResourcePattern(text) == nil) }
}
