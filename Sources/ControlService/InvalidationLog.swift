// The invalidations of this process: carried out at once, remembered for a while so that callers can ask about them and
// repeat a request without repeating its work.

import EdgeStorage
import HTTPSemantics
import Synchronization

/// One invalidation that has been carried out.
struct Invalidation: Sendable, Equatable {
    /// `I` and thirteen letters and digits.
    var id: String
    var distributionID: String
    var createdAt: HTTPDate
    var batch: InvalidationBatch
    /// Whether nothing can bring back what was named: neither a restart of this edge nor a shield.
    var isCompleted = false

    /// CloudFront's word for it.
    var status: String { isCompleted ? "Completed" : "InProgress" }
}

/// Carries invalidations out and remembers them.
final class InvalidationLog: Sendable {
    /// Invalidations remembered; older ones are forgotten.
    static let rememberedMax = 1_000
    /// Bytes of their paths and references; the latest is remembered whatever its size, which the document's bound bounds.
    static let rememberedBytesMax = 16 << 20

    private let cache: EdgeCache
    private let random: @Sendable () -> UInt64
    private let recent = Mutex<[Invalidation]>([])

    init(cache: EdgeCache, random: @escaping @Sendable () -> UInt64) {
        self.cache = cache
        self.random = random
    }

    /// Removes what the batch names and answers with the number of objects removed.
    ///
    /// A caller reference used before answers with the earlier invalidation if the paths are the same, and is refused if not. An
    /// earlier one that has not been completed is carried out again.
    func run(
        _ batch: InvalidationBatch, on distributionID: String, at now: HTTPDate
    ) throws(ControlError) -> (Invalidation, removed: Int) {
        let id = "I" + Self.identifier(random())
        let result = recent.withLock { recent -> Result<Invalidation, ControlError> in
            if let earlier = recent.first(where: {
                $0.distributionID == distributionID && $0.batch.callerReference == batch.callerReference
            }) {
                guard earlier.batch.paths == batch.paths else { return .failure(.batchAlreadyExists(batch.callerReference)) }
                return .success(earlier)
            }
            let invalidation = Invalidation(id: id, distributionID: distributionID, createdAt: now, batch: batch)
            recent.append(invalidation)
            Self.forgetTooMuch(&recent)
            return .success(invalidation)
        }
        let invalidation = try result.get()
        // Outside the lock, for it looks through the cache: until `complete` whoever asks is told that it is in progress.
        return (invalidation, invalidation.isCompleted ? 0 : remove(invalidation))
    }

    private static func forgetTooMuch(_ recent: inout [Invalidation]) {
        var (count, bytes) = (0, 0)
        for invalidation in recent.reversed() {
            bytes += invalidation.batch.bytes
            guard count < rememberedMax, count == 0 || bytes <= rememberedBytesMax else { break }
            count += 1
        }
        recent.removeFirst(recent.count - count)
    }

    /// Removes once more what an invalidation names; answers with the number of objects.
    @discardableResult
    func remove(_ invalidation: Invalidation) -> Int {
        cache.invalidate(
            distributionID: invalidation.distributionID,
            naming: InvalidationSet(invalidation.batch.patterns, tags: invalidation.batch.tags))
    }

    /// Notes that an invalidation is done everywhere; answers it so.
    func complete(_ invalidation: Invalidation) -> Invalidation {
        var completed = invalidation
        completed.isCompleted = true
        recent.withLock { recent in
            if let place = recent.firstIndex(where: { $0.id == invalidation.id }) { recent[place].isCompleted = true }
        }
        return completed
    }

    /// Returns when no restart can bring back what was removed. Until then the invalidation is not to be answered with success.
    func settle() async throws(ControlError) {
        do throws(DiskRemovalError) {
            try await cache.removalsAreDone()
        } catch {
            throw .removalNotCertain(error.reason)
        }
    }

    func find(_ id: String, of distributionID: String) -> Invalidation? {
        recent.withLock { $0.first { $0.id == id && $0.distributionID == distributionID } }
    }

    /// Newest first, from behind the marker on. A marker that names nothing remembered is refused.
    func page(_ request: InvalidationPage.Request, of distributionID: String) throws(ControlError) -> InvalidationPage {
        var all = recent.withLock { Array($0.filter { $0.distributionID == distributionID }.reversed()) }[...]
        if !request.marker.isEmpty {
            guard let place = all.firstIndex(where: { $0.id == request.marker }) else {
                throw .invalidArgument("The marker \(request.marker) names no invalidation.")
            }
            all = all[(place + 1)...]
        }
        let shown = all.prefix(request.maxItems)
        return InvalidationPage(
            invalidations: Array(shown), marker: request.marker, maxItems: request.maxItems,
            nextMarker: shown.count < all.count ? shown.last?.id : nil)
    }

    private static func identifier(_ random: UInt64) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        var rest = random
        return String(
            (0..<13).map { _ in
                defer { rest /= 36 }
                return alphabet[Int(rest % 36)]
            })
    }
}
