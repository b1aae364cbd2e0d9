// Every contender at every size over one trace, on all cores. The trace is read and numbered once; simulations share it
// and nothing else, so each runs to its end on one core.

package import CacheSimulation

/// What to simulate.
package struct ReplayPlan: Sendable {
    package var contenders: [Contender]
    package var sizes: [CacheSize]
    /// How long an object may be used where the trace does not say, in seconds; -1: for ever.
    package var defaultTTLSeconds: Int32 = -1

    package init(contenders: [Contender], sizes: [CacheSize], defaultTTLSeconds: Int32 = -1) {
        self.contenders = contenders
        self.sizes = sizes
        self.defaultTTLSeconds = defaultTTLSeconds
    }
}

/// One simulation's result.
package struct ReplayCell: Hashable, Sendable {
    package var capacityBytes: Int
    package var counts: SimulationCounts
    /// How long the simulation took.
    package var duration: Duration
}

/// All results.
package struct ReplayReport: Sendable {
    package var sizes: [CacheSize]
    package var contenders: [Contender]
    /// By contender, then by size, in the order of both.
    package var cells: [[ReplayCell]]
    /// By size: what no cache can go below.
    package var floors: [(capacityBytes: Int, requestMissRatio: Double, byteMissRatio: Double)]
}

package enum Replay {
    /// Requests between two looks at whether the replay has been cancelled, and two reports of progress.
    private static let stepRequests = 1 << 18

    /// Runs all simulations of a plan.
    /// - Parameter progress: told of each step: requests simulated since the last one.
    package static func run(
        _ plan: ReplayPlan, over trace: LoadedTrace, progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> ReplayReport {
        let future = FutureKnowledge(trace.references, objects: trace.index.objects)
        let capacities = plan.sizes.map { $0.bytes(ofWorkingSet: trace.index.workingSetBytes) }
        var cells = [[ReplayCell?]](repeating: [ReplayCell?](repeating: nil, count: plan.sizes.count), count: plan.contenders.count)
        try await withThrowingTaskGroup(of: (row: Int, column: Int, cell: ReplayCell).self) { group in
            for (row, contender) in plan.contenders.enumerated() {
                for (column, capacity) in capacities.enumerated() {
                    group.addTask {
                        let clock = ContinuousClock()
                        let start = clock.now
                        let counts = try simulate(contender, capacity, plan, trace, future, progress)
                        return (row, column, ReplayCell(capacityBytes: capacity, counts: counts, duration: clock.now - start))
                    }
                }
            }
            for try await (row, column, cell) in group { cells[row][column] = cell }
        }
        let floor = MissFloor(trace.references, future: future)
        return ReplayReport(
            sizes: plan.sizes, contenders: plan.contenders, cells: cells.map { $0.compactMap { $0 } },
            floors: capacities.map { ($0, floor.requestMissRatio(capacityBytes: $0), floor.byteMissRatio(capacityBytes: $0)) })
    }

    private static func simulate(
        _ contender: Contender, _ capacity: Int, _ plan: ReplayPlan, _ trace: LoadedTrace, _ future: FutureKnowledge,
        _ progress: @Sendable (Int) -> Void
    ) throws -> SimulationCounts {
        switch contender {
        case .offline(let policy):
            let counts = OfflineCache.replay(
                trace.references, objects: trace.index.objects, future: future, capacityBytes: capacity, policy: policy)
            progress(trace.references.count)
            return counts
        case .online(let eviction, let admission):
            let cache = SimulatedCache(
                capacityBytes: capacity, policy: eviction, admission: admission, defaultTTLSeconds: plan.defaultTTLSeconds)
            var rest = trace.references[...]
            while !rest.isEmpty {
                try Task.checkCancellation()
                let step = rest.prefix(stepRequests)
                cache.replay(step)
                progress(step.count)
                rest = rest.dropFirst(stepRequests)
            }
            return cache.counts
        }
    }
}
