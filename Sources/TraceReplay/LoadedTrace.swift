// A whole trace in memory, with its objects numbered: what all simulations read, on all cores, without a lock.

package import CacheSimulation
package import TraceFormats

/// A trace, or as much of one as could be read.
package struct LoadedTrace: Sendable {
    /// Requests that fit: four gigabytes of memory, and as much again for the offline policies and the floor.
    package static let requestsMax = 160_000_000
    /// Bytes at the start of a trace that show its format.
    private static let detectionBytes = 4096

    package var path: String
    /// Nil for made-up traffic.
    package var format: TraceFormat?
    package var references: [Reference] = []
    package var index = TraceIndex()
    package var skipped: [TraceSkip: Int] = [:]
    /// Requests whose time was set to that of the one before.
    package var outOfOrder = 0
    /// Why reading stopped before the end; nil when the trace is whole.
    package var fault: ReplayError?

    /// Seconds between the first request and the last.
    package var seconds: Int64 { (references.last?.time ?? 0) - (references.first?.time ?? 0) }

    /// Reads a trace to its end, or to the first thing in it that makes no sense. Throws only when not one request
    /// could be read.
    /// - Parameters:
    ///   - format: nil to look at the first bytes.
    ///   - progress: told of bytes read and the file's bytes.
    package static func load(
        path: String, format: TraceFormat? = nil, columns: [TraceColumn: String] = [:], progress: (Int, Int?) -> Void = { _, _ in }
    ) throws(ReplayError) -> LoadedTrace {
        let source = try TraceSource(path: path)
        var piece = try source.next()
        guard !piece.isEmpty else { throw .trace(path: path, TraceError(.byte(0), .isEmpty)) }
        guard let format = format ?? TraceFormat.detect(Array(piece.prefix(detectionBytes)), fileName: path) else {
            throw .trace(path: path, TraceError(.byte(0), .formatUnknown))
        }
        var trace = LoadedTrace(path: path, format: format)
        var parser = TraceParser(format, columns: columns)
        var requests: [TraceRequest] = []
        do throws(ReplayError) {
            while !piece.isEmpty {
                try trace.parse(path, &requests) { requests throws(TraceError) in try parser.read(piece[...], into: &requests) }
                progress(source.bytesRead, source.fileBytes)
                piece = try source.next()
            }
            try trace.parse(path, &requests) { requests throws(TraceError) in try parser.finish(into: &requests) }
        } catch {
            trace.fault = error
        }
        trace.skipped = parser.skipped
        trace.outOfOrder = parser.outOfOrder
        guard trace.references.isEmpty else { return trace }
        throw trace.fault ?? .nothingToReplay(path: path, skipped: trace.skippedText)
    }

    /// Traffic made up by the rules of a shape.
    package static func made(_ shape: TrafficShape, name: String) -> LoadedTrace {
        var trace = LoadedTrace(path: name)
        var traffic = SyntheticTraffic(shape)
        trace.references.reserveCapacity(min(shape.requests, requestsMax))
        while trace.references.count < requestsMax, let request = traffic.next() { trace.references.append(trace.index.add(request)) }
        return trace
    }

    /// What was left out, for people.
    package var skippedText: String {
        TraceSkip.allCases.filter { $0 != .blank }.compactMap { reason in
            skipped[reason].map { "\($0) \(reason.rawValue)" }
        }.joined(separator: ", ")
    }

    private mutating func parse(
        _ path: String, _ requests: inout [TraceRequest], _ body: (inout [TraceRequest]) throws(TraceError) -> Void
    ) throws(ReplayError) {
        defer { requests.removeAll(keepingCapacity: true) }
        var failure: TraceError?
        do throws(TraceError) { try body(&requests) } catch { failure = error }
        // Requests ahead of the fault count.
        let room = Self.requestsMax - references.count
        index.add(requests.count > room ? Array(requests.prefix(room)) : requests, to: &references)
        if requests.count > room { throw .tooManyRequests(max: Self.requestsMax) }
        if let failure { throw .trace(path: path, failure) }
    }
}
