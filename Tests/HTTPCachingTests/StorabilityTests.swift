import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

private let now = HTTPDate(secondsSince1970: 1_795_521_600)

private func storability(
    _ fields: HTTPFields, status: Int = 200, method: HTTPRequest.Method = .get, bodyLength: Int64? = nil,
    policy: CachePolicy = CachePolicy(), cachesOptions: Bool = false, errorMin: Int64 = 10, rules: Personality = .cloudFront
) -> Storability {
    rules.storability(
        of: ResponseFacts(status: status, fields: fields, bodyLength: bodyLength, requestedAt: now, receivedAt: now),
        for: RequestFacts(method: method),
        under: StoragePolicy(cachePolicy: policy, cachesOptions: cachesOptions, errorCachingMinTTL: errorMin))
}

extension Storability {
    fileprivate var freshness: Freshness? { if case .store(let freshness) = self { freshness } else { nil } }
}

private struct TTLRow: CustomTestStringConvertible, Sendable {
    var fields: HTTPFields
    var min: Int64 = 0
    var standard: Int64 = 86_400
    var max: Int64 = 31_536_000
    var seconds: Int64
    var source: Freshness.Source
    var bound: Freshness.Bound = .none
    var testDescription: String { "\(fields.map { "\($0.name): \($0.value)" }) under \(min)/\(standard)/\(max)" }
}

@Suite struct StorabilityTests {
    @Test(arguments: [
        // s-maxage beats max-age beats Expires beats the default.
        TTLRow(fields: [:], seconds: 86_400, source: .defaultTTL),
        TTLRow(fields: [:], min: 100, standard: 100, seconds: 100, source: .defaultTTL),
        TTLRow(fields: [:], standard: 0, seconds: 0, source: .defaultTTL),
        TTLRow(fields: [.cacheControl: "public"], seconds: 86_400, source: .defaultTTL),
        TTLRow(fields: [.cacheControl: "max-age=60"], seconds: 60, source: .maxAge),
        TTLRow(fields: [.cacheControl: "max-age=60, s-maxage=30"], seconds: 30, source: .sMaxage),
        TTLRow(fields: [.cacheControl: "s-maxage=90, max-age=60"], seconds: 90, source: .sMaxage),
        TTLRow(fields: [.expires: now.advanced(bySeconds: 45).formatted], seconds: 45, source: .expires),
        TTLRow(fields: [.expires: now.advanced(bySeconds: 45).formatted, .cacheControl: "max-age=60"], seconds: 60, source: .maxAge),
        // Bounds, both sides.
        TTLRow(fields: [.cacheControl: "max-age=9"], min: 10, seconds: 10, source: .maxAge, bound: .raisedToMinTTL),
        TTLRow(fields: [.cacheControl: "max-age=10"], min: 10, seconds: 10, source: .maxAge),
        TTLRow(fields: [.cacheControl: "max-age=11"], min: 10, seconds: 11, source: .maxAge),
        TTLRow(fields: [.cacheControl: "max-age=99"], standard: 10, max: 100, seconds: 99, source: .maxAge),
        TTLRow(fields: [.cacheControl: "max-age=101"], standard: 10, max: 100, seconds: 100, source: .maxAge, bound: .loweredToMaxTTL),
        TTLRow(fields: [.cacheControl: "s-maxage=99999999999"], seconds: 31_536_000, source: .sMaxage, bound: .loweredToMaxTTL),
        TTLRow(fields: [.expires: "Thu, 01 Jan 1970 00:00:00 GMT"], min: 5, seconds: 5, source: .expires, bound: .raisedToMinTTL),
        // Zero and malformed are stale at once, but kept.
        TTLRow(fields: [.cacheControl: "max-age=0"], seconds: 0, source: .maxAge),
        TTLRow(fields: [.cacheControl: "max-age=x"], seconds: 0, source: .maxAge),
        TTLRow(fields: [.expires: "0"], seconds: 0, source: .expires),
        TTLRow(fields: [.expires: now.advanced(bySeconds: -1).formatted], seconds: 0, source: .expires),
        // Directives that forbid storing, with a Minimum TTL.
        TTLRow(fields: [.cacheControl: "no-store"], min: 1, seconds: 1, source: .minTTLOverDirective),
        TTLRow(fields: [.cacheControl: "no-cache, max-age=60"], min: 7, seconds: 7, source: .minTTLOverDirective),
        TTLRow(fields: [.cacheControl: "private"], min: 7, seconds: 7, source: .minTTLOverDirective),
        // The origin's Age is spent already; an absolute Expires has it in.
        TTLRow(fields: [.cacheControl: "max-age=60", .age: "20"], seconds: 40, source: .maxAge),
        TTLRow(fields: [.cacheControl: "max-age=60", .age: "61"], seconds: 0, source: .maxAge),
        TTLRow(fields: [.cacheControl: "max-age=60", .age: "20.5"], seconds: 60, source: .maxAge),
        TTLRow(fields: [.age: "20"], seconds: 86_400, source: .defaultTTL),
        TTLRow(fields: [.expires: now.advanced(bySeconds: 45).formatted, .age: "20"], seconds: 45, source: .expires),
        // Vary is answered by the policy.
        TTLRow(fields: [.vary: "Origin", .cacheControl: "max-age=60"], seconds: 60, source: .maxAge),
        TTLRow(fields: [.vary: "*", .cacheControl: "max-age=60"], min: 1, seconds: 60, source: .maxAge),
    ])
    fileprivate func `the lifetime follows CloudFront's arithmetic`(row: TTLRow) {
        let policy = CachePolicy(minTTL: row.min, defaultTTL: row.standard, maxTTL: row.max)
        let freshness = storability(row.fields, policy: policy).freshness
        #expect(freshness?.lifetimeSeconds == row.seconds)
        #expect(freshness?.source == row.source)
        #expect(freshness?.bound == row.bound)
    }

    @Test(arguments: [
        ("no-store", .noStore), ("no-cache", .noCache), ("private", .isPrivate), ("max-age=60, no-store", .noStore),
        ("private=\"Set-Cookie\"", .isPrivate), ("no-cache=\"Set-Cookie\", s-maxage=5", .noCache),
    ] as [(String, Storability.Reason)])
    func `no-store, no-cache and private forbid storing when Minimum TTL is 0`(value: String, reason: Storability.Reason) {
        #expect(storability([.cacheControl: value]) == .doNotStore(reason))
    }

    @Test func `Vary star with Minimum TTL 0 is kept but always fetched anew`() {
        let freshness = storability([.vary: "*", .cacheControl: "max-age=60"]).freshness
        #expect(freshness?.lifetimeSeconds == 0)
        #expect(freshness?.refetchesUnconditionally == true)
        #expect(freshness?.source == .varyAny)
    }

    @Test func `the age of the origin's copy is carried on, and can be told not to shorten lifetimes`() {
        #expect(storability([.cacheControl: "max-age=60", .age: "20"]).freshness?.initialAgeSeconds == 20)
        let rules = Personality.cloudFront(CloudFrontRules(countsOriginAge: false))
        #expect(storability([.cacheControl: "max-age=60", .age: "20"], rules: rules).freshness?.lifetimeSeconds == 60)
    }

    @Test(arguments: [
        (.get, 200, false, nil), (.head, 200, false, .headHasNoBody), (.options, 200, true, nil), (.options, 200, false, .methodNotCached),
        (.post, 200, true, .methodNotCached), (.put, 200, true, .methodNotCached), (.init("PURGE")!, 200, true, .methodNotCached),
        (.get, 203, false, nil), (.get, 204, false, nil), (.get, 206, false, .partialContent), (.get, 304, false, .notModified),
        (.get, 301, false, nil), (.get, 302, false, nil), (.get, 307, false, nil), (.get, 308, false, nil),
        (.get, 103, false, .interim), (.get, 600, false, .statusNotCached), (.get, 99, false, .statusNotCached),
    ] as [(HTTPRequest.Method, Int, Bool, Storability.Reason?)])
    func `methods and statuses that are stored`(method: HTTPRequest.Method, status: Int, cachesOptions: Bool, reason: Storability.Reason?) {
        let answer = storability([:], status: status, method: method, cachesOptions: cachesOptions)
        if let reason { #expect(answer == .doNotStore(reason)) } else { #expect(answer.freshness?.lifetimeSeconds == 86_400) }
    }

    @Test func `objects up to 30 GB are stored`() {
        #expect(storability([:], bodyLength: CloudFrontRules.objectBytesMax).freshness != nil)
        #expect(storability([:], bodyLength: CloudFrontRules.objectBytesMax + 1) == .doNotStore(.tooLarge))
    }

    @Test func `a Maximum TTL of 0 disables caching of objects but not of errors`() {
        let policy = CachePolicy(minTTL: 0, defaultTTL: 0, maxTTL: 0)
        #expect(storability([.cacheControl: "max-age=60"], policy: policy) == .doNotStore(.cachingDisabled))
        #expect(storability([:], status: 503, policy: policy).freshness?.lifetimeSeconds == 10)
    }

    @Test(arguments: [
        (404, "", 10, 10, .errorCachingMinTTL), (414, "", 10, 10, .errorCachingMinTTL), (500, "", 0, nil, nil),
        (501, "", 5, 5, .errorCachingMinTTL), (502, "", 300, 300, .errorCachingMinTTL), (503, "max-age=60", 10, 60, .maxAge),
        (504, "max-age=9", 10, 10, .errorCachingMinTTL), (404, "max-age=10", 10, 10, .errorCachingMinTTL), (404, "max-age=11", 10, 11, .maxAge),
        (404, "s-maxage=20, max-age=90", 10, 20, .sMaxage), (404, "no-store", 10, 10, .errorCachingMinTTL),
        (400, "", 10, nil, nil), (400, "max-age=3", 10, 10, .errorCachingMinTTL), (403, "", 10, nil, nil), (403, "s-maxage=30", 10, 30, .sMaxage),
        (405, "max-age=30", 10, 30, .maxAge), (412, "", 10, nil, nil), (415, "max-age=30", 10, 30, .maxAge),
        (416, "max-age=30", 10, nil, nil), (401, "max-age=30", 10, nil, nil), (410, "max-age=30", 10, nil, nil), (429, "max-age=30", 10, nil, nil),
        (505, "max-age=30", 10, nil, nil), (404, "max-age=99999999", 10, 99_999_999, .maxAge),
    ] as [(Int, String, Int64, Int64?, Freshness.Source?)])
    func `errors are cached as in CloudFront's table`(status: Int, value: String, errorMin: Int64, seconds: Int64?, source: Freshness.Source?) {
        let freshness = storability(value.isEmpty ? [:] : [.cacheControl: value], status: status, errorMin: errorMin).freshness
        #expect(freshness?.lifetimeSeconds == seconds)
        #expect(freshness?.source == source)
    }

    @Test func `reasons for not caching an error are told apart`() {
        #expect(storability([:], status: 403) == .doNotStore(.errorWithoutMaxAge))
        #expect(storability([.cacheControl: "max-age=1"], status: 416) == .doNotStore(.statusNotCached))
        #expect(storability([:], status: 404, errorMin: 0) == .doNotStore(.errorTTLIsZero))
    }

    @Test func `stale windows are read and bounded by Maximum TTL`() {
        let policy = CachePolicy(defaultTTL: 10, maxTTL: 100)
        func windows(_ value: String) -> Freshness? { storability([.cacheControl: value], policy: policy).freshness }
        let plain = windows("max-age=10")
        #expect(plain?.staleWhileRevalidateSeconds == 0 && plain?.staleIfError == .unspecified && plain?.forbidsStale == false)
        let both = windows("s-maxage=10, stale-while-revalidate=20, stale-if-error=30")
        #expect(both?.staleWhileRevalidateSeconds == 20 && both?.staleIfError == .window(seconds: 30))
        let long = windows("stale-while-revalidate=101, stale-if-error=99999999999")
        #expect(long?.staleWhileRevalidateSeconds == 100 && long?.staleIfError == .window(seconds: 100))
        #expect(windows("stale-if-error=0")?.staleIfError == .window(seconds: 0))
        #expect(windows("stale-if-error=x")?.staleIfError == .window(seconds: 0))
        #expect(windows("must-revalidate")?.forbidsStale == true)
        #expect(windows("proxy-revalidate")?.forbidsStale == true)
    }
}

@Suite struct AgeTests {
    @Test(arguments: [
        ("0", 0), ("10", 10), (" 10", 10), ("10, 20", 10), ("99999999999", 2_147_483_648), ("", nil), ("-1", nil), ("1.5", nil),
        ("a", nil), ("10 20", nil), (", 10", nil), ("\"10\"", nil),
    ] as [(String, Int64?)])
    func `the Age field is its first non-negative integer or nothing`(value: String, expected: Int64?) {
        #expect(Age.field([.age: value]) == expected)
    }

    @Test(arguments: [
        // Date offset, Age, delay -> corrected initial age (RFC 9111 section 4.2.3)
        (0, nil, 0, 0), (-30, nil, 0, 30), (-30, 10, 0, 30), (-30, 40, 0, 40), (-30, 40, 5, 45), (60, nil, 0, 0), (60, nil, 5, 5),
        (0, 99_999_999_999, 5, 2_147_483_648),
    ] as [(Int64, Int64?, Int64, Int64)])
    func `the corrected initial age is never negative`(dateOffset: Int64, age: Int64?, delay: Int64, expected: Int64) {
        var fields: HTTPFields = [.date: now.advanced(bySeconds: dateOffset).formatted]
        if let age { fields[.age] = "\(age)" }
        #expect(Age.corrected(fields, requestedAt: now.advanced(bySeconds: -delay), receivedAt: now) == expected)
    }
}
