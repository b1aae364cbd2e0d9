// What to say of a connection that could not be made. NIO's own words begin with "connection reset (error set)" whatever happened.

import Glibc
import NIOCore

/// The words for a failed system call on the way to an origin.
enum ConnectFailure {
    /// Such as `connection refused by 127.0.0.1:9000`.
    ///
    /// - Parameter peer: address and port, where they are known.
    static func text(_ error: any Error, peer: String) -> String {
        if case ChannelError.connectTimeout(let time) = error {
            return "no connection to \(peer) within \(Double(time.nanoseconds) / 1e9) seconds"
        }
        guard let error = error as? IOError else { return "\(error)" }
        return switch error.errnoCode {
        case ECONNREFUSED: "connection refused by \(peer)"
        case ECONNRESET: "connection reset by \(peer)"
        case ETIMEDOUT: "no connection to \(peer) within the system's time"
        case EHOSTUNREACH, ENETUNREACH: "no route to \(peer)"
        default: "\(String(cString: strerror(error.errnoCode))) (\(peer))"
        }
    }

    /// An address as people write it.
    static func name(_ address: SocketAddress) -> String? {
        guard let host = address.ipAddress, let port = address.port else { return nil }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
