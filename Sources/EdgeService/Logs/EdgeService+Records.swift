// The end of a request: its record goes to the distribution's log.

import AccessLogs
import HTTPTransport

extension EdgeService {
    /// Called once for each request that took the pipeline, after its last byte.
    func record(_ trace: RequestTrace, of exchange: ServerExchange) {
        let notes = trace.notes
        let outcome = notes.outcome(of: exchange, began: trace.began, ended: clock.nanoseconds(), at: clock.now())
        if let log = notes.distribution?.log { log.append(outcome, RequestStrings(exchange, trace, notes)) }
    }
}
