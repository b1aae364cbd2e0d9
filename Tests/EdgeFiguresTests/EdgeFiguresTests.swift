import HTTPCaching
import Testing

@testable import EdgeFigures

@Suite struct EdgeFiguresTests {
    private func count(
        _ result: ResultType, bytes: Int = 100, status: Int = 200, ended: ResultType? = nil, error: DetailedError? = nil,
        reason: NonHitReason? = nil
    ) -> RequestCount {
        RequestCount(
            resultAtStart: result, result: ended ?? result, status: status, bytesSent: bytes, bytesReceived: 10, nanoseconds: 1_000_000,
            error: error, nonHitReason: reason)
    }

    @Test func `a known sequence of requests gives the figures counted by hand`() throws {
        let figures = EdgeFigures(loops: 2, startedAt: 1_000)
        let pages = figures.behavior(distribution: "E1", pathPattern: "*")
        let images = figures.behavior(distribution: "E1", pathPattern: "/img/*")
        for loop in 0..<6 { pages.countHit(status: 200, bytesSent: 1_000, bytesReceived: 50, nanoseconds: 5_000, loop: loop) }
        pages.count(count(.miss, bytes: 2_000, reason: .notInCache), loop: 0)
        pages.count(count(.refreshHit, bytes: 1_000, reason: .expired), loop: 1)
        pages.count(count(.miss, bytes: 500, reason: .methodNotCached), loop: 0)
        pages.count(count(.error, status: 502, error: .originConnectError, reason: .notInCache), loop: 0)
        images.count(count(.miss, bytes: 300, ended: .error, error: .clientCommError, reason: .evicted), loop: 0)
        images.count(count(.error, bytes: 0, status: 0, error: .clientCommError), loop: 0)
        figures.unrouted.count(count(.error, status: 403, error: .invalidRequest), loop: 0)
        figures.countRefusal(status: 400)
        figures.countNotStored(.noStore)
        let sample = figures.sample(at: 1_060)

        #expect([sample.startedAt, sample.sampledAt] == [1_000, 1_060])
        #expect(sample.total.requests == 13)
        #expect(sample.total.requestsByResult == ["Hit": 6, "Miss": 3, "RefreshHit": 1, "Error": 3])
        #expect(sample.total.bytesByResult == ["Hit": 6_000, "Miss": 2_800, "RefreshHit": 1_000, "Error": 200])
        #expect(sample.total.bytesSent == 10_000)
        #expect(sample.total.bytesReceived == 6 * 50 + 7 * 10)
        #expect(sample.total.requestsByStatusClass == ["2xx": 10, "5xx": 1, "000": 1, "4xx": 1])
        #expect(sample.total.cutShort == 1)
        // Hits 6, RefreshHits 1, misses 3 of which one no cache could have answered.
        #expect(sample.total.hitRatio.objects == 6.0 / 9)
        #expect(sample.total.hitRatio.objectsWithRefreshHits == 7.0 / 9)
        #expect(sample.total.hitRatio.bytes == 6_000.0 / 9_300)
        #expect(sample.total.hitRatio.bytesWithRefreshHits == 7_000.0 / 9_300)
        #expect(sample.behaviors.map(\.pathPattern) == ["*", "/img/*", "-"])
        #expect(sample.behaviors[1].traffic.hitRatio.objects == 0)
        #expect(sample.behaviors[2].traffic.hitRatio.objects == nil)
        #expect(sample.nonHits == ["not-in-cache": 2, "expired": 1, "method-not-cached": 1, "evicted": 1])
        #expect(sample.errors == ["OriginConnectError": 1, "ClientCommError": 2, "InvalidRequest": 1])
        #expect(sample.notStored == ["noStore": 1])
        #expect(sample.refused == ["400": 1])
        #expect(sample.latency["Hit"]?.count == 6)
        #expect(sample.latency["Error"]?.count == 3)
        #expect(try #require(sample.latency["Hit"]?.p50) >= 0.000_005)
    }

    @Test func `a behaviour keeps its counters when it is asked for again`() {
        let figures = EdgeFigures()
        figures.behavior(distribution: "E1", pathPattern: "*").countHit(status: 200, bytesSent: 1, bytesReceived: 1, nanoseconds: 1, loop: 0)
        #expect(figures.behavior(distribution: "E1", pathPattern: "*") === figures.behavior(distribution: "E1", pathPattern: "*"))
        #expect(figures.sample(at: 0).behaviors.map(\.traffic.requests) == [1])
    }

    @Test func `counting from many threads loses nothing`() async {
        let figures = EdgeFigures(loops: 4)
        let row = figures.behavior(distribution: "E1", pathPattern: "*")
        await withTaskGroup(of: Void.self) { group in
            for loop in 0..<16 {
                group.addTask {
                    for _ in 0..<1_000 { row.countHit(status: 304, bytesSent: 3, bytesReceived: 2, nanoseconds: 100, loop: loop) }
                }
            }
        }
        let sample = figures.sample(at: 0)
        #expect(sample.total.requests == 16_000)
        #expect(sample.total.bytesSent == 48_000)
        #expect(sample.total.requestsByStatusClass == ["3xx": 16_000])
        #expect(sample.latency["Hit"]?.count == 16_000)
    }

    @Test func `origins are counted by answers and failures`() {
        let figures = EdgeFigures()
        let origin = figures.origin(distribution: "E1", origin: "bucket")
        origin.count(status: 200, nanoseconds: 250_000_000)
        origin.count(status: 503, nanoseconds: 250_000_000)
        origin.countFailure("OriginConnectError")
        let sample = figures.sample(at: 0).origins
        #expect(sample.map(\.fetches) == [3])
        #expect(sample[0].answersByStatusClass == ["2xx": 1, "5xx": 1])
        #expect(sample[0].failures == ["OriginConnectError": 1])
        #expect(sample[0].waitedSeconds == 0.5)
    }
}

@Suite struct PrometheusTextTests {
    private var statistics: EdgeStatistics {
        let figures = EdgeFigures(startedAt: 7)
        let row = figures.behavior(distribution: "E1", pathPattern: "/a\"b\\c\n*")
        row.countHit(status: 200, bytesSent: 10, bytesReceived: 20, nanoseconds: 3_000, loop: 0)
        var statistics = figures.sample(at: 9)
        statistics.connections = ["http": 4]
        return statistics
    }

    @Test func `every family has its help and type before its samples, once, and names are unique`() throws {
        var declared: [String: String] = [:]
        var helped: Set<String> = []
        for line in statistics.prometheusText.split(separator: "\n") {
            if line.hasPrefix("# HELP ") {
                #expect(helped.insert(String(line.split(separator: " ")[2])).inserted)
            } else if line.hasPrefix("# TYPE ") {
                let parts = line.split(separator: " ").map(String.init)
                #expect(helped.contains(parts[2]))
                #expect(declared.updateValue(parts[3], forKey: parts[2]) == nil)
            } else {
                let name = String(line.prefix { $0 != "{" && $0 != " " })
                let family = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) && declared[String(name.dropLast($0.count))] == "histogram" }
                    .map { String(name.dropLast($0.count)) } ?? name
                #expect(declared[family] != nil, "\(line)")
                #expect(Double(try #require(line.split(separator: " ").last)) != nil, "\(line)")
            }
        }
        #expect(statistics.prometheusText.hasSuffix("\n"))
    }

    @Test func `label values are escaped`() {
        #expect(
            statistics.prometheusText.contains(
                #"skerry_requests_total{distribution="E1",behavior="/a\"b\\c\n*",result="Hit"} 1"# + "\n"))
    }

    @Test func `a histogram's buckets are cumulative and end in +Inf`() {
        let lines = statistics.prometheusText.split(separator: "\n").filter { $0.hasPrefix(#"skerry_request_duration_seconds"#) && $0.contains(#"result="Hit""#) }
        #expect(lines.first == #"skerry_request_duration_seconds_bucket{result="Hit",le="0.00001"} 1"#)
        #expect(lines.contains(#"skerry_request_duration_seconds_bucket{result="Hit",le="0.00025"} 1"#))
        #expect(lines.contains(#"skerry_request_duration_seconds_bucket{result="Hit",le="2.5"} 1"#))
        #expect(lines.contains(#"skerry_request_duration_seconds_bucket{result="Hit",le="60"} 1"#))
        #expect(
            lines.suffix(3) == [
                #"skerry_request_duration_seconds_bucket{result="Hit",le="+Inf"} 1"#,
                #"skerry_request_duration_seconds_sum{result="Hit"} 3e-06"#, #"skerry_request_duration_seconds_count{result="Hit"} 1"#,
            ])
    }

    @Test func `gauges stand as they are`() {
        #expect(statistics.prometheusText.contains("skerry_connections{listener=\"http\"} 4\n"))
        #expect(statistics.prometheusText.contains("process_start_time_seconds 7\n"))
    }
}
