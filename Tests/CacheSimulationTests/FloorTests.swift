import Eviction
import Testing

@testable import CacheSimulation

struct FloorTests {
    @Test func `the future is the position of each object's next request`() {
        let trace = references([(5, 1), (6, 1), (5, 1), (5, 1)])
        #expect(FutureKnowledge(trace.list, objects: 2).next == [2, .max, 3, .max])
    }

    @Test func `a floor by hand`() {
        // Two hits are possible: A after three steps at 10 bytes (30 byte-steps), B after one step at 20 (20).
        let trace = references([(1, 10), (2, 20), (2, 20), (1, 10)])
        let floor = MissFloor(trace.list, future: FutureKnowledge(trace.list, objects: 2))
        // Room for everything: both hits.
        #expect(floor.requestMissRatio(capacityBytes: 30) == 0.5)
        #expect(floor.byteMissRatio(capacityBytes: 30) == 0.5)
        // Ten bytes over four requests are 40 byte-steps. B does not fit, so A's hit is all there is.
        #expect(floor.requestMissRatio(capacityBytes: 10) == 0.75)
        #expect(abs(floor.byteMissRatio(capacityBytes: 10) - 50.0 / 60) < 1e-12)
        // Nine bytes hold neither.
        #expect(floor.requestMissRatio(capacityBytes: 9) == 1)
    }

    @Test func `the last hit counts in part`() {
        let trace = references([(1, 10), (2, 10), (3, 10), (1, 10), (2, 10)])
        let floor = MissFloor(trace.list, future: FutureKnowledge(trace.list, objects: 3))
        // Ten bytes over five requests: 50 byte-steps, one hit of 30 and two thirds of the other.
        #expect(abs(floor.requestMissRatio(capacityBytes: 10) - (1 - (1 + 2.0 / 3) / 5)) < 1e-12)
    }

    @Test(arguments: EvictionPolicyName.allCases)
    func `no policy comes below the floor`(policy: EvictionPolicyName) {
        var random = SeededRandom(seed: 11)
        let trace = references((0..<10_000).map { _ in
            let object = random.next(below: 1 + random.next(below: 500))
            return (UInt64(object), 1 + object * 7919 % 400)
        })
        let floor = MissFloor(trace.list, future: FutureKnowledge(trace.list, objects: trace.index.objects))
        for capacity in [500, 5000, 50_000] {
            let cache = SimulatedCache(capacityBytes: capacity, policy: policy)
            cache.replay(trace.list)
            #expect(cache.counts.requestMissRatio >= floor.requestMissRatio(capacityBytes: capacity))
            #expect(cache.counts.byteMissRatio >= floor.byteMissRatio(capacityBytes: capacity))
        }
    }
}
