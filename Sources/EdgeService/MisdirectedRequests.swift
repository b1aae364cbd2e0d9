// Whether a request came over a connection that was made for its distribution. A client may use one connection for every name that
// its certificate covers (RFC 9113 section 9.1.1), and is told so where that is wrong (421, RFC 9110 section 15.5.20): each
// distribution has its own TLS and HTTP versions. CloudFront answers 421 too where server name and Host are not of one owner.

import HTTPTransport

extension EdgeSnapshot {
    /// True in the clear, and for a client that asked for no name.
    func leads(_ connection: ConnectionInfo, to distribution: ServedDistribution) -> Bool {
        guard let name = connection.tls?.serverName else { return true }
        return self.distribution(forHost: name) === distribution
    }
}

/// Whether the authority is, but for its port and case, the name that the connection was made for. For the fast path, which leaves
/// everything else to the pipeline.
func isForServerName(_ authority: UnsafeRawBufferPointer, _ connection: ConnectionInfo) -> Bool {
    guard let tls = connection.tls, let name = tls.serverName else { return true }
    return name.utf8.withContiguousStorageIfAvailable { name in
        guard authority.count >= name.count, authority.count == name.count || authority[name.count] == UInt8(ascii: ":") else { return false }
        for index in 0..<name.count {
            let byte = authority[index]
            guard (byte &- 0x41 < 26 ? byte | 0x20 : byte) == name[index] else { return false }
        }
        return true
    } ?? false
}
