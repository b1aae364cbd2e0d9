import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Testing

@Suite struct ServerTimingTests {
    private static func timing(_ result: ResultType, _ upstream: ServerTiming.Upstream? = nil) -> ServerTiming {
        ServerTiming(result: result, pop: "P1", requestID: "id==", upstream: upstream, downstreamFirstByte: 7)
    }

    @Test(arguments: [
        (ResultType.hit, "cdn-cache-hit,cdn-pop;desc=\"P1\",cdn-rid;desc=\"id==\",cdn-hit-layer;desc=\"EDGE\",cdn-downstream-fbl;dur=7"),
        (.error, "cdn-pop;desc=\"P1\",cdn-rid;desc=\"id==\",cdn-downstream-fbl;dur=7"),
        (.miss, "cdn-upstream-layer;desc=\"EDGE\",cdn-upstream-connect;dur=2,cdn-upstream-fbl;dur=5,cdn-cache-miss,cdn-pop;desc=\"P1\",cdn-rid;desc=\"id==\",cdn-downstream-fbl;dur=7"),
        (.refreshHit, "cdn-upstream-layer;desc=\"EDGE\",cdn-upstream-connect;dur=2,cdn-upstream-fbl;dur=5,cdn-cache-refresh,cdn-pop;desc=\"P1\",cdn-rid;desc=\"id==\",cdn-downstream-fbl;dur=7"),
    ])
    func `each result has its metrics`(result: ResultType, value: String) {
        let upstream = result == .miss || result == .refreshHit ? ServerTiming.Upstream(connect: 2, firstByte: 5) : nil
        #expect(Self.timing(result, upstream).value == value)
    }

    @Test func `the origin's own is kept on a miss and dropped on a hit`() {
        for (result, keeps) in [(ResultType.miss, true), (.hit, false)] {
            var fields: HTTPFields = [.serverTiming: "db;dur=1"]
            let timing = Self.timing(result)
            timing.apply(to: &fields)
            #expect(fields[.serverTiming] == (keeps ? "db;dur=1, " : "") + timing.value)
        }
    }

    @Test(arguments: [("server-timing", true), ("no-cache, Server-Timing", true), ("no-cache", false), ("server-timing2", false)])
    func `a viewer asks by Pragma`(pragma: String, isAsked: Bool) {
        #expect(ServerTiming.isAskedFor(by: [.pragma: pragma]) == isAsked)
        #expect(!ServerTiming.isAskedFor(by: [:]))
    }

    @Test(arguments: [
        ("0", 0.0), ("100", 100), ("50.1234", 50.1234), ("0.0001", 0.0001), ("100.0001", nil), ("101", nil), ("50.12345", nil), ("-1", nil),
        ("", nil), ("1.", nil), (".5", nil), ("1e1", nil), ("inf", nil), ("1.2.3", nil),
    ] as [(String, Double?)])
    func `a sampling rate has bounds and four decimals`(text: String, rate: Double?) {
        #expect(ServerTiming.samplingRate(text) == rate)
    }
}
