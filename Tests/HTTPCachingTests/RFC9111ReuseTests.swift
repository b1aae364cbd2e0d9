import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

private let validators = ConditionalFields(ifNoneMatch: "\"v1\"")

/// An entry of age `age` that was stored at noon with 60 seconds to go.
private func entry(
    left: Int64 = 60, age: Int64 = 10, swr: Int64 = 0, sie: Freshness.StaleIfError = .unspecified, forbidsStale: Bool = false,
    mustValidate: Bool = false, isImmutable: Bool = false, conditionals: ConditionalFields = validators
) -> EntryFacts {
    var freshness = Freshness(
        lifetimeSeconds: left, source: .maxAge, initialAgeSeconds: age, staleWhileRevalidateSeconds: swr, staleIfError: sie,
        forbidsStale: forbidsStale)
    freshness.mustValidate = mustValidate
    freshness.isImmutable = isImmutable
    return EntryFacts(status: 200, storedAt: noon, freshness: freshness, conditionals: conditionals)
}

private func reuse(_ entry: EntryFacts, _ request: String = "", after seconds: Int64) throws -> Reuse {
    strict.reuse(of: entry, for: RequestFacts(method: .get, fields: try fields(request)), at: noon.advanced(bySeconds: seconds))
}

@Suite struct RFC9111ReuseTests {
    @Test func `an entry is fresh until its lifetime has passed (section 4.2)`() throws {
        #expect(try reuse(entry(), after: 0) == .fresh(ageSeconds: 10))
        #expect(try reuse(entry(), after: 59) == .fresh(ageSeconds: 69))
        #expect(try reuse(entry(), after: 60) == .revalidate(validators))
        #expect(try reuse(entry(conditionals: ConditionalFields()), after: 60) == .fetch(because: .expiredWithoutValidator))
        #expect(try reuse(entry(left: -5), after: 0) == .revalidate(validators), "it arrived stale")
    }

    @Test func `no-cache wants the origin's word each time (section 5.2.2.4)`() throws {
        #expect(try reuse(entry(mustValidate: true), after: 0) == .revalidate(validators))
        #expect(try reuse(entry(mustValidate: true), "Cache-Control: max-stale", after: 100) == .revalidate(validators))
    }

    private static let requests: [(String, String, Int64, Reuse)] = [
        // max-age: the age after n seconds is 10 + n.
        ("5.2.1.1", "Cache-Control: max-age=15", 5, .fresh(ageSeconds: 15)),
        ("5.2.1.1", "Cache-Control: max-age=15", 6, .revalidate(validators)),
        ("5.2.1.1", "Cache-Control: max-age=0", 0, .revalidate(validators)),
        ("5.2.1.1", "Cache-Control: max-age=x", 0, .revalidate(validators)),
        // min-fresh: 60 - n seconds are left.
        ("5.2.1.3", "Cache-Control: min-fresh=50", 10, .fresh(ageSeconds: 20)),
        ("5.2.1.3", "Cache-Control: min-fresh=50", 11, .revalidate(validators)),
        ("5.2.1.3", "Cache-Control: min-fresh=x", 59, .fresh(ageSeconds: 69)),
        // max-stale: n - 60 seconds stale.
        ("5.2.1.2", "Cache-Control: max-stale=5", 65, .staleAccepted(ageSeconds: 75)),
        ("5.2.1.2", "Cache-Control: max-stale=5", 66, .revalidate(validators)),
        ("5.2.1.2", "Cache-Control: max-stale", 100_000, .staleAccepted(ageSeconds: 100_010)),
        ("5.2.1.2", "Cache-Control: max-stale=x", 60, .revalidate(validators)),
        ("5.2.1.2", "Cache-Control: max-stale, max-age=70", 60, .staleAccepted(ageSeconds: 70)),
        ("5.2.1.2", "Cache-Control: max-stale, max-age=69", 60, .revalidate(validators)),
        ("5.2.1.2", "Cache-Control: max-stale, min-fresh=1", 60, .revalidate(validators)),
        ("5.2.1.4", "Cache-Control: no-cache", 0, .revalidate(validators)),
        ("5.2.1.4", "Cache-Control: no-cache, max-stale", 60, .revalidate(validators)),
        ("5.2.3", "Cache-Control: something", 0, .fresh(ageSeconds: 10)),
        ("5.4", "Pragma: no-cache", 0, .revalidate(validators)),
        ("5.4", "Pragma: x, No-Cache", 0, .revalidate(validators)),
        ("5.4", "Pragma: other", 0, .fresh(ageSeconds: 10)),
        ("5.4", "Pragma: no-cache\nCache-Control: something", 0, .fresh(ageSeconds: 10)),
    ]

    @Test(arguments: requests)
    func `the request's directives`(section: String, request: String, seconds: Int64, expected: Reuse) throws {
        #expect(try reuse(entry(), request, after: seconds) == expected, "RFC 9111 section \(section)")
    }

    @Test func `stale is not accepted where the response forbids it (section 4.2.4)`() throws {
        #expect(try reuse(entry(forbidsStale: true), "Cache-Control: max-stale", after: 60) == .revalidate(validators))
        #expect(try reuse(entry(swr: 10, forbidsStale: true), after: 60) == .revalidate(validators))
    }

    @Test func `stale-while-revalidate has its window (RFC 5861 section 3)`() throws {
        #expect(try reuse(entry(swr: 10), after: 59) == .fresh(ageSeconds: 69))
        #expect(try reuse(entry(swr: 10), after: 60) == .staleWhileRevalidate(ageSeconds: 70, validators))
        #expect(try reuse(entry(swr: 10), after: 69) == .staleWhileRevalidate(ageSeconds: 79, validators))
        #expect(try reuse(entry(swr: 10), after: 70) == .revalidate(validators))
        #expect(try reuse(entry(left: -5, swr: 10), after: 4) == .staleWhileRevalidate(ageSeconds: 14, validators))
        #expect(try reuse(entry(left: -5, swr: 10), after: 5) == .revalidate(validators), "the window runs from expiry, not arrival")
        #expect(try reuse(entry(swr: 10), "Cache-Control: max-age=60", after: 65) == .revalidate(validators))
        #expect(try reuse(entry(swr: 10), "Cache-Control: no-cache", after: 65) == .revalidate(validators))
    }

    @Test func `an immutable response that is fresh isn't confirmed for a reload (RFC 8246 section 2)`() throws {
        #expect(try reuse(entry(isImmutable: true), "Cache-Control: max-age=0", after: 0) == .fresh(ageSeconds: 10))
        #expect(try reuse(entry(isImmutable: true), "Cache-Control: no-cache", after: 0) == .revalidate(validators))
        #expect(try reuse(entry(isImmutable: true), "Cache-Control: max-age=0", after: 60) == .revalidate(validators))
    }

    @Test func `a request's directives without a validator to ask by lead to a fetch`() throws {
        let entry = entry(conditionals: ConditionalFields())
        #expect(try reuse(entry, "Cache-Control: no-cache", after: 0) == .fetch(because: .requestDirective))
    }

    @Test func `no-store, only-if-cached, and who may wait for another's fetch`() {
        func facts(_ value: String) -> RequestFacts { RequestFacts(method: .get, fields: [.cacheControl: value]) }
        let rules = strict
        #expect(rules.bypasses(facts("no-store")) && !rules.bypasses(facts("no-cache")))
        #expect(!rules.mayForward(facts("only-if-cached")) && rules.mayForward(facts("max-stale")))
        #expect(rules.mayShareFetch(facts("max-stale=5")) && rules.mayShareFetch(RequestFacts(method: .get)))
        for value in ["no-cache", "max-age=0", "max-age=600", "min-fresh=5"] { #expect(!rules.mayShareFetch(facts(value)), "\(value)") }
        #expect(!cloudFront.bypasses(facts("no-store")) && cloudFront.mayForward(facts("only-if-cached")))
    }
}

@Suite struct RFC9111FallbackTests {
    private func fallback(_ entry: EntryFacts, _ failure: OriginFailure, _ request: String = "", after seconds: Int64 = 70) throws -> Fallback {
        let now = noon.advanced(bySeconds: seconds)
        let answer = strict.fallback(
            to: entry, for: RequestFacts(method: .get, fields: try fields(request)), after: failure,
            under: StoragePolicy(cachePolicy: strictPolicy), at: now)
        if case .serveStale(let age, let retryAt) = answer {
            #expect(age == entry.ageSeconds(at: now) && retryAt == now)
        }
        return answer
    }

    private let stale = Fallback.serveStale(ageSeconds: 80, retryAt: noon.advanced(bySeconds: 70))

    @Test func `an origin that can't be reached is replaced by what is stale (section 4.2.4)`() throws {
        #expect(try fallback(entry(), .unreachable) == stale)
    }

    @Test func `not where that is forbidden`() throws {
        #expect(try fallback(entry(forbidsStale: true), .unreachable) == .passError(because: .mustRevalidate))
        #expect(try fallback(entry(sie: .window(seconds: 100), forbidsStale: true), .status(503)) == .passError(because: .mustRevalidate))
        #expect(try fallback(entry(), .unreachable, "Cache-Control: no-cache") == .passError(because: .clientRefuses))
    }

    @Test(arguments: [500, 502, 503, 504])
    func `an error is replaced within stale-if-error's window (RFC 5861 section 4)`(status: Int) throws {
        #expect(try fallback(entry(), .status(status)) == .passError(because: .notPermitted))
        #expect(try fallback(entry(sie: .window(seconds: 11)), .status(status)) == stale)
        #expect(try fallback(entry(sie: .window(seconds: 10)), .status(status)) == .passError(because: .windowPassed))
        #expect(try fallback(entry(sie: .window(seconds: 0)), .status(status)) == .passError(because: .switchedOff))
        #expect(try fallback(entry(), .status(status), "Cache-Control: stale-if-error=11") == stale)
        #expect(try fallback(entry(), .status(status), "Cache-Control: stale-if-error=10") == .passError(because: .notPermitted))
    }

    @Test func `the window bounds the unreachable origin's stand-in too`() throws {
        #expect(try fallback(entry(sie: .window(seconds: 11)), .unreachable) == stale)
        #expect(try fallback(entry(sie: .window(seconds: 10)), .unreachable) == .passError(because: .windowPassed))
    }

    @Test(arguments: [501, 505, 404, 429])
    func `other statuses are the origin's answer`(status: Int) throws {
        #expect(try fallback(entry(sie: .window(seconds: 100)), .status(status)) == .passError(because: .clientError))
    }
}
