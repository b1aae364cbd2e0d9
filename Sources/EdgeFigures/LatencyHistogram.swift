// Latencies in the layout of an HDR histogram: 32 linear steps to each power of two, so that any figure read from it is at most a
// 32nd off, from a nanosecond to half an hour. The package of that name keeps its counts in a value that one writer at a time may
// change; ours are atomic and sharded, because every plain hit adds to them.

import Synchronization

/// Counts durations.
package final class LatencyHistogram: Sendable {
    private static let stepBits = 5
    private static let exponentMax = 40

    /// The counts, and behind them the sum of nanoseconds.
    private let bank: CounterBank

    package init(shards: Int) { bank = CounterBank(count: Self.buckets + 1, shards: shards) }

    /// Buckets: 64 for values below 64, then 32 to each power of two.
    static let buckets = 64 + (exponentMax - stepBits) * 32

    /// The bucket of a duration; what is longer than the longest counts as that.
    static func bucket(of nanoseconds: Int64) -> Int {
        guard nanoseconds >= 64 else { return Int(max(0, nanoseconds)) }
        let exponent = 63 - nanoseconds.leadingZeroBitCount
        guard exponent <= exponentMax else { return buckets - 1 }
        let shift = exponent - stepBits
        return shift << stepBits + Int(nanoseconds >> Int64(shift))
    }

    /// The longest duration that counts in a bucket.
    static func upperBound(of bucket: Int) -> Int64 {
        guard bucket >= 64 else { return Int64(bucket) }
        let shift = bucket >> stepBits - 1
        return (Int64(bucket & 31 | 32) + 1) << Int64(shift) - 1
    }

    package func record(_ nanoseconds: Int64, shard: Int) {
        bank.add(1, to: Self.bucket(of: nanoseconds), shard: shard)
        bank.add(Int(clamping: max(0, nanoseconds)), to: Self.buckets, shard: shard)
    }

    package var sample: EdgeStatistics.Latency {
        let counts = (0..<Self.buckets).map { bank.sum($0) }
        let total = counts.reduce(0, +)
        var latency = EdgeStatistics.Latency(count: total, sumSeconds: Double(bank.sum(Self.buckets)) / 1e9)
        guard total > 0 else {
            latency.buckets = EdgeStatistics.Latency.bounds.map { .init(le: $0, count: 0) }
            return latency
        }
        var seen = 0
        var quantiles = [(0.5, \EdgeStatistics.Latency.p50), (0.9, \.p90), (0.99, \.p99), (0.999, \.p999)][...]
        var bounds = EdgeStatistics.Latency.bounds[...]
        for (bucket, count) in counts.enumerated() {
            let seconds = Double(Self.upperBound(of: bucket)) / 1e9
            // A bucket counts below a bound when all of it lies there.
            while let bound = bounds.first, seconds > bound {
                latency.buckets.append(.init(le: bound, count: seen))
                bounds.removeFirst()
            }
            guard count > 0 else { continue }
            seen += count
            while let (quantile, path) = quantiles.first, Double(seen) >= quantile * Double(total) {
                latency[keyPath: path] = seconds
                quantiles.removeFirst()
            }
            latency.max = seconds
        }
        for bound in bounds { latency.buckets.append(.init(le: bound, count: seen)) }
        return latency
    }
}
