import Testing

@testable import EdgeFigures

@Suite struct LatencyHistogramTests {
    @Test(arguments: [
        (-1, 0), (0, 0), (1, 1), (63, 63), (64, 64), (65, 64), (66, 65), (127, 95), (128, 96), (1 << 40, LatencyHistogram.buckets - 32),
        ((1 << 41) - 1, LatencyHistogram.buckets - 1), (1 << 41, LatencyHistogram.buckets - 1), (.max, LatencyHistogram.buckets - 1),
    ] as [(Int64, Int)])
    func `a duration has its bucket`(nanoseconds: Int64, bucket: Int) {
        #expect(LatencyHistogram.bucket(of: nanoseconds) == bucket)
    }

    @Test func `each bucket ends where the next begins, and is at most a 32nd wide`() {
        for bucket in 0..<LatencyHistogram.buckets - 1 {
            let end = LatencyHistogram.upperBound(of: bucket)
            #expect(LatencyHistogram.bucket(of: end) == bucket)
            #expect(LatencyHistogram.bucket(of: end + 1) == bucket + 1)
            guard bucket > 0 else { continue }
            let width = end - LatencyHistogram.upperBound(of: bucket - 1)
            #expect(Double(width) <= max(1, Double(end) / 32))
        }
    }

    @Test func `an empty histogram has no quantiles and empty buckets`() {
        let sample = LatencyHistogram(shards: 2).sample
        #expect(sample.count == 0)
        #expect(sample.p50 == nil)
        #expect(sample.buckets.map(\.count) == EdgeStatistics.Latency.bounds.map { _ in 0 })
    }

    @Test func `quantiles, sum and buckets follow from what was recorded on all shards`() throws {
        let histogram = LatencyHistogram(shards: 3)
        // A thousand durations of 1 to 1000 ms.
        for millisecond in 1...1_000 as ClosedRange<Int64> { histogram.record(millisecond * 1_000_000, shard: Int(millisecond)) }
        let sample = histogram.sample
        #expect(sample.count == 1_000)
        #expect(abs(sample.sumSeconds - 500.5) < 0.000_001)
        for (value, expected) in [(sample.p50, 0.5), (sample.p90, 0.9), (sample.p99, 0.99), (sample.p999, 0.999), (sample.max, 1.0)] {
            let value = try #require(value)
            #expect(value >= expected && value <= expected * 33 / 32, "\(value) for \(expected)")
        }
        for bucket in sample.buckets {
            let exact = min(1_000, Int(bucket.le * 1_000))
            #expect(bucket.count <= exact && Double(bucket.count) >= Double(exact) * 30 / 32 - 1, "\(bucket)")
        }
    }
}
