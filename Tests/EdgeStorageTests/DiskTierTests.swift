import Foundation
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

struct DiskTierTests {
    @Test func `what memory lets go of is found on disk, byte for byte, and moves up`() async throws {
        let place = DiskPlace()
        let cache = await place.cache()
        let stored = patterned(identity("/a"), bytes: 300_000)
        #expect(cache.store(stored))
        await cache.disk?.isIdle()
        cache.forgetMemory()
        #expect(cache.lookup(identity("/a").key) == nil)
        let found = try #require(await cache.lookupOnDisk(identity("/a")))
        #expect(try await found.content() == Array(pattern(300_000).readableBytesView))
        #expect(found.facts == stored.facts)
        #expect(found.fields == stored.fields)
        #expect(cache.lookup(identity("/a").key) === found, "it has moved up")
        #expect(cache.disk?.statistics.hits == 1)
        #expect(await cache.lookupOnDisk(identity("/b")) == nil)
    }

    @Test func `a response that waits to be written is found as it is`() async throws {
        let place = DiskPlace()
        let files = FaultyCacheFileSystem()
        let cache = await place.cache(files)
        let stored = patterned(identity("/a"), bytes: 1_000)
        let ticket = try #require(cache.disk?.announce(stored, isInMemory: false))
        #expect(await cache.lookupOnDisk(identity("/a")) === stored)
        cache.disk?.write(ticket)
        await cache.disk?.isIdle()
        #expect(place.files.count == 1)
    }

    @Test func `large content stays in its file and is read in steps`() async throws {
        let place = DiskPlace()
        let cache = await place.cache()
        let count = 3 << 20
        cache.store(patterned(identity("/large"), bytes: count))
        await cache.disk?.isIdle()
        cache.forgetMemory()
        let found = try #require(await cache.lookupOnDisk(identity("/large")))
        let file = try #require(found.body.file)
        #expect(file.byteCount == count)
        #expect(cache.lookup(identity("/large").key) == nil)
        #expect(try await found.content() == Array(pattern(count).readableBytesView))
        let slice = try await file.read(1_000_000..<1_000_010)
        #expect(Array(slice.readableBytesView) == Array(pattern(count).readableBytesView[1_000_000..<1_000_010]))
        // Replaced, it is still whole for who holds it.
        cache.store(patterned(identity("/large"), bytes: 10, seed: 2))
        await cache.disk?.isIdle()
        #expect(try await found.content() == Array(pattern(count).readableBytesView))
    }

    @Test func `a restart finds everything as it was`() async throws {
        let place = DiskPlace()
        var stored: [CachedResponse] = []
        do {
            let cache = await place.cache()
            for index in 0..<40 {
                let response = patterned(identity("/\(index)"), bytes: index * 9_999, seed: UInt8(index), fields: [.eTag: "\"\(index)\""])
                stored.append(response)
                cache.store(response)
            }
            await cache.disk?.isIdle()
        }
        let cache = await place.cache()
        #expect(cache.disk?.statistics.entries == 40)
        for response in stored {
            let found = try #require(await cache.find(response.identity))
            #expect(found.fields == response.fields)
            #expect(found.facts == response.facts)
            #expect(try await found.content() == response.body.pieces.flatMap { Array($0.readableBytesView) })
        }
        #expect(place.events.contains { if case .loaded(40, _, 0) = $0 { true } else { false } })
    }

    @Test func `entries are found before everything has been looked at`() async throws {
        let place = DiskPlace()
        await place.cache().storeAndSettle(patterned(identity("/a"), bytes: 5_000))
        let files = FaultyCacheFileSystem()
        files.holdListing()
        let tier = place.tier(files)
        let cache = EdgeCache(limits: EdgeCacheLimits(memoryBytesMax: 1 << 20, objectBytesMax: 1 << 20), disk: tier)
        #expect(tier.statistics.isLoading)
        #expect(await cache.lookupOnDisk(identity("/a"))?.body.byteCount == 5_000)
        #expect(await cache.lookupOnDisk(identity("/b")) == nil)
        files.releaseListing()
        await tier.loaded()
        #expect(tier.statistics.entries == 1)
    }

    @Test func `an invalidation reaches what has not been looked at, and waits until it is gone`() async throws {
        let place = DiskPlace()
        do {
            let cache = await place.cache()
            for path in ["/a", "/b", "/c/d"] { cache.store(patterned(identity(path), bytes: 100)) }
            await cache.disk?.isIdle()
        }
        do {
            let files = FaultyCacheFileSystem()
            files.holdListing()
            let cache = EdgeCache(limits: EdgeCacheLimits(memoryBytesMax: 1 << 20, objectBytesMax: 1 << 20), disk: place.tier(files))
            cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/a"))
            cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/c/*"))
            #expect(await cache.lookupOnDisk(identity("/a")) == nil)
            #expect(await cache.lookupOnDisk(identity("/c/d")) == nil)
            #expect(await cache.lookupOnDisk(identity("/b")) != nil)
            let removal = Task { try await cache.removalsAreDone() }
            files.releaseListing()
            try await removal.value
            #expect(place.files.count == 1, "gone when it is said to be")
        }
        let cache = await place.cache()
        #expect(await cache.find(identity("/a")) == nil)
        #expect(await cache.find(identity("/c/d")) == nil)
        #expect(await cache.find(identity("/b")) != nil)
    }

    @Test func `an invalidation counts each object once, wherever it lies`() async throws {
        let place = DiskPlace()
        let cache = await place.cache()
        for path in ["/a", "/b", "/c"] { cache.store(patterned(identity(path), bytes: 100)) }
        await cache.disk?.isIdle()
        cache.forgetMemory()
        _ = await cache.find(identity("/a"))
        // In memory alone: not worth a file.
        cache.store(patterned(identity("/d"), bytes: 100, lifetime: 0))
        #expect(cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/*")) == 4)
        try await cache.removalsAreDone()
        #expect(place.files.isEmpty)
    }

    @Test func `a reading that an invalidation overtakes brings nothing back`() async throws {
        let place = DiskPlace()
        let cache = await place.cache()
        await cache.storeAndSettle(patterned(identity("/a"), bytes: 100))
        cache.forgetMemory()
        async let found = cache.lookupOnDisk(identity("/a"))
        cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/a"))
        _ = await found
        #expect(cache.lookup(identity("/a").key) == nil)
        #expect(await cache.find(identity("/a")) == nil)
    }

    @Test func `a response that is replaced leaves nothing of itself`() async throws {
        let place = DiskPlace()
        do {
            let cache = await place.cache()
            for seed in UInt8(1)...20 { cache.store(patterned(identity("/a"), bytes: 1_000, seed: seed)) }
            await cache.disk?.isIdle()
            #expect(place.files.count == 1)
            #expect(place.temporaries.isEmpty)
        }
        let found = try #require(await place.cache().find(identity("/a")))
        #expect(try await found.content() == Array(pattern(1_000, seed: 20).readableBytesView))
    }

    @Test(arguments: [1_000, 2_000_000])
    func `a confirmation is found after a restart, and the content not written again`(count: Int) async throws {
        let place = DiskPlace()
        let files = FaultyCacheFileSystem()
        do {
            let cache = await place.cache(files)
            let first = patterned(identity("/a"), bytes: count)
            await cache.storeAndSettle(first)
            cache.forgetMemory()
            for length in [3_000, 5, 100_000] {
                let entry = try #require(await cache.find(identity("/a")))
                var facts = entry.facts
                facts.storedAt = facts.storedAt.advanced(bySeconds: 100)
                let renewed = entry.updated(facts: facts, fields: [.eTag: "\"\(String(repeating: "e", count: length))\""])
                cache.replace(entry, with: renewed)
                await cache.disk?.isIdle()
                cache.forgetMemory()
            }
            #expect(cache.disk?.statistics.writes == 1)
        }
        let found = try #require(await place.cache().find(identity("/a")))
        #expect(found.facts.storedAt == start.advanced(bySeconds: 300))
        #expect(found.fields[.eTag]?.utf8.count == 100_002)
        #expect(try await found.content() == Array(pattern(count).readableBytesView))
    }

    @Test func `a confirmation while it waits to be written is written`() async throws {
        let place = DiskPlace()
        do {
            let cache = await place.cache()
            let first = patterned(identity("/a"), bytes: 1_000)
            cache.store(first)
            cache.replace(first, with: first.updated(facts: first.facts, fields: [.eTag: "\"2\""]))
            await cache.disk?.isIdle()
        }
        #expect(await place.cache().find(identity("/a"))?.fields[.eTag] == "\"2\"")
    }

    @Test func `removing an entry removes its file, but not another's`() async throws {
        let place = DiskPlace()
        let cache = await place.cache()
        let first = patterned(identity("/a"), bytes: 100)
        await cache.storeAndSettle(first)
        let second = patterned(identity("/a"), bytes: 200)
        await cache.storeAndSettle(second)
        cache.remove(first)
        try await cache.removalsAreDone()
        #expect(place.files.count == 1)
        cache.forgetMemory()
        cache.remove(second)
        try await cache.removalsAreDone()
        #expect(place.files.isEmpty, "also when memory has let go of it")
    }

    @Test func `errors, and what can't be used again, are not written`() async {
        let place = DiskPlace()
        let cache = await place.cache()
        cache.store(patterned(identity("/dead"), bytes: 10, lifetime: 0))
        let error = CachedResponse(
            identity: identity("/error"),
            facts: EntryFacts(status: 404, storedAt: start, freshness: Freshness(lifetimeSeconds: 60, source: .errorCachingMinTTL)),
            status: .notFound, fields: [:], body: .empty)
        cache.store(error)
        // Such a one still takes the place of what was there.
        await cache.storeAndSettle(patterned(identity("/was"), bytes: 10))
        cache.store(patterned(identity("/was"), bytes: 20, lifetime: 0))
        await cache.disk?.isIdle()
        #expect(place.files.isEmpty)
    }

    @Test func `entries of distributions that are gone, or of another scope, are dropped`() async throws {
        let place = DiskPlace()
        do {
            let cache = await place.cache()
            for name in ["E1", "E2", "E3"] { cache.store(patterned(identity("/a", distribution: name), bytes: 100)) }
            await cache.disk?.isIdle()
        }
        do {
            let cache = await place.cache(distributions: ["E1", "E2"])
            #expect(cache.disk?.statistics.entries == 2)
            #expect(place.files.count == 2)
            cache.retain(distributions: ["E1"])
            try await cache.removalsAreDone()
            #expect(place.files.count == 1)
            #expect(await cache.find(identity("/a", distribution: "E1")) != nil)
            #expect(await cache.find(identity("/a", distribution: "E2")) == nil)
        }
        let other = await place.cache(scope: "other")
        #expect(other.disk?.statistics.entries == 0)
        #expect(place.files.isEmpty)
    }

    @Test func `a folder that another process uses is left alone until it is free`() async throws {
        let place = DiskPlace()
        var first: DiskTier? = place.tier(PosixCacheFileSystem())
        await first?.loaded()
        await first?.isIdle()
        let cache = await place.cache(PosixCacheFileSystem())
        #expect(place.degradations == 1)
        cache.store(patterned(identity("/a"), bytes: 100))
        #expect(cache.disk?.statistics.entries == 0)
        #expect(cache.lookup(identity("/a").key) != nil)
        first = nil
        await until("the first has let go") { cache.reopens(after: place) }
        await cache.disk?.isIdle()
        await cache.disk?.loaded()
        await cache.storeAndSettle(patterned(identity("/b"), bytes: 100))
        #expect(place.files.count == 1)
        #expect(place.events.contains(.recovered))
    }

    @Test func `variants by Vary come back, and what doesn't vary drives them out`() async throws {
        let place = DiskPlace()
        let base = identity("/v")
        let selecting = try #require(SelectingFields([.vary: "accept-language"]))
        func variant(_ language: String) -> ObjectIdentity {
            var variant = base
            variant.key = selecting.key(from: base.key, for: [.acceptLanguage: language])
            variant.primary = base.key
            variant.selecting = selecting
            return variant
        }
        do {
            let cache = await place.cache()
            await cache.storeAndSettle(patterned(variant("en"), bytes: 100, seed: 1))
            await cache.storeAndSettle(patterned(variant("de"), bytes: 100, seed: 2))
        }
        let cache = await place.cache()
        for (language, seed) in [("de", UInt8(2)), ("en", 1)] {
            let found = try #require(await cache.lookupVariantOnDisk(base) { [.acceptLanguage: language] })
            #expect(try await found.content() == Array(pattern(100, seed: seed).readableBytesView))
        }
        #expect(await cache.lookupVariantOnDisk(base) { [.acceptLanguage: "fr"] } == nil)
        #expect(cache.invalidate(primary: base.key) == 2)
        try await cache.removalsAreDone()
        #expect(place.files.isEmpty)
        await cache.storeAndSettle(patterned(variant("en"), bytes: 100, seed: 1))
        cache.forgetMemory()
        await cache.storeAndSettle(patterned(base, bytes: 100, seed: 3))
        try await cache.removalsAreDone()
        #expect(place.files.count == 1)
    }
}

extension EdgeCache {
    func storeAndSettle(_ response: CachedResponse) async {
        store(response)
        await disk?.isIdle()
    }

    /// Lets the rest pass and tries the disk; true once it is open.
    func reopens(after place: DiskPlace) -> Bool {
        place.pass(.seconds(31))
        _ = disk?.mayWrite()
        return disk?.statistics.isResting == false && disk?.state.withLock { $0.phase != .closed } == true
    }
}
