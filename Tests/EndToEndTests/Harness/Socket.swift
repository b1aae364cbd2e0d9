import Glibc

/// A TCP connection on loopback with blocking calls that all have a deadline.
final class Socket: Sendable {
    let descriptor: Int32

    /// Takes over a descriptor, which this object closes.
    init(owning descriptor: Int32) { self.descriptor = descriptor }

    /// Connects to a port of 127.0.0.1.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError.system("socket", errno) }
        var address = loopback(port: port)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        if result != 0 {
            let error = errno
            throw SocketError.system("connect to port \(port)", error)
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends everything; fails when the peer takes nothing for `seconds`.
    func send(_ bytes: [UInt8], seconds: Double = 20) throws {
        var sent = 0
        while sent < bytes.count {
            guard wait(for: POLLOUT, seconds: seconds) else { throw SocketError.timeout("sending") }
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(descriptor, buffer.baseAddress! + sent, buffer.count - sent, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count >= 0 else { throw SocketError.system("send", errno) }
            sent += count
        }
    }

    /// What has arrived, at most 64 KiB; empty at the end of the stream.
    func receive(seconds: Double) throws -> [UInt8] {
        guard wait(for: POLLIN, seconds: seconds) else { throw SocketError.timeout("receiving") }
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SocketError.system("recv", errno) }
            return Array(buffer[..<count])
        }
    }

    /// Everything up to the end of the stream; a reset counts as an end.
    func receiveToEnd(seconds: Double) throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            do {
                let bytes = try receive(seconds: seconds)
                if bytes.isEmpty { return all }
                all += bytes
            } catch SocketError.system("recv", ECONNRESET) {
                return all
            }
        }
    }

    /// Tells the peer that nothing more will be sent.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes the coming close a reset rather than an orderly end.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Wakes whoever is blocked on this socket, for good.
    func interrupt() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func wait(for events: Int32, seconds: Double) -> Bool {
        var item = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let count = poll(&item, 1, Int32(seconds * 1000))
            if count < 0, errno == EINTR { continue }
            return count > 0
        }
    }
}

enum SocketError: Error, Equatable, CustomStringConvertible {
    case timeout(String)
    case system(String, Int32)

    var description: String {
        switch self {
        case .timeout(let what): "timed out \(what)"
        case .system(let what, let code): "\(what): \(String(cString: strerror(code)))"
        }
    }
}

func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}

/// A listening socket on a port of 127.0.0.1, 0 for one that the kernel chooses.
func listeningSocket(port: Int) throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var on: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = loopback(port: port)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    guard bound == 0, listen(descriptor, 128) == 0 else {
        let error = errno
        close(descriptor)
        throw SocketError.system("listen on port \(port)", error)
    }
    _ = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    return (descriptor, Int(in_port_t(bigEndian: address.sin_port)))
}

/// A port that was free a moment ago, for programs that cannot be asked which one they got.
func freePort() throws -> Int {
    let (descriptor, port) = try listeningSocket(port: 0)
    close(descriptor)
    return port
}
