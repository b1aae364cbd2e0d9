// The floor: a miss ratio below which no cache of this size can come, whatever it knows. PFOO-L of Berger, Beckmann and
// Harchol-Balter, Practical Bounds on Optimal Caching with Variable Object Sizes, SIGMETRICS 2018.
//
// A hit needs its object's bytes to be held from one request to the next. A cache of C bytes over N requests has C × N
// byte-steps in all. The bound spends them on the hits that are cheapest for what they bring, ignoring that the cache
// must fit at every single step; no schedule can do better. Requests and bytes have different cheapest hits, and so
// different floors; no single cache need reach both. The last hit may be had in part.

/// Lower bounds of both miss ratios, for any number of cache sizes.
package struct MissFloor: Sendable {
    private struct Curve: Sendable {
        /// Byte-steps spent and worth gained, running sums over hits from the cheapest.
        var spent: [Double] = []
        var gained: [Double] = []

        func gain(within budget: Double) -> Double {
            var (low, high) = (0, spent.count)
            while low < high {
                let middle = (low + high) / 2
                if spent[middle] <= budget { low = middle + 1 } else { high = middle }
            }
            return low == 0 ? 0 : gained[low - 1]
        }
    }

    private let requests: Int
    private let requestedBytes: Int
    private let intervals: [(length: Int, bytes: Int)]

    package init(_ references: [Reference], future: FutureKnowledge) {
        requests = references.count
        var total = 0
        var intervals: [(length: Int, bytes: Int)] = []
        for (position, reference) in references.enumerated() {
            total += reference.bytes
            let next = future.next[position]
            if next != FutureKnowledge.never { intervals.append((next - position, references[next].bytes)) }
        }
        requestedBytes = total
        self.intervals = intervals
    }

    /// No cache of this size can have a lower share of requests miss.
    package func requestMissRatio(capacityBytes: Int) -> Double {
        ratio(capacityBytes, of: requests, cost: { Double($0.length) * Double($0.bytes) }, worth: { _ in 1 })
    }

    /// No cache of this size can have a lower share of bytes miss.
    package func byteMissRatio(capacityBytes: Int) -> Double {
        ratio(capacityBytes, of: requestedBytes, cost: { Double($0.length) }, worth: { Double($0.bytes) })
    }

    /// Takes hits by rising `cost` until the cache's byte-steps are spent. Objects larger than the cache have no hits.
    private func ratio(
        _ capacityBytes: Int, of total: Int, cost: ((length: Int, bytes: Int)) -> Double, worth: ((length: Int, bytes: Int)) -> Double
    ) -> Double {
        guard total > 0 else { return 0 }
        var budget = Double(capacityBytes) * Double(requests)
        var gained = 0.0
        for interval in intervals.filter({ $0.bytes <= capacityBytes }).sorted(by: { cost($0) < cost($1) }) {
            let steps = Double(interval.length) * Double(interval.bytes)
            guard steps <= budget else {
                gained += steps > 0 ? worth(interval) * budget / steps : 0
                break
            }
            budget -= steps
            gained += worth(interval)
        }
        return 1 - gained / Double(total)
    }
}
