import Testing

@testable import S3Model

@Suite struct NamesTests {
    @Test(arguments: ["abc", "a-b", "a.b.c", "0bucket9", String(repeating: "a", count: 63), "192.168.5", "1.2.3.4.5", "a--b"])
    func `a bucket name within the rules is taken`(_ name: String) {
        #expect(BucketName(name)?.description == name)
    }

    @Test(arguments: [
        "", "ab", String(repeating: "a", count: 64), "Abc", "a_b", "a b", "-abc", "abc-", ".abc", "abc.", "a..b", "192.168.5.4",
        "xn--bucket", "sthree-x", "amzn-s3-demo-x", "x-s3alias", "x--ol-s3", "x.mrap", "x--x-s3", "x--table-s3", "bücket",
    ])
    func `a bucket name outside of the rules is refused`(_ name: String) {
        #expect(BucketName(name) == nil)
    }

    @Test func `a key has 1 to 1024 bytes`() {
        #expect(ObjectKey("") == nil)
        #expect(ObjectKey("a") != nil)
        #expect(ObjectKey(String(repeating: "ü", count: 512)) != nil)
        #expect(ObjectKey(String(repeating: "ü", count: 512) + "a") == nil)
    }

    @Test func `keys compare by bytes and not by canonical equivalence`() {
        #expect(ObjectKey("\u{E9}") != ObjectKey("e\u{301}"))
    }

    static let addresses: [(host: String, path: String, bucket: String?, key: String?)] = [
        ("localhost:9000", "/", nil, nil),
        ("localhost:9000", "/b", "b", nil),
        ("localhost:9000", "/b/", "b", nil),
        ("localhost:9000", "/b/k", "b", "k"),
        ("localhost:9000", "/b//k", "b", "/k"),
        ("localhost:9000", "/b/a%20b%2Fc+d", "b", "a b/c+d"),
        ("127.0.0.1", "/b/../k", "b", "../k"),
        ("s3.localhost", "/b/k", "b", "k"),
        ("photos.s3.localhost:9000", "/", "photos", nil),
        ("photos.s3.localhost:9000", "/k/l", "photos", "k/l"),
        ("PHOTOS.s3.LOCALHOST.", "/k", "photos", "k"),
        ("a.b.s3.localhost", "/k", "a.b", "k"),
        (".s3.localhost", "/b/k", "b", "k"),
    ]

    @Test(arguments: addresses)
    func `an address is read from host and path`(_ row: (host: String, path: String, bucket: String?, key: String?)) throws {
        let address = try S3Address(host: row.host, path: row.path, baseHosts: ["s3.localhost"])
        #expect(address.bucket == row.bucket)
        #expect(address.key == row.key)
    }

    @Test(arguments: ["/b/%", "/b/%4", "/b/%zz", "/b/%ff", "/b/a%00b", "b/k"])
    func `a path that is not percent-coded UTF-8 is an invalid URI`(_ path: String) {
        #expect(throws: S3Error.self) { try S3Address(host: "localhost", path: path, baseHosts: []) }
    }

    @Test func `instants print as ISO 8601 with milliseconds`() {
        #expect(S3Timestamp(millisecondsSince1970: 0).iso8601 == "1970-01-01T00:00:00.000Z")
        #expect(S3Timestamp(millisecondsSince1970: 1_709_210_096_007).iso8601 == "2024-02-29T12:34:56.007Z")
        #expect(S3Timestamp(millisecondsSince1970: -1).iso8601 == "1969-12-31T23:59:59.999Z")
        #expect(S3Timestamp(secondsSince1970: 4_107_542_400).iso8601 == "2100-03-01T00:00:00.000Z")
    }
}
