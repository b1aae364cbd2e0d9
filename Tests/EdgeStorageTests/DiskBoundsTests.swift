import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

struct DiskBoundsTests {
    @Test(arguments: UInt64(1)...4)
    func `files stay within the bound, blocks and bookkeeping included`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let place = DiskPlace(bytes: 1_000_000)
        let cache = await place.cache(memory: 200_000, memoryObject: 100_000)
        for step in 0..<200 {
            let bytes = Int.random(in: 0...60_000, using: &random)
            cache.store(patterned(identity("/\(step % 70)"), bytes: bytes))
            #expect(cache.liveBytes <= 1_000_000, "step \(step)")
            if step % 20 == 0 {
                await cache.disk?.isIdle()
                #expect(place.blockBytes <= 1_000_000, "step \(step)")
                #expect(cache.dyingBytes == 0)
            }
        }
        await cache.disk?.isIdle()
        let statistics = try #require(cache.disk?.statistics)
        #expect(statistics.evictions > 0)
        #expect(place.files.count == statistics.entries)
        #expect(place.blockBytes + statistics.entries * DiskTierLimits.bookkeepingBytes == statistics.bytes)
    }

    @Test func `the entry used least recently leaves first, and what memory holds stays`() async throws {
        let cost = DiskTier.cost(ofFileBytes: 9_000)
        let place = DiskPlace(bytes: 4 * cost)
        let cache = await place.cache(memory: 1 << 20)
        for name in ["/0", "/1", "/2", "/3"] { await cache.storeAndSettle(patterned(identity(name), bytes: 8_000)) }
        cache.forgetMemory()
        // Used on disk, but too early to count against those that come after.
        _ = await cache.lookupOnDisk(identity("/0"))
        await cache.storeAndSettle(patterned(identity("/4"), bytes: 8_000))
        #expect(await cache.lookupOnDisk(identity("/1")) == nil)
        for name in ["/0", "/2", "/3", "/4"] { #expect(await cache.find(identity(name)) != nil, "\(name)") }
    }

    @Test func `no more entries than may be`() async throws {
        let place = DiskPlace()
        let cache = await place.cache(entries: 5)
        for index in 0..<12 { await cache.storeAndSettle(patterned(identity("/\(index)"), bytes: 10)) }
        #expect(cache.disk?.statistics.entries == 5)
        #expect(place.files.count == 5)
    }

    @Test func `a smaller bound after a restart is kept`() async throws {
        let place = DiskPlace(bytes: 64 << 20)
        do {
            let cache = await place.cache()
            for index in 0..<30 { cache.store(patterned(identity("/\(index)"), bytes: 20_000)) }
            await cache.disk?.isIdle()
            #expect(place.files.count == 30)
        }
        let smaller = DiskTier(
            DiskTierSettings(directory: place.directory, bytesMax: 300_000, objectBytesMax: 100_000), files: FaultyCacheFileSystem(),
            uptime: { .zero }, report: { _ in })
        smaller.start()
        await smaller.loaded()
        await smaller.isIdle()
        #expect(smaller.statistics.bytes <= 300_000)
        #expect(place.blockBytes <= 300_000)
        #expect(place.files.count == smaller.statistics.entries)
    }

    @Test func `what has not been looked at yet counts too`() async throws {
        let place = DiskPlace(bytes: 300_000)
        do {
            let cache = await place.cache()
            for index in 0..<10 { cache.store(patterned(identity("/\(index)"), bytes: 20_000)) }
            await cache.disk?.isIdle()
        }
        let files = FaultyCacheFileSystem()
        files.holdListing()
        let tier = place.tier(files)
        let cache = EdgeCache(limits: EdgeCacheLimits(memoryBytesMax: 1 << 20, objectBytesMax: 1 << 20), disk: tier)
        #expect(tier.statistics.bytes == 10 * DiskTier.cost(ofFileBytes: 20_400))
        for index in 0..<10 { cache.store(patterned(identity("/new/\(index)"), bytes: 20_000)) }
        await tier.isIdle()
        #expect(place.blockBytes <= 300_000)
        files.releaseListing()
        await tier.loaded()
        await tier.isIdle()
        #expect(tier.state.withLock { $0.unknownBytes == 0 && $0.unknown.allSatisfy { $0 == 0 } })
        #expect(place.blockBytes + tier.statistics.entries * DiskTierLimits.bookkeepingBytes == tier.statistics.bytes)
        #expect(tier.statistics.entries > 10)
    }

    @Test func `an object is kept up to its limit and not a byte beyond`() async throws {
        let place = DiskPlace(object: 5_000)
        let cache = await place.cache(memoryObject: 1_000)
        await cache.storeAndSettle(patterned(identity("/fits"), bytes: 5_000))
        await cache.storeAndSettle(patterned(identity("/large"), bytes: 5_001))
        #expect(await cache.lookupOnDisk(identity("/fits"))?.body.byteCount == 5_000, "larger than memory takes")
        #expect(await cache.lookupOnDisk(identity("/large")) == nil)
        #expect(cache.keptBytesMax == 5_000)
    }

    @Test func `what was left unfinished is swept away, and strangers' files too`() async throws {
        let place = DiskPlace()
        await place.cache().storeAndSettle(patterned(identity("/a"), bytes: 100))
        let root = place.directory + "/skerry-cache-1"
        for name in ["tmp/17", "00/note.txt", "00/00123456789abcdef0123456789abcde"] { try write([1, 2, 3], to: "\(root)/\(name)") }
        let cache = await place.cache()
        #expect(place.temporaries.isEmpty)
        #expect(place.files.count == 1)
        #expect(cache.disk?.statistics.damaged == 1)
        #expect(place.events.contains { if case .loaded(1, _, 2) = $0 { true } else { false } })
    }

    @Test func `files are closed when nobody reads them any more`() async throws {
        let place = DiskPlace()
        let files = FaultyCacheFileSystem()
        do {
            let cache = await place.cache(files)
            for index in 0..<20 { cache.store(patterned(identity("/\(index)"), bytes: 100_000 * index)) }
            await cache.disk?.isIdle()
            cache.forgetMemory()
            var held: [CachedResponse] = []
            for index in 0..<20 { if let entry = await cache.find(identity("/\(index)")) { held.append(entry) } }
            #expect(files.openFiles == 1 + held.count { $0.body.file != nil }, "the lock's, and those that are held")
            held = []
            await until("all but the lock are closed") { files.openFiles == 1 }
        }
        await until("the lock is closed") { files.openFiles == 0 }
    }
}

extension EdgeCache {
    /// What counts against the bound: written and about to be.
    var liveBytes: Int { disk?.state.withLock { $0.index.bytes + $0.reservedBytes } ?? 0 }

    /// What waits to be removed.
    var dyingBytes: Int { disk?.state.withLock { $0.removals.values.reduce(0, +) } ?? 0 }
}
