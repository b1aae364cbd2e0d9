// The end of a request: it is counted, and its record goes to the distribution's log.

import AccessLogs
package import EdgeFigures
import EdgeStorage
import HTTPSemantics
import HTTPTransport

extension EdgeService {
    /// Called once for each request that took the pipeline, after its last byte.
    func record(_ trace: RequestTrace, of exchange: ServerExchange) {
        let notes = trace.notes
        let outcome = notes.outcome(of: exchange, began: trace.began, ended: clock.nanoseconds(), at: clock.now())
        (notes.behavior?.figures ?? figures.unrouted).count(RequestCount(outcome), loop: exchange.connection.loop)
        if let log = notes.distribution?.log { log.append(outcome, RequestStrings(exchange, trace, notes)) }
    }

    /// All figures of this moment, but for those of listeners and logs, which are the caller's.
    package func statistics() -> EdgeStatistics {
        var statistics = figures.sample(at: clock.now().secondsSince1970)
        let cache = cache.statistics
        statistics.cache.entries = cache.entries
        statistics.cache.bytes = cache.bytes
        statistics.cache.bytesMax = self.cache.limits.memoryBytesMax
        statistics.cache.fillingBytes = cache.fillingBytes
        statistics.cache.fills = cache.fills
        statistics.cache.insertions = cache.insertions
        statistics.cache.evictions = cache.evictions
        statistics.cache.invalidations = cache.invalidated
        statistics.requestsUnderWay = underWay.count
        return statistics
    }
}

extension RequestCount {
    init(_ outcome: RequestOutcome) {
        self.init(
            resultAtStart: outcome.resultAtStart, result: outcome.result, status: outcome.status, bytesSent: outcome.bytesSent,
            bytesReceived: outcome.bytesReceived, nanoseconds: outcome.timeTaken, error: outcome.error, nonHitReason: outcome.nonHitReason)
    }
}
