import Eviction
import Testing
import TraceFormats

@testable import CacheSimulation

/// References to numbered objects, a second apart.
func references(_ requests: [(object: UInt64, bytes: Int)], ttlSeconds: Int32? = nil) -> (list: [Reference], index: TraceIndex) {
    var index = TraceIndex()
    var list: [Reference] = []
    index.add(
        requests.enumerated().map { TraceRequest(time: Int64($0), object: $1.object, bytes: $1.bytes, ttlSeconds: ttlSeconds) },
        to: &list)
    return (list, index)
}

struct SimulatedCacheTests {
    @Test func `requests, bytes, evictions and refusals are counted`() {
        let trace = references([(1, 60), (2, 60), (1, 60), (3, 101), (3, 101), (2, 60), (2, 60)])
        let cache = SimulatedCache(capacityBytes: 100, policy: .lru)
        cache.replay(trace.list)
        // 1 and 2 don't fit together, 3 does not fit at all: one hit, at the end.
        var expected = SimulationCounts()
        expected.requests = 7
        expected.requestedBytes = 502
        expected.misses = 6
        expected.missedBytes = 442
        expected.insertions = 4
        expected.evictions = 3
        expected.evictedBytes = 180
        expected.refusals = 2
        #expect(cache.counts == expected)
        #expect(cache.usedBytes == 60)
        #expect(trace.index.objects == 3)
        #expect(trace.index.workingSetBytes == 221)
    }

    @Test func `an object as large as the cache is stored, and one byte more is not`() {
        let cache = SimulatedCache(capacityBytes: 100, policy: .lru)
        cache.replay(references([(1, 100), (2, 101)]).list)
        #expect(cache.usedBytes == 100)
        #expect(cache.counts.refusals == 1)
    }

    @Test func `an entry keeps the size that it was stored with`() {
        let cache = SimulatedCache(capacityBytes: 100, policy: .lru)
        cache.replay(references([(1, 10), (1, 90)]).list)
        #expect(cache.counts.misses == 1)
        #expect(cache.counts.missedBytes == 10)
        #expect(cache.counts.requestedBytes == 100)
        #expect(cache.usedBytes == 10)
    }

    @Test func `an object is fresh until its time is over, and then revalidated or fetched anew`() {
        let cache = SimulatedCache(capacityBytes: 1000, policy: .lru)
        func ask(at time: Int64, bytes: Int = 10) -> Bool {
            cache.request(Reference(object: 0, ttlSeconds: 5, bytes: bytes, time: time))
        }
        #expect(!ask(at: 0))
        #expect(ask(at: 4))
        // Expired at 5, unchanged: asked about, not fetched; fresh again until 10.
        #expect(!ask(at: 5))
        #expect(cache.counts.revalidations == 1)
        #expect(cache.counts.missedBytes == 10)
        #expect(ask(at: 9))
        // Expired, and another size by now.
        #expect(!ask(at: 10, bytes: 20))
        #expect(cache.counts.revalidations == 1)
        #expect(cache.counts.missedBytes == 30)
        #expect(cache.usedBytes == 20)
        #expect(cache.counts.misses == 3)
    }

    @Test func `a trace without times to live takes the one that is given`() {
        let trace = references([(1, 1), (1, 1), (1, 1), (1, 1)])
        let cache = SimulatedCache(capacityBytes: 10, policy: .sieve, defaultTTLSeconds: 2)
        cache.replay(trace.list)
        #expect(cache.counts.revalidations == 1)
        #expect(cache.counts.misses == 2)
    }

    @Test(arguments: EvictionPolicyName.allCases)
    func `a cache that holds everything misses each object once`(policy: EvictionPolicyName) {
        var random = SeededRandom(seed: 7)
        let trace = references((0..<5000).map { _ in (UInt64(random.next(below: 300)), 7) })
        let cache = SimulatedCache(capacityBytes: 1_000_000, policy: policy)
        cache.replay(trace.list)
        #expect(cache.counts.misses == trace.index.objects)
        #expect(cache.counts.evictions == 0)
    }

    @Test(arguments: EvictionPolicyName.allCases, [100, 1000, 20_000])
    func `bytes held never exceed the cache, and every byte is accounted for`(policy: EvictionPolicyName, capacity: Int) {
        var random = SeededRandom(seed: 9)
        let trace = references((0..<8000).map { _ in
            let object = random.next(below: 1 + random.next(below: 1000))
            return (UInt64(object), 1 + object * 7919 % 400)
        })
        let cache = SimulatedCache(capacityBytes: capacity, policy: policy)
        var stored = 0
        for reference in trace.list {
            let before = cache.counts
            cache.request(reference)
            if cache.counts.insertions > before.insertions { stored += reference.bytes }
            guard cache.usedBytes > capacity || cache.usedBytes != stored - cache.counts.evictedBytes else { continue }
            Issue.record("\(cache.usedBytes) bytes held of \(capacity), \(stored) stored, \(cache.counts.evictedBytes) evicted")
            return
        }
        #expect(cache.counts.misses == cache.counts.insertions + cache.counts.refusals)
    }
}
