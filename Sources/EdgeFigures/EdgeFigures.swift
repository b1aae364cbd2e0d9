// The counters of a running edge. Behaviours and origins get theirs once, when a configuration is made ready for traffic, and keep
// them over reloads; afterwards counting is arithmetic on a pointer.

package import HTTPCaching
import Synchronization

/// What one request adds to the figures.
package struct RequestCount: Sendable {
    package var resultAtStart: ResultType
    /// After the last byte.
    package var result: ResultType
    /// 0 for a viewer who left before any answer.
    package var status: Int
    package var bytesSent: Int
    package var bytesReceived: Int
    package var nanoseconds: Int64
    package var error: DetailedError?
    package var nonHitReason: NonHitReason?

    package init(
        resultAtStart: ResultType, result: ResultType, status: Int, bytesSent: Int, bytesReceived: Int, nanoseconds: Int64,
        error: DetailedError? = nil, nonHitReason: NonHitReason? = nil
    ) {
        self.resultAtStart = resultAtStart
        self.result = result
        self.status = status
        self.bytesSent = bytesSent
        self.bytesReceived = bytesReceived
        self.nanoseconds = nanoseconds
        self.error = error
        self.nonHitReason = nonHitReason
    }
}

/// All counters of one process.
package final class EdgeFigures: Sendable {
    /// Behaviours with counters of their own; those beyond share one row. Reloads that rename behaviours use rows up.
    package static let behaviorsMax = 10_000
    package static let originsMax = 10_000
    /// Copies of each counter at the most; more event loops than this share them.
    package static let shardsMax = 8

    private struct Rows {
        var behaviors: [String: BehaviorFigures] = [:]
        var origins: [String: OriginFigures] = [:]
        var refused: [Int: Int] = [:]
    }

    private let rows = Mutex(Rows())
    private let shards: Int
    private let startedAt: Int64
    let common: CommonFigures
    /// For requests that no behaviour claims.
    package let unrouted: BehaviorFigures
    private let overflow: BehaviorFigures
    private let originOverflow = OriginFigures(distribution: "other", origin: "other")

    /// - Parameters:
    ///   - loops: event loops that answer requests.
    ///   - startedAt: seconds since 1970.
    package init(loops: Int = 1, startedAt: Int64 = 0) {
        shards = max(1, min(loops, Self.shardsMax))
        self.startedAt = startedAt
        common = CommonFigures(shards: shards)
        unrouted = BehaviorFigures(distribution: "-", pathPattern: "-", common: common, shards: 1)
        overflow = BehaviorFigures(distribution: "other", pathPattern: "other", common: common, shards: shards)
    }

    /// The counters of a behaviour; the same ones for the same names.
    package func behavior(distribution: String, pathPattern: String) -> BehaviorFigures {
        rows.withLock { rows in
            let key = "\(distribution)\n\(pathPattern)"
            if let row = rows.behaviors[key] { return row }
            guard rows.behaviors.count < Self.behaviorsMax else { return overflow }
            let row = BehaviorFigures(distribution: distribution, pathPattern: pathPattern, common: common, shards: shards)
            rows.behaviors[key] = row
            return row
        }
    }

    package func origin(distribution: String, origin: String) -> OriginFigures {
        rows.withLock { rows in
            let key = "\(distribution)\n\(origin)"
            if let row = rows.origins[key] { return row }
            guard rows.origins.count < Self.originsMax else { return originOverflow }
            let row = OriginFigures(distribution: distribution, origin: origin)
            rows.origins[key] = row
            return row
        }
    }

    /// A request that the transport itself refused.
    package func countRefusal(status: Int) { rows.withLock { $0.refused[status, default: 0] += 1 } }

    /// An origin's answer that is not kept.
    package func countNotStored(_ reason: Storability.Reason) {
        common.notStored.add(1, to: Storability.Reason.allCases.firstIndex(of: reason) ?? 0, shard: 0)
    }

    /// Waiting for an origin's first byte.
    package func countOriginLatency(nanoseconds: Int64) { common.originLatency.record(nanoseconds, shard: 0) }

    /// The figures of this moment, as far as they are counted here.
    package func sample(at now: Int64) -> EdgeStatistics {
        var statistics = EdgeStatistics()
        (statistics.startedAt, statistics.sampledAt) = (startedAt, now)
        let (behaviors, origins, refused) = rows.withLock { (Array($0.behaviors.values), Array($0.origins.values), $0.refused) }
        let order: (EdgeStatistics.Behavior, EdgeStatistics.Behavior) -> Bool = {
            ($0.distribution, $0.pathPattern) < ($1.distribution, $1.pathPattern)
        }
        statistics.behaviors = behaviors.map(\.sample).sorted(by: order)
        statistics.behaviors += [overflow, unrouted].map(\.sample).filter { $0.traffic.requests > 0 }
        for row in statistics.behaviors { statistics.total.add(row.traffic) }
        statistics.total.completeRatios()
        statistics.origins = (origins.map(\.sample) + [originOverflow.sample].filter { $0.fetches > 0 })
            .sorted { ($0.distribution, $0.origin) < ($1.distribution, $1.origin) }
        statistics.nonHits = common.nonHits.counts(of: NonHitReason.allCases.map(\.rawValue))
        statistics.errors = common.errors.counts(of: DetailedError.allCases.map(\.rawValue))
        statistics.notStored = common.notStored.counts(of: Storability.Reason.allCases.map(\.rawValue))
        statistics.refused = Dictionary(uniqueKeysWithValues: refused.map { (String($0.key), $0.value) })
        for group in LatencyGroup.allCases { statistics.latency[group.rawValue] = common.latency[group.index].sample }
        statistics.originLatency = common.originLatency.sample
        return statistics
    }
}

/// Results as far as latencies are told apart.
package enum LatencyGroup: String, CaseIterable, Sendable {
    case hit = "Hit"
    case refreshHit = "RefreshHit"
    case miss = "Miss"
    case error = "Error"
    case other = "Other"

    init(_ result: ResultType) {
        switch result {
        case .hit: self = .hit
        case .refreshHit: self = .refreshHit
        case .miss: self = .miss
        case .error: self = .error
        default: self = .other
        }
    }

    var index: Int {
        switch self {
        case .hit: 0
        case .refreshHit: 1
        case .miss: 2
        case .error: 3
        case .other: 4
        }
    }
}

/// The counters that all behaviours share.
final class CommonFigures: Sendable {
    let latency: [LatencyHistogram]
    let originLatency = LatencyHistogram(shards: 1)
    let nonHits: CounterBank
    let errors: CounterBank
    let notStored = CounterBank(count: Storability.Reason.allCases.count, shards: 1)

    init(shards: Int) {
        latency = LatencyGroup.allCases.map { _ in LatencyHistogram(shards: shards) }
        nonHits = CounterBank(count: NonHitReason.allCases.count, shards: shards)
        errors = CounterBank(count: DetailedError.allCases.count, shards: shards)
    }
}

extension CounterBank {
    /// The counters that are not zero, by their names in order.
    func counts(of names: [String]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, sum($0)) }.filter { $0.1 != 0 })
    }
}
