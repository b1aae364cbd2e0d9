import CacheSimulation
import Eviction
import Synchronization
import Testing

@testable import TraceReplay

struct ReplayTests {
    @Test func `every contender is simulated at every size, in the order asked for`() async throws {
        let trace = try LoadedTrace.load(path: tracePath("apache-semicomplete"))
        let plan = ReplayPlan(
            contenders: [.online(.sieve, .all), .online(.lru, .all), .online(.lru, .secondHit), .offline(.belady)],
            sizes: [.share(0.1), .bytes(1000), .share(0.01)])
        let simulated = Mutex(0)
        let report = try await Replay.run(plan, over: trace) { requests in simulated.withLock { $0 += requests } }
        #expect(simulated.withLock { $0 } == trace.references.count * 12)
        #expect(report.cells.map(\.count) == [3, 3, 3, 3])
        #expect(report.cells[0].map(\.capacityBytes) == [56_139_758, 1000, 5_613_975])
        for (row, policy) in [(0, EvictionPolicyName.sieve), (1, .lru)] {
            for cell in report.cells[row] {
                let alone = SimulatedCache(capacityBytes: cell.capacityBytes, policy: policy)
                alone.replay(trace.references)
                #expect(cell.counts == alone.counts)
            }
        }
        for row in report.cells {
            for (cell, floor) in zip(row, report.floors) { #expect(cell.counts.requestMissRatio >= floor.requestMissRatio) }
        }
    }

    @Test func `a table has the best first and the floor last`() {
        var counts = SimulationCounts()
        func cell(misses: Int, bytes: Int) -> ReplayCell {
            (counts.requests, counts.requestedBytes, counts.misses, counts.missedBytes) = (1000, 10_000, misses, bytes)
            return ReplayCell(capacityBytes: 5, counts: counts, duration: .milliseconds(1500))
        }
        let report = ReplayReport(
            sizes: [.share(0.01), .share(0.1)], contenders: [.online(.lru, .all), .online(.sieve, .all), .offline(.belady)],
            cells: [
                [cell(misses: 500, bytes: 9000), cell(misses: 300, bytes: 5000)],
                [cell(misses: 400, bytes: 9100), cell(misses: 200, bytes: 4000)],
                [cell(misses: 300, bytes: 8000), cell(misses: 100, bytes: 3000)],
            ], floors: [(5, 0.25, 0.75), (50, 0.05, 0.125)])
        #expect(
            ReplayTable.text(report) { "*\($0.split(separator: " ").last ?? "")" } == """
                                1%                 10%
                policy          requests    bytes  requests    bytes
                belady            30.00%   80.00%    10.00%   30.00%
                sieve            *40.00%   91.00%   *20.00%  *40.00%
                lru               50.00%  *90.00%    30.00%   50.00%
                floor (PFOO-L)    25.00%   75.00%     5.00%   12.50%
                """)
        #expect(
            ReplayTable.csv(report).split(separator: "\n").dropFirst().first
                == "lru,1%,5,1000,10000,0.500000,0.900000,500,9000,0,0,0,0,0,1.500")
        #expect(ReplayTable.csv(report).hasSuffix("floor,10%,50,,,0.050000,0.125000,,,,,,,,"))
    }

    @Test(arguments: [
        ([1, 10, 100, 1000], [0.9, 0.3, 0.25, 0.2], 1),
        ([1, 10, 100, 1000], [0.9, 0.8, 0.2, 0.19], 2),
        // A straight line has none, and a flat one needs no memory.
        ([1, 10, 100, 1000], [0.8, 0.6, 0.4, 0.2], 3),
        ([1, 10, 100, 1000], [0.5, 0.5, 0.5, 0.5], 0),
        ([1, 10], [0.5, 0.1], 1),
    ])
    func `the knee is the last size that pays`(sizes: [Int], misses: [Double], knee: Int) {
        #expect(ReplayAdvice.knee(sizes: sizes, misses: misses) == knee)
    }

    @Test func `advice names the size at the knee and the policy that gives up neither ratio`() {
        func cell(_ misses: Int, _ bytes: Int) -> ReplayCell {
            var counts = SimulationCounts()
            (counts.requests, counts.requestedBytes, counts.misses, counts.missedBytes) = (1000, 1000, misses, bytes)
            return ReplayCell(capacityBytes: 0, counts: counts, duration: .zero)
        }
        let report = ReplayReport(
            sizes: [.share(0.1), .share(0.001), .share(0.01)],
            contenders: [.online(.gdsf, .all), .online(.sieve, .secondHit), .offline(.belady)],
            cells: [
                [cell(200, 900), cell(800, 990), cell(250, 950)], [cell(210, 500), cell(800, 900), cell(260, 600)],
                [cell(100, 100), cell(100, 100), cell(100, 100)],
            ], floors: [(30_000_000, 0.1, 0.1), (300_000, 0.1, 0.1), (3_000_000, 0.1, 0.2)])
        #expect(
            ReplayAdvice(report)?.text(sizes: report.sizes) == """
                Suggested size: 1%, 3MiB. 26.00 % of requests and 60.00 % of bytes miss there with sieve+second-hit,
                16.00 and 40.00 points above what is possible at all. The next size brings 5.00 points of requests more.

                cache:
                  memory: 3MiB
                  eviction: sieve
                  admission: second-hit
                """)
    }

    @Test func `without a policy of the edge there is no advice`() {
        #expect(ReplayAdvice(ReplayReport(sizes: [.bytes(1)], contenders: [], cells: [], floors: [(1, 1, 1)])) == nil)
    }
}
