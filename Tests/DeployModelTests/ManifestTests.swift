import HTTPSemantics
import Testing

@testable import DeployModel

struct ManifestTests {
    static func file(_ text: String, _ type: String = "text/html; charset=utf-8") -> Manifest.File {
        Manifest.File(
            blob: Blob(hash: .of(Array(text.utf8)), byteCount: text.utf8.count), contentType: type, cacheControl: "public, max-age=0")
    }

    private func whole() throws -> Manifest {
        var script = Self.file("let a", "text/javascript; charset=utf-8")
        script.encodings[.gzip] = Blob(hash: .of([1]), byteCount: 1)
        return Manifest(
            files: ["index.html": Self.file("hi"), "ä/a.js": script],
            redirects: [RedirectRule(source: try PathPattern("/old/*"), destination: "/new/:splat", status: 301, isForced: true)],
            headers: [HeaderRule(path: try PathPattern("/*"), set: [.init("X-A", "1"), .init("X-A", "2")], remove: ["X-B"])],
            cleanURLs: .redirect, fallbackPage: "index.html")
    }

    @Test func `a manifest is written in one form and read back`() throws {
        let encoded = EncodedManifest(try whole())
        let text = String(decoding: encoded.bytes, as: UTF8.self)
        #expect(
            text
                == #"{"skerry_manifest":1,"clean_urls":"redirect","fallback_page":"index.html","redirects":[{"from":"/old/*","to":"/new/:splat","#
                + #""status":301,"force":true}],"headers":[{"path":"/*","set":[["X-A","1"],["X-A","2"]],"remove":["X-B"]}],"files":{"index.html":"#
                + #"{"sha256":"8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4","size":2,"type":"text/html; charset=utf-8","#
                + #""cache_control":"public, max-age=0"},"ä/a.js":{"sha256":"\#(BlobHash.of(Array("let a".utf8)))","size":5,"#
                + #""type":"text/javascript; charset=utf-8","cache_control":"public, max-age=0","encodings":{"gzip":{"sha256":"#
                + #""4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a","size":1}}}}}"#)
        let read = try EncodedManifest(reading: encoded.bytes, document: "m")
        #expect(read == encoded)
        #expect(read.id.description == String(encoded.digest.prefix(16)))
        #expect(read.manifest.blobs.count == 3)
    }

    @Test func `the order in which files were found makes no other deploy, their content does`() throws {
        var a = Manifest(files: ["a": Self.file("1"), "b": Self.file("2")])
        let b = Manifest(files: ["b": Self.file("2"), "a": Self.file("1")])
        #expect(EncodedManifest(a).id == EncodedManifest(b).id)
        a.files["a"] = Self.file("3")
        #expect(EncodedManifest(a).id != EncodedManifest(b).id)
    }

    static let hash = String(repeating: "a", count: 64)

    @Test(arguments: [
        ("{}", "skerry_manifest is missing; this is another kind of document"),
        (#"{"skerry_manifest":2,"clean_urls":"off"}"#, "skerry_manifest is version 2, and this program knows only version 1"),
        (#"{"skerry_manifest":1,"clean_urls":"on"}"#, "clean_urls: \"on\" is not known"),
        (#"{"skerry_manifest":1,"clean_urls":"off","extra":1}"#, "extra: the name is not known"),
        (#"{"skerry_manifest":1,"clean_urls":"off","fallback_page":"x"}"#, "fallback_page: there is no file \"x\""),
        (#"{"skerry_manifest":1,"clean_urls":"off","files":{"/a":{}}}"#, "files: \"/a\" is no path"),
        (#"{"skerry_manifest":1,"clean_urls":"off","files":{"a/../b":{}}}"#, "files: \"a/../b\" is no path"),
        (#"{"skerry_manifest":1,"clean_urls":"off","files":{"a":{"sha256":"x"}}}"#, "files[a].sha256: 64 lower-case hexadecimal digits are expected"),
        (
            #"{"skerry_manifest":1,"clean_urls":"off","files":{"a":{"sha256":"\#(hash)","size":-1,"type":"t","cache_control":"c"}}}"#,
            "files[a].size: out of range"
        ),
        (
            #"{"skerry_manifest":1,"clean_urls":"off","files":{"a":{"sha256":"\#(hash)","size":1,"type":"a\nb","cache_control":"c"}}}"#,
            "files[a]: \"a\nb\" is no header value"
        ),
        (
            #"{"skerry_manifest":1,"clean_urls":"off","redirects":[{"from":"/a*b","to":"/","status":301}]}"#,
            "redirects[0]: \"/a*b\" is no path pattern; expected * only once and as the last character"
        ),
        (#"{"skerry_manifest":1,"clean_urls":"off","redirects":[{"from":"/a","to":"/","status":305}]}"#, "redirects[0].status: 305 is not known"),
        (
            #"{"skerry_manifest":1,"clean_urls":"off","redirects":[{"from":"/a","to":"javascript:x","status":301}]}"#,
            "redirects[0].to: a path or an http(s) URL is expected"
        ),
        (
            #"{"skerry_manifest":1,"clean_urls":"off","headers":[{"path":"/a","set":[["A B","x"]]}]}"#,
            "headers[0].set: pairs of a header name and its value are expected"
        ),
    ])
    func `a manifest that is not understood whole is refused`(text: String, reason: String) {
        #expect(throws: DeployDocumentError(document: "m", reason: reason)) {
            try EncodedManifest(reading: Array(text.utf8), document: "m")
        }
    }

    @Test(arguments: [
        ("/a", "/a", [:], nil), ("/a", "/a/", [:], nil), ("/a", "/b", nil, nil), ("/a/", "/a", [:], nil), ("/", "/", [:], nil),
        ("/*", "/", [:], ""), ("/*", "/a/b", [:], "a/b"), ("/a/*", "/a", [:], ""), ("/a/*", "/a/", [:], ""), ("/a/*", "/a/b/c", [:], "b/c"),
        ("/a/*", "/ab", nil, nil), ("/a*", "/abc", [:], "bc"), ("/a*", "/a", [:], ""), ("/a*", "/b", nil, nil),
        ("/u/:id", "/u/7", ["id": "7"], nil), ("/u/:id", "/u/", nil, nil), ("/u/:id", "/u/7/x", nil, nil),
        ("/:y/:m/*", "/2026/11/x/y", ["y": "2026", "m": "11"], "x/y"),
    ] as [(String, String, [String: String]?, String?)])
    func `patterns match whole segments`(pattern: String, path: String, placeholders: [String: String]?, splat: String?) throws {
        let match = try PathPattern(pattern).match(path)
        #expect(match?.placeholders == placeholders)
        #expect(match?.splat == splat)
    }

    @Test func `header blocks that match are merged, joined and detached in order`() throws {
        let rules = [
            HeaderRule(path: try PathPattern("/*"), set: [.init("Link", "<a>"), .init("X-Frame-Options", "DENY")]),
            HeaderRule(path: try PathPattern("/docs/*"), set: [.init("link", "<b>")], remove: ["x-frame-options"]),
            HeaderRule(path: try PathPattern("/other"), set: [.init("X", "y")]),
        ]
        #expect(HeaderRule.merged(rules, for: "/docs/x") == [.init("Link", "<a>, <b>")])
        #expect(HeaderRule.merged(rules, for: "/") == [.init("Link", "<a>"), .init("X-Frame-Options", "DENY")])
    }

    @Test func `a difference names what is new, gone, changed and retouched`() throws {
        let old = Manifest(files: ["a": Self.file("1"), "b": Self.file("2"), "c": Self.file("3"), "same": Self.file("4")])
        var retouched = Self.file("3")
        retouched.cacheControl = "no-store"
        let new = Manifest(files: ["a": Self.file("other"), "c": retouched, "d": Self.file("5"), "same": Self.file("4")], cleanURLs: .rewrite)
        let difference = ManifestDifference(from: old, to: new)
        #expect(difference.added == ["d"])
        #expect(difference.removed == ["b"])
        #expect(difference.changed == ["a"])
        #expect(difference.retouched == ["c"])
        #expect(difference.rulesChanged)
        #expect(ManifestDifference(from: old, to: old).isEmpty)
    }

    @Test(arguments: [
        ("*.map", "a/b.map", false, true), ("*.map", "a/b.map.js", false, false), ("/drafts", "drafts", true, true),
        ("/drafts", "x/drafts", true, false), ("drafts/", "x/drafts", true, true), ("drafts/", "x/drafts", false, false),
        ("a/*.txt", "a/b.txt", false, true), ("a/*.txt", "a/b/c.txt", false, false), ("a/**/c.txt", "a/c.txt", false, true),
        ("a/**/c.txt", "a/x/y/c.txt", false, true), ("a/**", "a/x/y", false, true), ("?.md", "a.md", false, true), ("?.md", "ab.md", false, false),
        ("*.md\n!keep.md", "keep.md", false, false), ("*.md\n!keep.md", "x.md", false, true), ("# *.md\n", "x.md", false, false),
    ])
    func `ignore patterns fit like those of git`(patterns: String, path: String, isFolder: Bool, isIgnored: Bool) throws {
        #expect(try IgnoreRules(patterns).ignores(path, isFolder: isFolder) == isIgnored)
    }

    @Test func `an ignore pattern of another form is refused with its line`() {
        #expect(throws: IgnoreRulesError(line: 2, expected: "a pattern of names, /, *, ? and **")) { try IgnoreRules("a\n[ab]\n") }
    }
}
