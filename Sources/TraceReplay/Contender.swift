// What a row of the report is about: an eviction policy with or without an admission policy, or a cache that knows the future.

package import CacheSimulation
package import Eviction

/// A way to run a cache.
package enum Contender: Hashable, Sendable, CustomStringConvertible {
    case online(EvictionPolicyName, AdmissionPolicyName)
    case offline(OfflinePolicyName)

    /// Reads `sieve`, `lru+second-hit` or `belady`.
    package init(_ text: String) throws(ReplayError) {
        let parts = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1, let offline = OfflinePolicyName(rawValue: text) {
            self = .offline(offline)
            return
        }
        guard let eviction = EvictionPolicyName(rawValue: parts.first ?? "") else {
            throw .unknownPolicy(
                text: text, known: EvictionPolicyName.allCases.map(\.rawValue) + OfflinePolicyName.allCases.map(\.rawValue))
        }
        guard parts.count == 2 else {
            self = .online(eviction, .all)
            return
        }
        guard let admission = AdmissionPolicyName(rawValue: parts[1]) else {
            throw .unknownPolicy(text: text, known: AdmissionPolicyName.allCases.map { "\(eviction.rawValue)+\($0.rawValue)" })
        }
        self = .online(eviction, admission)
    }

    /// Every eviction policy, and both caches that know the future.
    package static let all = EvictionPolicyName.allCases.map { Contender.online($0, .all) } + OfflinePolicyName.allCases.map { .offline($0) }

    package var description: String {
        switch self {
        case .online(let eviction, .all): eviction.rawValue
        case .online(let eviction, let admission): "\(eviction.rawValue)+\(admission.rawValue)"
        case .offline(let policy): policy.rawValue
        }
    }
}
