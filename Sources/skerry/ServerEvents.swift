// What tells a running server to stop or to read its configuration again: signals, and the end of standard input for a server
// that `skerry up` started, which then knows that its parent is gone however it died.

@preconcurrency import Dispatch
import Foundation

/// Something a server process is told from outside.
enum ServerEvent: Sendable, Equatable {
    /// SIGHUP.
    case reload
    /// SIGTERM or SIGINT: finish what is in flight.
    case stop(reason: String)
}

/// The stream of such events. Create it before the server starts, so that no signal is lost.
final class ServerEvents: Sendable {
    let stream: AsyncStream<ServerEvent>
    private let sources: [any DispatchSourceSignal]

    init(supervised: Bool) {
        let (stream, continuation) = AsyncStream.makeStream(of: ServerEvent.self, bufferingPolicy: .bufferingOldest(16))
        self.stream = stream
        sources = Signals.sources([SIGTERM, SIGINT, SIGHUP]) { signal in
            continuation.yield(signal == SIGHUP ? .reload : .stop(reason: signal == SIGINT ? "SIGINT" : "SIGTERM"))
        }
        if supervised {
            Thread.detachNewThread {
                var byte: UInt8 = 0
                while true {
                    let count = read(STDIN_FILENO, &byte, 1)
                    if count > 0 || (count < 0 && errno == EINTR) { continue }
                    continuation.yield(.stop(reason: "skerry up is gone"))
                    return
                }
            }
        }
    }

    /// Says that a listener now accepts connections, as one line of JSON on standard output:
    /// `{"listening":"s3","address":"127.0.0.1:9000"}`.
    static func announceReady(_ address: String, as listener: Listener = .s3) {
        Terminal.result(ReadyLine(listening: listener, address: address).text)
    }
}

/// The listeners of the servers: `s3` of the origin, `http`, `https` and `control` of the edge.
enum Listener: String, Codable, Sendable {
    case s3
    case http
    case https
    case control
    /// Where other edges connect.
    case shield
}

/// What a server prints once a listener accepts connections.
struct ReadyLine: Codable, Sendable, Equatable {
    var listening: Listener
    var address: String

    init(listening: Listener, address: String) {
        self.listening = listening
        self.address = address
    }

    /// Nil for any other line.
    init?(_ line: String) {
        guard let line = try? JSONDecoder().decode(ReadyLine.self, from: Data(line.utf8)) else { return nil }
        self = line
    }

    /// Addresses hold nothing that JSON would have to escape.
    var text: String { #"{"listening":"\#(listening.rawValue)","address":"\#(address)"}"# }
}

enum Signals {
    /// Sources that hand each signal to a closure instead of letting it end the process.
    static func sources(_ signals: [Int32], _ handler: @escaping @Sendable (Int32) -> Void) -> [any DispatchSourceSignal] {
        signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { handler(number) }
            source.resume()
            return source
        }
    }
}
