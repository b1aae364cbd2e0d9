import Glibc
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

struct DiskSpoolTests {
    private static let chunk = 64 * 1024

    /// Streams patterned content through a fill that goes to disk, running `during` after each chunk.
    private static func stream(
        _ count: Int, into cache: EdgeCache, _ object: ObjectIdentity, permit: FillPermit, startsAt spooled: Int = 0,
        during: (Int) async throws -> Void = { _ in }
    ) async throws -> Bool {
        let all = pattern(count)
        var keeps = true
        var sent = 0
        if spooled == 0 { keeps = permit.startSpooling(expectedBytes: count) }
        while sent < count {
            let length = min(chunk, count - sent)
            let piece = try #require(all.getSlice(at: sent, length: length))
            if sent >= spooled, !permit.isSpooling, keeps { keeps = permit.startSpooling(expectedBytes: nil) }
            if !keeps { permit.stopKeeping() }
            keeps = try await permit.append(piece, keeping: keeps)
            sent += length
            try await during(sent)
        }
        permit.fill.end(.success(()))
        guard keeps else { return false }
        return await permit.storeSpooled({ body in
            CachedResponse(
                identity: object, facts: EntryFacts(status: 200, storedAt: start, freshness: Freshness(lifetimeSeconds: 60, source: .maxAge)),
                status: .ok, fields: [.eTag: "\"s\""], body: body)
        }, byteCount: count)
    }

    private static func all(of reader: FillReader<FillOutcome>) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let chunk = try await reader.next() { bytes += Array(chunk.readableBytesView) }
        return bytes
    }

    @Test(arguments: [0, 3 << 20])
    func `what is too large for memory goes to disk while it is read`(spooledFrom: Int) async throws {
        let place = DiskPlace()
        let cache = await place.cache()
        let object = identity("/film")
        let count = 8 << 20
        do {
            let (permit, reader) = try #require(cache.join(object, seen: nil).leader)
            let viewer = Task { try await Self.all(of: reader) }
            #expect(try await Self.stream(count, into: cache, object, permit: permit, startsAt: spooledFrom))
            #expect(try await viewer.value == Array(pattern(count).readableBytesView))
        }
        #expect(cache.statistics.fillingBytes == 0)
        let found = try #require(await cache.find(object))
        #expect(found.body.file != nil)
        #expect(try await found.content() == Array(pattern(count).readableBytesView))
        #expect(place.temporaries.isEmpty)
    }

    @Test func `readers who lag or come late read from the file, and little is held`() async throws {
        let place = DiskPlace()
        let cache = await place.cache()
        let object = identity("/film")
        let count = 6 << 20
        let (permit, slow) = try #require(cache.join(object, seen: nil).leader)
        var late: FillReader<FillOutcome>?
        let isStored = try await Self.stream(count, into: cache, object, permit: permit) { sent in
            await cache.disk?.isIdle()
            #expect(permit.fill.heldBytes <= Fill<FillOutcome>.windowBytes + Self.chunk)
            if sent == 48 * Self.chunk { late = cache.join(object, seen: nil).follower }
        }
        #expect(isStored)
        #expect(try await Self.all(of: slow) == Array(pattern(count).readableBytesView))
        #expect(try await Self.all(of: try #require(late)) == Array(pattern(count).readableBytesView))
        #expect(try await cache.find(object)?.content() == Array(pattern(count).readableBytesView))
    }

    @Test(arguments: [FaultyCacheFileSystem.Operation.createFile, .write])
    func `a disk that fails in the middle costs the readers nothing`(operation: FaultyCacheFileSystem.Operation) async throws {
        let place = DiskPlace()
        let files = FaultyCacheFileSystem()
        let cache = await place.cache(files)
        let object = identity("/film")
        let count = 6 << 20
        let (permit, reader) = try #require(cache.join(object, seen: nil).leader)
        let other = try #require(cache.join(object, seen: nil).follower)
        let viewers = [reader, other].map { reader in Task { try await Self.all(of: reader) } }
        if operation == .createFile { files.fail(operation, ENOSPC) }
        let isStored = try await Self.stream(count, into: cache, object, permit: permit) { sent in
            if sent == 20 * Self.chunk {
                await cache.disk?.isIdle()
                files.fail(operation, ENOSPC)
            }
        }
        #expect(!isStored)
        for viewer in viewers { #expect(try await viewer.value == Array(pattern(count).readableBytesView)) }
        #expect(await cache.find(object) == nil)
        await cache.disk?.isIdle()
        #expect(place.degradations == 1)
    }

    @Test func `what is invalidated while it streams is not stored`() async throws {
        let place = DiskPlace()
        let cache = await place.cache()
        let object = identity("/film")
        do {
            let (permit, reader) = try #require(cache.join(object, seen: nil).leader)
            let viewer = Task { try await Self.all(of: reader) }
            let isStored = try await Self.stream(5 << 20, into: cache, object, permit: permit) { sent in
                if sent == 10 * Self.chunk { cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/film")) }
            }
            #expect(!isStored)
            #expect(try await viewer.value.count == 5 << 20)
        }
        #expect(await cache.find(object) == nil)
        await until("its file is gone") { place.temporaries.isEmpty && place.files.isEmpty }
    }

    @Test func `what breaks off leaves no file`() async throws {
        let place = DiskPlace()
        let cache = await place.cache()
        do {
            let (permit, reader) = try #require(cache.join(identity("/film"), seen: nil).leader)
            #expect(permit.startSpooling(expectedBytes: 10 << 20))
            for _ in 0..<10 { _ = try await permit.append(pattern(Self.chunk), keeping: true) }
            permit.fill.end(.failure(.originFailed("gone")))
            withExtendedLifetime(reader) {}
        }
        await until("its file is gone") { place.temporaries.isEmpty }
        await cache.disk?.isIdle()
        #expect(cache.disk?.statistics.bytes == 0)
        #expect(cache.disk?.state.withLock { $0.queuedBytes } == 0)
    }

    @Test func `what makes room for a file that grows has gone before it grows`() async throws {
        let place = DiskPlace(bytes: 12 << 20, object: 10 << 20)
        let cache = await place.cache(memory: 1 << 20, memoryObject: 1 << 20)
        for index in 0..<11 { await cache.storeAndSettle(patterned(identity("/\(index)"), bytes: 1_000_000)) }
        let object = identity("/film")
        let (permit, reader) = try #require(cache.join(object, seen: nil).leader)
        let viewer = Task { try await Self.all(of: reader) }
        // Its length isn't known before.
        let isStored = try await Self.stream(8 << 20, into: cache, object, permit: permit, startsAt: Self.chunk) { sent in
            // In this order: a file on its way to its name is counted twice rather than not at all.
            let bytes = place.temporaryBlockBytes + place.blockBytes
            #expect(bytes <= place.bytes, "after \(sent) bytes")
        }
        #expect(isStored)
        _ = try await viewer.value
        #expect(cache.disk?.statistics.evictions ?? 0 >= 7)
        #expect(place.blockBytes <= place.bytes)
    }

    @Test func `what doesn't fit on the disk only passes through`() async throws {
        let place = DiskPlace(bytes: 8 << 20, object: 6 << 20)
        let cache = await place.cache()
        let (permit, reader) = try #require(cache.join(identity("/film"), seen: nil).leader)
        #expect(!permit.startSpooling(expectedBytes: 6 << 20 + 1))
        let viewer = Task { try await Self.all(of: reader) }
        // Its length is not known before.
        #expect(try await !Self.stream(7 << 20, into: cache, identity("/film"), permit: permit, startsAt: 1 << 20))
        #expect(try await viewer.value.count == 7 << 20)
        #expect(await cache.find(identity("/film")) == nil)
    }
}
