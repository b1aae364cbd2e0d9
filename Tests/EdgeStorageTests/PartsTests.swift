import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import Testing

@testable import EdgeStorage

private func head(
    _ path: String = "/a", complete: Int64 = 1_000, generation: UInt64 = 7, tag: String? = "\"v1\"", extents: [Range<Int64>] = []
) throws -> PartedObject {
    var fields: HTTPFields = [.contentType: "text/plain", .contentRange: "bytes 0-1/1000"]
    fields[.eTag] = tag
    return PartedObject(
        identity(path), version: RepresentationVersion(validator: tag.map { .entityTag($0) }, complete: complete), generation: generation,
        facts: EntryFacts(status: 200, storedAt: start, freshness: Freshness(lifetimeSeconds: 60, source: .maxAge)), fields: fields,
        extents: try #require(ByteExtents(recorded: extents)))
}

private func bytes(_ range: Range<Int64>, version: UInt8 = 1) -> ByteBuffer {
    ByteBuffer(bytes: range.map { UInt8(truncatingIfNeeded: $0 &* 7 &+ Int64(version) &* 31) })
}

extension EdgeCache {
    @discardableResult
    fileprivate func storePart(_ range: Range<Int64>, of object: PartedObject, version: UInt8 = 1) -> Bool {
        let (permit, _) = solo(object.partIdentity(start: range.lowerBound))
        return storePart(range, of: object, chunks: [bytes(range, version: version)], permit: permit, now: start)
    }
}

struct PartedObjectTests {
    @Test(arguments: [[], [0..<100], [0..<100, 100..<200, 900..<1_000]] as [[Range<Int64>]], ["\"v1\"", nil])
    func `a head says again what it was made of`(extents: [Range<Int64>], tag: String?) throws {
        let made = try head(tag: tag, extents: extents)
        let read = try #require(PartedObject(made.entry, now: start))
        #expect(read.identity == identity("/a"))
        #expect(read.generation == 7)
        #expect(read.version == made.version)
        #expect(read.extents.ranges == extents)
        #expect(!read.originLacksRanges)
        #expect(made.entry.fields[.contentLength] == "1000")
        #expect(made.entry.fields[.contentRange] == nil)
        #expect(try #require(PartedObject(made.updated(originLacksRanges: true).entry, now: start)).originLacksRanges)
    }

    @Test func `what is no head isn't read as one`() throws {
        #expect(PartedObject(response("/a"), now: start) == nil)
        #expect(PartedObject(response("/h"), now: start) == nil)
        let made = try head(extents: [0..<100])
        let whole = made.entry.body.slice(0..<made.entry.body.byteCount)
        for count in 0..<made.entry.body.byteCount {
            let torn = CachedBody(copying: whole.compactMap { $0.getSlice(at: $0.readerIndex, length: min(count, $0.readableBytes)) })
            let entry = CachedResponse(
                identity: made.entry.identity, facts: made.entry.facts, status: .ok, fields: made.entry.fields, body: torn)
            #expect(PartedObject(entry, now: start) == nil, "\(count) bytes of it")
        }
        // Its parts were to be joined under a validator that is no longer there.
        let without = made.entry.updated(facts: made.entry.facts, fields: [:])
        #expect(PartedObject(without, now: start) == nil)
    }

    @Test func `keys of heads, parts and ranges are never those of objects`() throws {
        let object = try head()
        let keys = [object.identity.key, object.identity.partsHead.key, object.identity.fetchOfRange("bytes=0-1").key]
            + [0, 1, 256].flatMap { start in [7, 8].map { object.identity.key.part(generation: $0, start: start) } }
        #expect(Set(keys).count == keys.count)
        #expect(keys.map(\.isPartsHead) == [false, true] + Array(repeating: false, count: 7))
    }
}

struct PartsStoreTests {
    @Test func `parts are recorded in the head and found again`() throws {
        let cache = cache()
        let object = try head()
        cache.store(object.entry)
        #expect(cache.storePart(100..<200, of: object))
        #expect(cache.storePart(0..<100, of: object))
        let read = try #require(cache.partedObject(identity("/a"), now: start))
        #expect(read.extents.ranges == [0..<100, 100..<200])
        #expect(cache.part(100..<200, of: read)?.body.byteCount == 100)
        #expect(cache.hasPart(100..<200, of: read))
        #expect(cache.part(0..<99, of: read) == nil)
        #expect(cache.statistics.entries == 3)
    }

    @Test func `a part without its head isn't kept`() throws {
        let cache = cache()
        let object = try head()
        #expect(!cache.storePart(0..<100, of: object))
        cache.store(try head(generation: 8).entry)
        #expect(!cache.storePart(0..<100, of: object), "the head is of another generation")
        #expect(cache.statistics.entries == 1)
    }

    @Test func `parts are bounded in number, in bytes and to their place`() throws {
        var limits = EdgeCacheLimits(memoryBytesMax: 1 << 20, objectBytesMax: 1 << 20)
        limits.partsPerObjectMax = 3
        limits.partsOfObjectBytesMax = 250
        let cache = EdgeCache(limits: limits)
        let object = try head()
        cache.store(object.entry)
        #expect(cache.storePart(0..<100, of: object))
        #expect(!cache.storePart(50..<150, of: object), "it overlaps another")
        #expect(cache.storePart(100..<200, of: object))
        #expect(!cache.storePart(200..<251, of: object))
        #expect(cache.storePart(200..<225, of: object))
        #expect(!cache.storePart(225..<226, of: object), "the fourth")
        let (permit, _) = cache.solo(object.partIdentity(start: 300))
        #expect(!cache.storePart(300..<400, of: object, chunks: [bytes(300..<399)], permit: permit, now: start), "a byte is missing")
        #expect(cache.statistics.entries == 4)
    }

    @Test func `an invalidation takes head and parts, and what is on its way`() throws {
        let cache = cache()
        let object = try head()
        cache.store(object.entry)
        cache.storePart(0..<100, of: object)
        let (permit, _) = cache.solo(object.partIdentity(start: 100))
        #expect(cache.invalidate(distributionID: "E1", matching: try InvalidationPattern("/a")) == 2)
        cache.store(object.entry)
        #expect(!cache.storePart(100..<200, of: object, chunks: [bytes(100..<200)], permit: permit, now: start))
        #expect(cache.statistics.entries == 1)
    }

    @Test func `an unsafe request takes the head, and what is on its way`() throws {
        let cache = cache()
        let object = try head()
        cache.store(object.entry)
        let (permit, _) = cache.solo(object.partIdentity(start: 100))
        #expect(cache.invalidate(primary: identity("/a").key) == 1)
        #expect(permit.isOutdated)
        #expect(cache.partedObject(identity("/a"), now: start) == nil)
    }

    @Test func `removing an object removes its parts`() throws {
        let cache = cache()
        let object = try head()
        cache.store(object.entry)
        for start in stride(from: Int64(0), to: 1_000, by: 100) { cache.storePart(start..<start + 100, of: object) }
        cache.removeParts(of: identity("/a"), generation: 9, now: start)
        #expect(cache.statistics.entries == 11, "another generation")
        let read = try #require(cache.partedObject(identity("/a"), now: start))
        let whole = try #require(cache.wholeBody(of: read))
        #expect(whole.slice(0..<1_000).reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1) } == bytes(0..<1_000))
        cache.removeParts(of: identity("/a"), generation: 7, now: start)
        #expect(cache.statistics.entries == 0)
        #expect(cache.statistics.bytes == 0)
    }

    @Test func `heads that change at one time lose nothing`() async throws {
        let cache = cache()
        let object = try head(complete: 100_000)
        cache.store(object.entry)
        await withTaskGroup(of: Void.self) { group in
            for worker in Int64(0)..<8 {
                group.addTask {
                    for step in Int64(0)..<25 {
                        let start = (step * 8 + worker) * 10
                        cache.storePart(start..<start + 10, of: object)
                    }
                }
            }
        }
        let read = try #require(cache.partedObject(identity("/a"), now: start))
        #expect(read.extents.count == 200)
        #expect(read.extents.covers(0..<2_000))
    }
}

/// Random fetches, evictions, changes and invalidations of a few objects against byte arrays.
struct PartsSimulationTests {
    private struct Oracle {
        var version: UInt8 = 1
        var length: Int64 = 2_000
        var generation: UInt64 = 1
    }

    @Test(arguments: [1, 2, 3, 5, 8, 13, 21, 34] as [UInt64])
    func `what is read is always one version's bytes`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var limits = EdgeCacheLimits(memoryBytesMax: 40_000, objectBytesMax: 1 << 20)
        limits.partsOfObjectBytesMax = 1_500
        let cache = EdgeCache(limits: limits)
        var oracles = Array(repeating: Oracle(), count: 4)
        var heldBack: [(FillPermit, PartedObject, Range<Int64>, UInt8)] = []
        var hits = 0
        for step in 0..<4_000 {
            let index = Int.random(in: 0..<4, using: &random)
            let path = "/\(index)"
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                oracles[index].version &+= 1
                oracles[index].generation += 1
                oracles[index].length = .random(in: 500...3_000, using: &random)
                // The edge learns of it by an answer with another validator.
                if Bool.random(using: &random) { cache.removeParts(of: identity(path), now: start) }
            case 1: cache.invalidate(distributionID: "E1", matching: try InvalidationPattern(path))
            case 2: cache.store(response("/other\(step % 7)", bytes: .random(in: 1_000...9_000, using: &random)))
            case 3 where !heldBack.isEmpty:
                let (permit, object, range, version) = heldBack.remove(at: .random(in: 0..<heldBack.count, using: &random))
                cache.storePart(range, of: object, chunks: [bytes(range, version: version)], permit: permit, now: start)
            case 4..<12:
                let oracle = oracles[index]
                var object = cache.partedObject(identity(path), now: start)
                if object?.version.validator != .entityTag("\"\(oracle.version)\"") || object?.complete != oracle.length {
                    cache.removeParts(of: identity(path), now: start)
                    let fresh = try head(
                        path, complete: oracle.length, generation: .random(in: 0...1, using: &random) << 32 | oracle.generation, tag: "\"\(oracle.version)\"")
                    cache.store(fresh.entry)
                    object = fresh
                }
                guard let object else { continue }
                let position = Int64.random(in: 0..<oracle.length, using: &random)
                guard object.extents.extent(containing: position) == nil else { continue }
                let plan = PartsPlan(
                    at: position, wantedEnd: .random(in: position + 1...oracle.length, using: &random), extents: object.extents,
                    complete: oracle.length, partBytes: 128, aligns: .random(using: &random))
                let (permit, _) = cache.solo(object.partIdentity(start: plan.piece.lowerBound))
                if Bool.random(using: &random) {
                    cache.storePart(plan.piece, of: object, chunks: [bytes(plan.piece, version: oracle.version)], permit: permit, now: start)
                } else {
                    heldBack.append((permit, object, plan.piece, oracle.version))
                }
            default:
                guard let object = cache.partedObject(identity(path), now: start),
                    case .entityTag(let tag)? = object.version.validator, let version = UInt8(tag.filter(\.isNumber))
                else { continue }
                let extents = object.extents
                for extent in extents.ranges {
                    guard let part = cache.part(extent, of: object) else {
                        cache.forget(extent, of: object, now: start)
                        continue
                    }
                    hits += 1
                    let content = part.body.slice(0..<part.body.byteCount).reduce(into: ByteBuffer()) { $0.writeImmutableBuffer($1) }
                    try #require(content == bytes(extent, version: version), "seed \(seed), step \(step), \(path) \(extent)")
                }
                try #require(extents.byteCount <= 1_500)
            }
            try #require(cache.statistics.bytes + cache.statistics.fillingBytes <= limits.memoryBytesMax, "seed \(seed), step \(step)")
        }
        #expect(hits > 100, "seed \(seed): the simulation has to find something")
        heldBack = []
        #expect(cache.statistics.fillingBytes == 0)
    }
}
