import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

private let now = HTTPDate(secondsSince1970: 1_795_521_600)

@Suite struct FetchRuleTests {
    private func confirm(_ stored: HTTPFields, with notModified: HTTPFields, status: Int = 200, method: HTTPRequest.Method = .get) -> EntryUpdate {
        EntryUpdate(
            storedStatus: status, storedFields: stored,
            notModified: ResponseFacts(status: 304, fields: notModified, requestedAt: now, receivedAt: now),
            request: RequestFacts(method: method), edgeCompressed: false, forwardsCookies: false, personality: .cloudFront,
            policy: StoragePolicy(cachePolicy: CachePolicy()))
    }

    @Test func `a 304 without directives renews the stored lifetime`() {
        let stored: HTTPFields = [.cacheControl: "max-age=60", .date: now.advanced(bySeconds: -90).formatted]
        let update = confirm(stored, with: [.date: now.formatted])
        #expect(update.storability == .store(Freshness(lifetimeSeconds: 60, source: .maxAge)))
        #expect(update.fields == [.cacheControl: "max-age=60", .date: now.formatted])
    }

    @Test func `a 304 brings its own directives and age, for HEAD too`() {
        let update = confirm([.cacheControl: "max-age=60"], with: [.cacheControl: "max-age=30", .age: "10"], method: .head)
        #expect(update.storability == .store(Freshness(lifetimeSeconds: 20, source: .maxAge, initialAgeSeconds: 10)))
        #expect(update.fields[.age] == nil)
    }

    @Test func `a 304 may end the entry`() {
        #expect(confirm([.cacheControl: "max-age=60"], with: [.cacheControl: "no-store"]).storability == .doNotStore(.noStore))
    }

    @Test func `requests collapse unless caching is off or cookies are forwarded`() {
        #expect(Collapsing(cachePolicy: CachePolicy(), originRequestPolicy: nil) == .allowed)
        #expect(Collapsing(cachePolicy: CachePolicy(maxTTL: 0), originRequestPolicy: nil) == .refused(.cachingDisabled))
        #expect(Collapsing(cachePolicy: CachePolicy(cookies: .all), originRequestPolicy: nil) == .refused(.forwardsCookies))
        #expect(
            Collapsing(cachePolicy: CachePolicy(), originRequestPolicy: OriginRequestPolicy(cookies: .whitelist(["a"])))
                == .refused(.forwardsCookies))
    }

    @Test func `waiters share a response that is fresh for them`() {
        #expect(Collapsing(.store(Freshness(lifetimeSeconds: 1, source: .maxAge))) == .allowed)
        #expect(Collapsing(.store(Freshness(lifetimeSeconds: 0, source: .maxAge))) == .refused(.neverFresh))
        #expect(Collapsing(.doNotStore(.noStore)) == .refused(.notStorable))
    }
}
