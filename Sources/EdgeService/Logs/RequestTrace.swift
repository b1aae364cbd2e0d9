// What is known of one request so far. The pipeline's steps, the delivery and the fetch each note what they decided, and when the
// last byte is out all of it becomes the request's record for figures and logs. A trace without anybody to read it costs a lock
// per note; plain hits have none (`EdgeService+Hits.swift`).

import AccessLogs
import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore
import OriginFetch
import Synchronization

/// The notes on one request.
///
/// To add to them: `request.trace.note { $0.nonHitReason = .expired }`.
final class RequestTrace: Sendable {
    struct Notes: Sendable {
        var distribution: ServedDistribution?
        var behavior: ServedBehavior?

        // What was decided.

        /// The last reason for which the cache alone did not answer.
        var nonHitReason: NonHitReason?
        /// What is wrong, where the result is an error: noted by who finds out, told by the log.
        var error: DetailedError?
        /// The answer came from the shield's cache.
        var isShieldHit = false
        /// What the rules said about keeping the origin's answer.
        var storability: Storability?
        /// Present where the viewer is told what is noted.
        var explanation: Explanation?

        // What was sent.

        /// Nil until a response has begun.
        var resultAtStart: ResultType?
        var status = 0
        var firstByteAt: Int64?
        var contentType: String?
        var contentLength: Int64?
        var range: (start: Int64, end: Int64)?
        var ending = Ending.complete
    }

    /// How a response ended.
    enum Ending: Sendable {
        case complete
        case cut(DetailedError)
    }

    let requestID: String
    /// When the request was there, on the clock of `EdgeClock.nanoseconds`.
    let began: Int64
    private let state = Mutex(Notes())

    init(requestID: String, began: Int64) {
        self.requestID = requestID
        self.began = began
    }

    /// Adds to what is known. Must not block.
    func note(_ change: (inout Notes) -> Void) { state.withLock { change(&$0) } }

    var notes: Notes { state.withLock { $0 } }

    /// Adds to the explanation, where there is one.
    func explain(_ change: (inout Explanation.Notes) -> Void) {
        guard let explanation = state.withLock({ $0.explanation }) else { return }
        explanation.note(change)
    }

    /// Notes that an answer of this class is about to begin.
    func classify(_ result: ResultType) { note { $0.resultAtStart = result } }

    /// Notes a response's head as it goes out.
    func begins(_ head: ResponseHead, at instant: Int64) {
        note { notes in
            notes.status = head.status.code
            notes.firstByteAt = instant
            notes.contentType = head.fields[.contentType]
            notes.contentLength = head.fields[.contentLength].flatMap { Int64($0) }
            if let value = head.fields[.contentRange], case .part(let range, _)? = ContentRange(value) {
                notes.range = (range.lowerBound, range.upperBound - 1)
            }
        }
    }
}

extension RequestTrace.Notes {
    /// The figures of the request, once it is over.
    func outcome(of exchange: ServerExchange, began: Int64, ended: Int64, at now: HTTPDate) -> RequestOutcome {
        var final = resultAtStart ?? .error
        var error: DetailedError? = final == .error ? self.error ?? .error : nil
        if case .cut(let reason) = ending {
            final = .error
            // Who broke off is the better word than what had been wrong with the answer.
            error = reason
        }
        var outcome = RequestOutcome(
            finishedAt: now, status: status, bytesSent: exchange.traffic.bytesSent, bytesReceived: exchange.traffic.bytesReceived,
            resultAtStart: status == 0 ? .error : resultAtStart ?? .error, result: final, timeTaken: ended - began,
            timeToFirstByte: (firstByteAt ?? ended) - began, clientPort: exchange.connection.clientPort,
            isSecure: exchange.connection.isSecure)
        outcome.error = error
        outcome.isShieldHit = isShieldHit && final != .error
        outcome.nonHitReason = resultAtStart == .hit ? nil : nonHitReason
        outcome.contentLength = contentLength
        outcome.rangeStart = range?.start
        outcome.rangeEnd = range?.end
        return outcome
    }
}

/// An exchange that notes what is sent by it.
struct TracedExchange: Sendable {
    let exchange: ServerExchange
    let trace: RequestTrace
    let clock: EdgeClock

    /// The head as it goes out.
    private func explained(_ head: ResponseHead) -> ResponseHead {
        let notes = trace.notes
        guard let explanation = notes.explanation else { return head }
        var head = head
        head.fields[.xSkerryExplain] = explanation.value(notes, at: clock.now())
        return head
    }

    func respond(_ head: ResponseHead, body: ByteBuffer? = nil) async throws {
        let head = explained(head)
        trace.begins(head, at: clock.nanoseconds())
        try await exchange.respond(head, body: body)
    }

    func start(_ head: ResponseHead) async throws {
        let head = explained(head)
        trace.begins(head, at: clock.nanoseconds())
        try await exchange.start(head)
    }

    func write(_ chunk: ByteBuffer) async throws { try await exchange.write(chunk) }
    func write(_ region: FileRegion) async throws { try await exchange.write(region) }
    func finish() async throws { try await exchange.finish() }
}

extension DetailedError {
    /// The log's word for an origin's failure; nil for want of capacity, which is a result of its own.
    init?(_ kind: OriginError.Kind) {
        switch kind {
        case .dns: self = .originDnsError
        case .connect: self = .originConnectError
        case .timeout: self = .originReadError
        case .communication: self = .originCommError
        case .invalidResponse: self = .originInvalidResponseError
        case .contentRangeLength: self = .originContentRangeLengthError
        case .requestContent: self = .clientHungUpRequest
        case .capacity: return nil
        }
    }

    /// The word for what cut a response short.
    ///
    /// - Parameter isCancelled: whether the viewer is known to have left.
    init(cuttingShort error: any Error, isCancelled: Bool, originsOwn: DetailedError?) {
        switch error {
        case ExchangeError.responseOutOfOrder: self = originsOwn ?? .originContentRangeLengthError
        case is ExchangeError: self = .clientCommError
        case FillError.originFailed: self = originsOwn ?? .originCommError
        // The fetch has let go of this reader alone: it was the slowest.
        case FillError.abandoned where !isCancelled: self = .slowReaderOriginError
        default: self = isCancelled ? .clientCommError : originsOwn ?? .abortedOrigin
        }
    }
}

extension RequestStrings {
    /// The texts of a request that took the pipeline.
    init(_ exchange: ServerExchange, _ trace: RequestTrace, _ notes: RequestTrace.Notes) {
        let head = exchange.head
        self.init()
        self[.clientAddress] = exchange.connection.clientAddress
        self[.method] = head.method.rawValue
        self[.distributionDomain] = notes.distribution?.model.domainName
        self[.path] = head.path
        self[.referer] = head.fields[.referer]
        self[.userAgent] = head.fields[.userAgent]
        self[.query] = head.query
        self[.cookie] = head.fields[.cookie]
        self[.requestID] = trace.requestID
        self[.host] = head.authority
        self[.forwardedFor] = head.fields[.xForwardedFor]
        self[.tlsVersion] = exchange.connection.tls?.version
        self[.protocolVersion] = head.version.description
        self[.contentType] = notes.contentType
        self[.behavior] = notes.behavior?.model.pathPattern.text
    }
}
