// What a response means for entries beside the one it was fetched for: other variants that a 304 confirms too, a stored GET
// that a HEAD tells something about, objects that a write has changed.

import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import OriginFetch

extension FillDriver {
    /// The entry that a 304 confirms (RFC 9111 section 4.3.4): the one that was asked about unless its entity tag is another's.
    func confirmed(by fields: HTTPFields, _ purpose: FillPurpose, _ request: EdgeRequest) -> CachedResponse? {
        guard request.traits.selectsByVary, let tag = fields.single(.eTag).flatMap({ EntityTag($0) }) else { return purpose.expired }
        let entries = (purpose.expired.map { [$0] } ?? []) + purpose.candidates
        if let match = entries.first(where: { $0.entityTag?.matchesWeakly(tag) ?? false }) { return match }
        // Asked by date alone, it had no tag to compare.
        return purpose.expired.flatMap { $0.entityTag == nil ? $0 : nil }
    }

    /// Updates every other variant that the confirmed entry's strong tag is good for, and lets a confirmed one stand for this
    /// request's selecting fields too.
    func spread(_ entry: CachedResponse, by facts: ResponseFacts, _ permit: FillPermit, _ request: EdgeRequest) {
        guard request.traits.selectsByVary else { return }
        let selecting = facts.fields.contains(.vary) ? SelectingFields(facts.fields) : entry.identity.selecting
        var identity = selecting.map(request.identity(selecting:))
        identity?.tags = entry.identity.tags
        // What an object in parts is known by is no content for others.
        if let identity, !entry.identity.key.isPartsHead, identity.key != entry.identity.key, !identity.selecting.isEmpty {
            permit.store(
                CachedResponse(
                    identity: identity, facts: entry.facts, status: entry.status, fields: entry.fields, body: entry.body,
                    isEdgeCompressed: entry.isEdgeCompressed, preparedHead: entry.preparedHead))
        }
        guard let primary = entry.identity.primary else { return }
        update(cache.variants(of: primary), except: [entry.identity.key, identity?.key], by: facts, request)
    }

    /// The same for variants that lie on disk alone, behind everyone's back.
    func spreadOnDisk(_ entry: CachedResponse, by facts: ResponseFacts, _ request: EdgeRequest) async {
        guard request.traits.selectsByVary, let primary = entry.identity.primary else { return }
        update(await cache.variantsOnDiskAlone(of: primary), except: [entry.identity.key], by: facts, request)
    }

    private func update(_ variants: [CachedResponse], except confirmed: [CacheKey?], by facts: ResponseFacts, _ request: EdgeRequest) {
        guard let tag = facts.fields.single(.eTag).flatMap({ EntityTag($0) }), !tag.isWeak else { return }
        for other in variants where !confirmed.contains(other.identity.key) && other.entityTag?.matchesStrongly(tag) ?? false {
            update(other, by: facts, request)
        }
    }

    private func update(_ entry: CachedResponse, by facts: ResponseFacts, _ request: EdgeRequest) {
        let update = EntryUpdate(
            storedStatus: entry.status.code, storedFields: entry.fields, notModified: facts, request: request.facts,
            edgeCompressed: entry.isEdgeCompressed, forwardsCookies: request.behavior.forwardsCookies,
            personality: request.personality, policy: request.storagePolicy(for: entry.status.code))
        guard case .store(let freshness) = update.storability else { return cache.remove(entry) }
        cache.replace(
            entry,
            with: entry.updated(
                facts: EntryFacts(
                    status: entry.status.code, storedAt: facts.receivedAt, freshness: freshness,
                    conditionals: entry.facts.conditionals.updated(by: facts)),
                fields: update.fields, preparedHead: PreparedHead.bytes(status: entry.status, fields: update.fields),
                tags: request.tags(confirming: facts.fields)))
    }

    /// What a response that isn't for the store does to what is there.
    func heedWrite(
        _ response: FetchResponse, _ permit: FillPermit, _ request: EdgeRequest, _ purpose: FillPurpose, _ facts: ResponseFacts
    ) async {
        guard request.traits.heedsWrites else { return }
        if request.method == .head, purpose.passesThrough, response.status == .ok { heedHead(facts, purpose.expired, request) }
        let changed = WriteEffects.invalidated(
            by: response.fields, status: response.status.code, to: request.method, target: request.target)
        // The same thing over the other scheme too: both lead to one origin here.
        let objects = changed.flatMap { [$0, $0.withOtherScheme] }.map(request.objectKey(of:))
        let removed = objects.reduce(0) { $0 + cache.invalidate(primary: $1, exempt: permit) }
        // Whoever wrote must not find the old again, also when this process is killed as soon as it has answered.
        if removed > 0 { await cache.removalsAreCarriedOut() }
    }

    /// RFC 9111 section 4.3.5.
    private func heedHead(_ facts: ResponseFacts, _ entry: CachedResponse?, _ request: EdgeRequest) {
        guard let entry, entry.status == .ok, !entry.isEdgeCompressed else { return }
        switch HeadEffect(stored: entry.fields, storedLength: Int64(entry.body.byteCount), head: facts.fields) {
        case .update: update(entry, by: facts, request)
        case .invalidate: cache.remove(entry)
        }
    }
}

extension CachedResponse {
    /// The origin's tag, whatever the edge made of it.
    var entityTag: EntityTag? { facts.conditionals.ifNoneMatch.flatMap { EntityTag($0) } }
}

extension ConditionalFields {
    /// The validators after a response that confirmed or updated what they are for.
    func updated(by facts: ResponseFacts) -> ConditionalFields {
        let named = ConditionalFields(originFields: facts.fields, now: facts.receivedAt)
        return ConditionalFields(ifNoneMatch: named.ifNoneMatch ?? ifNoneMatch, ifModifiedSince: named.ifModifiedSince ?? ifModifiedSince)
    }
}

extension TargetURI {
    fileprivate var withOtherScheme: TargetURI {
        var other = self
        other.isSecure.toggle()
        return other
    }
}
