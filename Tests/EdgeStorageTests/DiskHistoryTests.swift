// Random histories of a cache over a disk, with faults, kills in the middle of anything and restarts, against a plain model: whatever
// is found is the content that was stored under its key, whole, not invalidated, and never older than what a restart may bring back.

import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Synchronization
import Testing

@testable import EdgeStorage

struct DiskHistoryTests {
    /// What may be found under a path: the versions stored since the last time that nothing could be there.
    private struct Model {
        /// The version that is in force in this process; nil when none is.
        var current: Int?
        /// Versions that a kill may bring back: stored, and not certainly gone.
        var possible: Set<Int> = []
    }

    private static func bytes(of version: Int) -> Int { [0, 10, 700, 5_000, 40_000, 300_000, 1_300_000][version % 7] }

    private static func response(_ path: String, version: Int) -> CachedResponse {
        let count = bytes(of: version)
        return CachedResponse(
            identity: identity(path),
            facts: EntryFacts(
                status: 200, storedAt: start.advanced(bySeconds: Int64(version)), freshness: Freshness(lifetimeSeconds: 60, source: .maxAge)),
            status: .ok, fields: [.eTag: "\"\(version)\""],
            body: CachedBody(copying: [pattern(count, seed: UInt8(truncatingIfNeeded: version))]))
    }

    private static func version(of entry: CachedResponse) -> Int { Int(entry.fields[.eTag]?.dropFirst().prefix { $0 != "\"" } ?? "") ?? -1 }

    @Test(arguments: UInt64(1)...16)
    func `nothing wrong, torn or invalidated is ever found`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let place = DiskPlace(bytes: Int.random(in: 1_000_000...20_000_000, using: &random))
        let paths = (0..<10).map { "/\($0 % 3)/\($0)" }
        var model = Dictionary(uniqueKeysWithValues: paths.map { ($0, Model()) })
        var lastVersion = 0
        for round in 0..<6 {
            let files = FaultyCacheFileSystem()
            let tier = place.tier(files)
            let cache = EdgeCache(limits: EdgeCacheLimits(memoryBytesMax: 900_000, objectBytesMax: 700_000), disk: tier)
            if Bool.random(using: &random) { files.stop(afterChanges: Int.random(in: 0...300, using: &random)) }
            for step in 0..<60 {
                let path = try #require(paths.randomElement(using: &random))
                let story = "seed \(seed), round \(round), step \(step), \(path)"
                switch Int.random(in: 0..<12, using: &random) {
                case 0...3:
                    lastVersion += 1
                    let entry = Self.response(path, version: lastVersion)
                    let isStored = cache.store(entry)
                    if isStored { model[path]?.current = lastVersion } else if entry.body.byteCount <= cache.keptBytesMax { model[path]?.current = nil }
                    model[path]?.possible.insert(lastVersion)
                case 4...7:
                    guard let found = await cache.find(identity(path)) else { continue }
                    let version = Self.version(of: found)
                    if let current = model[path]?.current {
                        #expect(version == current, "\(story)")
                    } else {
                        #expect(model[path]?.possible.contains(version) == true, "\(story): \(version)")
                        // What a restart has brought back is in force from now on.
                        model[path]?.current = version
                    }
                    do {
                        let content = try await found.content()
                        #expect(content.count == Self.bytes(of: version), "\(story)")
                        #expect(content == Array(pattern(content.count, seed: UInt8(truncatingIfNeeded: version)).readableBytesView), "\(story)")
                    } catch is DiskBodyError {
                        // Refused rather than wrong.
                    }
                case 8:
                    let named = try InvalidationPattern(Bool.random(using: &random) ? path : "\(path.prefix(3))*")
                    cache.invalidate(distributionID: "E1", matching: named)
                    let isCertain = (try? await cache.removalsAreDone()) != nil
                    for name in paths where named.matches(path: name) {
                        #expect(await cache.find(identity(name)) == nil, "\(story): \(name) was invalidated")
                        model[name]?.current = nil
                        // In this process nothing comes back; after a kill only if the disk has refused.
                        if isCertain { model[name]?.possible = [] }
                    }
                case 9: cache.forgetMemory()
                case 10:
                    if Bool.random(using: &random) { await tier.isIdle() }
                    place.pass(.seconds(Int64.random(in: 0...40, using: &random)))
                default:
                    if Int.random(in: 0..<4, using: &random) == 0 {
                        files.fail(try #require([.write, .createFile, .rename, .read, .open, .remove, .truncate].randomElement(using: &random)), 5)
                    } else {
                        files.heal()
                    }
                }
                #expect(cache.liveBytes <= place.bytes, "\(story)")
            }
            // A kill: nothing more reaches the disk.
            files.stop(afterChanges: 0)
            await tier.loaded()
            await tier.isIdle()
            for path in paths { model[path]?.current = nil }
        }
        let files = FaultyCacheFileSystem()
        let last = await place.cache(files)
        #expect(place.temporaries.isEmpty, "seed \(seed)")
        #expect(place.files.count == last.disk?.statistics.entries, "seed \(seed): no space is leaked")
        #expect(place.blockBytes <= place.bytes)
    }
}
