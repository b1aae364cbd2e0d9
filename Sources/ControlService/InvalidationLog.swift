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
}

/// Carries invalidations out and remembers them.
final class InvalidationLog: Sendable {
    /// Invalidations remembered; older ones are forgotten.
    static let rememberedMax = 1_000

    private let cache: EdgeCache
    private let random: @Sendable () -> UInt64
    private let recent = Mutex<[Invalidation]>([])

    init(cache: EdgeCache, random: @escaping @Sendable () -> UInt64) {
        self.cache = cache
        self.random = random
    }

    /// Removes what the batch names and answers with the number of objects removed.
    ///
    /// A caller reference used before answers with the earlier invalidation if the paths are the same, and is refused if not.
    func run(
        _ batch: InvalidationBatch, on distributionID: String, at now: HTTPDate
    ) throws(ControlError) -> (Invalidation, removed: Int) {
        let earlier = recent.withLock { recent in
            recent.first { $0.distributionID == distributionID && $0.batch.callerReference == batch.callerReference }
        }
        if let earlier {
            guard earlier.batch.paths == batch.paths else { throw .batchAlreadyExists(batch.callerReference) }
            return (earlier, 0)
        }
        let invalidation = Invalidation(
            id: "I" + Self.identifier(random()), distributionID: distributionID, createdAt: now, batch: batch)
        var removed = 0
        for pattern in batch.patterns { removed += cache.invalidate(distributionID: distributionID, matching: pattern) }
        recent.withLock { recent in
            recent.append(invalidation)
            if recent.count > Self.rememberedMax { recent.removeFirst(recent.count - Self.rememberedMax) }
        }
        return (invalidation, removed)
    }

    func find(_ id: String, of distributionID: String) -> Invalidation? {
        recent.withLock { $0.first { $0.id == id && $0.distributionID == distributionID } }
    }

    /// Newest first.
    func all(of distributionID: String) -> [Invalidation] {
        recent.withLock { $0.filter { $0.distributionID == distributionID }.reversed() }
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
