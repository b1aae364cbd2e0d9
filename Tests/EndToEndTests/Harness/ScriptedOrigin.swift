import Foundation
import Glibc
import Synchronization

/// A request as an origin received it.
struct ReceivedRequest: Sendable {
    var method: String
    var target: String
    var fields: Fields
    var body: [UInt8]
    /// How many requests for this target came before it.
    var earlier: Int
    /// Which connection brought it, from 0.
    var connection: Int

    var path: String { String(target.prefix { $0 != "?" }) }
}

/// What a scripted origin does with one request, step by step.
struct Answer: Sendable {
    enum Step: Sendable {
        case bytes([UInt8])
        /// Goes on when the test opens the gate; ends the connection if it never does.
        case wait(Gate)
        /// Ends the connection in order.
        case hangUp
        /// Ends the connection with a reset.
        case reset
    }

    var steps: [Step]
    /// Whether another request may follow on the connection.
    var keepsConnection = true

    /// An answer with a true Content-Length.
    static func whole(_ status: Int = 200, _ fields: Fields = [:], _ body: String = "") -> Answer {
        whole(status, fields, bytes: Array(body.utf8))
    }

    static func whole(_ status: Int = 200, _ fields: Fields = [:], bytes: [UInt8]) -> Answer {
        let carriesBody = status != 304 && status != 204
        let length = carriesBody ? [("Content-Length", String(bytes.count))] : []
        return Answer(steps: [.bytes(head(status, fields.list + length) + (carriesBody ? bytes : []))])
    }

    /// An answer in chunks, each sent on its own; a nil stands for nothing more, the last chunk missing.
    static func chunked(_ fields: Fields = [:], _ chunks: [String], finished: Bool = true) -> Answer {
        var steps: [Step] = [.bytes(head(200, fields.list + [("Transfer-Encoding", "chunked")]))]
        for chunk in chunks { steps.append(.bytes(Array("\(String(chunk.utf8.count, radix: 16))\r\n\(chunk)\r\n".utf8))) }
        steps.append(finished ? .bytes(Array("0\r\n\r\n".utf8)) : .hangUp)
        return Answer(steps: steps, keepsConnection: finished)
    }

    /// An answer that announces `length` bytes and then follows `steps`, true or not.
    static func announcing(_ length: Int, _ fields: Fields = [:], status: Int = 200, then steps: [Step]) -> Answer {
        Answer(steps: [.bytes(head(status, fields.list + [("Content-Length", String(length))]))] + steps)
    }

    static let silence = Answer(steps: [.wait(Gate())])

    static func head(_ status: Int, _ fields: [(name: String, value: String)]) -> [UInt8] {
        Array(("HTTP/1.1 \(status) Scripted\r\n" + fields.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n").utf8)
    }
}

/// An HTTP server on loopback that answers as a test tells it to, counts, and remembers what it was asked.
final class ScriptedOrigin: Sendable {
    let port: Int
    private let listener: Socket
    private let script: @Sendable (ReceivedRequest) -> Answer
    private let state = Watched(State())

    private struct State {
        var requests: [ReceivedRequest] = []
        var connections: [Socket] = []
        var connectionCount = 0
        var stopped = false
    }

    /// Listens at once; ends with `place`.
    init(_ place: Workplace, port: Int = 0, script: @escaping @Sendable (ReceivedRequest) -> Answer) throws {
        let (descriptor, port) = try listeningSocket(port: port)
        self.port = port
        self.script = script
        listener = Socket(owning: descriptor)
        Thread.detachNewThread { [self] in acceptConnections() }
        place.atEnd { [self] in stop() }
    }

    /// Host and port as `edge.conf` names them.
    var domainName: String { "127.0.0.1:\(port)" }

    var requests: [ReceivedRequest] { state.current.requests }
    var connectionCount: Int { state.current.connectionCount }

    func requests(for target: String) -> [ReceivedRequest] { requests.filter { $0.target == target } }

    /// Waits until at least `count` requests have come.
    func waitForRequests(_ count: Int, seconds: Double = 10) -> Bool {
        state.wait(seconds: seconds) { $0.requests.count >= count ? true : nil } ?? false
    }

    /// Closes the port and every connection: from here on nobody is at home.
    func stop() {
        let open = state.change { state in
            state.stopped = true
            defer { state.connections = [] }
            return state.connections
        }
        listener.interrupt()
        open.forEach { $0.interrupt() }
    }

    private func acceptConnections() {
        while listener.wait(for: POLLIN, seconds: 3600) {
            let accepted = descriptorLock.withLock { _ in
                let accepted = accept(listener.descriptor, nil, nil)
                if accepted >= 0 { _ = fcntl(accepted, F_SETFD, FD_CLOEXEC) }
                return accepted
            }
            guard accepted >= 0 else { return }
            let socket = Socket(owning: accepted)
            let number: Int? = state.change { state in
                guard !state.stopped else { return nil }
                state.connections.append(socket)
                state.connectionCount += 1
                return state.connectionCount - 1
            }
            guard let number else { return }
            Thread.detachNewThread { [self] in
                serve(socket, number)
                state.change { $0.connections.removeAll { $0 === socket } }
            }
        }
    }

    private func serve(_ socket: Socket, _ number: Int) {
        var buffer: [UInt8] = []
        while let request = try? receive(socket, &buffer, number) {
            let answer = script(request)
            for step in answer.steps {
                switch step {
                case .bytes(let bytes):
                    guard (try? socket.send(bytes)) != nil else { return }
                case .wait(let gate):
                    guard wait(for: gate) else { return }
                case .hangUp:
                    return
                case .reset:
                    socket.resetOnClose()
                    return
                }
            }
            guard answer.keepsConnection else { return }
        }
    }

    /// Waits for a gate in short steps, so that a stopped origin does not keep its threads.
    private func wait(for gate: Gate) -> Bool {
        for _ in 0..<600 {
            if gate.wait(seconds: 0.1) { return true }
            if state.current.stopped { return false }
        }
        return false
    }

    private func receive(_ socket: Socket, _ buffer: inout [UInt8], _ number: Int) throws -> ReceivedRequest? {
        while true {
            if let (line, fields, start) = parseHead(buffer) {
                let length = fields["Content-Length"].flatMap(Int.init) ?? 0
                while buffer.count < start + length {
                    let bytes = try socket.receive(seconds: 60)
                    if bytes.isEmpty { return nil }
                    buffer += bytes
                }
                let parts = line.split(separator: " ").map(String.init)
                guard parts.count == 3 else { return nil }
                let body = Array(buffer[start..<(start + length)])
                buffer.removeFirst(start + length)
                return state.change { state in
                    let request = ReceivedRequest(
                        method: parts[0], target: parts[1], fields: fields, body: body,
                        earlier: state.requests.count { $0.target == parts[1] }, connection: number)
                    state.requests.append(request)
                    return request
                }
            }
            let bytes = try socket.receive(seconds: 120)
            if bytes.isEmpty { return nil }
            buffer += bytes
        }
    }
}
