// The steps of a request for an object that is stored in parts, in the places of those for a whole one. What the cache's rules say
// about the head goes for all parts: they are one response.

import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch

extension RequestPipeline {
    private var driver: FillDriver { service.driver }

    /// An answer out of stored parts, or by asking for a range as it is; nil when neither is in order.
    func partsAnswer(_ request: EdgeRequest, _ identity: ObjectIdentity) async throws -> Answer? {
        guard request.methodClass == .read, !request.behavior.policy.disablesCaching else { return nil }
        let now = service.clock.now()
        guard let object = await cache.partedObjectInTiers(identity, now: now) else { return try await forwardedRange(request, identity) }
        request.cacheStatus?.hit(object.entry, at: now)
        switch request.personality.reuse(of: object.entry.facts, for: request.facts, at: now) {
        case .fresh, .staleAfterError, .staleAccepted: return try await answer(request, from: object, .hit)
        case .staleWhileRevalidate(_, let conditionals):
            refreshInBackground(request, identity, object.entry, conditionals)
            return try await answer(request, from: object, .hit)
        case .revalidate(let conditionals):
            trace.note { $0.nonHitReason = object.entry.facts.remainingSeconds(at: now) > 0 ? .requestDirective : .expired }
            guard mayAsk(request, .stale) else { return nil }
            return try await fetched(request, identity, FillPurpose(expired: object.entry, conditionals: conditionals), .max)
        case .fetch(let reason):
            trace.note { $0.nonHitReason = NonHitReason(reason) }
            guard mayAsk(request, .stale) else { return nil }
            if let answer = try await forwardedRange(request, identity) { return answer }
            return try await fetched(request, identity, FillPurpose(expired: object.entry), .max)
        }
    }

    /// Whether the steps here may turn to the origin; otherwise those for a whole one decide.
    private func mayAsk(_ request: EdgeRequest, _ reason: CacheStatus.Forward) -> Bool {
        request.cacheStatus?.forward(reason)
        return request.personality.mayForward(request.facts) && !(request.traits.sendsHead && request.method == .head)
    }

    /// The answer out of an object whose head may be used; nil when it can't be put together and has to be fetched otherwise.
    ///
    /// - Parameter first: an answer of the origin that is there already.
    func answer(
        _ request: EdgeRequest, from object: PartedObject, _ type: ResultType, first: ContentHandover? = nil
    ) async throws -> Answer? {
        var reply = PartsReply(PartsReader(driver, request, object, first: first), type, now: service.clock.now())
        guard let gap = reply.reader.firstGap(in: reply.ranges) else { return .parts(reply) }
        guard first != nil || mayAsk(request, .partial) else { return nil }
        guard mayComplete(reply, gap.position, first) else { return try await forwardedRange(request, object.identity) }
        reply.type = .miss
        if first == nil { trace.note { $0.nonHitReason = .partMissing } }
        let source: PartSource
        do {
            source = try await reply.reader.source(at: gap.position, until: gap.end)
        } catch is FillError {
            try Task.checkCancellation()
            return nil
        }
        guard case .other(let outcome, let reader) = source else {
            reply.prepared = (gap.position, source)
            return .parts(reply)
        }
        return try await replacement(outcome, reader, for: request)
    }

    /// Whether what is missing may be asked for and joined to what is stored.
    ///
    /// Without a strong validator nothing may be joined. But when only the end is missing it costs little to ask for it: an origin
    /// that answers with the whole, as those without validators often do, has given what is needed.
    private func mayComplete(_ reply: PartsReply, _ gap: Int64, _ first: ContentHandover?) -> Bool {
        let object = reply.object
        if object.originLacksRanges, first == nil { return false }
        if object.version.validator != nil { return true }
        return reply.selection == .whole && gap > 0 && object.extents.gaps(in: 0..<object.complete) == [gap..<object.complete]
    }

    /// Asks for the viewer's range as it is, where the rules say so.
    private func forwardedRange(_ request: EdgeRequest, _ identity: ObjectIdentity) async throws -> Answer? {
        guard request.traits.parts.forwardableRange(of: RequestFacts(method: request.method, fields: request.fields)) != nil,
            request.personality.mayForward(request.facts), let field = request.fields[.range]
        else { return nil }
        trace.note { if $0.nonHitReason == nil { $0.nonHitReason = .notInCache } }
        let purpose = FillPurpose(forwardsRange: true, identity: identity)
        return try await fetched(request, identity.fetchOfRange(field), purpose, .max)
    }

    /// What came in the place of a part.
    private func replacement(_ outcome: FillOutcome, _ reader: FillReader<FillOutcome>, for request: EdgeRequest) async throws -> Answer? {
        if case .stream(let response) = outcome, response.part != nil {
            // A part of yet another version.
            return nil
        }
        guard request.restarts < EdgeRequest.restartsMax else { throw EdgeError.keepsChanging }
        var again = request
        again.restarts += 1
        return try await answer(of: outcome, reader, for: again)
    }
}
