// Parsed bucket policies, so that a request does not read JSON when nothing has changed. Keyed by the document itself: a
// policy that was replaced, by whatever way, is simply another document.

import BucketPolicy
import Synchronization

final class PolicyCache: Sendable {
    private struct Entry {
        var source: [UInt8]
        var policy: PolicyDocument
    }

    /// Buckets whose policies are kept; beyond it the cache starts anew.
    static let bucketsMax = 1024

    private let entries = Mutex<[String: Entry]>([:])

    /// The bucket's policy, parsed now or before.
    func policy(_ source: [UInt8], bucket: String) throws(BucketPolicyError) -> PolicyDocument {
        let known = entries.withLock { entries in entries[bucket].flatMap { $0.source == source ? $0.policy : nil } }
        if let known { return known }
        let policy = try PolicyDocument(parsing: source, bucket: bucket)
        entries.withLock { entries in
            if entries.count >= Self.bucketsMax, entries[bucket] == nil { entries.removeAll() }
            entries[bucket] = Entry(source: source, policy: policy)
        }
        return policy
    }
}
