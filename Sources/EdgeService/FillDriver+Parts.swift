// Responses that are kept in parts: a whole 200 too large for one entry, which is handed over unread to those who want some of
// it, and a 206 to a range that was passed on as it came.

import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Logging
import NIOCore
import OriginFetch

extension FillDriver {
    /// Whether the response is kept in parts, in which case nothing is left to do for it.
    func keepInParts(
        _ response: FetchResponse, _ facts: ResponseFacts, _ permit: FillPermit, _ request: EdgeRequest, _ purpose: FillPurpose
    ) async -> Bool {
        guard !purpose.passesThrough, request.isCacheable, request.methodClass == .read else { return false }
        switch facts.status {
        case 200: return offerWhole(response, facts, permit, request, purpose)
        case 206 where purpose.forwardsRange: return await keepForwarded(response, facts, permit, request, purpose)
        default: return false
        }
    }

    // MARK: A large whole

    /// Makes a head for an object that is too large for one entry; its content stays unread, as the first part of it.
    private func offerWhole(
        _ response: FetchResponse, _ facts: ResponseFacts, _ permit: FillPermit, _ request: EdgeRequest, _ purpose: FillPurpose
    ) -> Bool {
        guard let length = facts.bodyLength, length > Int64(cache.limits.objectBytesMax),
            // What the disk takes whole is best there; but whoever wants a range doesn't wait for that.
            length > Int64(cache.keptBytesMax) || request.fields.contains(.range),
            case .store(let freshness) = storability(of: facts, for: request, purpose),
            compression(of: response, for: request, purpose) == nil,
            let version = request.traits.parts.wholeInParts(facts, now: facts.receivedAt),
            let object = head(version, facts, freshness, permit, request, purpose)
        else { return false }
        if let expired = purpose.expired, !expired.identity.key.isPartsHead { cache.remove(expired) }
        offer(OpenContent(response, position: 0, end: length), of: object, freshness, permit)
        return true
    }

    private func offer(_ content: OpenContent, of object: PartedObject, _ freshness: Freshness, _ permit: FillPermit) {
        permit.fill.resolve(
            .parts(object, first: ContentHandover(content), isShareable: Collapsing(.store(freshness)) == .allowed))
        permit.fill.end(.success(()))
    }

    /// The object's head, stored: the present one with new facts if parts of it go with this response, else a new one. Nil when no
    /// other request would select it.
    private func head(
        _ version: RepresentationVersion, _ facts: ResponseFacts, _ freshness: Freshness, _ permit: FillPermit, _ request: EdgeRequest,
        _ purpose: FillPurpose
    ) -> PartedObject? {
        let now = facts.receivedAt
        let received = request.personality.fields(of: facts, forwardsCookies: request.behavior.forwardsCookies)
        guard let identity = storingIdentity(of: facts.fields, permit, request, purpose), !received.hasUnshared else { return nil }
        let fields = request.rewritten(received.stored, nil)
        let entryFacts = EntryFacts(
            status: 200, storedAt: now, freshness: freshness, conditionals: ConditionalFields(originFields: facts.fields, now: now))
        if let present = cache.partedObject(identity, now: now), present.version.combines(with: version), !permit.isOutdated {
            let isChanged = cache.changeHead(of: present, now: now) { $0.updated(facts: entryFacts, fields: fields) }
            if isChanged, let changed = cache.partedObject(identity, now: now), changed.generation == present.generation { return changed }
        }
        let object = PartedObject(identity, version: version, generation: generation(), facts: entryFacts, fields: fields)
        if !permit.isOutdated { cache.removeParts(of: identity, now: now) }
        permit.store(object.entry)
        return object
    }

    // MARK: A range as it came

    /// The answer to a range that was passed on goes to its viewer as it is, and becomes a part.
    private func keepForwarded(
        _ response: FetchResponse, _ facts: ResponseFacts, _ permit: FillPermit, _ request: EdgeRequest, _ purpose: FillPurpose
    ) async -> Bool {
        var whole = facts
        whole.status = 200
        whole.bodyLength = nil
        let rules = request.traits.parts
        guard let part = try? PartialContent(facts.fields, contentLength: facts.bodyLength, rules: rules),
            case .store(let freshness) = storability(of: whole, for: request, purpose)
        else { return false }
        let validator = part.isConsistent ? StrongValidator(facts.fields, now: facts.receivedAt) : nil
        guard validator != nil || rules.keepsLonelyParts else { return false }
        let version = RepresentationVersion(validator: validator, complete: part.complete)
        if part.range.count > cache.limits.objectBytesMax {
            // Only what the viewer asked for can be put together again from pieces.
            guard part.isConsistent, case .parts([part.range]) = RangeRequest(request.fields).resolved(length: part.complete) else {
                return false
            }
            guard let object = head(version, facts, freshness, permit, request, purpose) else { return false }
            let content = OpenContent(response, position: part.range.lowerBound, end: part.range.upperBound)
            offer(content, of: object, freshness, permit)
            return true
        }
        guard let object = head(version, facts, freshness, permit, request, purpose) else { return false }
        await stream(part, of: object, response, facts, permit, request)
        return true
    }

    private func stream(
        _ part: PartialContent, of object: PartedObject, _ response: FetchResponse, _ facts: ResponseFacts, _ permit: FillPermit,
        _ request: EdgeRequest
    ) async {
        let received = request.personality.fields(of: facts, forwardsCookies: request.behavior.forwardsCookies)
        let fields = request.rewritten(received.delivered, nil)
        let keeps = cache.hasRoom(forPart: part.range.count, of: object)
        if !keeps { permit.stopKeeping() }
        var head = StreamedResponse(
            status: response.status, fields: fields, contentLength: response.contentLength, resultType: .miss,
            isShareable: keeps && Collapsing(.store(object.entry.facts.freshness)) == .allowed, isKept: keeps, conditionsAreOpen: true)
        (head.facts, head.identity, head.originID) = (object.entry.facts, object.identity, response.originID)
        permit.fill.resolve(.stream(head))
        let content = OpenContent(response, position: part.range.lowerBound, end: part.range.upperBound)
        do {
            try await passPart(part.range, of: object, from: content, permit, keeps: keeps, request)
            permit.fill.end(.success(()))
        } catch {
            request.trace.note { $0.error = (error as? OriginError).flatMap { DetailedError($0.kind) } ?? .originCommError }
            logger.warning("response broke off", metadata: ["error": "\(error)", "request": "\(request.requestID)"])
            permit.fill.end(.failure(.originFailed("\(error)")))
        }
    }

    /// Passes a part on to those who wait, and stores it before its last bytes are handed on: whoever has them finds the part,
    /// and what follows of the content in its place.
    func passPart(
        _ range: Range<Int64>, of object: PartedObject, from content: OpenContent, _ permit: FillPermit, keeps: Bool,
        _ request: EdgeRequest, rest: ContentHandover? = nil
    ) async throws {
        var keeps = keeps
        while content.position < range.upperBound {
            guard let chunk = try await content.next(before: range.upperBound) else {
                throw OriginError(.communication, origin: request.originName, detail: "the content ended before the part was whole")
            }
            if content.position == range.upperBound {
                if content.position < content.end {
                    rest?.put(content)
                } else if !content.endIsFramed, try await !content.isAtEnd() {
                    throw OriginError(.contentRangeLength, origin: request.originName, detail: "more bytes than Content-Range names")
                }
                if keeps, let chunks = permit.fill.keptChunks() { store(range, of: object, chunks: chunks + [chunk], permit) }
                keeps = false
            }
            keeps = try await permit.append(chunk, keeping: keeps)
        }
    }

    // MARK: Storing

    /// Stores a part; with the last one that was missing, an object of ordinary size becomes an ordinary entry.
    private func store(_ range: Range<Int64>, of object: PartedObject, chunks: [ByteBuffer], _ permit: FillPermit) {
        let now = clock.now()
        guard cache.storePart(range, of: object, chunks: chunks, permit: permit, now: now) else { return }
        guard let current = cache.partedObject(object.identity, now: now), current.generation == object.generation,
            let body = cache.wholeBody(of: current)
        else { return }
        let entry = CachedResponse(
            identity: current.identity, facts: current.entry.facts, status: .ok, fields: current.entry.fields, body: body,
            preparedHead: PreparedHead.bytes(status: .ok, fields: current.entry.fields))
        if permit.store(entry) { cache.removeParts(of: current.identity, generation: current.generation, now: now) }
    }

    /// A 206 of the stored version renews it, as a 304 would (RFC 9111 section 3.4). False when it may no longer be kept.
    func renew(_ object: PartedObject, by facts: ResponseFacts, for request: EdgeRequest) -> Bool {
        let update = EntryUpdate(
            storedStatus: 200, storedFields: object.entry.fields, notModified: facts, request: request.facts, edgeCompressed: false,
            forwardsCookies: request.behavior.forwardsCookies, personality: request.personality, policy: request.storagePolicy(for: 200))
        guard case .store(let freshness) = update.storability else {
            cache.removeParts(of: object.identity, generation: object.generation, now: facts.receivedAt)
            return false
        }
        let fields = request.rewritten(update.fields, nil)
        cache.changeHead(of: object, now: facts.receivedAt) { current in
            var entryFacts = current.entry.facts
            entryFacts.storedAt = facts.receivedAt
            entryFacts.freshness = freshness
            entryFacts.retryAt = nil
            return current.updated(facts: entryFacts, fields: fields)
        }
        return true
    }
}

extension OpenContent {
    convenience init(_ response: FetchResponse, position: Int64, end: Int64) {
        let content = response.content
        self.init(position: position, end: end, endIsFramed: response.contentLength != nil) { try await content.next() }
    }
}

extension EdgeRequest {
    /// The origin's address, for messages.
    var originName: String { behavior.origin.endpoint(for: self).name }
}
