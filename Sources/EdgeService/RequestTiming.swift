// The times of one request, kept only where a response headers policy may tell them.

import HTTPCaching
import HTTPTypes
import Synchronization

/// When a request began, and how long its own fetch took. Who shares another's fetch has none.
final class RequestTiming: Sendable {
    private let ticks: @Sendable () -> Duration
    private let began: Duration
    private let fetch = Mutex<ServerTiming.Upstream?>(nil)

    init(ticks: @escaping @Sendable () -> Duration) {
        self.ticks = ticks
        began = ticks()
    }

    /// Runs a fetch and notes how long it took until its answer's head was there.
    func fetching<Value>(_ body: () async throws -> Value, connecting: (Value) -> Duration, layer: ServerTiming.Layer) async rethrows -> Value {
        let start = ticks()
        let value = try await body()
        var upstream = ServerTiming.Upstream(
            connect: Self.milliseconds(connecting(value)), firstByte: Self.milliseconds(ticks() - start))
        upstream.layer = layer
        fetch.withLock { $0 = upstream }
        return value
    }

    func serverTiming(_ result: ResultType, requestID: String) -> ServerTiming {
        ServerTiming(
            result: result, pop: edgeLocation, requestID: requestID, upstream: fetch.withLock { $0 },
            downstreamFirstByte: Self.milliseconds(ticks() - began))
    }

    private static func milliseconds(_ duration: Duration) -> Int { Int(max(.zero, duration) / .milliseconds(1)) }
}

extension EdgeRequest {
    /// Says how the answer came about, where that was asked for or sampled.
    func applyServerTiming(to fields: inout HTTPFields, _ type: ResultType) {
        timing?.serverTiming(type, requestID: requestID).apply(to: &fields)
    }
}
