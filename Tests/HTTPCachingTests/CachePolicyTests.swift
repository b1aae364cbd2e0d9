import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

@Suite struct CachePolicyTests {
    @Test(arguments: [
        // minTTL, defaultTTL, maxTTL as written -> as used
        (0, nil, nil, 0, 86_400, 31_536_000), (100_000, nil, nil, 100_000, 100_000, 31_536_000),
        (0, 60, nil, 0, 60, 31_536_000), (0, 40_000_000, nil, 0, 40_000_000, 40_000_000), (1, 2, 3, 1, 2, 3),
        (40_000_000, nil, nil, 40_000_000, 40_000_000, 40_000_000),
    ] as [(Int64, Int64?, Int64?, Int64, Int64, Int64)])
    func `omitted TTLs follow CloudFront's defaults`(min: Int64, standard: Int64?, max: Int64?, usedMin: Int64, usedDefault: Int64, usedMax: Int64) {
        let policy = CachePolicy(minTTL: min, defaultTTL: standard, maxTTL: max)
        #expect([policy.minTTL, policy.defaultTTL, policy.maxTTL] == [usedMin, usedDefault, usedMax])
        #expect(policy.problems.isEmpty)
    }

    @Test(arguments: [
        ("CachingOptimized", 1, 86_400, 31_536_000, true, true), ("CachingOptimizedForUncompressedObjects", 1, 86_400, 31_536_000, false, false),
        ("CachingDisabled", 0, 0, 0, false, false), ("Elemental-MediaPackage", 0, 86_400, 31_536_000, true, false),
        ("Amplify", 2, 2, 600, true, true), ("UseOriginCacheControlHeaders", 0, 0, 31_536_000, true, true),
        ("UseOriginCacheControlHeaders-QueryStrings", 0, 0, 31_536_000, true, true),
    ] as [(String, Int64, Int64, Int64, Bool, Bool)])
    func `managed policies are found by id and by name`(name: String, min: Int64, standard: Int64, max: Int64, gzip: Bool, brotli: Bool) throws {
        let managed = try #require(CachePolicy.managed(named: name))
        #expect(CachePolicy.managed(named: managed.id) == managed)
        #expect(CachePolicy.managed(named: "Managed-" + name) == managed)
        let policy = managed.policy
        #expect(policy.minTTL == min && policy.defaultTTL == standard && policy.maxTTL == max)
        #expect(policy.enableAcceptEncodingGzip == gzip && policy.enableAcceptEncodingBrotli == brotli)
        #expect(policy.problems.isEmpty)
    }

    @Test func `managed lists have seven distinct members each and nothing else is found`() {
        #expect(Set(CachePolicy.managed.map(\.id)).count == 7)
        #expect(Set(OriginRequestPolicy.managed.map(\.id)).count == 7)
        #expect(CachePolicy.managed(named: "cachingoptimized") == nil)
        #expect(OriginRequestPolicy.managed.allSatisfy { $0.policy.problems.isEmpty })
        #expect(OriginRequestPolicy.managed(named: "Managed-CORS-S3Origin")?.policy.headers.names.count == 3)
    }

    @Test func `TTLs that are negative or out of order are refused`() {
        #expect(CachePolicy(minTTL: -1).problems == [.negativeTTL(name: "minTTL", seconds: -1)])
        #expect(CachePolicy(minTTL: 10, defaultTTL: 9, maxTTL: 10).problems == [.unorderedTTLs(minTTL: 10, defaultTTL: 9, maxTTL: 10)])
        #expect(CachePolicy(minTTL: 0, defaultTTL: 9, maxTTL: 8).problems == [.unorderedTTLs(minTTL: 0, defaultTTL: 9, maxTTL: 8)])
    }

    @Test func `accept-encoding flags need caching`() {
        #expect(CachePolicy(defaultTTL: 0, maxTTL: 0, enableAcceptEncodingGzip: true).problems == [.acceptEncodingWithoutCaching])
        #expect(CachePolicy(defaultTTL: 0, maxTTL: 1, enableAcceptEncodingBrotli: true).problems.isEmpty)
    }

    @Test func `quotas are ten names and 1024 characters of each kind`() {
        func policy(_ names: [String]) -> CachePolicy { CachePolicy(queryStrings: .whitelist(names)) }
        let ten = (0..<10).map { "q\($0)" }
        #expect(policy(ten).problems.isEmpty)
        #expect(policy(ten + ["x"]).problems == [.tooManyNames(kind: "query string", count: 11, limit: 10)])
        #expect(policy([String(repeating: "a", count: 1024)]).problems.isEmpty)
        #expect(policy([String(repeating: "a", count: 1025)]).problems == [.namesTooLong(kind: "query string", characters: 1025, limit: 1024)])
        let headers = (0..<11).map { HTTPField.Name("x-\($0)")! }
        #expect(CachePolicy(headers: headers).problems == [.tooManyNames(kind: "header", count: 11, limit: 10)])
    }

    @Test func `lists that are empty, repeat or name the impossible are refused`() {
        #expect(CachePolicy(cookies: .whitelist([])).problems == [.emptyList(kind: "cookie")])
        #expect(CachePolicy(cookies: .allExcept(["a", "a"])).problems == [.repeatedName(kind: "cookie", name: "a")])
        #expect(CachePolicy(cookies: .whitelist(["a=b"])).problems == [.refusedName(kind: "cookie", name: "a=b")])
        #expect(CachePolicy(queryStrings: .whitelist(["a&b"])).problems == [.refusedName(kind: "query string", name: "a&b")])
        #expect(CachePolicy(headers: [.range, .cookie]).problems == [
            .refusedName(kind: "header", name: "Cookie"), .refusedName(kind: "header", name: "Range"),
        ])
    }

    @Test(arguments: [
        ("gzip, deflate, br", true, true, "br,gzip"), ("gzip", true, true, "gzip"), ("br", true, true, "br"), ("deflate", true, true, nil),
        ("*", true, true, nil), ("gzip;q=0, br", true, true, "br"), ("gzip, br", true, false, "gzip"), ("gzip, br", false, true, "br"),
        ("gzip, br", false, false, nil), ("", true, true, nil), ("br;q=0.1, GZIP;q=0.2", true, true, "br,gzip"),
    ] as [(String, Bool, Bool, String?)])
    func `Accept-Encoding is reduced to what the policy enables`(value: String, gzip: Bool, brotli: Bool, expected: String?) {
        let policy = CachePolicy(enableAcceptEncodingGzip: gzip, enableAcceptEncodingBrotli: brotli)
        #expect(AcceptEncodingClass(AcceptEncoding(value), policy: policy).fieldValue == expected)
    }

    @Test func `naming Accept-Encoding as a header turns normalisation off`() {
        let policy = CachePolicy(enableAcceptEncodingGzip: true, headers: [.acceptEncoding])
        #expect(AcceptEncodingClass(AcceptEncoding("gzip"), policy: policy) == .none)
    }
}
