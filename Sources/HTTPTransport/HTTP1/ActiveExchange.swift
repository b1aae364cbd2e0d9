// The connection's side of the exchange under way. Lives on the connection's event loop.

import ByteStreaming
import NIOCore

/// How far one exchange's request and response have come.
final class ActiveExchange {
    enum Response: Equatable {
        case pending
        case streaming(ResponseFraming)
        case finished
    }

    let id: Int
    let body: RequestBody
    let traffic: ExchangeTraffic
    var decoder: BodyDecoder
    var task: Task<Void, Never>?
    var isHEAD = false
    var version = HTTPVersion.http11
    var keepsAlive = true
    /// `Expect: 100-continue` was sent and the interim response wasn't yet.
    var owesContinue = false
    var bodyIsComplete = false
    var bodyIsFull = false
    /// Why the rest of the content can't be had; the connection ends with the response.
    var bodyFailure: ExchangeError?
    /// The response is out: content that still comes is thrown away.
    var discardsBody = false
    var discardedBytes = 0
    var response = Response.pending
    /// Content bytes still due under `Content-Length`.
    var bytesLeft = 0
    var writers: [(Result<Void, ExchangeError>) -> Void] = []

    init(id: Int, body: RequestBody, traffic: ExchangeTraffic, decoder: BodyDecoder) {
        self.id = id
        self.body = body
        self.traffic = traffic
        self.decoder = decoder
    }

    /// The client is expected to send content, and nothing on our side holds it up.
    var awaitsBody: Bool { !bodyIsComplete && !bodyIsFull && bodyFailure == nil && !owesContinue }

    /// What the client is told when the service returned without an answer.
    var unanswered: RequestError { RequestError(unansweredBecause: bodyFailure) }

    func resumeWriters() {
        let waiting = writers
        writers = []
        for writer in waiting { writer(.success(())) }
    }

    /// Ends both directions: whoever waits learns why.
    func end(_ error: ExchangeError) {
        if !bodyIsComplete { body.end(.failure(error)) }
        let waiting = writers
        writers = []
        for writer in waiting { writer(.failure(error)) }
    }
}

extension RequestError {
    /// For a request that the service did not answer.
    init(unansweredBecause bodyFailure: ExchangeError?) {
        switch bodyFailure {
        case .malformedBody(let reason): self.init(400, "the request content is malformed: \(reason)")
        case .connectionClosed: self.init(400, "the request content ended early")
        case .timedOut: self.init(408, "the request content took too long")
        case .responseOutOfOrder, nil: self.init(500, "the service gave no answer")
        }
    }
}
