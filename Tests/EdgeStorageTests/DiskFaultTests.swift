import Foundation
import Glibc
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

struct DiskFaultTests {
    typealias Operation = FaultyCacheFileSystem.Operation

    @Test(
        arguments: [Operation.createFile, .write, .rename], [ENOSPC, EIO, EROFS, EACCES, EDQUOT, EMFILE])
    func `a disk that doesn't take what is written leaves memory at work, says so once, and is tried again`(
        operation: Operation, code: Int32
    ) async throws {
        let place = DiskPlace()
        let files = FaultyCacheFileSystem()
        let cache = await place.cache(files)
        await cache.storeAndSettle(patterned(identity("/before"), bytes: 100))
        files.fail(operation, code)
        for index in 0..<5 {
            #expect(cache.store(patterned(identity("/\(index)"), bytes: 1_000)))
            await cache.disk?.isIdle()
            #expect(await cache.find(identity("/\(index)")) != nil, "from memory")
        }
        let statistics = try #require(cache.disk?.statistics)
        #expect(statistics.errors == 1, "at rest it isn't tried")
        #expect(statistics.isResting)
        #expect(statistics.entries == 1)
        #expect(place.degradations == 1)
        #expect(place.temporaries.isEmpty)
        cache.forgetMemory()
        let isFull = code == ENOSPC || code == EDQUOT
        #expect((await cache.find(identity("/before")) != nil) == isFull, "a full disk still serves what it has")
        // Still failing after the rest: nothing new is said.
        place.pass(.seconds(31))
        cache.store(patterned(identity("/again"), bytes: 1_000))
        await cache.disk?.isIdle()
        #expect(cache.disk?.statistics.errors == 2)
        #expect(place.degradations == 1)
        files.heal()
        place.pass(.seconds(31))
        await cache.storeAndSettle(patterned(identity("/after"), bytes: 1_000))
        #expect(place.events.last == .recovered)
        cache.forgetMemory()
        for path in ["/before", "/after"] { #expect(await cache.find(identity(path)) != nil) }
        #expect(cache.disk?.state.withLock { $0.reservedBytes == 0 && $0.queuedBytes == 0 && $0.pending.isEmpty } == true)
    }

    @Test(arguments: [Operation.open, .read, .size])
    func `an entry that can't be read is a miss, and the disk rests`(operation: Operation) async throws {
        let place = DiskPlace()
        let files = FaultyCacheFileSystem()
        let cache = await place.cache(files)
        for path in ["/a", "/b"] { await cache.storeAndSettle(patterned(identity(path), bytes: 1_000)) }
        cache.forgetMemory()
        files.fail(operation, EIO)
        #expect(await cache.lookupOnDisk(identity("/a")) == nil)
        #expect(cache.disk?.statistics.isResting == true)
        files.heal()
        #expect(await cache.lookupOnDisk(identity("/b")) == nil, "at rest")
        place.pass(.seconds(31))
        #expect(await cache.lookupOnDisk(identity("/b")) != nil)
        #expect(await cache.lookupOnDisk(identity("/a")) == nil, "it was dropped")
        #expect(place.degradations == 1)
    }

    @Test func `too many open files cost a miss and no entry`() async throws {
        let place = DiskPlace()
        let files = FaultyCacheFileSystem()
        let cache = await place.cache(files)
        await cache.storeAndSettle(patterned(identity("/a"), bytes: 1_000))
        cache.forgetMemory()
        files.fail(.open, EMFILE)
        #expect(await cache.lookupOnDisk(identity("/a")) == nil)
        files.heal()
        place.pass(.seconds(31))
        #expect(await cache.lookupOnDisk(identity("/a")) != nil)
    }

    @Test func `a folder that vanishes is made again`() async throws {
        let place = DiskPlace()
        let cache = await place.cache()
        for index in 0..<5 { await cache.storeAndSettle(patterned(identity("/\(index)"), bytes: 1_000)) }
        try FileManager.default.removeItem(atPath: place.directory)
        cache.forgetMemory()
        #expect(await cache.find(identity("/0")) == nil)
        cache.store(patterned(identity("/x"), bytes: 1_000))
        await cache.disk?.isIdle()
        #expect(place.degradations == 1)
        #expect(cache.lookup(identity("/x").key) != nil)
        place.pass(.seconds(31))
        _ = cache.disk?.mayWrite()
        await cache.disk?.isIdle()
        await cache.disk?.loaded()
        await cache.storeAndSettle(patterned(identity("/y"), bytes: 1_000))
        #expect(place.files.count == 1)
        #expect(cache.disk?.statistics.entries == 1)
        #expect(place.events.contains(.recovered))
    }

    @Test(arguments: [Operation.createDirectory, .lock, .list])
    func `a folder that can't be opened at the start is tried again`(operation: Operation) async throws {
        let place = DiskPlace()
        let files = FaultyCacheFileSystem()
        files.fail(operation, EACCES)
        let cache = await place.cache(files)
        #expect(place.degradations == 1)
        #expect(cache.store(patterned(identity("/a"), bytes: 1_000)))
        #expect(await cache.find(identity("/b")) == nil)
        files.heal()
        place.pass(.seconds(31))
        _ = cache.disk?.mayWrite()
        await cache.disk?.isIdle()
        await cache.disk?.loaded()
        await cache.storeAndSettle(patterned(identity("/b"), bytes: 1_000))
        #expect(place.files.count == 1)
    }

    @Test(arguments: [Operation.remove, .sync])
    func `an invalidation that the disk refuses is effective, and not said to be done`(operation: Operation) async throws {
        let place = DiskPlace()
        let files = FaultyCacheFileSystem()
        let cache = await place.cache(files)
        await cache.storeAndSettle(patterned(identity("/a"), bytes: 1_000))
        files.fail(operation, EIO)
        #expect(cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/a")) == 1)
        await #expect(throws: DiskRemovalError.self) { try await cache.removalsAreDone() }
        #expect(await cache.find(identity("/a")) == nil)
        files.heal()
        try await cache.removalsAreDone()
        #expect(place.files.isEmpty)
    }

    @Test func `a device with less room than the bound turns over what it holds`() async throws {
        let place = DiskPlace()
        let files = FaultyCacheFileSystem()
        let cache = await place.cache(files)
        for index in 0..<32 { await cache.storeAndSettle(patterned(identity("/\(index)"), bytes: 1_000)) }
        cache.forgetMemory()
        for round in 0..<20 {
            files.fail(.write, ENOSPC)
            cache.store(patterned(identity("/full\(round)"), bytes: 1_000))
            await cache.disk?.isIdle()
            #expect(place.files.count <= 31, "two of 32 have made room for what comes next")
            files.heal()
            place.pass(.seconds(31))
            await cache.storeAndSettle(patterned(identity("/new\(round)"), bytes: 1_000))
            cache.forgetMemory()
            #expect(await cache.find(identity("/new\(round)")) != nil)
        }
        #expect(cache.disk?.statistics.entries ?? 0 > 10, "some go each time, not all")
        #expect(await cache.find(identity("/0")) == nil, "the least recently used went first")
    }

    /// A mount that went away, or a folder that someone has moved: a file that isn't found there has not been removed.
    @Test(arguments: [true, false])
    func `an invalidation while the folder is elsewhere is not said to be done until what comes back has gone`(isReplaced: Bool) async throws {
        let place = DiskPlace()
        let cache = await place.cache()
        for name in ["/a", "/b"] { await cache.storeAndSettle(patterned(identity(name), bytes: 1_000)) }
        let elsewhere = place.directory + "-elsewhere"
        try FileManager.default.moveItem(atPath: place.directory, toPath: elsewhere)
        if isReplaced { try FileManager.default.createDirectory(atPath: place.directory + "/skerry-cache-1/tmp", withIntermediateDirectories: true) }
        #expect(cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/a")) == 1)
        for _ in 0..<2 {
            await #expect(throws: DiskRemovalError.self) { try await cache.removalsAreDone() }
            #expect(await cache.find(identity("/a")) == nil)
        }
        #expect(place.degradations == 1)
        if isReplaced { try FileManager.default.removeItem(atPath: place.directory) }
        try FileManager.default.moveItem(atPath: elsewhere, toPath: place.directory)
        await #expect(throws: DiskRemovalError.self, "it is looked at when the rest is over") { try await cache.removalsAreDone() }
        place.pass(.seconds(31))
        _ = cache.disk?.mayWrite()
        await cache.disk?.isIdle()
        try await cache.removalsAreDone()
        #expect(!place.files.contains { $0.hasSuffix(ShortDigest(identity("/a").key).name) })
        // Killed and started again.
        let after = await place.cache()
        #expect(await after.lookupOnDisk(identity("/a")) == nil)
    }

    @Test func `a head that can't be rewritten costs the entry, not its truth`() async throws {
        let place = DiskPlace()
        let files = FaultyCacheFileSystem()
        let cache = await place.cache(files)
        let first = patterned(identity("/a"), bytes: 1_000)
        await cache.storeAndSettle(first)
        files.fail(.write, EIO)
        cache.replace(first, with: first.updated(facts: first.facts, fields: [.eTag: "\"2\""]))
        await cache.disk?.isIdle()
        #expect(cache.lookup(identity("/a").key)?.fields[.eTag] == "\"2\"")
        files.heal()
        await cache.disk?.isIdle()
        #expect(cache.disk?.statistics.entries == 0)
    }
}
