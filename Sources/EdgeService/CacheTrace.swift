// What Cache-Status will say of one request (RFC 9211), noted step by step while it is answered.

import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Synchronization

/// Notes of how a request was handled. Present only where viewers are told.
final class CacheTrace: Sendable {
    private let state = Mutex(CacheStatus())

    var status: CacheStatus { state.withLock { $0 } }

    func note(_ change: (inout CacheStatus) -> Void) { state.withLock { change(&$0) } }

    /// Answered from the cache.
    func hit(_ entry: CachedResponse, at now: HTTPDate) {
        note { status in
            status = CacheStatus(isHit: true)
            status.ttl = entry.facts.remainingSeconds(at: now)
        }
    }

    /// The origin is asked.
    func forward(_ reason: CacheStatus.Forward) { note { $0 = CacheStatus(forward: reason) } }

    /// What became of asking.
    func outcome(_ outcome: FillOutcome, for target: TargetURI, at now: HTTPDate) {
        note { status in
            switch outcome {
            case .entry(let entry, let type):
                if type == .refreshHit { status.forwardStatus = 304 } else { status.detail = "served-stale" }
                status.ttl = entry.facts.remainingSeconds(at: now)
            case .stream(let response):
                status.forwardStatus = response.status.code
                status.isStored = response.isKept
                status.ttl = response.facts?.remainingSeconds(at: now)
                status.key = response.isKept ? Self.key(target, response.identity) : nil
                status.detail = response.notStoredBecause?.rawValue
            case .parts(let object, _, _):
                status.forwardStatus = 200
                status.isStored = true
                status.ttl = object.entry.facts.remainingSeconds(at: now)
                status.key = Self.key(target, object.identity)
            case .failed: status.detail = "origin-failed"
            }
        }
    }

    /// A key in words: the URI, and the request fields that tell the entry from others of it.
    private static func key(_ target: TargetURI, _ identity: ObjectIdentity?) -> String {
        let names = identity?.selecting.names.map(\.canonicalName) ?? []
        return names.isEmpty ? target.description : "\(target) vary=\(names.joined(separator: ","))"
    }
}

extension EntryFacts {
    /// Seconds of freshness left; negative when stale.
    func remainingSeconds(at now: HTTPDate) -> Int64 { -stalenessSeconds(at: now) }
}
