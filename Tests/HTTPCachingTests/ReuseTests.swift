import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

private let stored = HTTPDate(secondsSince1970: 1_795_521_600)
private let conditionals = ConditionalFields(ifNoneMatch: "\"v1\"", ifModifiedSince: "Sun, 09 Sep 2001 01:46:40 GMT")

private func entry(
    status: Int = 200, lifetime: Int64 = 60, age: Int64 = 0, swr: Int64 = 0, sie: Freshness.StaleIfError = .unspecified,
    forbidsStale: Bool = false, unconditional: Bool = false, conditionals: ConditionalFields = conditionals, retryAfter: Int64? = nil
) -> EntryFacts {
    EntryFacts(
        status: status, storedAt: stored,
        freshness: Freshness(
            lifetimeSeconds: lifetime, source: .maxAge, initialAgeSeconds: age, staleWhileRevalidateSeconds: swr, staleIfError: sie,
            forbidsStale: forbidsStale, refetchesUnconditionally: unconditional),
        conditionals: conditionals, retryAt: retryAfter.map { stored.advanced(bySeconds: $0) })
}

private func reuse(_ entry: EntryFacts, after seconds: Int64, rules: Personality = .cloudFront) -> Reuse {
    rules.reuse(of: entry, for: RequestFacts(method: .get), at: stored.advanced(bySeconds: seconds))
}

@Suite struct ReuseTests {
    @Test func `an entry is fresh until its lifetime has passed`() {
        #expect(reuse(entry(), after: 0) == .fresh(ageSeconds: 0))
        #expect(reuse(entry(age: 5), after: 59) == .fresh(ageSeconds: 64))
        #expect(reuse(entry(), after: 60) == .revalidate(conditionals))
        #expect(reuse(entry(lifetime: 0), after: 0) == .revalidate(conditionals))
    }

    @Test func `a clock stepping backwards does not age an entry`() {
        #expect(reuse(entry(), after: -100) == .fresh(ageSeconds: 0))
    }

    @Test func `the viewer's Cache-Control and Pragma force nothing`() {
        let request = RequestFacts(method: .get, fields: [.cacheControl: "no-cache, no-store, max-age=0", .pragma: "no-cache"])
        #expect(Personality.cloudFront.reuse(of: entry(), for: request, at: stored) == .fresh(ageSeconds: 0))
    }

    @Test func `stale-while-revalidate serves within its window, after expiry`() {
        let entry = entry(swr: 30)
        #expect(reuse(entry, after: 59) == .fresh(ageSeconds: 59))
        #expect(reuse(entry, after: 60) == .staleWhileRevalidate(ageSeconds: 60, conditionals))
        #expect(reuse(entry, after: 89) == .staleWhileRevalidate(ageSeconds: 89, conditionals))
        #expect(reuse(entry, after: 90) == .revalidate(conditionals))
    }

    @Test func `an expired entry without validators, with Vary star, or holding an error is fetched anew`() {
        #expect(reuse(entry(conditionals: ConditionalFields()), after: 60) == .fetch(because: .expiredWithoutValidator))
        #expect(reuse(entry(lifetime: 0, unconditional: true), after: 0) == .fetch(because: .varyAny))
        #expect(reuse(entry(status: 404, swr: 30), after: 60) == .fetch(because: .errorExpired))
    }

    @Test func `after a failed attempt the stale entry serves until the next one is due`() {
        let entry = entry(retryAfter: 75)
        #expect(reuse(entry, after: 74) == .staleAfterError(ageSeconds: 74, retryAt: stored.advanced(bySeconds: 75)))
        #expect(reuse(entry, after: 75) == .revalidate(conditionals))
    }

    @Test func `the wait after a failed attempt does not outlast the stale-if-error window`() {
        let entry = entry(sie: .window(seconds: 5), retryAfter: 75)
        #expect(reuse(entry, after: 64) == .staleAfterError(ageSeconds: 64, retryAt: stored.advanced(bySeconds: 75)))
        #expect(reuse(entry, after: 65) == .revalidate(conditionals))
    }

    private func fallback(_ entry: EntryFacts, _ failure: OriginFailure, after seconds: Int64, policy: CachePolicy = CachePolicy(), rules: Personality = .cloudFront) -> Fallback {
        rules.fallback(to: entry, for: RequestFacts(method: .get), after: failure, under: StoragePolicy(cachePolicy: policy), at: stored.advanced(bySeconds: seconds))
    }

    @Test(arguments: [OriginFailure.status(500), .status(501), .status(502), .status(503), .status(504), .unreachable])
    func `a failing origin is replaced by the stale entry for ten seconds at a time`(failure: OriginFailure) {
        #expect(fallback(entry(age: 1), failure, after: 1000) == .serveStale(ageSeconds: 1001, retryAt: stored.advanced(bySeconds: 1010)))
    }

    @Test(arguments: [400, 403, 404, 410, 429, 499])
    func `a client error is passed on`(status: Int) {
        #expect(fallback(entry(), .status(status), after: 60) == .passError(because: .clientError))
    }

    @Test func `stale-if-error bounds or switches off serving stale`() {
        #expect(fallback(entry(sie: .window(seconds: 0)), .unreachable, after: 60) == .passError(because: .switchedOff))
        let window = entry(sie: .window(seconds: 30))
        #expect(fallback(window, .unreachable, after: 89) == .serveStale(ageSeconds: 89, retryAt: stored.advanced(bySeconds: 99)))
        #expect(fallback(window, .unreachable, after: 90) == .passError(because: .windowPassed))
    }

    @Test func `cached errors and disabled caching have nothing to fall back to`() {
        #expect(fallback(entry(status: 503), .status(500), after: 60) == .passError(because: .entryIsError))
        let disabled = CachePolicy(minTTL: 0, defaultTTL: 0, maxTTL: 0)
        #expect(fallback(entry(), .unreachable, after: 60, policy: disabled) == .passError(because: .cachingDisabled))
    }

    @Test func `must-revalidate forbids stale only when its switch is on`() {
        let entry = entry(swr: 30, forbidsStale: true)
        let strict = Personality.cloudFront(CloudFrontRules(honorsMustRevalidate: true))
        #expect(fallback(entry, .unreachable, after: 60) == .serveStale(ageSeconds: 60, retryAt: stored.advanced(bySeconds: 70)))
        #expect(fallback(entry, .unreachable, after: 60, rules: strict) == .passError(because: .mustRevalidate))
        #expect(reuse(entry, after: 60, rules: strict) == .revalidate(conditionals))
    }

    @Test func `only well-formed validators are sent back, byte for byte`() {
        let good = ConditionalFields(originFields: [.eTag: "W/\"a\"", .lastModified: "Sunday, 09-Sep-01 01:46:40 GMT"], now: stored)
        #expect(good == ConditionalFields(ifNoneMatch: "W/\"a\"", ifModifiedSince: "Sunday, 09-Sep-01 01:46:40 GMT"))
        #expect(ConditionalFields(originFields: [.eTag: "a", .lastModified: "0"], now: stored).isEmpty)
    }

    @Test func `conditional fields replace the viewer's`() {
        var fields: HTTPFields = [.ifMatch: "\"x\"", .ifNoneMatch: "\"y\"", .ifRange: "\"z\"", .accept: "*/*"]
        ConditionalFields(ifNoneMatch: "\"v\"").apply(to: &fields)
        #expect(fields == [.ifNoneMatch: "\"v\"", .accept: "*/*"])
    }
}
