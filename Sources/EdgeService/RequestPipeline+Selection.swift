// Steps of the pipeline that differ with a personality's traits: finding the entry a request selects, and HEAD.

import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes

/// What the cache has for a request.
struct SelectedEntry {
    var entry: CachedResponse?
    /// What a fetch for the request is known by.
    var identity: ObjectIdentity
    /// Entries that are for other selecting fields, but which the origin may name as good for these too.
    var candidates: [CachedResponse] = []
    /// Whether there are entries for other selecting fields.
    var hasOthers = false
}

extension RequestPipeline {
    /// Entity tags that are offered to the origin when only other variants are stored.
    private static var candidatesMax: Int { 16 }

    /// The entry for a request, from memory or else from the disk.
    func select(_ request: EdgeRequest) async -> SelectedEntry {
        var identity = request.identity
        guard request.traits.selectsByVary else {
            if let entry = service.cache.lookup(identity.key) { return SelectedEntry(entry: entry, identity: identity) }
            return SelectedEntry(entry: await service.cache.lookupOnDisk(identity), identity: identity)
        }
        let primary = identity.primary ?? identity.key
        let found = service.cache.lookup(base: identity.key, primary: primary) { request.originFields }
        if let entry = found.entry { return SelectedEntry(entry: entry, identity: entry.identity) }
        if let entry = await service.cache.lookupVariantOnDisk(identity, selecting: { request.originFields }) {
            return SelectedEntry(entry: entry, identity: entry.identity)
        }
        identity.key = found.key
        if identity.key != primary { identity.primary = primary }
        request.cacheStatus?.forward(found.hasOthers ? .varyMiss : .uriMiss)
        guard found.hasOthers, request.method == .get else { return SelectedEntry(identity: identity, hasOthers: found.hasOthers) }
        // The head of an object in parts is no content that could stand for another variant.
        let candidates = service.cache.variants(of: primary).filter {
            $0.status == .ok && $0.facts.conditionals.ifNoneMatch != nil && !$0.identity.key.isPartsHead
        }
        return SelectedEntry(identity: identity, candidates: Array(candidates.suffix(Self.candidatesMax)), hasOthers: true)
    }

    /// What a fetch may be told of the entries that are there.
    func purpose(of selected: SelectedEntry) -> FillPurpose {
        var purpose = FillPurpose(expired: selected.entry)
        guard selected.entry == nil, !selected.candidates.isEmpty else { return purpose }
        purpose.candidates = selected.candidates
        var tags: [String] = []
        for tag in selected.candidates.compactMap(\.facts.conditionals.ifNoneMatch) where !tags.contains(tag) { tags.append(tag) }
        purpose.conditionals = ConditionalFields(ifNoneMatch: tags.joined(separator: ", "))
        return purpose
    }

    /// A HEAD that the cache can't answer goes on as HEAD; a stored GET is confirmed, updated or invalidated by what comes back.
    func head(_ request: EdgeRequest, _ selected: SelectedEntry, _ conditionals: ConditionalFields?) async throws -> Answer {
        try await passThrough(request, FillPurpose(expired: selected.entry, conditionals: conditionals, passesThrough: true))
    }
}
