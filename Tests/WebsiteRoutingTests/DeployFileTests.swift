import ConfigurationReading
import Testing

@testable import WebsiteRouting

struct DeployFileTests {
    static let whoFollows = "f:1:1: warning: found a file that only skerry serve follows, expected an edge that serves deploys before it takes effect for viewers"

    private func redirects(_ text: String) -> [String] { DeployFileProblems.redirects(in: text, file: "f").map(\.description) }
    private func headers(_ text: String) -> [String] { DeployFileProblems.headers(in: text, file: "f").map(\.description) }

    @Test func `a sound _redirects file has no problem but that only skerry serve follows it`() {
        let text = "# comment\n/old /new\n/blog/* /news/:splat 301\n/u/:id/x https://e.example/p/:id?q=:id 308!\r\n\n/* /index.html 200\n"
        #expect(redirects(text) == [Self.whoFollows])
    }

    @Test(arguments: [
        ("/a", "f:1:1: error: found one word, expected a source, a destination and perhaps a code, without conditions"),
        ("/a /b 301 Country=de", "f:1:1: error: found 4 words, expected a source, a destination and perhaps a code, without conditions"),
        ("a /b", "f:1:1: error: source: found \"a\", expected a path that starts with / and has no query"),
        ("/a?x /b", "f:1:1: error: source: found \"/a?x\", expected a path that starts with / and has no query"),
        ("/a*/c /b", "f:1:1: error: source: found \"/a*/c\", expected * only once and as the last character"),
        ("/:a/:a /b", "f:1:1: error: source: found \"/:a/:a\", expected placeholders such as :name, each once, other than :splat"),
        ("/a b", "f:1:4: error: destination: found \"b\", expected a path that starts with /, or an http(s) URL"),
        ("/a /b/:splat", "f:1:4: error: destination: found \"/b/:splat\", expected a source that ends in * for :splat"),
        ("/a /b/:id", "f:1:4: error: destination: found \"/b/:id\", expected a source with :id"),
        ("/a /a", "f:1:4: error: destination: found \"/a\", expected another place than the source, or it redirects for ever"),
        ("/a https://e.example/ 200", "f:1:4: error: destination: found \"https://e.example/\", expected a path of this site, as 200 serves a file"),
        ("/a /b 418", "f:1:7: error: code: found \"418\", expected one of 200, 301, 302, 303, 307, 308, 404, with ! to win over a file"),
        ("/a /b\n/a /c", "f:2:1: warning: source: found \"/a\", expected a source that line 1 does not match already"),
        ("/* /b\n/a /c", "f:2:1: warning: source: found \"/a\", expected a source that line 1 does not match already"),
    ])
    func `what is wrong in _redirects is named where it stands`(text: String, expected: String) {
        #expect(redirects(text) == [Self.whoFollows, expected])
    }

    @Test func `redirects are bounded in number and length`() {
        func rules(_ count: Int, _ tail: String) -> String { (0..<count).map { "/a\($0)\(tail) /b\n" }.joined() }
        #expect(redirects(rules(2_000, "")).count == 1)
        #expect(redirects(rules(2_001, "")).count == 2)
        #expect(redirects(rules(100, "/*")).count == 1)
        #expect(redirects(rules(101, "/*")).count == 2)
        #expect(redirects("/" + String(repeating: "a", count: 996) + " /b").count == 1)
        #expect(redirects("/" + String(repeating: "a", count: 997) + " /b").count == 2)
    }

    @Test func `a sound _headers file has no problem but that only skerry serve follows it`() {
        #expect(headers("/*\n  X-Frame-Options: DENY\n  ! Link\n\n# note\n/u/:id\n\tCache-Control: no-store\n") == [Self.whoFollows])
    }

    @Test(arguments: [
        ("  A: b", "f:1:3: error: found a header line, expected a path before it, not indented"),
        ("a\n  A: b", "f:1:1: error: path: found \"a\", expected a path that starts with / and has no query"),
        ("/a b\n  A: b", "f:1:1: error: path: found \"/a b\", expected a path alone; header lines are indented"),
        ("/a\n  nonsense", "f:2:3: error: found \"nonsense\", expected Name: value, or ! Name"),
        ("/a\n  A b: c", "f:2:3: error: found \"A b\", expected a header name"),
        ("/a\n  A:", "f:2:3: error: A: found \"\", expected a header value"),
        ("/a\n  Content-Length: 3", "f:2:3: error: Content-Length: found a value, expected nothing, as the edge decides this field itself"),
        ("/a\n  ! X-Amz-Cf-Id", "f:2:3: error: X-Amz-Cf-Id: found a removal, expected nothing, as the edge decides this field itself"),
        ("/a\n/b\n  A: b", "f:1:1: warning: found \"/a\" without header lines, expected indented lines below it"),
    ])
    func `what is wrong in _headers is named where it stands`(text: String, expected: String) {
        #expect(headers(text) == [Self.whoFollows, expected])
    }

    @Test func `header rules are bounded in number`() {
        func rules(_ count: Int) -> String { (0..<count).map { "/a\($0)\n  A: b\n" }.joined() }
        #expect(headers(rules(100)).count == 1)
        #expect(headers(rules(101)).count == 2)
    }
}
