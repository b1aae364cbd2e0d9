// One viewer's way through an object that is stored in parts: for each place, the part that holds it, out of the store or on its
// way. Parts that are missing are fetched once for all who want them at the time.

import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore

/// Where the bytes at some place of an object come from.
enum PartSource: Sendable {
    case stored(CachedResponse, Range<Int64>)
    case arriving(FillReader<FillOutcome>, Range<Int64>, isKept: Bool)
    /// Something else came instead: another version of the object, or an error.
    case other(FillOutcome, FillReader<FillOutcome>)
}

/// Finds the parts of one version of an object.
struct PartsReader: Sendable {
    /// Turns at one place, each of which finds that others have changed the store in between.
    private static let turnsMax = 16

    let driver: FillDriver
    let request: EdgeRequest
    private(set) var object: PartedObject
    /// The origin's answer that was there already, shared with others who came at the same time: whoever gets to where it goes
    /// on takes it.
    private let first: ContentHandover?
    /// What is left of this viewer's own fetches.
    private let rest = ContentHandover()

    init(_ driver: FillDriver, _ request: EdgeRequest, _ object: PartedObject, first: ContentHandover?) {
        self.driver = driver
        self.request = request
        self.object = object
        self.first = first
    }

    /// The part at a place, waiting until it is known what comes.
    ///
    /// - Parameter end: how far the viewer wants to go.
    mutating func source(at position: Int64, until end: Int64) async throws -> PartSource {
        for _ in 0..<Self.turnsMax {
            try Task.checkCancellation()
            if let (entry, extent) = await stored(at: position) { return .stored(entry, extent) }
            let plan = PartsPlan(
                at: position, wantedEnd: end, extents: object.extents, complete: object.complete,
                partBytes: driver.cache.limits.partLength, aligns: request.traits.parts.alignsToParts)
            switch join(plan) {
            case .changed:
                // Stored, but not where this object's head says so.
                if let (entry, extent) = unrecorded(plan, at: position) { return .stored(entry, extent) }
            case .follower(let reader):
                if let source = try await arriving(reader, at: position) { return source }
            case .leader(let permit, let reader):
                start(plan, permit)
                if let source = try await arriving(reader, at: position) { return source }
            }
        }
        throw FillError.originFailed("the object's parts kept changing")
    }

    /// The first place in some ranges at which nothing is stored, and the end of its range.
    func firstGap(in ranges: [Range<Int64>]) -> (position: Int64, end: Int64)? {
        for range in ranges {
            var position = range.lowerBound
            while position < range.upperBound {
                guard let extent = object.extents.extent(containing: position), driver.cache.hasPart(extent, of: object) else {
                    return (position, range.upperBound)
                }
                position = extent.upperBound
            }
        }
        return nil
    }

    private mutating func stored(at position: Int64) async -> (CachedResponse, Range<Int64>)? {
        let now = driver.clock.now()
        if let newest = driver.cache.partedObject(object.identity, now: now), newest.generation == object.generation { object = newest }
        guard let extent = object.extents.extent(containing: position) else { return nil }
        if let entry = await driver.cache.partInTiers(extent, of: object) { return (entry, extent) }
        if let whole = becameWhole() { return (whole, 0..<object.complete) }
        lost(extent)
        return nil
    }

    /// The object as one entry, where its last missing part has made it that.
    private func becameWhole() -> CachedResponse? {
        guard let validator = object.version.validator, let entry = driver.cache.lookup(object.identity.key), entry.status == .ok,
            !entry.isEdgeCompressed, Int64(entry.body.byteCount) == object.complete,
            StrongValidator(entry.fields, now: driver.clock.now()) == validator
        else { return nil }
        return entry
    }

    /// A recorded part has turned out to be gone.
    mutating func lost(_ extent: Range<Int64>) {
        driver.cache.forget(extent, of: object, now: driver.clock.now())
        object.forget(extent)
    }

    private func join(_ plan: PartsPlan) -> FillRole {
        let identity = object.partIdentity(start: plan.piece.lowerBound)
        if request.behavior.collapses { return driver.cache.join(identity, seen: nil) }
        let (permit, reader) = driver.cache.solo(identity)
        return .leader(permit, reader)
    }

    private func unrecorded(_ plan: PartsPlan, at position: Int64) -> (CachedResponse, Range<Int64>)? {
        guard let entry = driver.cache.lookup(object.partIdentity(start: plan.piece.lowerBound).key) else { return nil }
        guard let range = object.range(of: entry), range.contains(position) else {
            driver.cache.remove(entry)
            return nil
        }
        return (entry, range)
    }

    private func start(_ plan: PartsPlan, _ permit: FillPermit) {
        let start = plan.piece.lowerBound
        // An origin that knows no ranges would only begin from the start again.
        let skips = object.originLacksRanges
        let own = rest.take(at: start, skipping: skips)
        // Content that goes on elsewhere is of no more use, and holds a connection.
        rest.clear()
        let shared = own == nil ? first?.take(at: start, skipping: skips) : nil
        let fetch = PartsFetch(
            driver: driver, request: request, object: object, plan: plan, open: own ?? shared, rest: shared == nil ? rest : first ?? rest)
        let fill = permit.fill
        let task = Task { await fetch.run(permit) }
        fill.onAbandon { task.cancel() }
    }

    /// Nil when the fetch that was joined brings fewer bytes than up to the place.
    private func arriving(_ reader: FillReader<FillOutcome>, at position: Int64) async throws -> PartSource? {
        let outcome = try await reader.outcome()
        guard case .stream(let response) = outcome, let part = response.part, part.generation == object.generation else {
            return .other(outcome, reader)
        }
        guard part.range.contains(position) else {
            if response.isKept { reader.readToEnd() }
            return nil
        }
        return .arriving(reader, part.range, isKept: response.isKept)
    }
}
