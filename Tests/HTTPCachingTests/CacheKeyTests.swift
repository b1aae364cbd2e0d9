import HTTPCaching
import HTTPTypes
import Testing

@Suite struct CacheKeyTests {
    private func key(
        _ policy: CachePolicy = CachePolicy(), method: CacheKey.MethodClass = .read, distribution: String = "E1",
        _ path: String = "/a", _ query: String? = nil, _ fields: HTTPFields = [:]
    ) -> CacheKey {
        policy.makeKey(method: method, distribution: distribution, path: path, query: query, fields: fields)
    }

    @Test func `by default only distribution, path and method class matter`() {
        #expect(key() == key(CachePolicy(), "/a", "x=1", [.acceptEncoding: "gzip", .cookie: "a=b", .origin: "o"]))
        #expect(key() != key(CachePolicy(), "/A"))
        #expect(key() != key(distribution: "E2"))
        #expect(key() != key(method: .options))
        #expect(key().hashValue == key().hashValue)
    }

    @Test func `query parameters enter the key as the selection says, in the client's order`() {
        let listed = CachePolicy(queryStrings: .whitelist(["a", "b"]))
        #expect(key(listed, "/", "a=1&c=2&b=3") == key(listed, "/", "a=1&b=3&d"))
        #expect(key(listed, "/", "a=1&b=3") != key(listed, "/", "b=3&a=1"))
        #expect(key(listed, "/", "a=1") != key(listed, "/", "a=2"))
        #expect(key(listed, "/", "a") != key(listed, "/", "a="))
        #expect(key(listed, "/", "A=1") == key(listed, "/", nil))
        #expect(key(listed, "/", "ab=1") == key(listed, "/", nil))
        let except = CachePolicy(queryStrings: .allExcept(["utm"]))
        #expect(key(except, "/", "x=1&utm=2") == key(except, "/", "x=1"))
        #expect(key(except, "/", "x=1&y") != key(except, "/", "x=1"))
        let all = CachePolicy(queryStrings: .all)
        #expect(key(all, "/", "a&b") != key(all, "/", "b&a"))
        #expect(key(all, "/", "") != key(all, "/", nil))
    }

    @Test func `headers enter the key with every line, names without case`() {
        let policy = CachePolicy(headers: [.origin, .init("X-A")!])
        #expect(key(policy, "/", nil, [.init("x-a")!: "1"]) == key(policy, "/", nil, [.init("X-A")!: "1", .accept: "*/*"]))
        #expect(key(policy, "/", nil, [.init("x-a")!: "1"]) != key(policy, "/", nil, [.init("x-a")!: "1\t2"]))
        #expect(key(policy, "/", nil, [.init("x-a")!: ""]) != key(policy, "/", nil, [:]))
        #expect(key(policy, "/", nil, [.init("x-a")!: "1"]) != key(policy, "/", nil, [.origin: "1"]))
        var lines = HTTPFields()
        lines.append(HTTPField(name: .origin, value: "1"))
        lines.append(HTTPField(name: .origin, value: "2"))
        #expect(key(policy, "/", nil, lines) != key(policy, "/", nil, [.origin: "1, 2"]))
        #expect(policy == CachePolicy(headers: [.init("X-A")!, .origin]))
    }

    @Test func `cookies enter the key sorted by name`() {
        let listed = CachePolicy(cookies: .whitelist(["a", "b"]))
        #expect(key(listed, "/", nil, [.cookie: "b=2; c=3; a=1"]) == key(listed, "/", nil, [.cookie: "a=1; b=2"]))
        #expect(key(listed, "/", nil, [.cookie: "a=1"]) != key(listed, "/", nil, [.cookie: "a=2"]))
        #expect(key(listed, "/", nil, [.cookie: "A=1"]) == key(listed, "/"))
        var lines = HTTPFields()
        lines.append(HTTPField(name: .cookie, value: "b=2"))
        lines.append(HTTPField(name: .cookie, value: "a=1"))
        #expect(key(listed, "/", nil, lines) == key(listed, "/", nil, [.cookie: "a=1; b=2"]))
        let all = CachePolicy(cookies: .all)
        #expect(key(all, "/", nil, [.cookie: "x=1"]) != key(all, "/", nil, [.cookie: "x=1; y=2"]))
        #expect(key(CachePolicy(cookies: .allExcept(["x"])), "/", nil, [.cookie: "x=1"]) == key(CachePolicy(), "/"))
    }

    @Test func `values that differ in a byte differ in the key, also where that is no UTF-8`() throws {
        let values: [[UInt8]] = [[0xE9], [0xE8], [0xC3, 0xA9], [0xEF, 0xBF, 0xBD], [0xC3], [0x65]]
        let name = try #require(HTTPField.Name("X-Name"))
        let policy = CachePolicy(headers: [name], cookies: .all)
        var keys: Set<CacheKey> = []
        let base = key(policy, "/", nil, [:])
        for value in values {
            keys.insert(key(policy, "/", nil, HTTPFields([HTTPField(name: name, value: Array("caf".utf8) + value)])))
            keys.insert(key(policy, "/", nil, HTTPFields([HTTPField(name: .cookie, value: Array("name=caf".utf8) + value)])))
            let selecting = try #require(SelectingFields([.vary: "X-Name"]))
            keys.insert(selecting.key(from: base, for: HTTPFields([HTTPField(name: name, value: Array("caf".utf8) + value)])))
        }
        #expect(keys.count == 3 * values.count)
    }

    @Test func `Accept-Encoding enters as its class`() {
        let policy = CachePolicy(enableAcceptEncodingGzip: true, enableAcceptEncodingBrotli: true)
        func with(_ value: String) -> CacheKey { key(policy, "/", nil, [.acceptEncoding: value]) }
        #expect(with("gzip, deflate, br") == with("br;q=0.9,gzip"))
        #expect(Set([with("gzip"), with("br"), with("gzip, br"), with("identity")]).count == 4)
        #expect(with("identity") == key(policy, "/"))
    }

    @Test func `parts cannot be shifted into one another`() {
        let policy = CachePolicy(headers: [.origin], cookies: .all, queryStrings: .all)
        let keys = [
            key(policy, "/ab", "c"), key(policy, "/a", "bc"), key(policy, "/a?b", "c"), key(policy, "/a", "b?c"), key(policy, "/abc"),
            key(policy, "/a", "b", [.cookie: "c"]), key(policy, "/a", "b", [.origin: "c"]), key(policy, "/a", "bc", [.origin: ""]),
            key(policy, "/a", "b", [.cookie: "C\u{1}c"]), key(policy, distribution: "E1/a", "", "bc"),
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test func `the encoding is stable and written out`() {
        let policy = CachePolicy(enableAcceptEncodingGzip: true, headers: [.origin], cookies: .all, queryStrings: .whitelist(["q"]))
        let key = key(policy, "/p", "z&q=1", [.acceptEncoding: "gzip", .origin: "o", .cookie: "c=d"])
        #expect(key.bytes == [1, 1] + Array("D\u{2}E1P\u{2}/p&\u{3}q=1H\u{6}originV\u{1}oC\u{3}c=d".utf8))
        #expect(CacheKey(bytes: key.bytes) == key)
    }

    @Test func `lengths of 128 and more take two bytes`() {
        for count in [127, 128, 16_383, 16_384] {
            let bytes = key(CachePolicy(), String(repeating: "a", count: count)).bytes
            #expect(bytes.count == 2 + 4 + 1 + (count < 128 ? 1 : count < 16_384 ? 2 : 3) + count)
        }
    }

    @Test func `a builder that is reused makes the same keys`() {
        var builder = CacheKey.Builder()
        let policy = CachePolicy(queryStrings: .all)
        for path in ["/first/long/path", "/b"] {
            var (text, query) = (path, "x=1")
            let made = text.withUTF8 { path in
                query.withUTF8 { query in
                    policy.makeKey(
                        with: &builder, method: .read, distribution: "E1", path: UnsafeRawBufferPointer(path),
                        query: UnsafeRawBufferPointer(query), acceptEncoding: .none, header: { _, _ in }, cookieLines: { [] })
                }
            }
            #expect(made == key(policy, path, "x=1"))
        }
    }
}
