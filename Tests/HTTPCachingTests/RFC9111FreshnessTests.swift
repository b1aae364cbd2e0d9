import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

/// RFC 9111 section 4.2: lifetime, heuristics, age. Expected are the seconds of freshness left at arrival.
@Suite struct RFC9111FreshnessTests {
    private typealias R = RFCRow<Int64>

    @Test(arguments: [
        R("9111 4.2.1", "Cache-Control: max-age=60", 60),
        R("9111 4.2.1", "Cache-Control: max-age=60, s-maxage=90", 90),
        R("9111 4.2.1", "Cache-Control: s-maxage=30\nCache-Control: max-age=60", 30),
        R("9111 5.3", "Cache-Control: max-age=60\nExpires: \(date(-100))", 60),
        R("9111 5.3", "Cache-Control: max-age=0\nExpires: \(date(100))", 0),
        R("9111 4.2.1", "Expires: \(date(100))", 100),
        R("9111 4.2.1", "Expires: \(date(100))\nDate: \(date(-20))", 120),
        R("9111 4.2.1", "Expires: \(date(300))\nDate: \(date(400))", 0),
        R("9111 4.2.1", "Expires: \(date(300))\nDate: \(date(100))", 200),
        R("9110 6.6.1", "Expires: \(date(100))\nDate: foo", 100),
        R("9111 5.3", "Expires: \(date(0))", 0),
        R("9111 5.3", "Expires: 0", 0),
        R("9111 5.3", "Expires: -1", 0),
        R("9111 5.3", "Expires: \(date(100))\nExpires: \(date(100))", 0),
        // The three forms of a date, in any letters, and nothing else.
        R("9110 5.6.7", "Expires: Sun, 09 Nov 2025 12:01:00 GMT", 60),
        R("9110 5.6.7", "Expires: Sunday, 09-Nov-25 12:01:00 GMT", 60),
        R("9110 5.6.7", "Expires: Sun Nov  9 12:01:00 2025", 60),
        R("9111 4.2", "Expires: SUN, 09 nov 2025 12:01:00 gmt", 60),
        R("9110 5.6.7", "Expires: Sun, 09 Nov 2025 12:01:00 UTC", 0),
        R("9110 5.6.7", "Expires: Sun, 09 Nov 2025 12:01:00 +0000", 0),
        R("9110 5.6.7", "Expires: Sun 09 Nov 2025 12:01:00 GMT", 0),
        R("9110 5.6.7", "Expires: Sun, 09-Nov-2025 12:01:00 GMT", 0),
        R("9110 5.6.7", "Expires: Sun, 09 Nov 25 12:01:00 GMT", 0),
        R("9110 5.6.7", "Expires: Sun, 9 Nov 2025 12:01:00 GMT", 0),
        R("9110 5.6.7", "Expires: Sun, 09 Nov 2025 12.01.00 GMT", 0),
        R("9110 5.6.7", "Expires: Sun, 09  Nov  2025 12:01:00 GMT", 0),
        R("9110 5.6.7", "Expires: Sun, 09 Nov 2025 2:01:00 GMT", 0),
        // delta-seconds.
        R("9111 5.2", "Cache-Control: MaX-aGe=60", 60),
        R("9111 5.2", "Cache-Control: max-age=\"60\"", 60),
        R("9111 1.2.2", "Cache-Control: max-age=0060", 60),
        R("9111 1.2.2", "Cache-Control: max-age=2147483648", 2_147_483_648),
        R("9111 1.2.2", "Cache-Control: max-age=99999999999999999999", 2_147_483_648),
        R("9111 4.2.1", "Cache-Control: max-age=-60", 0),
        R("9111 4.2.1", "Cache-Control: max-age=60.5", 0),
        R("9111 4.2.1", "Cache-Control: max-age=60s", 0),
        R("9111 4.2.1", "Cache-Control: max-age='60'", 0),
        R("9111 4.2.1", "Cache-Control: max-age =60", 0),
        R("9111 4.2.1", "Cache-Control: max-age= 60", 0),
        R("9111 4.2.1", "Cache-Control: max-age", 0),
        R("9111 4.2.1", "Cache-Control: max-age=\"60", 0),
        R("9111 5.2", "Cache-Control: extension=\"max-age=90\", max-age=60", 60),
        R("9111 5.2.3", "Cache-Control: foobar, max-age=60", 60),
        // Several values: one of them, or stale.
        R("9111 4.2.1", "Cache-Control: max-age=60, max-age=90", 0),
        R("9111 4.2.1", "Cache-Control: max-age=90\nCache-Control: max-age=60", 0),
        R("9111 4.2.1", "Cache-Control: max-age=60, max-age=60", 60),
    ])
    fileprivate func `explicit lifetimes`(row: RFCRow<Int64>) throws {
        let freshness = try #require(strictStorability(try fields(row.response)).stored)
        #expect(freshness.lifetimeSeconds + freshness.initialAgeSeconds == row.expected)
    }

    @Test(arguments: [
        R("9111 4.2.2", "Last-Modified: \(date(-1000))", 100),
        R("9111 4.2.2", "Last-Modified: \(date(-1009))", 100),
        R("9111 4.2.2", "Last-Modified: \(date(-1000))\nDate: \(date(-500))", 50),
        R("9111 4.2.2", "Last-Modified: \(date(1000))", 0),
        R("9111 4.2.2", "Last-Modified: \(date(-86_400 * 70))", 604_800),
        R("9111 4.2.2", "Last-Modified: \(date(-86_400 * 71))", 604_800),
        R("9111 4.2.2", "Last-Modified: \(date(-86_400 * 69))", 596_160),
        R("9111 4.2.2", "Last-Modified: \(date(-1000))\nETag: \"a\"\nSet-Cookie: a=b", 0),
        R("9111 4.2.2", "ETag: \"a\"", 0),
    ])
    fileprivate func `heuristic lifetimes`(row: RFCRow<Int64>) throws {
        let freshness = try #require(strictStorability(try fields(row.response)).stored)
        #expect(freshness.lifetimeSeconds + freshness.initialAgeSeconds == row.expected)
        #expect(freshness.source == .heuristic)
    }

    @Test(arguments: [
        R("9111 4.2.3", "Date: \(date(0))", 0),
        R("9111 4.2.3", "Date: \(date(-30))", 30),
        R("9111 4.2.3", "Date: \(date(30))", 0),
        R("9111 4.2.3", "Date: foo", 0),
        R("9111 4.2.3", "Age: 40", 40),
        R("9111 4.2.3", "Age: 40\nDate: \(date(-30))", 40),
        R("9111 4.2.3", "Age: 20\nDate: \(date(-30))", 30),
        R("9111 5.1", "Age: abc", 0),
        R("9111 5.1", "Age: -40", 0),
        R("9111 5.1", "Age: 40.0", 0),
        R("9111 5.1", "Age: 40;a=b", 0),
        R("9111 5.1", "Age: 40, 0", 40),
        R("9111 5.1", "Age: 0, 40", 0),
        R("9111 5.1", "Age: 40\nAge: 0", 40),
        R("9111 5.1", "Age: 0\nAge: 40", 0),
        R("9111 1.2.2", "Age: 2147483648", 2_147_483_648),
        R("9111 1.2.2", "Age: 99999999999999999999", 2_147_483_648),
    ])
    fileprivate func `the age at arrival`(row: RFCRow<Int64>) throws {
        var response = try fields(row.response)
        response[.cacheControl] = "max-age=100"
        let freshness = try #require(strictStorability(response).stored)
        #expect(freshness.initialAgeSeconds == row.expected)
        #expect(freshness.lifetimeSeconds == 100 - row.expected)
    }

    @Test func `the time on the way counts`() throws {
        let freshness = try #require(
            strictStorability([.cacheControl: "max-age=100", .age: "10"], requestedAt: noon.advanced(bySeconds: -5)).stored)
        #expect(freshness.initialAgeSeconds == 15)
        let backwards = try #require(strictStorability([.cacheControl: "max-age=100"], requestedAt: noon.advanced(bySeconds: 5)).stored)
        #expect(backwards.initialAgeSeconds == 0)
    }

    @Test(arguments: [
        // min, default, max; response; lifetime; how it was bound
        ((10, 10, 1000), "Cache-Control: max-age=5", 10, Freshness.Bound.raisedToMinTTL),
        ((10, 10, 1000), "Cache-Control: max-age=10", 10, .none),
        ((0, 0, 1000), "Cache-Control: max-age=1001", 1000, .loweredToMaxTTL),
        ((10, 10, 1000), "Cache-Control: no-cache, max-age=5", 5, .none),
        ((10, 10, 1000), "Cache-Control: max-age=0", 10, .raisedToMinTTL),
        ((0, 50, 1000), "", 50, .none),
        ((0, 50, 1000), "Last-Modified: \(date(-1000))", 100, .none),
        ((0, 50, 60), "Last-Modified: \(date(-1000))", 60, .loweredToMaxTTL),
        ((0, 50, 1000), "Cache-Control: max-age=bad", 0, .none),
    ] as [((Int64, Int64, Int64), String, Int64, Freshness.Bound)])
    func `the policy's times bound what the response says`(
        ttls: (Int64, Int64, Int64), response: String, seconds: Int64, bound: Freshness.Bound
    ) throws {
        let policy = CachePolicy(minTTL: ttls.0, defaultTTL: ttls.1, maxTTL: ttls.2)
        let freshness = try #require(strictStorability(try fields(response), policy: policy).stored)
        #expect(freshness.lifetimeSeconds == seconds)
        #expect(freshness.bound == bound)
    }

    @Test(arguments: [
        ("max-age=60", false, false, false), ("max-age=60, must-revalidate", true, false, false),
        ("max-age=60, proxy-revalidate", true, false, false), ("s-maxage=60", true, false, false), ("max-age=60, no-cache", true, true, false),
        ("max-age=60, no-cache=\"a\"", false, false, false), ("max-age=60, immutable", false, false, true),
    ])
    func `what directives say of later use`(directives: String, forbidsStale: Bool, mustValidate: Bool, isImmutable: Bool) throws {
        let freshness = try #require(strictStorability([.cacheControl: directives]).stored)
        #expect(freshness.forbidsStale == forbidsStale)
        #expect(freshness.mustValidate == mustValidate)
        #expect(freshness.isImmutable == isImmutable)
    }

    @Test(arguments: [
        ("max-age=60", 0, Freshness.StaleIfError.unspecified), ("max-age=60, stale-while-revalidate=30", 30, .unspecified),
        ("max-age=60, stale-if-error=30", 0, .window(seconds: 30)), ("max-age=60, stale-if-error=x", 0, .window(seconds: 0)),
        ("max-age=60, stale-while-revalidate=30, stale-while-revalidate=40", 0, .unspecified),
        ("max-age=60, stale-while-revalidate=9999999999", 3600, .unspecified),
    ] as [(String, Int64, Freshness.StaleIfError)])
    func `the windows of RFC 5861`(directives: String, revalidate: Int64, error: Freshness.StaleIfError) throws {
        let policy = CachePolicy(minTTL: 0, defaultTTL: 0, maxTTL: 3600)
        let freshness = try #require(strictStorability([.cacheControl: directives], policy: policy).stored)
        #expect(freshness.staleWhileRevalidateSeconds == revalidate)
        #expect(freshness.staleIfError == error)
    }
}

/// RFC 9213: the field for this kind of cache alone.
@Suite struct RFC9213Tests {
    private static let freshSeconds: [(String, Int64?)] = [
        ("CDN-Cache-Control: max-age=60", 60), ("CDN-Cache-Control: max-age=60\nCache-Control: max-age=1", 60),
        ("CDN-Cache-Control: max-age=1\nCache-Control: max-age=60", 1), ("CDN-Cache-Control: max-age=60\nCache-Control: no-store", 60),
        ("CDN-Cache-Control: max-age=60\nExpires: \(date(-10))", 60), ("CDN-Cache-Control: max-age=60\nExpires: 0", 60),
        ("CDN-Cache-Control: max-age=0\nExpires: \(date(100))", 0), ("CDN-Cache-Control: max-age=60\nAge: 50", 10),
        ("CDN-Cache-Control: max-age=60\nAge: 70", -10), ("CDN-Cache-Control: s-maxage=30, max-age=60", 30),
        ("CDN-Cache-Control: max-age=60;ext=1, foobar", 60), ("CDN-Cache-Control: max-age=30, max-age=60", 60),
        ("CDN-Cache-Control: max-age=30\nCDN-Cache-Control: max-age=60", 60), ("CDN-Cache-Control: max-age=-5\nCache-Control: max-age=60", 0),
        ("CDN-Cache-Control: max-age=99999999999", 2_147_483_648),
        ("CDN-Cache-Control: no-store\nCache-Control: max-age=60", nil), ("CDN-Cache-Control: private\nCache-Control: max-age=60", nil),
        ("CDN-Cache-Control: no-store=?0\nCache-Control: no-store\nExpires: \(date(60))\nLast-Modified: \(date(-100))", 10),
        // Void: Cache-Control counts.
        ("CDN-Cache-Control: max-age=60, &&&\nCache-Control: max-age=5", 5), ("CDN-Cache-Control: max-age=60,\nCache-Control: max-age=5", 5),
        ("CDN-Cache-Control: max-age=\"60\"\nCache-Control: max-age=5", 5), ("CDN-Cache-Control: max-age=60.5\nCache-Control: max-age=5", 5),
        ("CDN-Cache-Control: max-age\nCache-Control: max-age=5", 5), ("CDN-Cache-Control: Max-Age=60\nCache-Control: max-age=5", 5),
        ("CDN-Cache-Control: max-age =60\nCache-Control: max-age=5", 5), ("CDN-Cache-Control: no-store=1\nCache-Control: max-age=5", 5),
        ("CDN-Cache-Control: max-age=60\nCDN-Cache-Control: no store\nCache-Control: max-age=5", 5), ("CDN-Cache-Control: \nCache-Control: max-age=5", 5),
        ("CDN-Cache-Control: max-age=60, &&&\nCache-Control: no-store", nil),
    ]

    @Test(arguments: freshSeconds)
    func `the targeted field takes the place of Cache-Control and Expires, or counts for nothing`(response: String, seconds: Int64?) throws {
        #expect(strictStorability(try fields(response)).stored?.lifetimeSeconds == seconds)
    }

    @Test func `its no-cache wins over Cache-Control`() throws {
        let freshness = try #require(strictStorability([.cdnCacheControl: "no-cache", .cacheControl: "max-age=60", .eTag: "\"a\""]).stored)
        #expect(freshness.mustValidate)
    }

    @Test func `its qualified forms name fields`() throws {
        let directives = ResponseDirectives([.cdnCacheControl: "max-age=60, private=\"a, B\", no-cache=\"c\""])
        #expect(directives.unsharedFields.map(\.canonicalName) == ["c", "a", "b"])
        #expect(!directives.isPrivate && !directives.noCache)
        #expect(ResponseDirectives([.cdnCacheControl: "private=\"a b\""]).isPrivate, "names that can't be read mean everything")
    }
}
