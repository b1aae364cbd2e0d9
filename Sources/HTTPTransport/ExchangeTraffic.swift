// The bytes of one exchange as they cross the connection, for logs and figures: heads, content and framing; without TLS's
// own overhead. Every protocol version's side of an exchange counts here.

import Synchronization

/// Counts what one exchange has moved. Written by its connection, read by its service once the response is out.
package final class ExchangeTraffic: Sendable {
    private let sent = Atomic(0)
    private let received = Atomic(0)

    /// - Parameter received: bytes of the request that are here already, its head.
    package init(received: Int = 0) { self.received.store(received, ordering: .relaxed) }

    /// Bytes handed to the connection for the viewer.
    package var bytesSent: Int { sent.load(ordering: .relaxed) }
    /// Bytes of the request: head and as much of its content as has arrived.
    package var bytesReceived: Int { received.load(ordering: .relaxed) }

    func didSend(_ bytes: Int) { sent.wrappingAdd(bytes, ordering: .relaxed) }
    func didReceive(_ bytes: Int) { received.wrappingAdd(bytes, ordering: .relaxed) }
}
