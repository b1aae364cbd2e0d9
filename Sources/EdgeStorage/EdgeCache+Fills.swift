// Collapsing: all who miss on one key at one time share one fetch. The first gets the permit to run it and is its
// first reader; the permit's end, however it comes about, leaves no reader waiting.

package import HTTPCaching
package import HTTPTypes
package import NIOCore
import Synchronization

/// What a fetch led to, for everyone who shares it.
package enum FillOutcome: Sendable {
    /// A stored response answers: just confirmed, or stale because the origin failed.
    case entry(CachedResponse, ResultType)
    /// The response's content is streaming in.
    case stream(StreamedResponse)
    /// The object is kept in parts, of which the first may be waiting in the origin's answer. Others may use it unless it is
    /// for the one who asked alone.
    case parts(PartedObject, first: ContentHandover, isShareable: Bool)
    /// No response came; the text is for the error page and the log.
    case failed(status: Int, detail: String)
}

/// The head of a response whose content is on its way.
package struct StreamedResponse: Sendable {
    package var status: HTTPResponse.Status
    /// What viewers get, without the fields that differ from request to request.
    package var fields: HTTPFields
    /// Bytes, when known.
    package var contentLength: Int?
    package var resultType: ResultType
    /// False when the response is for the request that caused it alone; others must fetch on their own.
    package var isShareable: Bool
    /// Whether it is going to be stored if all of it arrives.
    package var isKept: Bool
    /// Whether the request's conditions and range are still to be answered: it was fetched whole, without them.
    package var conditionsAreOpen: Bool
    /// What the stored response will be known by, once it is whole.
    package var facts: EntryFacts?
    /// Where it will be stored.
    package var identity: ObjectIdentity?
    /// Why it isn't stored, when its rules say so.
    package var notStoredBecause: Storability.Reason?
    /// Whether this reader waited for another's fetch.
    package var isCollapsed = false
    /// The origin it came from, by its id.
    package var originID: String?
    /// Set when the content is one part of an object: of which generation, and where it belongs.
    package var part: (generation: UInt64, range: Range<Int64>)?
    /// Age that it had when it came, in seconds.
    package var initialAgeSeconds: Int64 = 0
    /// Whether its content is an edge's own coding of what the origin sent.
    package var isEdgeCompressed = false

    package init(
        status: HTTPResponse.Status, fields: HTTPFields, contentLength: Int?, resultType: ResultType, isShareable: Bool,
        isKept: Bool, conditionsAreOpen: Bool
    ) {
        self.status = status
        self.fields = fields
        self.contentLength = contentLength
        self.resultType = resultType
        self.isShareable = isShareable
        self.isKept = isKept
        self.conditionsAreOpen = conditionsAreOpen
    }
}

/// How a request takes part in a fetch.
package enum FillRole: Sendable {
    /// The cache holds something else by now than when the request looked: look again.
    case changed
    /// It must run the fetch.
    case leader(FillPermit, FillReader<FillOutcome>)
    /// Someone else runs it.
    case follower(FillReader<FillOutcome>)
}

extension EdgeCache {
    /// Joins the fetch under way for an object, or becomes the one who runs it.
    ///
    /// - Parameters:
    ///   - seen: what `lookup` answered; when the cache holds something else by now, a fetch ended in between.
    ///   - commits: `diskCommits` before the look-up, so that the same shows of what is on disk alone.
    package func join(_ identity: ObjectIdentity, seen: CachedResponse?, commits: UInt64 = .max) -> FillRole {
        state.withLock { state in
            let current = state.slots[identity.key].flatMap { state.entries[Int($0)] }
            if let current, current !== seen { return .changed }
            if current == nil, commits != .max, let disk, disk.hasNews(of: identity.key, since: commits) { return .changed }
            if let running = state.fills[identity.key]?.fill, let reader = running.attach() { return .follower(reader) }
            let fill = Fill<FillOutcome>(readersMax: limits.readersPerFillMax)
            // A new fill always has room for its first reader.
            guard let reader = fill.attach() else { preconditionFailure("a new fill refused its first reader") }
            let permit = makePermit(fill, identity, &state)
            state.fills[identity.key] = .init(fill: fill, identity: identity)
            return .leader(permit, reader)
        }
    }

    /// A fetch that nobody shares.
    package func solo(_ identity: ObjectIdentity) -> (FillPermit, FillReader<FillOutcome>) {
        let fill = Fill<FillOutcome>(readersMax: 1)
        guard let reader = fill.attach() else { preconditionFailure("a new fill refused its first reader") }
        return (state.withLock { makePermit(fill, identity, &$0) }, reader)
    }

    private func makePermit(_ fill: Fill<FillOutcome>, _ identity: ObjectIdentity, _ state: inout State) -> FillPermit {
        state.lastPermit += 1
        let record = FillPermit.Record(identity: identity)
        state.permits[state.lastPermit] = record
        return FillPermit(id: state.lastPermit, fill: fill, cache: self, record: record)
    }

    func unregister(_ fill: Fill<FillOutcome>, key: CacheKey) {
        state.withLock { state in
            guard state.fills[key]?.fill === fill else { return }
            state.fills[key] = nil
        }
    }

    func forget(permit id: Int) { state.withLock { $0.permits[id] = nil } }
}

/// The right and duty to run one fetch. Letting go of it ends the fetch for everyone.
package final class FillPermit: Sendable {
    struct Registration {
        var fill: Fill<FillOutcome>
        var identity: ObjectIdentity
    }

    /// What invalidations reach of a fetch under way.
    final class Record: Sendable {
        let identity: ObjectIdentity
        /// Set once the object was invalidated after the fetch began.
        let isOutdated = Atomic(false)
        /// Tags that were invalidated after the fetch began.
        private let outdatedTags = Mutex<Set<CacheTag>>([])

        /// Tags remembered for one fetch; beyond them it counts as outdated whatever it brings.
        static let tagsMax = 3_000

        init(identity: ObjectIdentity) { self.identity = identity }

        func outdate(tags: Set<CacheTag>) {
            let isTooMany = outdatedTags.withLock { outdated in
                outdated.formUnion(tags)
                return outdated.count > Self.tagsMax
            }
            if isTooMany { isOutdated.store(true, ordering: .relaxed) }
        }

        /// Whether a response that the fetch brought may be stored.
        func mayStore(_ tags: CacheTags) -> Bool {
            !isOutdated.load(ordering: .relaxed) && (tags.isEmpty || outdatedTags.withLock { tags.isDisjoint(with: $0) })
        }
    }

    package let fill: Fill<FillOutcome>
    private let id: Int
    let cache: EdgeCache
    let record: Record
    private let reservedBytes = Mutex(0)
    /// Where the content goes when it isn't kept in memory.
    let spool = Mutex<DiskSpool?>(nil)

    package var identity: ObjectIdentity { record.identity }

    func owns(_ record: Record) -> Bool { self.record === record }

    /// Whether the object was invalidated since the fetch began, so that nothing of it may be stored.
    package var isOutdated: Bool { record.isOutdated.load(ordering: .relaxed) }

    init(id: Int, fill: Fill<FillOutcome>, cache: EdgeCache, record: Record) {
        self.id = id
        self.fill = fill
        self.cache = cache
        self.record = record
    }

    deinit {
        cache.forget(permit: id)
        cache.unregister(fill, key: identity.key)
        cache.release(reservedBytes.withLock { $0 })
        // Whoever still waits here was left behind by a mistake; an error beats silence.
        fill.resolve(.failed(status: 500, detail: "the fetch ended without a result"))
        fill.end(.failure(.originFailed("the fetch ended without a result")))
    }

    /// Adds content that is going to be stored; false when the cache has no room for it any more, in which case it is
    /// passed on but the whole is no longer kept.
    package func append(_ chunk: ByteBuffer, keeping: Bool) async throws(FillError) -> Bool {
        var keeps = keeping
        if keeping, isSpooling {
            keeps = appendToSpool(chunk)
            if !keeps { stopKeeping() }
        } else if keeping {
            if cache.reserve(chunk.readableBytes) {
                reservedBytes.withLock { $0 += chunk.readableBytes }
            } else {
                keeps = startSpooling(expectedBytes: nil) && appendToSpool(chunk)
                if !keeps { stopKeeping() }
            }
        }
        try await fill.append(chunk)
        return keeps
    }

    /// The content won't be stored: from now on it only passes through, and latecomers fetch on their own.
    package func stopKeeping() {
        cache.unregister(fill, key: identity.key)
        fill.stopKeeping()
        releaseReserved()
    }

    /// Gives back what was counted for content in memory.
    func releaseReserved() {
        let reserved = reservedBytes.withLock { bytes in
            defer { bytes = 0 }
            return bytes
        }
        cache.release(reserved)
    }

    /// Stores the response that this fetch brought. False when it is too large or was invalidated meanwhile.
    ///
    /// Its content must begin with what `append` has been given so far.
    @discardableResult
    package func store(_ response: CachedResponse) -> Bool {
        let reserved = reservedBytes.withLock { bytes in
            defer { bytes = 0 }
            return bytes
        }
        // Readers that lag behind go on from the stored content, which is counted, and not from uncounted copies of it.
        fill.readOn(from: response.body)
        return cache.store(response, insteadOf: reserved, for: record)
    }

    /// Ends the sharing: requests that come later find the stored entry or fetch anew.
    package func close() { cache.unregister(fill, key: identity.key) }
}
