// What a simulation counts, and the ratios made of it.

/// Counts of one simulated cache.
package struct SimulationCounts: Hashable, Sendable {
    package var requests = 0
    package var requestedBytes = 0
    /// Requests that were not answered from the cache alone: misses and revalidations.
    package var misses = 0
    /// Bytes that came from the origin: those of the misses proper.
    package var missedBytes = 0
    /// Requests that found their object expired and unchanged: one question to the origin, no content.
    package var revalidations = 0
    package var insertions = 0
    package var evictions = 0
    package var evictedBytes = 0
    /// Misses that stored nothing: too large for the cache or its policy, or not admitted.
    package var refusals = 0

    package init() {}

    package var requestMissRatio: Double { requests == 0 ? 0 : Double(misses) / Double(requests) }
    package var byteMissRatio: Double { requestedBytes == 0 ? 0 : Double(missedBytes) / Double(requestedBytes) }
    package var requestHitRatio: Double { requests == 0 ? 0 : 1 - requestMissRatio }
    package var byteHitRatio: Double { requestedBytes == 0 ? 0 : 1 - byteMissRatio }
}
