// Runs one fetch for all who wait for it: asks the origin, decides what its answer means for the cache, streams the content
// and stores it. The steps of a response are in `receive`; nothing here knows who is waiting.

import DistributionModel
import EdgeFigures
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import Logging
import NIOCore
import OriginFetch

/// What a fetch is for.
struct FillPurpose: Sendable {
    /// The entry that has expired, kept at hand in case the origin confirms it or fails.
    var expired: CachedResponse?
    /// Fields that let the origin answer 304.
    var conditionals: ConditionalFields?
    /// Entries for other selecting fields, one of which the origin may confirm.
    var candidates: [CachedResponse] = []
    /// The request goes through as it is, and what comes back is for it alone.
    var passesThrough = false
    /// The viewer's one range is asked for as it is; a 206 is kept as a part.
    var forwardsRange = false
    /// What the response is stored as, where that isn't what the fetch is shared under.
    var identity: ObjectIdentity?
}

/// Fetches from origins into the cache.
struct FillDriver: Sendable {
    let fetcher: any OriginFetcher
    let cache: EdgeCache
    let clock: EdgeClock
    let logger: Logger
    let figures: EdgeFigures
    /// What this process is called among edges.
    let edgeID: String
    /// Draws the number that ties the parts of an object to its head.
    var generation: @Sendable () -> UInt64 = { .random(in: .min ... .max) }

    /// Runs the fetch to its end; afterwards the outcome is known and the stream has ended.
    func run(_ permit: FillPermit, for request: EdgeRequest, _ purpose: FillPurpose) async {
        let requestedAt = clock.now()
        do {
            var response = try await ask(request, purpose, for: permit, now: requestedAt)
            var purpose = purpose
            if response.status.code == 304, purpose.conditionals != nil, confirmed(by: response.fields, purpose, request) == nil {
                // It confirms nothing of what is stored, which RFC 9111 section 4.3.4 says not to update then.
                (purpose.conditionals, purpose.candidates) = (nil, [])
                response = try await ask(request, purpose, for: permit, now: clock.now())
            }
            try checkAsked(response, request, purpose)
            await receive(response, permit, request, purpose, requestedAt: requestedAt)
        } catch let error as OriginError {
            request.trace.note { $0.error = DetailedError(error.kind) ?? $0.error }
            logger.warning("origin failed", metadata: ["origin": "\(error.origin)", "error": "\(error)", "request": "\(request.requestID)"])
            await originFailed(error, permit, request, purpose)
        } catch {
            // The fetch was cancelled because nobody waits for it any more.
            permit.fill.resolve(.failed(status: 499, detail: "cancelled"))
            permit.fill.end(.failure(.abandoned))
        }
        permit.close()
    }

    /// Refuses what answers a question that was not asked: 304 without conditions, 206 without a range (RFC 9110 sections 15.3.7 and
    /// 15.4.5). A viewer who did not ask either could make nothing of it.
    private func checkAsked(_ response: FetchResponse, _ request: EdgeRequest, _ purpose: FillPurpose) throws(OriginError) {
        let asked =
            switch response.status.code {
            case 304:
                purpose.conditionals != nil || (purpose.passesThrough && HTTPFields.conditionalNames.contains(where: request.fields.contains))
            case 206: (purpose.passesThrough || purpose.forwardsRange) && request.fields.contains(.range)
            default: true
            }
        guard !asked else { return }
        response.content.drain(announced: response.contentLength)
        throw OriginError(
            .invalidResponse, origin: request.originName, detail: "\(response.status.code) to a request that asked for nothing of the kind")
    }

    // MARK: The origin answered

    func receive(
        _ response: FetchResponse, _ permit: FillPermit, _ request: EdgeRequest, _ purpose: FillPurpose, requestedAt: HTTPDate
    ) async {
        let receivedAt = clock.now()
        let facts = ResponseFacts(
            status: response.status.code, fields: response.fields, bodyLength: response.contentLength.map { Int64($0) },
            requestedAt: requestedAt, receivedAt: receivedAt)
        if response.status.code == 304, purpose.conditionals != nil, let confirmed = confirmed(by: response.fields, purpose, request) {
            await confirm(confirmed, by: facts, permit, request)
            return
        }
        if let expired = purpose.expired {
            if response.status.code >= 500,
                serveStale(expired, after: .status(response.status.code), permit, request, now: receivedAt)
            {
                return
            }
        }
        if await keepInParts(response, facts, permit, request, purpose) { return }
        await stream(response, facts, permit, request, purpose)
    }

    /// 304: the entry is good for another lifetime, under the fields that came with it.
    private func confirm(_ expired: CachedResponse, by facts: ResponseFacts, _ permit: FillPermit, _ request: EdgeRequest) async {
        let update = EntryUpdate(
            storedStatus: expired.status.code, storedFields: expired.fields, notModified: facts, request: request.facts,
            edgeCompressed: expired.isEdgeCompressed, forwardsCookies: request.behavior.forwardsCookies, personality: request.personality,
            policy: request.storagePolicy(for: expired.status.code))
        var fields = update.fields
        if !request.traits.passesVary, !expired.isEdgeCompressed { fields[.vary] = request.viewerVary(of: fields, edgeCompressed: false) }
        var conditionals = expired.facts.conditionals
        let named = ConditionalFields(originFields: facts.fields, now: facts.receivedAt)
        if let tag = named.ifNoneMatch { conditionals.ifNoneMatch = tag }
        if let date = named.ifModifiedSince { conditionals.ifModifiedSince = date }
        var confirmed: CachedResponse?
        switch update.storability {
        case .store(let freshness):
            let entry = expired.updated(
                facts: EntryFacts(
                    status: expired.status.code, storedAt: facts.receivedAt, freshness: freshness, conditionals: conditionals),
                fields: fields,
                preparedHead: PreparedHead.bytes(status: expired.status, fields: fields), tags: request.tags(confirming: facts.fields))
            cache.replace(expired, with: entry)
            spread(entry, by: facts, permit, request)
            permit.fill.resolve(.entry(entry, .refreshHit))
            confirmed = entry
        case .doNotStore:
            cache.remove(expired)
            permit.fill.resolve(.entry(expired.updated(facts: expired.facts, fields: fields), .refreshHit))
        }
        permit.fill.end(.success(()))
        if let confirmed { await spreadOnDisk(confirmed, by: facts, request) }
    }

    /// The response goes to those who wait, compressed if it should be, and into the cache if it may.
    func stream(
        _ response: FetchResponse, _ facts: ResponseFacts, _ permit: FillPermit, _ request: EdgeRequest, _ purpose: FillPurpose
    ) async {
        var decision = storability(of: facts, for: request, purpose)
        if response.shield != nil { decision = decision.countingAgeInDefaultTTL(atLeast: request.behavior.policy.minTTL) }
        request.trace.note { notes in
            notes.storability = decision
            if facts.status >= 500 { notes.error = .originError }
        }
        if case .doNotStore(let reason) = decision { figures.countNotStored(reason) }
        let coding = compression(of: response, for: request, purpose)
        let received = request.personality.fields(
            of: facts, forwardsCookies: request.behavior.forwardsCookies || !request.isCacheable)
        let fields = request.rewritten(received.delivered, coding)
        let identity = storingIdentity(of: response.fields, permit, request, purpose)
        await heedWrite(response, permit, request, purpose, facts)
        let contentLength = coding == nil ? response.contentLength : nil
        var keeps = false
        if case .store = decision, identity != nil {
            keeps = (contentLength ?? 0) <= cache.limits.objectBytesMax || permit.startSpooling(expectedBytes: contentLength)
        }
        if !keeps { permit.stopKeeping() }
        var streamed = StreamedResponse(
            status: response.status, fields: fields, contentLength: contentLength,
            resultType: response.status.code >= 400 ? .error : .miss,
            isShareable: keeps && Collapsing(decision) == .allowed && !received.hasUnshared, isKept: keeps,
            conditionsAreOpen: !purpose.passesThrough || purpose.conditionals != nil)
        switch decision {
        case .store(let freshness):
            streamed.identity = identity
            streamed.facts = EntryFacts(
                status: response.status.code, storedAt: facts.receivedAt, freshness: freshness,
                conditionals: ConditionalFields(originFields: response.fields, now: facts.receivedAt))
        case .doNotStore(let reason): streamed.notStoredBecause = reason
        }
        streamed.originID = response.originID
        streamed.initialAgeSeconds = Age.field(response.fields) ?? 0
        let isEdgeCompressed = coding != nil || response.shield?.isCompressed == true
        streamed.isEdgeCompressed = isEdgeCompressed
        if response.shield?.isHit == true, streamed.resultType == .miss {
            streamed.resultType = .hit
            request.trace.note { $0.isShieldHit = true }
        }
        let (entryFacts, entryIdentity) = (streamed.facts, identity)
        permit.fill.resolve(.stream(streamed))
        var make: ((CachedBody) -> CachedResponse)?
        if keeps, let entryFacts, let identity = entryIdentity {
            make = { body in
                var kept = request.rewritten(received.stored, coding)
                if HTTPResponse.hasContent(response.status.code) { kept[.contentLength] = String(body.byteCount) }
                if let expired = purpose.expired, expired.identity.key != identity.key { cache.remove(expired) }
                return CachedResponse(
                    identity: identity, facts: entryFacts,
                    status: response.status, fields: kept, body: body, isEdgeCompressed: isEdgeCompressed,
                    preparedHead: PreparedHead.bytes(status: response.status, fields: kept))
            }
        }
        let isStored: Bool
        do {
            isStored = try await passContent(of: response, coding: coding, permit, make: make)
        } catch {
            request.trace.note { $0.error = (error as? OriginError).flatMap { DetailedError($0.kind) } ?? .originCommError }
            logger.warning("response broke off", metadata: ["error": "\(error)", "request": "\(request.requestID)"])
            permit.fill.end(.failure(.originFailed("\(error)")))
            return
        }
        // What was kept of it in parts is part of the past.
        if isStored, let identity { cache.removeParts(of: identity, now: facts.receivedAt) }
        if !isStored, let expired = purpose.expired, facts.status < 500, !purpose.passesThrough, streamed.notStoredBecause != .authorization {
            // The origin has something else by now that may not be kept: the old entry is of no more use.
            cache.remove(expired)
        }
        permit.fill.end(.success(()))
    }

    /// Where a response belongs, with the tags that it names; nil when no request would select it there.
    func storingIdentity(of fields: HTTPFields, _ permit: FillPermit, _ request: EdgeRequest, _ purpose: FillPurpose) -> ObjectIdentity? {
        var identity = request.traits.selectsByVary ? request.identity(storing: fields) : purpose.identity ?? permit.identity
        if let name = request.distribution.model.cacheTagHeader { identity?.tags = CacheTags(fields, in: name) }
        return identity
    }

    /// Hands the content on and, when all of it has been kept, stores what `make` makes of it; answers whether it was stored.
    ///
    /// A viewer who has the last byte of a known length may ask again at once, and must then find the entry: so it is stored
    /// before that byte is handed on. What goes to the disk is stored after it; until then those who come share the fetch.
    private func passContent(
        of response: FetchResponse, coding: CompressionRule.Coding?, _ permit: FillPermit, make: ((CachedBody) -> CachedResponse)?
    ) async throws -> Bool {
        func store(_ chunks: [ByteBuffer]) -> Bool { make.map { permit.store($0(CachedBody(copying: chunks))) } ?? false }
        var keeps = make != nil
        var isStored = false
        var total = 0
        func pass(_ chunk: ByteBuffer) async throws {
            guard chunk.readableBytes > 0 else { return }
            total += chunk.readableBytes
            if keeps, total > cache.limits.objectBytesMax, !permit.isSpooling, !permit.startSpooling(expectedBytes: response.contentLength) {
                keeps = false
                permit.stopKeeping()
            }
            if keeps, coding == nil, total == response.contentLength, let chunks = permit.fill.keptChunks() {
                isStored = store(chunks + [chunk])
                // What is stored counts as an entry from here on.
                keeps = false
            }
            keeps = try await permit.append(chunk, keeping: keeps)
        }
        if let coding {
            var encoder = try ContentEncoder(coding, contentLength: response.contentLength)
            while let chunk = try await response.content.next() { try await pass(try encoder.encode(chunk)) }
            try await pass(try encoder.finish())
        } else {
            while let chunk = try await response.content.next() { try await pass(chunk) }
        }
        if keeps, let chunks = permit.fill.keptChunks() { return store(chunks) }
        if keeps, let make, permit.isSpooling {
            permit.fill.end(.success(()))
            return await permit.storeSpooled(make, byteCount: total)
        }
        return isStored
    }

    func storability(of facts: ResponseFacts, for request: EdgeRequest, _ purpose: FillPurpose) -> Storability {
        var method = request.method
        // Parts are kept by `keepInParts` or not at all.
        if facts.status == 206 { return .doNotStore(.partialContent) }
        if purpose.passesThrough, request.traits.heedsWrites {
            guard method == .post else { return .doNotStore(CacheControl(request.fields).noStore ? .requestNoStore : .methodNotCached) }
        } else if purpose.passesThrough {
            // Errors are remembered even with caching off, since they are the same whatever the conditions and ranges were.
            guard request.isCacheable, request.behavior.policy.disablesCaching, facts.status >= 400, facts.status != 412, facts.status != 416 else {
                return .doNotStore(.methodNotCached)
            }
        } else if method == .head {
            method = .get
        }
        return request.personality.storability(
            of: facts, for: RequestFacts(method: method, fields: request.fields, target: request.target), under: request.storagePolicy(for: facts.status))
    }

    func compression(of response: FetchResponse, for request: EdgeRequest, _ purpose: FillPurpose) -> CompressionRule.Coding? {
        guard !purpose.passesThrough || request.method == .get else { return nil }
        let decision = request.behavior.compression.decision(
            status: response.status.code, fields: response.fields, policy: request.behavior.policy,
            accepted: request.encodingClass, viewerIsHTTP10: request.version == .http10)
        if case .compress(let coding) = decision { return coding }
        return nil
    }
}

extension EdgeRequest {
    /// Fields as they are delivered and stored, when the content is coded here.
    func rewritten(_ fields: HTTPFields, _ coding: CompressionRule.Coding?) -> HTTPFields {
        var fields = fields
        if let coding { fields = CompressionRule.rewritten(fields, coding: coding) }
        if !traits.passesVary {
            fields[.vary] = viewerVary(of: fields, edgeCompressed: coding != nil)
        } else if coding != nil, !Vary(fields).names(.acceptEncoding) {
            fields.append(HTTPField(name: .vary, value: HTTPField.Name.acceptEncoding.rawName))
        }
        return fields
    }

    /// Vary as far as it chose the answer at this edge.
    func viewerVary(of fields: HTTPFields, edgeCompressed: Bool) -> String? {
        ViewerVary.rewritten(fields, cachePolicy: behavior.policy, originRequestPolicy: behavior.model.originRequestPolicy, edgeCompressed: edgeCompressed)
    }

    /// The tags that an entry has from a confirmation on; nil when that names none and they stay.
    func tags(confirming fields: HTTPFields) -> CacheTags? {
        distribution.model.cacheTagHeader.flatMap { fields.contains($0) ? CacheTags(fields, in: $0) : nil }
    }

    func storagePolicy(for status: Int) -> StoragePolicy {
        StoragePolicy(
            cachePolicy: behavior.policy, cachesOptions: behavior.model.cachedMethods.contains(.options),
            errorCachingMinTTL: distribution.errorCachingMinTTL(for: status))
    }
}

extension HTTPResponse {
    /// Whether responses of this status have content at all (RFC 9110 section 6.4.1).
    static func hasContent(_ status: Int) -> Bool { status >= 200 && status != 204 && status != 304 }
}
