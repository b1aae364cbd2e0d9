import CacheSimulation
import Eviction
import Testing

@testable import TraceReplay

struct HitRatioGateTests {
    /// 1000 requests for 10 000 bytes each.
    private func report(_ rows: [(Contender, misses: Int, bytes: Int)]) -> ReplayReport {
        ReplayReport(
            sizes: [.share(0.01)], contenders: rows.map(\.0),
            cells: rows.map {
                var counts = SimulationCounts()
                (counts.requests, counts.requestedBytes, counts.misses, counts.missedBytes) = (1000, 10_000, $0.misses, $0.bytes)
                return [ReplayCell(capacityBytes: 5, counts: counts, duration: .seconds(1))]
            }, floors: [(5, 0.1, 0.1)])
    }

    @Test(arguments: [(900, true), (901, false), (0, true), (1000, false)])
    func `the share itself is enough, one request less is not`(misses: Int, enough: Bool) {
        let report = report([(.online(.sieve, .all), misses, 10_000)])
        #expect(HitRatioGate(requests: 0.1).shortfalls(report).isEmpty == enough)
    }

    @Test func `each cache that the edge can run is judged, those that know the future are not`() {
        let report = report([
            (.online(.lru, .all), 500, 9000), (.offline(.belady), 999, 9999), (.online(.sieve, .secondHit), 200, 9500),
        ])
        #expect(
            HitRatioGate(requests: 0.6, bytes: 0.1).shortfalls(report).map(\.description) == [
                "lru at 1%: 50.000% of the requests hit, below 60.000%",
                "sieve+second-hit at 1%: 5.000% of the bytes hit, below 10.000%",
            ])
        #expect(HitRatioGate().shortfalls(report).isEmpty)
    }
}
