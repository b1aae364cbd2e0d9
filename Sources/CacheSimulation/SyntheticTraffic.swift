// Requests made up by a few rules, for what no trace at hand shows: popularity by Zipf's law, lognormal sizes, objects
// that give way to new ones, deploys that change many at once, a crawler that goes through everything, times to live. Says
// how policies differ in kind; what a site's hit ratio is only its own log can tell.

import Eviction
package import TraceFormats

/// How made-up traffic looks.
package struct TrafficShape: Hashable, Sendable {
    package static let objectsMax = 1 << 27

    /// Requests in all.
    package var requests = 1_000_000
    /// Objects there are at any time.
    package var objects = 100_000
    /// The object of rank r is asked for in proportion to r to the power of minus this. Web sites have 0.6 to 1.1.
    package var exponent = 0.9
    /// The middle size, in bytes.
    package var medianBytes = 13_000.0
    /// The standard deviation of the size's natural logarithm; 0: one size for all.
    package var sizeDeviation = 1.8
    /// Requests a second.
    package var rate = 100.0
    /// Of a thousand requests, how many see an object replaced by a new one of the same rank just before.
    package var churnPerThousand = 0.0
    /// Seconds between two deploys; 0: none.
    package var deploySeconds = 0.0
    /// The share of all objects that a deploy replaces.
    package var deployShare = 0.1
    /// The share of requests that a crawler makes, which asks for each object in turn.
    package var crawlShare = 0.0
    /// The share of objects that may be used for `shortTTLSeconds` only; the others do not say.
    package var shortTTLShare = 0.0
    package var shortTTLSeconds: Int32 = 60
    package var seed: UInt64 = 1

    package init() {}
}

/// A source of made-up requests.
package struct SyntheticTraffic: Sendable {
    private let shape: TrafficShape
    private var random: SeededRandom
    /// Popularity by Walker and Vose's alias method: each cell has two ranks and a share for the first.
    private let aliases: [(share: Float, other: Int32)]
    /// How often the object of each rank has been replaced.
    private var versions: [UInt32]
    /// Ranks are spread over the crawler's order.
    private var crawled = 0
    private var made = 0
    private var nextDeploy: Double

    package init(_ shape: TrafficShape) {
        precondition((1...TrafficShape.objectsMax).contains(shape.objects), "1 to \(TrafficShape.objectsMax) objects")
        self.shape = shape
        random = SeededRandom(seed: shape.seed)
        aliases = Self.aliases(objects: shape.objects, exponent: shape.exponent)
        versions = [UInt32](repeating: 0, count: shape.objects)
        nextDeploy = shape.deploySeconds
    }

    /// The next request; nil when all have been made.
    package mutating func next() -> TraceRequest? {
        guard made < shape.requests else { return nil }
        let seconds = Double(made) / shape.rate
        made += 1
        if shape.deploySeconds > 0, seconds >= nextDeploy { deploy() }
        if shape.churnPerThousand > 0, random.unit() * 1000 < shape.churnPerThousand { versions[random.next(below: shape.objects)] &+= 1 }
        let rank: Int
        if shape.crawlShare > 0, random.unit() < shape.crawlShare {
            rank = crawled
            crawled = (crawled + 1) % shape.objects
        } else {
            rank = popularRank()
        }
        return request(rank, seconds: Int64(seconds))
    }

    /// The object's facts follow from its rank and version alone, so that nothing has to be kept of it.
    private func request(_ rank: Int, seconds: Int64) -> TraceRequest {
        let object = mixed(UInt64(rank) << 32 | UInt64(versions[rank]) ^ mixed(shape.seed))
        var facts = SeededRandom(seed: object)
        var bytes = shape.medianBytes
        if shape.sizeDeviation > 0 { bytes *= exponential(shape.sizeDeviation * Self.normal(&facts)) }
        let isShort = shape.shortTTLShare > 0 && facts.unit() < shape.shortTTLShare
        return TraceRequest(
            time: seconds, object: object, bytes: Int(min(max(bytes, 1), Double(TraceParser.objectBytesMax))),
            ttlSeconds: isShort ? shape.shortTTLSeconds : nil)
    }

    private mutating func deploy() {
        nextDeploy += shape.deploySeconds
        for rank in versions.indices where random.unit() < shape.deployShare { versions[rank] &+= 1 }
    }

    private mutating func popularRank() -> Int {
        let cell = random.next(below: shape.objects)
        return Float(random.unit()) < aliases[cell].share ? cell : Int(aliases[cell].other)
    }

    private static func aliases(objects: Int, exponent: Double) -> [(share: Float, other: Int32)] {
        var weights = (1...objects).map { exponential(-exponent * logarithm(Double($0))) }
        let mean = weights.reduce(0, +) / Double(objects)
        var aliases = [(share: Float, other: Int32)](repeating: (1, 0), count: objects)
        var (below, above): ([Int], [Int]) = ([], [])
        for rank in weights.indices {
            weights[rank] /= mean
            if weights[rank] < 1 { below.append(rank) } else { above.append(rank) }
        }
        while let small = below.popLast(), let large = above.last {
            aliases[small] = (Float(weights[small]), Int32(large))
            weights[large] -= 1 - weights[small]
            if weights[large] < 1 {
                above.removeLast()
                below.append(large)
            }
        }
        return aliases
    }

    /// A normally distributed number, by Marsaglia's polar method.
    private static func normal(_ random: inout SeededRandom) -> Double {
        while true {
            let (u, v) = (random.unit() * 2 - 1, random.unit() * 2 - 1)
            let square = u * u + v * v
            if square > 0, square < 1 { return u * (-2 * logarithm(square) / square).squareRoot() }
        }
    }
}
