// The edge as an HTTP service: hits are answered on the connection's event loop (`EdgeService+Hits.swift`), everything else
// in a task, by the steps of `RequestPipeline.swift`.

package import EdgeStorage
package import HTTPTransport
package import Logging
package import NIOCore
package import OriginFetch
import EdgeFigures
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Synchronization

/// Serves the distributions of a configuration.
package final class EdgeService: HTTPService {
    package let cache: EdgeCache
    let clock: EdgeClock
    let requestIDs: RequestIDs
    let logger: Logger
    let driver: FillDriver
    /// What this process is called among edges.
    let edgeID: String
    /// A number from 0 up to 100, 100 left out: where in a sampling a request falls.
    let samplePercent: @Sendable () -> Double
    /// Shared by all snapshots that are put in force.
    let figures: EdgeFigures
    let underWay = RequestsUnderWay()
    private let current: Mutex<EdgeSnapshot>
    private let httpsPortValue = Atomic(443)

    package init(
        snapshot: EdgeSnapshot, cache: EdgeCache, fetcher: any OriginFetcher,
        clock: EdgeClock, requestIDs: RequestIDs, logger: Logger,
        samplePercent: @escaping @Sendable () -> Double = { .random(in: 0..<100) }
    ) {
        self.cache = cache
        self.clock = clock
        self.requestIDs = requestIDs
        self.logger = logger
        self.samplePercent = samplePercent
        figures = snapshot.figures
        edgeID = String(UInt64.random(in: .min ... .max), radix: 16)
        driver = FillDriver(fetcher: fetcher, cache: cache, clock: clock, logger: logger, figures: snapshot.figures, edgeID: edgeID)
        current = Mutex(snapshot)
    }

    /// The configuration in force; a request reads it once.
    package var snapshot: EdgeSnapshot { current.withLock { $0 } }

    /// Puts another configuration in force for requests that come from now on.
    package func replaceSnapshot(_ snapshot: EdgeSnapshot) { current.withLock { $0 = snapshot } }

    /// The port that `redirect-to-https` leads to: that of the HTTPS listener, once it is known.
    package var httpsPort: Int {
        get { httpsPortValue.load(ordering: .relaxed) }
        set { httpsPortValue.store(newValue, ordering: .relaxed) }
    }

    package func handle(_ exchange: ServerExchange) async {
        underWay.begin()
        let trace = RequestTrace(requestID: requestIDs.next(), began: clock.nanoseconds())
        await RequestPipeline(service: self, exchange: exchange, trace: trace).run()
        record(trace, of: exchange)
        underWay.end()
    }

    package func refusal(of error: RequestError, on connection: ConnectionInfo) -> (ResponseHead, ByteBuffer) {
        let requestID = requestIDs.next()
        figures.countRefusal(status: error.status)
        var fields = ErrorPage.fields(now: clock.now())
        fields[.xCache] = "\(ResultType.error.xCache)"
        fields[.xAmzCfPop] = edgeLocation
        fields[.xAmzCfId] = requestID
        let page = EdgeError(status: error.status, message: "The request was refused: \(error.reason).")
        return (ResponseHead(status: .named(error.status), fields: fields), ErrorPage.html(page, requestID: requestID))
    }
}
