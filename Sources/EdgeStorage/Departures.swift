// Why keys are no longer there: a table of fixed size, one place for all keys whose hashes end alike, so that noting and asking are a
// single access and the oldest knowledge is overwritten. It may forget, but it never tells of a key what was another's: the whole
// hash is compared.

package import HTTPCaching
import Synchronization

/// What took an entry out of the cache.
package enum DepartureReason: UInt8, Sendable, Hashable {
    /// It made room for others.
    case evicted = 1
    case invalidated
    /// The origin had something else by then that could not be kept.
    case removed
}

/// The last departures by the hash of their key.
struct Departures {
    /// Keys that are remembered at the most; 16 bytes each, taken up when the first one leaves.
    static let placesMax = 16_384

    private struct Place {
        var hash = 0
        var reason: DepartureReason?
    }

    private var places: [Place] = []

    mutating func note(_ key: CacheKey, _ reason: DepartureReason) {
        if places.isEmpty { places = Array(repeating: Place(), count: Self.placesMax) }
        places[key.shardHash & (Self.placesMax - 1)] = Place(hash: key.shardHash, reason: reason)
    }

    func reason(for key: CacheKey) -> DepartureReason? {
        guard !places.isEmpty else { return nil }
        let place = places[key.shardHash & (Self.placesMax - 1)]
        return place.hash == key.shardHash ? place.reason : nil
    }
}

extension EdgeCache {
    /// Why an entry that was once under this key is gone, as far as that is remembered. Ask when there is none.
    package func departure(of key: CacheKey) -> DepartureReason? { state.withLock { $0.departures.reason(for: key) } }
}
