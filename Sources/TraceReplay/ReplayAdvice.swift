// What to do with a report: which size is worth its memory, which policy suits, how much better it could be at all.
//
// The knee of a curve of misses over sizes is the size that lies furthest below the straight line from its first to its last
// point, sizes by their logarithm (the Kneedle rule of Satopää et al., 2011): before it more memory pays, behind it little.
// The policy is the one whose misses of requests and of bytes, each over the best of all, have the least sum, so that
// neither is won by giving the other up.

import CacheSimulation
import ConfigurationReading
package import Eviction

/// A suggestion drawn from a report.
package struct ReplayAdvice: Hashable, Sendable {
    /// The size at the knee, as an index of the report's sizes.
    package var size: Int
    package var capacityBytes: Int
    package var eviction: EvictionPolicyName
    package var admission: AdmissionPolicyName
    package var requestMissRatio: Double
    package var byteMissRatio: Double
    /// What no cache of this size can go below.
    package var requestFloor: Double
    package var byteFloor: Double
    /// The least misses of requests of any policy, at the knee and at the next size, if there is one.
    package var bestRequestMissRatio: Double
    package var nextBestRequestMissRatio: Double?

    /// Nil when the report has no policy that the edge can run.
    package init?(_ report: ReplayReport) {
        let online = report.contenders.indices.compactMap { row in
            if case .online(let eviction, let admission) = report.contenders[row] { (row: row, eviction: eviction, admission: admission) } else { nil }
        }
        guard !online.isEmpty, !report.sizes.isEmpty else { return nil }
        let order = report.sizes.indices.sorted { report.floors[$0].capacityBytes < report.floors[$1].capacityBytes }
        let best = order.map { column in online.map { report.cells[$0.row][column].counts.requestMissRatio }.min() ?? 1 }
        let knee = Self.knee(sizes: order.map { report.floors[$0].capacityBytes }, misses: best)
        let column = order[knee]
        func ratios(_ row: Int) -> (requests: Double, bytes: Double) {
            let counts = report.cells[row][column].counts
            return (counts.requestMissRatio, counts.byteMissRatio)
        }
        let bestBytes = max(online.map { ratios($0.row).bytes }.min() ?? 1, 1e-9)
        let bestRequests = max(best[knee], 1e-9)
        func loss(_ row: Int) -> Double { ratios(row).requests / bestRequests + ratios(row).bytes / bestBytes }
        guard let chosen = online.min(by: { loss($0.row) < loss($1.row) }) else { return nil }
        size = column
        capacityBytes = report.floors[column].capacityBytes
        (eviction, admission) = (chosen.eviction, chosen.admission)
        (requestMissRatio, byteMissRatio) = ratios(chosen.row)
        (requestFloor, byteFloor) = (report.floors[column].requestMissRatio, report.floors[column].byteMissRatio)
        bestRequestMissRatio = best[knee]
        nextBestRequestMissRatio = knee + 1 < best.count ? best[knee + 1] : nil
    }

    /// The place of the knee in a curve of rising sizes; of fewer than three points the last.
    static func knee(sizes: [Int], misses: [Double]) -> Int {
        guard sizes.count > 2, let first = sizes.first, let last = sizes.last, first < last else { return sizes.count - 1 }
        let (top, bottom) = (misses.first ?? 0, misses.last ?? 0)
        guard top > bottom else { return 0 }
        let span = logarithm(Double(last) / Double(max(first, 1)))
        let drops = sizes.indices.map { place in
            (top - misses[place]) / (top - bottom) - logarithm(Double(sizes[place]) / Double(max(first, 1))) / span
        }
        // Of points that are as far the largest: a straight line has no knee, and more memory pays to its end.
        let most = drops.max() ?? 0
        return drops.lastIndex { $0 >= most - 1e-9 } ?? sizes.count - 1
    }

    /// The advice in sentences, with the lines of `edge.conf` to write.
    package func text(sizes: [CacheSize]) -> String {
        func points(_ difference: Double) -> String { ReplayTable.decimal(difference * 100, 2) }
        var lines = [
            "Suggested size: \(sizes[size]), \(ByteSize.text(mebibytes)). \(points(requestMissRatio)) % of requests and \(points(byteMissRatio)) % of bytes miss there with \(Contender.online(eviction, admission)),",
            "\(points(max(0, requestMissRatio - requestFloor))) and \(points(max(0, byteMissRatio - byteFloor))) points above what is possible at all.",
        ]
        if let next = nextBestRequestMissRatio {
            lines[1] += " The next size brings \(points(max(0, bestRequestMissRatio - next))) points of requests more."
        } else {
            lines[1] += " It is the largest that was tried."
        }
        lines += ["", "cache:", "  memory: \(ByteSize.text(mebibytes))", "  eviction: \(eviction.rawValue)"]
        if admission != .all { lines.append("  admission: \(admission.rawValue)") }
        return lines.joined(separator: "\n")
    }

    /// Rounded up to whole mebibytes.
    private var mebibytes: Int { ((capacityBytes + (1 << 20) - 1) >> 20) << 20 }
}
