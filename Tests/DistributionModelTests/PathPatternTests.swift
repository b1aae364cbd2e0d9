import DistributionModel
import Testing

@Suite struct PathPatternTests {
    @Test(arguments: [
        ("*", "/", true), ("*", "", true), ("*", "/a/b.c", true), ("/*", "/a/b", true), ("/*", "/", true),
        ("/index.html", "/index.html", true), ("index.html", "/index.html", true), ("index.html", "/a/index.html", false),
        ("/index.html", "/index.html2", false), ("/index.html", "/index.htm", false),
        ("*.jpg", "/a.jpg", true), ("*.jpg", "/a/b/c.jpg", true), ("*.jpg", "/a.JPG", false), ("*.jpg", "/a.jpg/b", false),
        ("/img/*", "/img/", true), ("/img/*", "/img", false), ("/img/*", "/img/a/b.png", true), ("/img/*", "/Img/a", false),
        ("img/*", "/img/a", true), ("a??.gif", "/ant.gif", true), ("a??.gif", "/an.gif", false), ("a??.gif", "/a/b.gif", true),
        ("a*b*c", "/abc", true), ("a*b*c", "/axxbxxbyyc", true), ("a*b*c", "/axxbxxbyycd", false),
        ("**", "/x", true), ("a**b", "/ab", true), ("*/*", "/a/b", true), ("*/*", "/ab", false),
        ("?", "/a", true), ("?", "/", false), ("?", "/%41", false), ("/%", "/%", false), ("//a", "//a", true), ("//a", "/a", false),
        ("a?c", "/a/c", true), ("$~@:+&'\"", "/$~@:+&'\"", true),
    ])
    func `patterns match bytes of the path`(pattern: String, path: String, matches: Bool) {
        guard let compiled = try? PathPattern(pattern) else {
            #expect(pattern.contains("%"), "\(pattern) should be a pattern")
            return
        }
        #expect(compiled.matches(path) == matches, "\(pattern) on \(path)")
    }

    @Test func `a path of bytes that are no UTF-8 matches byte by byte`() throws {
        let bytes: [UInt8] = [0x2F, 0x61, 0xFF, 0x63]
        #expect(try PathPattern("a?c").matches(bytes.span))
        #expect(try !PathPattern("a??c").matches(bytes.span))
    }

    @Test func `a hostile path does not blow up`() throws {
        let pattern = try PathPattern(String(repeating: "*a", count: 127))
        let path = "/" + String(repeating: "a", count: 8190) + "b"
        #expect(!pattern.matches(path))
    }

    @Test func `length and characters are checked`() {
        #expect(throws: PathPatternError.empty) { try PathPattern("") }
        #expect(throws: Never.self) { try PathPattern(String(repeating: "a", count: 255)) }
        #expect(throws: PathPatternError.tooLong(characters: 256)) { try PathPattern(String(repeating: "a", count: 256)) }
        for scalar in [" ", "%", "#", "(", "é", "\\", "^", "|", "\n"] as [Unicode.Scalar] {
            #expect(throws: PathPatternError.character(scalar)) { try PathPattern("a" + String(scalar)) }
        }
    }

    @Test(arguments: [
        ("*", "/img/*", true), ("/img/*", "*", false), ("/img/*", "/img/a/*", true), ("/img/*", "img/x.png", true),
        ("*.jpg", "/img/*.jpg", true), ("*.jpg", "/img/*", false), ("/img/*", "/img/*", true), ("a?c", "abc", true),
        ("abc", "a?c", false), ("a?", "a*", false), ("a*", "a?", true), ("a*", "a", true), ("?", "?", true), ("a*c", "a*b*c", true),
        ("a*b*c", "a*c", false), ("/a", "a", true),
    ])
    func `a pattern covers those it always wins against`(first: String, second: String, covers: Bool) throws {
        #expect(try PathPattern(first).covers(PathPattern(second)) == covers, "\(first) over \(second)")
    }
}
