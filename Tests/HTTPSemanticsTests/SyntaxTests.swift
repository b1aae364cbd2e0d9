import HTTPSemantics
import HTTPTypes
import Testing

@Suite struct SyntaxTests {
    @Test func `exactly the bytes of tchar are token bytes`() {
        let allowed = Set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        for byte in UInt8.min...UInt8.max { #expect(FieldSyntax.isTokenByte(byte) == allowed.contains(byte)) }
        #expect(!FieldSyntax.isToken("".utf8))
        #expect(FieldSyntax.isToken("X-Amz-Cf-Id".utf8))
        #expect(!FieldSyntax.isToken("a b".utf8))
        for text in ["", "token", "a b"] {
            #expect(Array(text.utf8).withUnsafeBytes { FieldSyntax.isToken(rawBytes: $0) } == FieldSyntax.isToken(text.utf8))
        }
    }

    @Test func `field values may hold anything but controls and outer whitespace`() {
        for byte in UInt8.min...UInt8.max {
            #expect(FieldSyntax.isFieldValueByte(byte) == (byte == 9 || (byte >= 32 && byte != 127)))
        }
        for good in ["", "a", "a b", "a\tb", "é"] { #expect(FieldSyntax.isFieldValue(good.utf8)) }
        #expect(Array("a b".utf8).withUnsafeBytes { FieldSyntax.isFieldValue(rawBytes: $0) })
        #expect(!Array("a\n".utf8).withUnsafeBytes { FieldSyntax.isFieldValue(rawBytes: $0) })
        for bad in [" a", "a ", "\ta", "a\r", "a\nb", "a\0b", "\u{7F}"] { #expect(!FieldSyntax.isFieldValue(bad.utf8)) }
    }

    @Test(arguments: [
        ("", nil), ("a", "a"), ("%41%2f%20", "A/ "), ("%", nil), ("%4", nil), ("%4g", nil), ("%%41", nil), ("a+b", "a+b"),
        ("%C3%A9", "é"), ("%ff", nil),
    ] as [(String, String?)])
    func `percent-decoding is strict`(text: String, expected: String?) {
        #expect(PercentCoding.decodedText(text) == (text.isEmpty ? "" : expected))
    }

    @Test func `percent-encoding keeps what its component allows`() {
        let text = "aZ9-._~/!$&'()*+,;=:@ %é\""
        #expect(PercentCoding.encoded(text.utf8, as: .unreserved) == "aZ9-._~%2F%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40%20%25%C3%A9%22")
        #expect(PercentCoding.encoded(text.utf8, as: .key) == "aZ9-._~/%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40%20%25%C3%A9%22")
        #expect(PercentCoding.encoded(text.utf8, as: .path) == "aZ9-._~/!$&'()*+,;=:@%20%25%C3%A9%22")
    }

    @Test func `every byte survives encoding and decoding`() {
        let bytes = Array(UInt8.min...UInt8.max)
        for component in [PercentCoding.Component.unreserved, .key, .path] {
            #expect(PercentCoding.decoded(Array(PercentCoding.encoded(bytes, as: component).utf8)) == bytes)
        }
    }

    @Test(arguments: [
        ("/", "/"), ("/a/b", "/a/b"), ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/../a", "/a"), ("/a/..", "/"), ("/a/.", "/a/"),
        ("/a/b/../..", "/"), ("/a//b", "/a//b"), ("//", "//"), ("/a/b/c/./../../g", "/a/g"), ("/%7Euser", "/~user"),
        ("/%7euser/%2fx%3f", "/~user/%2Fx%3F"), ("/%2e%2e/a", "/a"), ("/a/%2E/b", "/a/b"), ("/...", "/..."), ("/.a", "/.a"),
        ("/a.", "/a."), ("", nil), ("a", nil), ("/%", nil), ("/%g0", nil), ("/a//../b", "/a/b"), ("/%c3%a9", "/%C3%A9"),
    ] as [(String, String?)])
    func `paths are normalised by RFC 3986 section 6_2_2`(path: String, expected: String?) {
        let normalized = PathNormalization.normalized(path.utf8).map { String(decoding: $0, as: UTF8.self) }
        #expect(normalized == expected)
        #expect(PathNormalization.isNormalized(path.utf8) == (path == expected))
        #expect(Array(path.utf8).withUnsafeBytes { PathNormalization.isNormalized(rawBytes: $0) } == (path == expected))
    }

    @Test func `known statuses have their phrase and others the empty one`() {
        #expect(ReasonPhrase.phrase(for: 200).description == "OK")
        #expect(ReasonPhrase.phrase(for: 416).description == "Range Not Satisfiable")
        #expect(ReasonPhrase.phrase(for: 299).description == "")
    }

    @Test func `list elements are found over lines and quotes`() {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .connection, value: "close , \"a, b\",,"))
        fields.append(HTTPField(name: .connection, value: "X-Thing"))
        var found: [String] = []
        fields.forEachElement(of: .connection) { found.append($0) }
        #expect(found == ["close", "\"a, b\"", "X-Thing"])
        #expect(fields.single(.connection) == nil)
        #expect(fields.first(.connection) == "close , \"a, b\",,")
    }
}
