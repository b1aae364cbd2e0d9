// How large W-TinyLFU's window should be: traffic with much recency wants a large one, traffic with lasting favourites a
// small one. The climber takes a step, looks whether the hit ratio rose, and goes on or turns back; steps shrink while
// nothing much happens. Einziger, Eytan, Friedman, Manes, Adaptive Software Cache Management, Middleware 2018.

/// Climbs towards the best share of the window.
struct WindowClimber: Sendable {
    /// Where it starts, and how far it goes.
    private static let firstShare = 0.1
    private static let bounds = 0.005...0.8
    private static let firstStep = 0.0625
    private static let stepDecay = 0.98
    /// A change of the hit ratio by this much is another traffic: steps are large again.
    private static let restart = 0.05
    /// Requests between two steps, for each entry, and at least.
    private static let requestsPerEntry = 10
    private static let requestsMin = 1000

    /// The window's share of the cache.
    private(set) var share = firstShare
    private var step = firstStep
    private var hits = 0
    private var requests = 0
    private var lastRatio: Double?

    /// Counts a request. Cost: constant.
    mutating func count(isHit: Bool, entries: Int) {
        requests += 1
        if isHit { hits += 1 }
        guard requests >= max(Self.requestsPerEntry * entries, Self.requestsMin) else { return }
        let ratio = Double(hits) / Double(requests)
        if let lastRatio {
            if ratio < lastRatio { step = -step }
            step = abs(ratio - lastRatio) >= Self.restart ? (step < 0 ? -Self.firstStep : Self.firstStep) : step * Self.stepDecay
        }
        share = min(max(share + step, Self.bounds.lowerBound), Self.bounds.upperBound)
        (lastRatio, hits, requests) = (ratio, 0, 0)
    }
}
