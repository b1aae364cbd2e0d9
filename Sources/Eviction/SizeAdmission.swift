// Admission by size: an object of s bytes is stored with chance e^(-s/c), and c is tuned to the traffic. Every so often a
// model of the cache says which hit ratio each c would have: with an object's rate and size known, its chance to be held
// follows from how long entries live, and how long they live from what fits.
// Berger, Sitaraman, Harchol-Balter, AdaptSize: Orchestrating the Hot Object Memory Cache in a CDN, NSDI 2017. Here the
// model sees a sample of the keys, chosen by their hashes, in a cache scaled down alike, so that its cost is bounded; and s is
// the size beyond the smallest seen, so that where all sizes are alike everything is stored.

/// Size-aware admission. Constant time on average; 48 bytes for each sampled key, two thousand of them at most.
package struct SizeAdmission: AdmissionPolicy {
    /// Keys in the model.
    private static let sampleMax = 2048
    /// Requests before the first tuning; doubles up to the second number.
    private static let firstTuning = 1 << 10
    private static let requestsPerTuning = 1 << 15
    /// What a count is worth at the next tuning.
    private static let decay = 0.5
    /// What was seen has to fill the cache so often before its rates say anything.
    private static let fillingsToTune = 2.0

    private struct Sampled: Sendable {
        var key: KeyFingerprint
        var bytes: Double
        var requests: Double
    }

    private let capacityBytes: Double
    /// The size at which one in e is stored; infinite: all are.
    private(set) var sizeParameter = Double.infinity
    /// The smallest size in the sample: such objects are always stored.
    private var smallest = 0.0
    private var random = SeededRandom(seed: 3)
    private var sample: [Sampled] = []
    var sampleCount: Int { sample.count }
    private var places = FingerprintTable()
    /// A key is in the sample if its hash, of 32 bits, is below.
    private var threshold: UInt64 = 1 << 32
    private var untilTuning = firstTuning
    private var period = firstTuning

    package init(capacityBytes: Int) { self.capacityBytes = Double(capacityBytes) }

    package mutating func admits(bytes: Int, key: KeyFingerprint, insteadOf victim: KeyFingerprint?) -> Bool {
        count(bytes: bytes, key: key)
        guard sizeParameter < .infinity else { return true }
        return random.unit() < exponential((smallest - Double(bytes)) / sizeParameter)
    }

    package mutating func didHit(bytes: Int, key: KeyFingerprint) { count(bytes: bytes, key: key) }

    private mutating func count(bytes: Int, key: KeyFingerprint) {
        untilTuning -= 1
        if untilTuning <= 0 { tune() }
        guard mixed(key) >> 32 < threshold else { return }
        if let place = places[key] {
            sample[Int(place)].requests += 1
            sample[Int(place)].bytes = Double(bytes)
        } else {
            places.insert(key, index: Int32(sample.count))
            sample.append(Sampled(key: key, bytes: Double(bytes), requests: 1))
            if sample.count > Self.sampleMax { thinOut() }
        }
    }

    /// Halves the share of keys in the sample.
    private mutating func thinOut() {
        threshold /= 2
        keep { [threshold] in mixed($0.key) >> 32 < threshold }
    }

    private mutating func keep(_ isKept: (Sampled) -> Bool) {
        sample.removeAll { !isKept($0) }
        places = FingerprintTable()
        for (place, sampled) in sample.enumerated() { places.insert(sampled.key, index: Int32(place)) }
    }

    private mutating func tune() {
        period = min(period * 2, Self.requestsPerTuning)
        untilTuning = period
        let room = capacityBytes * Double(threshold) / Double(1 << 32 as UInt64)
        let total = sample.reduce(0) { $0 + $1.bytes }
        // While all that was seen would nearly fit, there is nothing to choose, and rates are best left to gather.
        guard total > room * Self.fillingsToTune else { return }
        let sizes = sample.map(\.bytes)
        smallest = sizes.min() ?? 0
        var best = (hits: modelledHits(parameter: .infinity, room: room), parameter: Double.infinity)
        var parameter = (sizes.max() ?? 1) * 4
        let least = max(smallest / 4, 1)
        while parameter >= least {
            let hits = modelledHits(parameter: parameter, room: room)
            // A larger c, which stores more, is kept unless a smaller one is clearly better.
            if hits > best.hits * 1.001 { best = (hits, parameter) }
            parameter /= 2
        }
        sizeParameter = best.parameter
        for place in sample.indices { sample[place].requests *= Self.decay }
        keep { $0.requests > 0.1 }
    }

    /// Requests of the sample that a cache would answer, if it stored by this parameter.
    private func modelledHits(parameter: Double, room: Double) -> Double {
        let admission = sample.map { exponential((smallest - $0.bytes) / parameter) }
        // How long an entry lives after its last request, as the logarithm of a share of all time: what is held in that
        // time comes to fill the cache.
        var (low, high) = (-20.0, 10.0)
        for _ in 0..<12 {
            let middle = (low + high) / 2
            if held(lifetime: exponential(middle), admission).bytes < room { low = middle } else { high = middle }
        }
        return held(lifetime: exponential(low), admission).requests
    }

    /// What is held on average, in bytes, and how many requests find it.
    private func held(lifetime: Double, _ admission: [Double]) -> (bytes: Double, requests: Double) {
        var total = (bytes: 0.0, requests: 0.0)
        for (sampled, admitted) in zip(sample, admission) {
            let weight = (exponential(min(sampled.requests * lifetime, 700)) - 1) * admitted
            let chance = weight / (1 + weight)
            total.bytes += chance * sampled.bytes
            total.requests += chance * sampled.requests
        }
        return total
    }
}
