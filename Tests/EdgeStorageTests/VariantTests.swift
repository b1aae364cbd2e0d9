import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

private let foo = HTTPField.Name.known("Foo")
private let primary = identity("/a").key

/// The identity of a response with this Vary, to a request with this Foo.
private func variant(_ vary: String, foo value: String?, base: CacheKey = primary) throws -> ObjectIdentity {
    var result = identity("/a")
    result.selecting = try #require(SelectingFields([.vary: vary]))
    result.key = result.selecting.key(from: base, for: value.map { [foo: $0] } ?? [:])
    if result.key != primary { result.primary = primary }
    return result
}

private func find(_ cache: EdgeCache, foo value: String?, base: CacheKey = primary) -> VariantLookup {
    cache.lookup(base: base, primary: primary) { value.map { [foo: $0] } ?? [:] }
}

private func stored(_ identity: ObjectIdentity, at seconds: Int64 = 0) -> CachedResponse {
    let plain = response(identity)
    return plain.updated(
        facts: EntryFacts(
            status: 200, storedAt: start.advanced(bySeconds: seconds), freshness: Freshness(lifetimeSeconds: 60, source: .maxAge)))
}

struct VariantTests {
    @Test func `a request finds the variant for its own values`() throws {
        let cache = cache()
        let (one, two) = (stored(try variant("Foo", foo: "1")), stored(try variant("Foo", foo: "2")))
        #expect(cache.store(one) && cache.store(two))
        #expect(find(cache, foo: "1").entry === one)
        #expect(find(cache, foo: "2").entry === two)
        let miss = find(cache, foo: "3")
        #expect(miss.entry == nil && miss.hasOthers)
        #expect(try miss.key == variant("Foo", foo: "3").key, "where its response will probably lie")
        #expect(find(cache, foo: nil).entry == nil)
        #expect(cache.variants(of: primary).count == 2)
    }

    @Test func `the request's fields are asked for only when there are variants`() throws {
        let cache = cache()
        var asked = 0
        func look() -> VariantLookup {
            cache.lookup(base: primary, primary: primary) {
                asked += 1
                return [:]
            }
        }
        #expect(look().entry == nil && !look().hasOthers)
        cache.store(response("/a"))
        #expect(look().entry != nil)
        #expect(asked == 0)
    }

    @Test func `what varies and what does not drive each other out`() throws {
        let cache = cache()
        cache.store(stored(try variant("Foo", foo: "1")))
        cache.store(stored(try variant("Foo", foo: "2")))
        let plain = response("/a")
        cache.store(plain)
        #expect(cache.variants(of: primary).count == 1)
        #expect(find(cache, foo: "1").entry === plain)
        let again = stored(try variant("Foo", foo: "1"))
        cache.store(again)
        #expect(cache.variants(of: primary).count == 1)
        #expect(find(cache, foo: "1").entry === again)
        #expect(find(cache, foo: "2").entry == nil)
        #expect(cache.statistics.entries == 1)
    }

    @Test func `several nominations live beside each other, and the most recent match wins`() throws {
        let cache = cache()
        let byFoo = stored(try variant("Foo", foo: "1"), at: 5)
        let byBoth = stored(try variant("Foo, Bar", foo: "1"), at: 9)
        cache.store(byFoo)
        cache.store(byBoth)
        #expect(find(cache, foo: "1").entry === byBoth)
        cache.remove(byBoth)
        #expect(find(cache, foo: "1").entry === byFoo)
        cache.store(stored(try variant("Foo, Bar", foo: "1"), at: 1))
        #expect(find(cache, foo: "1").entry === byFoo)
    }

    @Test func `the oldest variant leaves when there are too many`() throws {
        let cache = cache()
        for value in 0...EdgeCache.variantsMax { cache.store(stored(try variant("Foo", foo: String(value)))) }
        #expect(cache.variants(of: primary).count == EdgeCache.variantsMax)
        #expect(cache.statistics.entries == EdgeCache.variantsMax)
        #expect(find(cache, foo: "0").entry == nil)
        #expect(find(cache, foo: "1").entry != nil)
        #expect(find(cache, foo: String(EdgeCache.variantsMax)).entry != nil)
    }

    @Test func `a forgotten nomination takes its entries with it`() throws {
        let cache = cache()
        for count in 0...EdgeCache.nominationsMax {
            cache.store(stored(try variant((["Foo"] + (0..<count).map { "X\($0)" }).joined(separator: ","), foo: "1")))
        }
        #expect(cache.variants(of: primary).count == EdgeCache.nominationsMax)
        #expect(cache.statistics.entries == EdgeCache.nominationsMax)
    }

    @Test func `the same variant again takes its own place`() throws {
        let cache = cache()
        for _ in 0..<3 { cache.store(stored(try variant("Foo", foo: "1"))) }
        #expect(cache.variants(of: primary).count == 1)
        #expect(cache.state.withLock { $0.families[primary]?.members.count } == 1)
    }

    @Test func `invalidating an object takes all its variants, and keeps fetches under way from storing`() throws {
        let cache = cache()
        let base = identity("/a", encoding: .gzip)
        var gzip = base
        gzip.primary = primary
        cache.store(response(gzip))
        cache.store(stored(try variant("Foo", foo: "1", base: base.key)))
        cache.store(stored(try variant("Foo", foo: "1")))
        cache.store(response("/b"))
        let (permit, reader) = cache.solo(try variant("Foo", foo: "9"))
        let (own, ownReader) = cache.solo(identity("/a"))
        #expect(cache.invalidate(primary: primary, exempt: own) == 2, "the one without Vary left when one with it came")
        #expect(cache.statistics.entries == 1)
        #expect(!permit.store(stored(try variant("Foo", foo: "9"))))
        #expect(own.store(response("/a")))
        #expect(cache.invalidate(primary: primary) == 1)
        #expect(cache.invalidate(primary: primary) == 0)
        withExtendedLifetime((reader, ownReader)) {}
    }

    @Test func `an invalidation by path reaches variants too`() throws {
        let cache = cache()
        cache.store(stored(try variant("Foo", foo: "1")))
        cache.store(stored(try variant("Foo", foo: "2")))
        #expect(try cache.invalidate(distributionID: "E1", matching: InvalidationPattern("/a")) == 2)
        #expect(cache.state.withLock { $0.families.isEmpty })
    }

    @Test func `an entry that is evicted is forgotten as a variant`() throws {
        let cache = cache(bytes: 6_000)
        for value in 0..<40 { cache.store(stored(try variant("Foo", foo: String(value)))) }
        let entries = cache.statistics.entries
        #expect(entries < 40 && entries > 0)
        #expect(cache.variants(of: primary).count == entries)
        for value in 40..<80 { cache.store(response("/other/\(value)")) }
        #expect(cache.state.withLock { $0.families.isEmpty })
    }

    @Test func `random storing, removing and eviction keep the tables in step`() throws {
        var generator = SeededGenerator(seed: 7)
        let cache = cache(bytes: 30_000)
        for step in 0..<3_000 {
            let value = String(UInt8.random(in: 0..<90, using: &generator))
            let vary = ["Foo", "Foo, Bar", "Baz"].randomElement(using: &generator) ?? ""
            switch UInt8.random(in: 0..<20, using: &generator) {
            case 0: cache.invalidate(primary: primary)
            case 1: cache.store(response("/a"))
            case 2: cache.store(response("/\(value)"))
            case 3: if let entry = find(cache, foo: value).entry { cache.remove(entry) }
            default: cache.store(stored(try variant(vary, foo: value), at: Int64(step)))
            }
            try cache.state.withLock { state in
                for (key, family) in state.families {
                    #expect(!family.members.isEmpty && family.members.count <= EdgeCache.variantsMax, "seed 7, step \(step)")
                    #expect(family.nominations.count <= EdgeCache.nominationsMax)
                    for member in family.members {
                        let entry = try #require(state.entry(member.key))
                        #expect(entry.identity.primary == key)
                        #expect(member.selecting.isEmpty || family.nominations.contains(member.selecting))
                    }
                }
                let registered = state.families.values.reduce(0) { $0 + $1.members.count }
                #expect(registered == state.entries.compactMap { $0 }.filter { $0.identity.primary != nil }.count)
            }
        }
    }
}
