// The Server-Timing field that a response headers policy adds (CloudFront Developer Guide, "Server-Timing header"; W3C Server
// Timing). There is no metric for name look-up: the edge's look-ups are part of its connecting, and so of that metric.

import HTTPSemantics
package import HTTPTypes

/// What one response says about how it came about. Durations are in milliseconds.
package struct ServerTiming: Hashable, Sendable {
    /// Where an answer came from, or a fetch went out.
    package enum Layer: String, Hashable, Sendable {
        case edge = "EDGE"
        case originShield = "Origin Shield"
    }

    /// The fetch that a miss, a confirmation or a hit of the shield waited for.
    package struct Upstream: Hashable, Sendable {
        /// Making the connection; 0 for one that was there.
        package var connect: Int
        /// From the request's start until the first byte of the answer.
        package var firstByte: Int
        /// Who asks the origin: this edge, or the shield in its place.
        package var layer = Layer.edge

        package init(connect: Int, firstByte: Int) { (self.connect, self.firstByte) = (connect, firstByte) }
    }

    package var result: ResultType
    /// The edge's location, as X-Amz-Cf-Pop says it.
    package var pop: String
    package var requestID: String
    package var upstream: Upstream?
    /// From the request's arrival until its answer began.
    package var downstreamFirstByte: Int

    package init(result: ResultType, pop: String, requestID: String, upstream: Upstream?, downstreamFirstByte: Int) {
        self.result = result
        self.pop = pop
        self.requestID = requestID
        self.upstream = upstream
        self.downstreamFirstByte = downstreamFirstByte
    }

    package var value: String {
        var metrics: [String] = []
        if let upstream {
            metrics += [
                "cdn-upstream-layer;desc=\"\(upstream.layer.rawValue)\"", "cdn-upstream-connect;dur=\(upstream.connect)",
                "cdn-upstream-fbl;dur=\(upstream.firstByte)",
            ]
        }
        switch result {
        case .hit: metrics.append("cdn-cache-hit")
        case .refreshHit: metrics.append("cdn-cache-refresh")
        case .miss: metrics.append("cdn-cache-miss")
        default: break
        }
        metrics += ["cdn-pop;desc=\"\(pop)\"", "cdn-rid;desc=\"\(requestID)\""]
        if result == .hit { metrics.append("cdn-hit-layer;desc=\"\((upstream?.layer ?? .edge).rawValue)\"") }
        metrics.append("cdn-downstream-fbl;dur=\(downstreamFirstByte)")
        return metrics.joined(separator: ",")
    }

    /// Puts the field into a response: beside the origin's own, which on a hit is of another request and goes.
    package func apply(to fields: inout HTTPFields) {
        if result == .hit { fields[.serverTiming] = nil }
        let own = fields[values: .serverTiming].filter { !$0.isEmpty }
        fields[.serverTiming] = (own + [value]).joined(separator: ", ")
    }

    /// Whether a viewer asks for the field whatever the sampling rate: `Pragma: server-timing`.
    package static func isAskedFor(by fields: HTTPFields) -> Bool {
        var isAsked = false
        fields.forEachElement(of: .pragma) { if $0.lowercased() == "server-timing" { isAsked = true } }
        return isAsked
    }

    /// A sampling rate as configured: 0 to 100 with at most four decimals.
    package static func samplingRate(_ text: String) -> Double? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ part in !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            parts[0].utf8.count <= 3, parts.count == 1 || parts[1].utf8.count <= 4, let rate = Double(text), rate <= 100
        else { return nil }
        return rate
    }
}
