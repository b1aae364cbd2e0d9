// The counters of one behaviour, and of one origin.

package import HTTPCaching
import Synchronization

/// Requests of one behaviour. Adding to it takes no lock and allocates nothing.
package final class BehaviorFigures: Sendable {
    private static let results = ResultType.allCases.count
    /// Places in the bank: requests by result, bytes by result, requests by status class, and single counters.
    private enum Place {
        static let requests = 0
        static let bytes = BehaviorFigures.results
        static let status = 2 * BehaviorFigures.results
        static let received = status + 6
        static let cutShort = received + 1
        static let uncacheableRequests = cutShort + 1
        static let uncacheableBytes = uncacheableRequests + 1
        static let count = uncacheableBytes + 1
    }
    private static let hit = index(of: .hit)

    package let distribution: String
    package let pathPattern: String
    private let bank: CounterBank
    private let common: CommonFigures

    init(distribution: String, pathPattern: String, common: CommonFigures, shards: Int) {
        self.distribution = distribution
        self.pathPattern = pathPattern
        self.common = common
        bank = CounterBank(count: Place.count, shards: shards)
    }

    private static func index(of result: ResultType) -> Int { ResultType.allCases.firstIndex(of: result) ?? 0 }

    /// A plain hit.
    package func countHit(status: Int, bytesSent: Int, bytesReceived: Int, nanoseconds: Int64, loop: Int) {
        bank.add(1, to: Place.requests + Self.hit, shard: loop)
        bank.add(bytesSent, to: Place.bytes + Self.hit, shard: loop)
        bank.add(1, to: Place.status + Self.statusClass(status), shard: loop)
        bank.add(bytesReceived, to: Place.received, shard: loop)
        common.latency[0].record(nanoseconds, shard: loop)
    }

    /// Any other request, at its end.
    package func count(_ request: RequestCount, loop: Int) {
        let result = Self.index(of: request.resultAtStart)
        bank.add(1, to: Place.requests + result, shard: loop)
        bank.add(request.bytesSent, to: Place.bytes + result, shard: loop)
        bank.add(1, to: Place.status + Self.statusClass(request.status), shard: loop)
        bank.add(request.bytesReceived, to: Place.received, shard: loop)
        if request.result != request.resultAtStart { bank.add(1, to: Place.cutShort, shard: loop) }
        if let error = request.error {
            common.errors.add(1, to: DetailedError.allCases.firstIndex(of: error) ?? 0, shard: loop)
        }
        if let reason = request.nonHitReason {
            common.nonHits.add(1, to: reason.index, shard: loop)
            if request.resultAtStart == .miss, reason == .methodNotCached || reason == .hasContent {
                bank.add(1, to: Place.uncacheableRequests, shard: loop)
                bank.add(request.bytesSent, to: Place.uncacheableBytes, shard: loop)
            }
        }
        common.latency[LatencyGroup(request.resultAtStart).index].record(request.nanoseconds, shard: loop)
    }

    private static func statusClass(_ status: Int) -> Int { (0...599).contains(status) ? status / 100 : 0 }

    var sample: EdgeStatistics.Behavior {
        var traffic = EdgeStatistics.Traffic()
        for (index, result) in ResultType.allCases.enumerated() {
            let (requests, bytes) = (bank.sum(Place.requests + index), bank.sum(Place.bytes + index))
            traffic.requests += requests
            traffic.bytesSent += bytes
            if requests > 0 {
                traffic.requestsByResult[result.rawValue] = requests
                traffic.bytesByResult[result.rawValue] = bytes
            }
        }
        for (index, name) in statusClassNames.enumerated() {
            let count = bank.sum(Place.status + index)
            if count > 0 { traffic.requestsByStatusClass[name] = count }
        }
        traffic.bytesReceived = bank.sum(Place.received)
        traffic.cutShort = bank.sum(Place.cutShort)
        traffic.uncacheableRequests = bank.sum(Place.uncacheableRequests)
        traffic.uncacheableBytes = bank.sum(Place.uncacheableBytes)
        traffic.completeRatios()
        return EdgeStatistics.Behavior(distribution: distribution, pathPattern: pathPattern, traffic: traffic)
    }
}

let statusClassNames = ["000", "1xx", "2xx", "3xx", "4xx", "5xx"]

/// Requests to one origin.
package final class OriginFigures: Sendable {
    private let distribution: String
    private let origin: String
    private let fetches = Atomic(0)
    private let waited = Atomic(0)
    private let statuses = CounterBank(count: statusClassNames.count, shards: 1)
    private let failures = Mutex<[String: Int]>([:])

    init(distribution: String, origin: String) {
        self.distribution = distribution
        self.origin = origin
    }

    /// A fetch that brought an answer.
    package func count(status: Int, nanoseconds: Int64) {
        fetches.wrappingAdd(1, ordering: .relaxed)
        waited.wrappingAdd(Int(clamping: max(0, nanoseconds)), ordering: .relaxed)
        statuses.add(1, to: (0...599).contains(status) ? status / 100 : 0, shard: 0)
    }

    /// A fetch that brought none, or whose answer broke off; `kind` is the log's word.
    package func countFailure(_ kind: String, afterAnswer: Bool = false) {
        if !afterAnswer { fetches.wrappingAdd(1, ordering: .relaxed) }
        failures.withLock { $0[kind, default: 0] += 1 }
    }

    var sample: EdgeStatistics.Origin {
        var sample = EdgeStatistics.Origin(distribution: distribution, origin: origin)
        sample.fetches = fetches.load(ordering: .relaxed)
        sample.waitedSeconds = Double(waited.load(ordering: .relaxed)) / 1e9
        sample.answersByStatusClass = statuses.counts(of: statusClassNames)
        sample.failures = failures.withLock { $0 }
        return sample
    }
}
