// A hit ratio that a replay has to reach, for scripts and CI. Caches that know the future and the floor are not judged:
// no edge can run them. A ratio is rounded once, so that 100 hits of 1000 reach 0.1.

import CacheSimulation

/// The least share of requests, of bytes or of both that has to hit in every cache that the edge can run.
package struct HitRatioGate: Hashable, Sendable {
    /// From 0 to 1; nil: not judged.
    package var requests: Double?
    /// From 0 to 1; nil: not judged.
    package var bytes: Double?

    package init(requests: Double? = nil, bytes: Double? = nil) {
        self.requests = requests
        self.bytes = bytes
    }

    /// What a shortfall is measured in.
    package enum Unit: String, Hashable, Sendable { case requests, bytes }

    /// One cache that stayed below.
    package struct Shortfall: Hashable, Sendable, CustomStringConvertible {
        package var contender: Contender
        package var size: CacheSize
        package var unit: Unit
        package var reached, wanted: Double

        package var description: String {
            "\(contender) at \(size): \(HitRatioGate.percent(reached)) of the \(unit.rawValue) hit, below \(HitRatioGate.percent(wanted))"
        }
    }

    /// The caches below, in the report's order; requests before bytes.
    package func shortfalls(_ report: ReplayReport) -> [Shortfall] {
        var shortfalls: [Shortfall] = []
        for (contender, row) in zip(report.contenders, report.cells) {
            guard case .online = contender else { continue }
            for (size, cell) in zip(report.sizes, row) {
                let counts = cell.counts
                for (unit, wanted, all, missed) in [
                    (Unit.requests, requests, counts.requests, counts.misses), (.bytes, bytes, counts.requestedBytes, counts.missedBytes),
                ] {
                    guard let wanted, all > 0 else { continue }
                    let reached = Double(all - missed) / Double(all)
                    if reached < wanted {
                        shortfalls.append(Shortfall(contender: contender, size: size, unit: unit, reached: reached, wanted: wanted))
                    }
                }
            }
        }
        return shortfalls
    }

    /// Three decimals, so that a ratio just below is not printed as the one it misses.
    private static func percent(_ share: Double) -> String { ReplayTable.decimal(share * 100, 3) + "%" }
}
