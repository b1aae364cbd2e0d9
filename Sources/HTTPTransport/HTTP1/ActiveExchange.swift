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
    var decoder: BodyDecoder
    var task: Task<Void, Never>?
    var isHEAD = false
    var version = HTTPVersion.http11
    var keepsAlive = true
    /// `Expect: 100-continue` was sent and the interim response wasn't yet.
    var owesContinue = false
    var bodyIsComplete = false
    var bodyIsFull = false
    var bodyIsBroken = false
    /// The response is out: content that still comes is thrown away.
    var discardsBody = false
    var discardedBytes = 0
    var response = Response.pending
    /// Content bytes still due under `Content-Length`.
    var bytesLeft = 0
    var writers: [(Result<Void, ExchangeError>) -> Void] = []

    init(id: Int, body: RequestBody, decoder: BodyDecoder) {
        self.id = id
        self.body = body
        self.decoder = decoder
    }

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
