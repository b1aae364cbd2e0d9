import Eviction
import Testing

@testable import EdgeStorage

/// Both tiers with the policies that a configuration may choose.
struct PolicyChoiceTests {
    private let names = (0..<4).map { "/\($0)" }

    private func cache(_ policy: EvictionPolicyName, _ admission: AdmissionPolicyName = .all, entries: Int) -> EdgeCache {
        let bytes = entries * response("/0", bytes: 1_000).costBytes
        return EdgeCache(limits: EdgeCacheLimits(memoryBytesMax: bytes, objectBytesMax: bytes), policy: policy, admission: admission)
    }

    private func held(_ cache: EdgeCache) -> [String] { names.filter { cache.lookup(identity($0).key) != nil } }

    @Test(arguments: [(EvictionPolicyName.fifo, ["/1", "/2", "/3"]), (.lru, ["/0", "/2", "/3"])])
    func `what leaves is what the policy picks`(policy: EvictionPolicyName, expected: [String]) {
        let cache = cache(policy, entries: 3)
        for name in names.prefix(3) { cache.store(response(name, bytes: 1_000)) }
        #expect(cache.lookup(identity("/0").key) != nil)
        cache.store(response("/3", bytes: 1_000))
        #expect(held(cache) == expected)
    }

    @Test(arguments: EvictionPolicyName.allCases)
    func `under every policy the cache keeps within its bytes and finds what it holds`(policy: EvictionPolicyName) {
        // Large enough that every policy, also one that refuses what takes more than a hundredth of it, holds something.
        let cache = cache(policy, entries: 200)
        for round in 0..<2_000 {
            let name = "/\(round * round % 1_009)"
            if let found = cache.lookup(identity(name).key) {
                #expect(found.identity.path == name)
            } else {
                cache.store(response(name, bytes: 500 + round % 1_000))
            }
        }
        let statistics = cache.statistics
        #expect(statistics.bytes <= cache.limits.memoryBytesMax)
        #expect(statistics.entries == statistics.insertions - statistics.evictions)
        #expect(statistics.evictions > 0)
    }

    @Test func `a policy that refuses large entries keeps them out`() {
        let cache = cache(.s3fifo, entries: 100)
        #expect(cache.store(response("/0", bytes: 1_000)))
        #expect(!cache.store(response("/1", bytes: 20_000)))
        #expect(held(cache) == ["/0"])
    }

    @Test func `second-hit admission stores at the second time, and what is held may always be replaced`() {
        let cache = cache(.sieve, .secondHit, entries: 10)
        #expect(!cache.store(response("/0", bytes: 1_000)))
        #expect(cache.store(response("/0", bytes: 1_000)))
        // Forty others later it would not be admitted, but it is held.
        for other in 10..<60 { cache.store(response("/\(other)", bytes: 1_000)) }
        let newer = response("/0", bytes: 900)
        #expect(cache.store(newer))
        #expect(cache.lookup(identity("/0").key) === newer)
    }

    @Test func `TinyLFU admission compares with what would leave`() {
        let cache = cache(.lru, .tinyLFU, entries: 3)
        for name in names.prefix(3) { #expect(cache.store(response(name, bytes: 1_000)), "while there is room") }
        _ = held(cache)
        #expect(!cache.store(response("/3", bytes: 1_000)), "once against twice")
        #expect(!cache.store(response("/3", bytes: 1_000)), "twice against twice")
        #expect(cache.store(response("/3", bytes: 1_000)))
        #expect(held(cache) == ["/1", "/2", "/3"])
    }

    @Test func `the disk tier has policies of its own`() async {
        let place = DiskPlace(bytes: 1 << 20)
        let cache = await place.cache(memory: 100, policy: .s3fifo, admission: .secondHit)
        #expect(!cache.store(response("/0", bytes: 10_000)))
        #expect(cache.store(response("/0", bytes: 10_000)))
        // More than a tenth of the disk.
        #expect(!cache.store(response("/1", bytes: 200_000)))
        #expect(!cache.store(response("/1", bytes: 200_000)))
        await cache.disk?.isIdle()
        #expect(cache.disk?.statistics.refusedWrites == 3)
        #expect(cache.disk?.statistics.entries == 1)
        #expect(place.files.count == 1)
    }
}
