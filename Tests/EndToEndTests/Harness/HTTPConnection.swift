/// A client's connection that sends what it is told, byte for byte, and reads responses strictly.
final class HTTPConnection {
    let socket: Socket
    private var buffer: [UInt8] = []
    /// Everything that has come so far, heads and framing included.
    private(set) var receivedBytes = 0
    private let seconds: Double

    /// Connects to a port of 127.0.0.1; no read waits longer than `seconds`.
    init(port: Int, seconds: Double = 20) throws {
        socket = try Socket(port: port)
        self.seconds = seconds
    }

    func send(_ text: String) throws { try socket.send(text) }
    func send(_ bytes: [UInt8]) throws { try socket.send(bytes) }

    /// Sends a request with its fields exactly in this order.
    func send(
        _ method: String, _ target: String, host: String, _ fields: Fields = [:], body: [UInt8]? = nil,
        version: String = "HTTP/1.1"
    ) throws {
        var head = "\(method) \(target) \(version)\r\nHost: \(host)\r\n"
        for field in fields.list { head += "\(field.name): \(field.value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        try send(Array((head + "\r\n").utf8) + (body ?? []))
    }

    /// The next response, whole. A body cut short is given with `isComplete` false.
    func response(to method: String = "GET") throws -> Response {
        var (response, length) = try head(to: method)
        switch length {
        case .none: break
        case .bytes(let count):
            response.isComplete = try fill(to: count)
            response.body = take(min(count, buffer.count))
        case .chunked:
            (response.body, response.isComplete) = try chunks()
        case .toEnd:
            while try more() {}
            response.body = take(buffer.count)
        }
        return response
    }

    /// How a response's body is delimited.
    enum Length { case none, bytes(Int), chunked, toEnd }

    /// The head of the next response; interim responses are passed over.
    func head(to method: String = "GET") throws -> (Response, Length) {
        while true {
            while parseHead(buffer) == nil {
                guard try more() else { throw HarnessError("the connection ended before a response: \(received)") }
            }
            guard let (line, fields, start) = parseHead(buffer) else { continue }
            _ = take(start)
            let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]) else {
                throw HarnessError("not a status line: \(line)")
            }
            if status < 200 { continue }
            let response = Response(
                status: status, reason: parts.count > 2 ? parts[2] : "", fields: fields, body: [])
            return (response, try length(of: response, method))
        }
    }

    private func length(of response: Response, _ method: String) throws -> Length {
        if method == "HEAD" || response.status == 204 || response.status == 304 { return .none }
        if response.fields["Transfer-Encoding"]?.lowercased() == "chunked" { return .chunked }
        let lengths = Set(response.fields.values("Content-Length"))
        guard let text = lengths.first else { return .toEnd }
        guard lengths.count == 1, let count = Int(text) else { throw HarnessError("bad Content-Length: \(lengths)") }
        return .bytes(count)
    }

    /// Body bytes that have arrived, at least `count` of them; fewer only at the end of the stream.
    func bodyBytes(atLeast count: Int) throws -> [UInt8] {
        _ = try fill(to: count)
        return take(buffer.count)
    }

    /// Everything up to the end of the stream.
    func rest() throws -> [UInt8] {
        while try more() {}
        return take(buffer.count)
    }

    /// Whether the server ends the connection within the time allowed, sending nothing more.
    func isEnded() throws -> Bool { try buffer.isEmpty && !more() }

    private func chunks() throws -> (body: [UInt8], complete: Bool) {
        var body: [UInt8] = []
        while true {
            guard let line = try line() else { return (body, false) }
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else { throw HarnessError("bad chunk size: \(line)") }
            if size == 0 {
                while let trailer = try self.line() { if trailer.isEmpty { return (body, true) } }
                return (body, false)
            }
            let complete = try fill(to: size + 2)
            body += take(min(size, buffer.count))
            guard complete else { return (body, false) }
            _ = take(2)
        }
    }

    private func line() throws -> String? {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = take(end + 1).dropLast()
                return String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
            }
            guard try more() else { return nil }
        }
    }

    private var received: String { String(decoding: buffer.prefix(400), as: UTF8.self) }

    private func fill(to count: Int) throws -> Bool {
        while buffer.count < count { guard try more() else { return false } }
        return true
    }

    private func take(_ count: Int) -> [UInt8] {
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// Reads on; false at the end of the stream, for which a reset counts too.
    private func more() throws -> Bool {
        do {
            let bytes = try socket.receive(seconds: seconds)
            buffer += bytes
            receivedBytes += bytes.count
            return !bytes.isEmpty
        } catch SocketError.system("recv", 104) {  // ECONNRESET
            return false
        }
    }
}

/// One request on a connection of its own.
func fetch(
    _ method: String = "GET", _ target: String, host: String, port: Int, _ fields: Fields = [:], body: [UInt8]? = nil,
    version: String = "HTTP/1.1", seconds: Double = 20
) throws -> Response {
    let connection = try HTTPConnection(port: port, seconds: seconds)
    var fields = fields
    if fields["Connection"] == nil { fields.list.append(("Connection", "close")) }
    try connection.send(method, target, host: host, fields, body: body, version: version)
    return try connection.response(to: method)
}
