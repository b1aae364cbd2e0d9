import Foundation
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
func bytes(of path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

struct DiskDamageTests {
    @Test func `a file with any one bit changed is never served`() async throws {
        let place = DiskPlace()
        let cache = await place.cache()
        await cache.storeAndSettle(patterned(identity("/a"), bytes: 300))
        let path = place.path(of: identity("/a").key)
        let good = try bytes(of: path)
        for index in good.indices {
            var bad = good
            bad[index] ^= UInt8(1 << (index % 8))
            try write(bad, to: path)
            cache.forgetMemory()
            #expect(await cache.lookupOnDisk(identity("/a")) == nil, "byte \(index) of \(good.count)")
            try await cache.removalsAreDone()
            #expect(place.files.isEmpty, "it is dropped")
            await cache.storeAndSettle(patterned(identity("/a"), bytes: 300))
        }
        #expect(cache.disk?.statistics.damaged == good.count)
        cache.forgetMemory()
        #expect(await cache.lookupOnDisk(identity("/a")) != nil)
    }

    @Test(arguments: [false, true])
    func `a file that is cut off or longer is never served`(afterRestart: Bool) async throws {
        let place = DiskPlace()
        let first = await place.cache()
        await first.storeAndSettle(patterned(identity("/a"), bytes: 5_000))
        let path = place.path(of: identity("/a").key)
        let good = try bytes(of: path)
        let ends = [0, 1, 47, 48, 300, 4_999, 5_000, 5_015, good.count - 49, good.count - 1]
        for bad in ends.map({ Array(good.prefix($0)) }) + [good + [0], good + good] {
            let cache = afterRestart ? nil : first
            if let cache {
                await cache.storeAndSettle(patterned(identity("/a"), bytes: 5_000))
                cache.forgetMemory()
            }
            try write(bad, to: path)
            let reader: EdgeCache = if let cache { cache } else { await place.cache() }
            #expect(await reader.lookupOnDisk(identity("/a")) == nil, "\(bad.count) bytes")
            try await reader.removalsAreDone()
            #expect(place.files.isEmpty)
        }
    }

    @Test func `another entry's file under an entry's name is not served`() async throws {
        let place = DiskPlace()
        do {
            let cache = await place.cache()
            await cache.storeAndSettle(patterned(identity("/a"), bytes: 100))
            await cache.storeAndSettle(patterned(identity("/b"), bytes: 100))
            try write(bytes(of: place.path(of: identity("/b").key)), to: place.path(of: identity("/a").key))
            cache.forgetMemory()
            #expect(await cache.lookupOnDisk(identity("/a")) == nil)
            #expect(await cache.lookupOnDisk(identity("/b")) != nil)
            try await cache.removalsAreDone()
            try write(bytes(of: place.path(of: identity("/b").key)), to: place.path(of: identity("/a").key))
        }
        let cache = await place.cache()
        #expect(cache.disk?.statistics.entries == 1)
        #expect(await cache.lookupOnDisk(identity("/a")) == nil)
        #expect(await cache.lookupOnDisk(identity("/b")) != nil)
    }

    @Test func `damage in large content is found before its chunk is sent, and drops the entry`() async throws {
        let place = DiskPlace()
        let count = 9 << 20
        let chunk = DiskEntryFormat.chunkBytes
        for damaged in [0, 20 * chunk + 5, count - 1] {
            do {
                let cache = await place.cache(memoryObject: 16 << 20)
                await cache.storeAndSettle(patterned(identity("/large"), bytes: count))
            }
            let path = place.path(of: identity("/large").key)
            var bad = try bytes(of: path)
            bad[damaged] ^= 1
            try write(bad, to: path)
            let cache = await place.cache()
            let found = try #require(await cache.lookupOnDisk(identity("/large")), "its head is good")
            let file = try #require(found.body.file)
            let start = damaged / chunk * chunk
            if start > 0 {
                #expect(try await file.read(start - chunk..<start) == pattern(count).getSlice(at: start - chunk, length: chunk))
            }
            await #expect(throws: DiskBodyError.self) { _ = try await file.read(damaged..<damaged + 1) }
            await #expect(throws: DiskBodyError.self) { try await file.prepare(damaged..<count) }
            #expect(await cache.lookupOnDisk(identity("/large")) == nil)
            #expect(cache.disk?.statistics.damaged == 1)
            try await cache.removalsAreDone()
            #expect(place.files.isEmpty)
        }
    }
}
