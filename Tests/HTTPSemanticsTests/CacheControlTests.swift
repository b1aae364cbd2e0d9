import HTTPSemantics
import HTTPTypes
import Testing

@Suite struct CacheControlTests {
    @Test(arguments: [
        ("max-age=0", .seconds(0)), ("max-age=3600", .seconds(3600)), ("MAX-AGE=3600", .seconds(3600)),
        ("max-age=\"3600\"", .seconds(3600)), ("max-age=003600", .seconds(3600)), ("a=\"x, max-age=1\", max-age=2", .seconds(2)),
        (" ,, max-age=5 ,", .seconds(5)), ("public;max-age=5", .absent),
        // Saturation (RFC 9111 section 1.2.2).
        ("max-age=2147483647", .seconds(2_147_483_647)), ("max-age=2147483648", .seconds(2_147_483_648)),
        ("max-age=2147483649", .seconds(2_147_483_648)), ("max-age=99999999999999999999999999", .seconds(2_147_483_648)),
        // Not delta-seconds.
        ("max-age", .invalid), ("max-age=", .invalid), ("max-age=-1", .invalid), ("max-age=+1", .invalid),
        ("max-age=1.5", .invalid), ("max-age=1s", .invalid), ("max-age= 1", .invalid), ("max-age =1", .invalid),
        ("max-age=1 2", .invalid), ("max-age=\"1", .invalid), ("max-age=\" 1\"", .invalid), ("max-age='1'", .invalid),
        ("max-age=\"1\"2", .invalid), ("max-age=a", .invalid), ("max-age=1=", .invalid), ("max-age:1", .invalid),
        ("", .absent), ("no-max-age=1", .absent), ("=1", .absent), ("\"max-age=1\"", .absent),
    ] as [(String, CacheControl.DeltaSeconds)])
    func `max-age is delta-seconds in token or quoted form`(value: String, expected: CacheControl.DeltaSeconds) {
        #expect(CacheControl(value).maxAge == expected)
    }

    @Test func `the first occurrence counts and a contradiction is told`() {
        let value = CacheControl("max-age=10, s-maxage=5, max-age=20, s-maxage=\"5\"")
        #expect(value.maxAge == .seconds(10))
        #expect(value.isContradictory("max-age"))
        #expect(!value.isContradictory("s-maxage"))
        #expect(!value.isContradictory("stale-if-error"))
    }

    @Test func `directives of several lines are one list`() {
        var fields = HTTPFields()
        fields.append(HTTPField(name: .cacheControl, value: "public, max-age=10"))
        fields.append(HTTPField(name: .cacheControl, value: "Must-Revalidate, stale-if-error=60"))
        fields.append(HTTPField(name: .cdnCacheControl, value: "no-store"))
        let value = CacheControl(fields)
        #expect(value.isPublic && value.mustRevalidate && !value.noStore)
        #expect(value.staleIfError == .seconds(60))
        #expect(CacheControl(fields, name: .cdnCacheControl).noStore)
        #expect(CacheControl(HTTPFields()).isEmpty)
    }

    @Test func `a flag counts even with an argument nobody defined`() {
        let value = CacheControl("no-store=1, no-cache=, PRIVATE=\"\", must-understand x")
        #expect(value.noStore && value.noCache && value.isPrivate && value.mustUnderstand)
        #expect(value.noCacheFields == nil && value.privateFields == nil)
    }

    @Test func `qualified no-cache and private name their fields`() {
        let value = CacheControl("no-cache=\"Set-Cookie, X-A\", private=Set-Cookie")
        #expect(value.noCacheFields == [.setCookie, .init("x-a")!])
        #expect(value.privateFields == [.setCookie])
        #expect(CacheControl("no-cache=\"a\", no-cache").noCacheFields == nil)
    }

    @Test func `unknown directives are kept as they came`() {
        #expect(
            CacheControl("Foo=\"a\\\"b\", bar, baz=q x").directives == [
                .init(name: "foo", argument: "a\"b", form: .quoted), .init(name: "bar", form: .none),
                .init(name: "baz", argument: "=q x", form: .malformed),
            ])
    }

    @Test func `request directives are read`() {
        let value = CacheControl("max-stale, min-fresh=3, only-if-cached, no-transform")
        #expect(value.maxStale == .seconds(CacheControl.deltaSecondsMax))
        #expect(CacheControl("max-stale=7").maxStale == .seconds(7))
        #expect(CacheControl("max-stale=x").maxStale == .invalid)
        #expect(value.minFresh == .seconds(3) && value.onlyIfCached && value.noTransform)
    }

    @Test func `directives beyond the limit are dropped`() {
        let value = CacheControl(Array(repeating: "x", count: CacheControl.directivesMax).joined(separator: ",") + ",no-store")
        #expect(value.directives.count == CacheControl.directivesMax)
        #expect(!value.noStore)
    }
}
