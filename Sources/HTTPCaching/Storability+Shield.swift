// What a shield has kept has been kept for a while: times that count from the arrival of a response count from the arrival there.

extension Storability {
    /// The decision about a response of a shield: Default TTL, which no origin has shortened by the age, is shortened by it here.
    package func countingAgeInDefaultTTL(atLeast minTTL: Int64) -> Storability {
        guard case .store(var freshness) = self, freshness.source == .defaultTTL else { return self }
        freshness.lifetimeSeconds = max(minTTL, freshness.lifetimeSeconds - freshness.initialAgeSeconds)
        return .store(freshness)
    }
}
