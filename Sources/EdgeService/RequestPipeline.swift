// The life of a request that is not a plain hit, as a list of steps (`run`), in the order that CloudFront documents.

import ByteStreaming
import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTransport
import HTTPTypes
import NIOCore
import SignedURLs

/// What a request is answered with, before delivery.
enum Answer: Sendable {
    /// A stored response.
    case entry(CachedResponse, ResultType)
    /// A response whose content is still arriving.
    case stream(StreamedResponse, FillReader<FillOutcome>)
    /// Some of an object that is stored in parts.
    case parts(PartsReply)
    /// An error of the edge's own.
    case edge(EdgeError, ResultType)

    var status: Int {
        switch self {
        case .entry(let entry, _): entry.status.code
        case .stream(let response, _): response.status.code
        case .parts: 200
        case .edge(let error, _): error.status
        }
    }

    /// Errors of this kind have no custom page: fetching it would ask for more of what is short.
    var isForWantOfCapacity: Bool {
        switch self {
        case .entry(_, .capacityExceeded), .edge(_, .capacityExceeded): true
        case .entry, .stream, .parts, .edge: false
        }
    }
}

/// One request's way through the edge.
struct RequestPipeline {
    let service: EdgeService
    let exchange: ServerExchange
    let trace: RequestTrace

    var cache: EdgeCache { service.cache }
    private var requestID: String { trace.requestID }

    /// The steps, in order.
    func run() async {
        let snapshot = service.snapshot
        let delivery = Delivery(
            exchange: TracedExchange(exchange: exchange, trace: trace, clock: service.clock), requestID: requestID, clock: service.clock,
            driver: service.driver)
        if isExplained(in: snapshot) { trace.note { $0.explanation = Explanation() } }
        do {
            var request = try route(in: snapshot)
            if try await redirected(request, delivery) { return }
            if request.traits.countsForwards {
                switch MaxForwards(request.fields, method: request.method) {
                case .uncounted: break
                case .forward(let count): request.fields[.maxForwards] = String(count)
                case .answerHere: return try await delivery.options(request)
                }
            }
            do {
                try checkMethod(request)
                try checkSignature(&request)
                let first = try await answer(request)
                let final = try await customized(first, for: request)
                do {
                    try await delivery.deliver(final, to: request)
                } catch is StoredContentLost {
                    // It is gone now, so that this is a miss like any other.
                    try await delivery.deliver(try await customized(try await answer(request), for: request), to: request)
                }
            } catch let error as EdgeError {
                trace.note { $0.error = error.detail }
                let own = Answer.edge(error, .error)
                try await delivery.deliver(try await customized(own, for: request), to: request)
            }
        } catch let error as EdgeError {
            trace.note { $0.error = error.detail }
            do { try await delivery.deliver(error) } catch { noteCut(by: error) }
        } catch {
            // The viewer has left, or the origin broke off in mid-content: what was begun can only be cut.
            noteCut(by: error)
            exchange.abort()
        }
    }

    func noteCut(by error: any Error) {
        let isCancelled = Task.isCancelled
        trace.note { notes in
            notes.ending = .cut(DetailedError(cuttingShort: error, isCancelled: isCancelled, originsOwn: notes.error))
        }
    }

    // MARK: What is asked for

    func route(in snapshot: EdgeSnapshot) throws(EdgeError) -> EdgeRequest {
        let head = exchange.head
        guard let distribution = snapshot.distribution(forHost: head.authority), distribution.model.enabled else {
            throw .unknownHost
        }
        trace.note { $0.distribution = distribution }
        guard snapshot.leads(exchange.connection, to: distribution) else { throw .misdirected }
        guard head.target.utf8.count <= snapshot.configuration.limits.urlBytesMax else {
            throw EdgeError(
                status: 413, message: "The URL exceeds \(snapshot.configuration.limits.urlBytesMax) bytes.", detail: .invalidRequest)
        }
        let path = head.path == "/" ? distribution.rootPath ?? "/" : head.path
        guard let normalized = PathNormalization.normalized(path.utf8) else { throw .expectationOfPath }
        let behavior = distribution.behavior(forPath: normalized.span)
        trace.note { $0.behavior = behavior }
        var fields = head.fields
        // An absolute target's authority replaces Host (RFC 9112 section 3.2.2): key and origin must see one and the same.
        fields[.hostField] = head.authority
        // Meant for this edge; further on it goes only where a policy names it.
        if fields.contains(.xSkerryExplain), !behavior.namesHeader(.xSkerryExplain) { fields[.xSkerryExplain] = nil }
        // HTTP/1.0 viewers get nothing compressed, so they must not share a key with those who do.
        if head.version == .http10, behavior.policy.normalizesAcceptEncoding { fields[.acceptEncoding] = nil }
        return EdgeRequest(
            distribution: distribution, behavior: behavior, method: head.method,
            path: path, query: head.query, fields: fields,
            viewer: ViewerFacts(head, on: exchange.connection), trace: trace, timing: timing(for: behavior, fields),
            cacheStatus: distribution.traits.marks == .cacheStatus ? CacheTrace() : nil, viewerHost: head.authority,
            viewerAddress: exchange.connection.clientAddress, version: head.version, requestID: requestID,
            content: exchange.body.expectedBytes == 0
                ? nil : ViewerContent(exchange.body, bytesMax: snapshot.configuration.limits.requestBodyBytesMax))
    }

    /// Whether this request is one of those that are told about their times.
    private func timing(for behavior: ServedBehavior, _ fields: HTTPFields) -> RequestTiming? {
        guard let rate = behavior.model.responseHeadersPolicy?.serverTimingSamplingRate,
            ServerTiming.isAskedFor(by: fields) || service.samplePercent() < rate
        else { return nil }
        return RequestTiming(ticks: service.clock.ticks)
    }

    /// Whether the viewer was sent to HTTPS. A refusal gets no custom page: nothing of the site is for this protocol.
    private func redirected(_ request: EdgeRequest, _ delivery: Delivery) async throws -> Bool {
        let decision = request.behavior.model.viewerProtocolPolicy.decision(
            isSecure: exchange.connection.isSecure, method: request.method, knowsTemporaryRedirect: request.version != .http10)
        switch decision {
        case .serve: return false
        case .refuse: throw EdgeError.httpsRequired
        case .redirect(let status):
            guard let host = HostRouter.name(ofHost: exchange.head.authority) else { throw EdgeError.unknownHost }
            let port = service.httpsPort == 443 ? "" : ":\(service.httpsPort)"
            try await delivery.redirect(to: "https://\(host)\(port)\(exchange.head.target)", status: status, request)
            return true
        }
    }

    func checkMethod(_ request: EdgeRequest) throws(EdgeError) {
        guard request.behavior.allows(request.method) else { throw .methodNotAllowed }
        guard let content = request.content else { return }
        if request.method == .get || request.method == .head { throw .contentNotAllowed }
        if let count = content.byteCount, count > content.bytesMax { throw .contentTooLarge(content.bytesMax) }
    }

    /// Where the behaviour trusts key groups: takes the signing parameters out of the query, or refuses the request.
    private func checkSignature(_ request: inout EdgeRequest) throws(EdgeError) {
        guard let keys = request.behavior.trustedKeys else { return }
        let signed = SignedRequest(
            scheme: exchange.connection.isSecure ? "https" : "http", host: request.viewerHost, path: exchange.head.path,
            query: request.query, cookies: request.fields[values: .cookie], address: request.viewerAddress,
            now: service.clock.now().secondsSince1970)
        switch keys.verdict(on: signed) {
        case .allowed(let query): request.query = query
        case .denied(let reason): throw EdgeError(status: 403, message: reason.description, detail: .invalidRequestBlocked)
        }
    }

    // MARK: Cache, then origin

    /// An answer from the cache if its rules allow it, else from the origin.
    func answer(_ request: EdgeRequest) async throws -> Answer {
        guard request.isCacheable, !request.personality.bypasses(request.facts) else {
            trace.note { $0.nonHitReason = request.isCacheable ? .requestDirective : request.content == nil ? .methodNotCached : .hasContent }
            request.cacheStatus?.forward(request.isCacheable ? .request : .method)
            return try await passThrough(request)
        }
        // A fetch that ends between the look-up and the joining sends us round again; three times is an unlucky request.
        for _ in 0..<3 {
            let commits = cache.diskCommits
            let selected = await select(request)
            let (entry, identity) = (selected.entry, selected.identity)
            trace.explain { $0.key = identity.key }
            if entry == nil, let answer = try await partsAnswer(request, identity) { return answer }
            var purpose = purpose(of: selected)
            if let entry {
                let now = service.clock.now()
                request.cacheStatus?.hit(entry, at: now)
                let reuse = request.personality.reuse(of: entry.facts, for: request.facts, at: now)
                trace.explain { ($0.found, $0.reuse) = (entry.facts, reuse) }
                switch reuse {
                case .fresh: return .entry(entry, entry.status.code >= 400 ? .error : .hit)
                case .staleAfterError, .staleAccepted: return .entry(entry, .hit)
                case .staleWhileRevalidate(_, let conditionals):
                    refreshInBackground(request, identity, entry, conditionals)
                    return .entry(entry, .hit)
                case .revalidate(let conditionals):
                    purpose.conditionals = conditionals
                    trace.note { $0.nonHitReason = entry.facts.remainingSeconds(at: now) > 0 ? .requestDirective : .expired }
                case .fetch(let reason): trace.note { $0.nonHitReason = NonHitReason(reason) }
                }
                request.cacheStatus?.forward(entry.facts.remainingSeconds(at: now) > 0 ? .request : .stale)
            } else {
                trace.note { $0.nonHitReason = selected.hasOthers ? .otherVariant : NonHitReason(cache.departure(of: identity.key)) }
            }
            guard request.personality.mayForward(request.facts) else { return .edge(.onlyIfCached, .error) }
            if request.traits.sendsHead, request.method == .head { return try await head(request, selected, purpose.conditionals) }
            if request.behavior.policy.disablesCaching {
                trace.note { $0.nonHitReason = .cachingDisabled }
                // Only errors are remembered then; everything else goes through, conditions and all.
                return try await passThrough(request)
            }
            if let answer = try await fetched(request, identity, purpose, commits) { return answer }
        }
        return try await passThrough(request)
    }

    /// The answer of a fetch, shared with others where that is allowed; nil when the cache has changed meanwhile.
    ///
    /// - Parameter commits: the disk tier's count before the look-up.
    func fetched(
        _ request: EdgeRequest, _ identity: ObjectIdentity, _ purpose: FillPurpose, _ commits: UInt64
    ) async throws -> Answer? {
        guard request.behavior.collapses, request.personality.mayShareFetch(request.facts) else {
            let (permit, reader) = cache.solo(identity)
            start(permit, request, purpose)
            return try await outcome(of: reader, for: request)
        }
        switch cache.join(identity, seen: purpose.expired, commits: commits) {
        case .changed: return nil
        case .leader(let permit, let reader):
            start(permit, request, purpose)
            return try await outcome(of: reader, for: request)
        case .follower(let reader):
            request.cacheStatus?.note { $0.isCollapsed = true }
            if case .parts(let object, _, let isShareable) = try await awaitOutcome(of: reader),
                !isShareable || !request.selects(object.identity)
            {
                return try await passThrough(request, mayStore: true)
            }
            switch try await outcome(of: reader, for: request) {
            case .stream(var response, let reader):
                // With conditions that are answered already it is this request's own fetch by now.
                guard response.isShareable && request.selects(response.identity)
                    || !response.conditionsAreOpen
                else {
                    reader.leave()
                    trace.note { $0.nonHitReason = .notShareable }
                    request.cacheStatus?.note { $0.isCollapsed = false }
                    return try await passThrough(request, mayStore: true)
                }
                response.isCollapsed = true
                if response.resultType == .miss { response.resultType = .hit }
                return .stream(response, reader)
            case .entry(let entry, _) where !request.selects(entry.identity):
                return try await passThrough(request, mayStore: true)
            case let answer: return answer
            }
        }
    }

    private func outcome(of reader: FillReader<FillOutcome>, for request: EdgeRequest) async throws -> Answer? {
        let outcome = try await awaitOutcome(of: reader)
        request.cacheStatus?.outcome(outcome, for: request.target, at: service.clock.now())
        return try await answer(of: outcome, reader, for: request)
    }

    /// What a fetch led to, as an answer; nil when the cache has to be looked into again.
    func answer(of outcome: FillOutcome, _ reader: FillReader<FillOutcome>, for request: EdgeRequest) async throws -> Answer? {
        switch outcome {
        case .entry(let entry, let type):
            guard let object = PartedObject(entry, now: service.clock.now()) else { return .entry(entry, type) }
            return try await answer(request, from: object, type)
        case .parts(let object, let first, _): return try await answer(request, from: object, .miss, first: first)
        case .stream(let response):
            if response.contentLength ?? 0 > cache.limits.objectBytesMax, response.status == .ok, request.method == .get,
                request.fields.contains(.range), !response.isKept || request.asksFarAhead(of: reader, length: response.contentLength)
            {
                // Too large to be kept: then the origin need not send more than was asked for. The reader leaves first, for
                // its place would hold up others and its connection may be the last one to the origin. Kept on disk, it goes on
                // arriving, but what lies far ahead is quicker had from the origin.
                if response.isKept { reader.readToEnd() } else { reader.leave() }
                trace.note { $0.nonHitReason = .tooLargeToKeep }
                return try await passThrough(request)
            }
            return .stream(response, reader)
        case .failed(let status, let detail):
            return .edge(EdgeError(status: status, message: detail), status == 503 ? .capacityExceeded : .error)
        }
    }

    /// A fetch for this request alone. With `mayStore` it is made as if for the cache; else it goes through as it is.
    private func passThrough(_ request: EdgeRequest, mayStore: Bool = false) async throws -> Answer {
        try await passThrough(request, FillPurpose(passesThrough: !mayStore))
    }

    func passThrough(_ request: EdgeRequest, _ purpose: FillPurpose) async throws -> Answer {
        try await request.content?.prime()
        let (permit, reader) = cache.solo(request.identity)
        start(permit, request, purpose)
        let outcome = try await awaitOutcome(of: reader)
        request.cacheStatus?.outcome(outcome, for: request.target, at: service.clock.now())
        switch outcome {
        case .entry(let entry, let type): return .entry(entry, type)
        case .stream(let response): return .stream(response, reader)
        case .parts(let object, let first, _):
            if let answer = try await answer(request, from: object, .miss, first: first) { return answer }
            return try await passThrough(request)
        case .failed(let status, let detail):
            return .edge(EdgeError(status: status, message: detail), status == 503 ? .capacityExceeded : .error)
        }
    }

    /// Runs the fetch apart from this request, so that others who share it don't depend on this viewer.
    private func start(_ permit: FillPermit, _ request: EdgeRequest, _ purpose: FillPurpose) {
        let driver = service.driver
        let fill = permit.fill
        let task = Task { await driver.run(permit, for: request, purpose) }
        fill.onAbandon { task.cancel() }
    }

    /// Renews an entry that has just been served stale; at most one at a time per object.
    func refreshInBackground(
        _ request: EdgeRequest, _ identity: ObjectIdentity, _ entry: CachedResponse, _ conditionals: ConditionalFields
    ) {
        guard case .leader(let permit, let reader) = cache.join(identity, seen: entry) else { return }
        var own = request
        own.content = nil
        own.timing = nil
        own.trace = RequestTrace(requestID: request.requestID, began: service.clock.nanoseconds())
        own.cacheStatus = nil
        start(permit, own, FillPurpose(expired: entry, conditionals: conditionals.isEmpty ? nil : conditionals))
        Task {
            guard case .stream? = try? await reader.outcome() else { return }
            reader.readToEnd()
        }
    }

    // MARK: Custom error responses

    /// The page that the distribution has for an error, fetched as a request of its own; the error itself without one.
    private func customized(_ answer: Answer, for request: EdgeRequest) async throws -> FinalAnswer {
        guard answer.status >= 400, !answer.isForWantOfCapacity,
            let page = request.distribution.model.customErrorResponse(for: answer.status)?.page
        else { return FinalAnswer(answer: answer) }
        // Nobody gets to see the error itself, but it is to be remembered.
        if case .stream(let error, let reader) = answer, error.isKept { reader.readToEnd() }
        let pageAnswer = try await self.answer(request.forErrorPage(at: page.path))
        let isPage = (200..<300).contains(pageAnswer.status)
        return FinalAnswer(
            answer: pageAnswer, status: isPage ? .named(page.responseCode) : nil, resultType: .error, isErrorPage: true)
    }
}

/// An answer with what a custom error response changes about it.
struct FinalAnswer: Sendable {
    var answer: Answer
    /// Replaces the answer's status.
    var status: HTTPResponse.Status?
    /// Replaces the answer's result type: the page is there because of an error.
    var resultType: ResultType?
    /// Conditions and ranges of the request were meant for another object.
    var isErrorPage = false
}

extension EdgeRequest {
    var facts: RequestFacts { RequestFacts(method: method == .head ? .get : method, fields: fields) }
}

extension ServedBehavior {
    /// Whether requests of that method are let through. CONNECT and TRACE never are: neither is for what lies behind a cache.
    func allows(_ method: HTTPRequest.Method) -> Bool {
        model.allowedMethods.contains(method) || allowsUnknownMethods && method != .connect && method != .trace
    }
}

extension ViewerFacts {
    init(_ head: RequestHead, on connection: ConnectionInfo) {
        self.init(
            address: connection.clientAddress, port: connection.clientPort,
            httpVersion: head.version.number, isSecure: connection.isSecure, fields: head.fields)
    }
}

extension FillReader {
    /// Counts the fetch as wanted though no viewer takes the rest of it: until its end, or until it turns out to be too large
    /// to keep (or endless), after which nobody would have anything of it.
    func readToEnd() {
        Task { while isKept, try await next() != nil {} }
    }
}
