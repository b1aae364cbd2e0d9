// X-Skerry-Explain: what became of one request and why, as a header of its own response, for those whose address is in `explain_from`.
// The value is a dictionary in the form of RFC 8941; its keys are in docs/logs-and-figures.md.

import BucketPolicy
import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import Synchronization

extension HTTPField.Name {
    static let xSkerryExplain = known("X-Skerry-Explain")
}

/// What is noted of a request that is going to be explained.
final class Explanation: Sendable {
    struct Notes: Sendable {
        var key: CacheKey?
        /// What was found, before anyone was asked.
        var found: EntryFacts?
        var reuse: Reuse?
        /// What the answer came from: an entry, or a response on its way into the cache.
        var answer: EntryFacts?
        var isStored = false
        var notStoredBecause: Storability.Reason?
        var isCollapsed = false
    }

    private let state = Mutex(Notes())

    func note(_ change: (inout Notes) -> Void) { state.withLock { change(&$0) } }

    /// The header's value.
    func value(_ trace: RequestTrace.Notes, at now: HTTPDate) -> String {
        let notes = state.withLock { $0 }
        var items: [String] = []
        func text(_ key: String, _ value: String?) {
            guard let value else { return }
            let safe = value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? value : String(value.unicodeScalars.map { $0.isASCII && $0.value >= 0x20 && $0.value != 0x7F ? Character($0) : "?" })
            items.append("\(key)=\"\(safe.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"")
        }
        func word(_ key: String, _ value: String?) { if let value { items.append("\(key)=\(value)") } }
        func number(_ key: String, _ value: Int64?) { if let value { items.append("\(key)=\(value)") } }
        text("distribution", trace.distribution?.model.id)
        text("behavior", trace.behavior?.model.pathPattern.text)
        text("key", notes.key?.readable)
        word("result", trace.resultAtStart?.rawValue)
        word("found", notes.found == nil ? nil : notes.reuse.map(Self.word))
        if trace.resultAtStart != .hit { word("reason", trace.nonHitReason?.rawValue) }
        word("error", trace.resultAtStart == .error ? (trace.error ?? .error).rawValue : nil)
        if notes.isCollapsed { items.append("collapsed") }
        if let facts = notes.answer {
            if notes.isStored || notes.notStoredBecause == nil {
                number("ttl", facts.freshness.lifetimeSeconds)
                text("ttl-source", facts.freshness.source.rawValue)
                if facts.freshness.bound != .none { word("ttl-bound", facts.freshness.bound.rawValue) }
            }
            number("age", facts.ageSeconds(at: now))
            number("fresh-for", facts.expiresAt.seconds(since: now))
            if let retryAt = facts.retryAt, now < retryAt { number("origin-spared-for", retryAt.seconds(since: now)) }
        }
        var notStored = notes.notStoredBecause
        if case .doNotStore(let reason)? = trace.storability, notStored == nil { notStored = reason }
        if let reason = notStored { word("not-stored", reason.rawValue) } else if notes.isStored { items.append("stored") }
        return items.joined(separator: ", ")
    }

    private static func word(_ reuse: Reuse) -> String {
        switch reuse {
        case .fresh: "fresh"
        case .staleAfterError: "stale-after-error"
        case .staleAccepted: "stale-accepted"
        case .staleWhileRevalidate: "stale-while-revalidate"
        case .revalidate: "revalidate"
        case .fetch: "fetch"
        }
    }
}

extension Explanation.Notes {
    /// Notes what the answer comes from.
    mutating func answer(by answer: Answer) {
        switch answer {
        case .entry(let entry, _): self.answer = entry.facts
        case .stream(let response, _):
            self.answer = response.facts
            (isStored, notStoredBecause, isCollapsed) = (response.isKept, response.notStoredBecause, response.isCollapsed)
        case .parts(let reply): self.answer = reply.object.entry.facts
        case .edge: break
        }
    }
}

extension ServedBehavior {
    /// Whether a policy names a header of viewers for key or origin.
    func namesHeader(_ name: HTTPField.Name) -> Bool {
        policy.headers.contains(name) || (model.originRequestPolicy?.headers.selects(name) ?? false)
    }
}

extension RequestPipeline {
    /// Whether this request is to be explained: it asks for it, and comes from where that is allowed.
    func isExplained(in snapshot: EdgeSnapshot) -> Bool {
        exchange.head.fields.contains(.xSkerryExplain)
            && snapshot.configuration.explainFrom.contains { $0.contains(exchange.connection.clientAddress) }
    }
}

extension NonHitReason {
    init(_ reason: DepartureReason?) {
        switch reason {
        case .evicted: self = .evicted
        case .invalidated: self = .invalidated
        case .removed: self = .removed
        case nil: self = .notInCache
        }
    }
}
