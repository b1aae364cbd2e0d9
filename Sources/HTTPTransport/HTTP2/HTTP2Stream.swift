// One request and its response on an HTTP/2 connection. Lives on the connection's event loop.

import ByteStreaming
import NIOCore

/// How far one stream has come in both directions.
final class HTTP2Stream {
    enum Response: Equatable {
        case pending
        case streaming(ResponseFraming)
        case finished
    }

    /// Response bytes that wait for the client before the service is held up.
    static let unsentBytesHigh = 256 * 1024
    /// And before it may go on.
    static let unsentBytesLow = 128 * 1024

    /// Nil when the request was answered at once.
    let body: RequestBody?
    let traffic: ExchangeTraffic
    var task: Task<Void, Never>?
    var isHEAD = false
    /// `Expect: 100-continue` was sent and the interim response wasn't yet.
    var owesContinue = false
    var bodyIsComplete = true
    var bodyFailure: ExchangeError?
    /// The response is out: content that still comes is thrown away.
    var discardsBody = false
    var discardedBytes = 0
    /// Content bytes that arrived and have not been taken.
    var untakenBytes = 0
    /// The window as it stands after the last frame; the client may send so many bytes more.
    var inboundWindow: Int
    var response = Response.pending
    /// Content bytes still due under `Content-Length`.
    var bytesLeft = 0
    /// Response bytes that the client has not made room for yet.
    var unsentBytes = 0
    /// END_STREAM was handed over.
    var isEnded = false
    /// END_STREAM is on its way: a reset can't take anything of the response back.
    var isSent = false
    /// No more of the request's content is wanted: the stream is reset once the response is out.
    var declinesBody = false
    var writers: [(Result<Void, ExchangeError>) -> Void] = []
    /// The last time that content moved.
    var lastReceived: NIODeadline
    var lastSent: NIODeadline

    init(body: RequestBody?, traffic: ExchangeTraffic, inboundWindow: Int, now: NIODeadline) {
        self.body = body
        self.traffic = traffic
        self.inboundWindow = inboundWindow
        lastReceived = now
        lastSent = now
    }

    /// The client is expected to send content, and nothing on our side holds it up.
    var awaitsBody: Bool { !bodyIsComplete && bodyFailure == nil && !owesContinue && inboundWindow > 0 }

    /// What the client is told when the service returned without an answer.
    var unanswered: RequestError { RequestError(unansweredBecause: bodyFailure) }

    func resumeWriters() {
        let waiting = writers
        writers = []
        for writer in waiting { writer(.success(())) }
    }

    /// Ends both directions: whoever waits learns why.
    func end(_ error: ExchangeError) {
        if !bodyIsComplete { body?.end(.failure(error)) }
        let waiting = writers
        writers = []
        for writer in waiting { writer(.failure(error)) }
    }
}
