// What the edge tells about itself, as values: the document of `GET /statistics`, from which `GET /metrics` and `skerry stats` are made
// too. What each figure means is written down in docs/logs-and-figures.md.

/// All figures at one moment. Counts run from the start of the process.
package struct EdgeStatistics: Codable, Sendable, Equatable {
    /// Seconds since 1970.
    package var startedAt: Int64 = 0
    package var sampledAt: Int64 = 0
    /// All behaviours together, those of requests that no distribution claims included.
    package var total = Traffic()
    package var behaviors: [Behavior] = []
    /// Requests by the reason for which the cache alone did not answer.
    package var nonHits: [String: Int] = [:]
    /// Requests by the word of field 29 of the log.
    package var errors: [String: Int] = [:]
    /// Answers of origins by the reason for which they were not kept.
    package var notStored: [String: Int] = [:]
    /// What the transport itself refused, by status: malformed, too large or too slow requests.
    package var refused: [String: Int] = [:]
    /// From a request to the last byte of its answer, by result.
    package var latency: [String: Latency] = [:]
    /// From a request to an origin to the first byte of its answer.
    package var originLatency = Latency()
    package var origins: [Origin] = []
    package var cache = Cache()
    /// Nil without a disk tier.
    package var disk: Disk?
    /// Open connections by listener.
    package var connections: [String: Int] = [:]
    /// Requests that are in the pipeline at the moment.
    package var requestsUnderWay = 0
    package var accessLogs = AccessLogs()

    package init() {}

    /// Requests and bytes, and what follows from them.
    package struct Traffic: Codable, Sendable, Equatable {
        package var requests = 0
        package var bytesSent = 0
        package var bytesReceived = 0
        /// By the result when the answer began, field 23 of the log.
        package var requestsByResult: [String: Int] = [:]
        package var bytesByResult: [String: Int] = [:]
        /// `1xx` to `5xx`, and `000` for viewers who left before any answer.
        package var requestsByStatusClass: [String: Int] = [:]
        /// Requests whose result became an error after their answer had begun: a viewer left, or an origin broke off.
        package var cutShort = 0
        /// Requests that no cache could have answered (writes, and requests with content), and their bytes.
        package var uncacheableRequests = 0
        package var uncacheableBytes = 0
        package var hitRatio = HitRatio()

        package init() {}
    }

    /// Shares of what a cache could have answered: results Hit, RefreshHit and Miss, less what is uncacheable. Nil while there is none.
    package struct HitRatio: Codable, Sendable, Equatable {
        /// Hits alone.
        package var objects: Double?
        package var bytes: Double?
        /// Hits and RefreshHits.
        package var objectsWithRefreshHits: Double?
        package var bytesWithRefreshHits: Double?

        package init() {}
    }

    package struct Behavior: Codable, Sendable, Equatable {
        package var distribution: String
        package var pathPattern: String
        package var traffic: Traffic
    }

    package struct Origin: Codable, Sendable, Equatable {
        package var distribution: String
        package var origin: String
        /// Requests sent to it, confirmations included.
        package var fetches = 0
        /// Fetches that brought no answer, by the log's word.
        package var failures: [String: Int] = [:]
        /// Answers by their status class.
        package var answersByStatusClass: [String: Int] = [:]
        /// Waiting for first bytes, all fetches together.
        package var waitedSeconds = 0.0
    }

    /// A latency histogram. Quantiles and `max` are upper bounds, at most a 32nd too high.
    package struct Latency: Codable, Sendable, Equatable {
        /// Upper bounds of `buckets`, in seconds.
        package static let bounds = [
            0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
        ]

        package struct Bucket: Codable, Sendable, Equatable {
            /// Seconds.
            package var le: Double
            /// How many took no longer.
            package var count: Int
        }

        package var count = 0
        package var sumSeconds = 0.0
        package var p50: Double?
        package var p90: Double?
        package var p99: Double?
        package var p999: Double?
        package var max: Double?
        package var buckets: [Bucket] = []

        package init(count: Int = 0, sumSeconds: Double = 0) { (self.count, self.sumSeconds) = (count, sumSeconds) }
    }

    /// The memory tier.
    package struct Cache: Codable, Sendable, Equatable {
        package var entries = 0
        package var bytes = 0
        package var bytesMax = 0
        /// Content of fetches under way that counts against the limit.
        package var fillingBytes = 0
        package var fills = 0
        package var insertions = 0
        package var evictions = 0
        package var invalidations = 0

        package init() {}
    }

    package struct Disk: Codable, Sendable, Equatable {
        package var entries = 0
        package var bytes = 0
        package var bytesMax = 0
        package var hits = 0
        package var writes = 0
        /// Responses not written because the tier was full, resting or could not keep up.
        package var skippedWrites = 0
        package var evictions = 0
        /// Files found not to be whole.
        package var damaged = 0
        /// Failed file operations.
        package var errors = 0
        /// Whether the tier waits after trouble, and memory works alone.
        package var isResting = false

        package init() {}
    }

    package struct AccessLogs: Codable, Sendable, Equatable {
        package var linesWritten = 0
        package var linesDropped = 0
        package var bytesWritten = 0
        package var filesClosed = 0
        package var filesStored = 0
        package var storeFailures = 0
        package var spooledBytes = 0

        package init() {}
    }
}

extension EdgeStatistics.Traffic {
    /// Works out the ratios from the counts.
    mutating func completeRatios() {
        func share(_ part: Int, _ whole: Int) -> Double? { whole > 0 ? Double(part) / Double(whole) : nil }
        func ratios(_ counts: [String: Int], less: Int) -> (Double?, Double?) {
            let (hits, refreshed, misses) = (counts["Hit", default: 0], counts["RefreshHit", default: 0], counts["Miss", default: 0])
            let cacheable = hits + refreshed + max(0, misses - less)
            return (share(hits, cacheable), share(hits + refreshed, cacheable))
        }
        (hitRatio.objects, hitRatio.objectsWithRefreshHits) = ratios(requestsByResult, less: uncacheableRequests)
        (hitRatio.bytes, hitRatio.bytesWithRefreshHits) = ratios(bytesByResult, less: uncacheableBytes)
    }

    mutating func add(_ other: EdgeStatistics.Traffic) {
        requests += other.requests
        bytesSent += other.bytesSent
        bytesReceived += other.bytesReceived
        requestsByResult.merge(other.requestsByResult, uniquingKeysWith: +)
        bytesByResult.merge(other.bytesByResult, uniquingKeysWith: +)
        requestsByStatusClass.merge(other.requestsByStatusClass, uniquingKeysWith: +)
        cutShort += other.cutShort
        uncacheableRequests += other.uncacheableRequests
        uncacheableBytes += other.uncacheableBytes
    }
}
