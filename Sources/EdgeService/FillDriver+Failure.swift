// What becomes of a fetch whose origin failed: an expired entry stands in, or an error of the edge's own is told and, for a
// while, remembered.

import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import NIOCore
import OriginFetch

extension FillDriver {
    func originFailed(_ error: OriginError, _ permit: FillPermit, _ request: EdgeRequest, _ purpose: FillPurpose) async {
        let now = clock.now()
        if let own = request.content?.failure {
            // The viewer's own content broke off; the origin is not to blame.
            permit.fill.resolve(.failed(status: own.status, detail: own.message))
            permit.fill.end(.failure(.originFailed(error.description)))
            return
        }
        if let expired = purpose.expired, serveStale(expired, after: .unreachable, permit, request, now: now) { return }
        // RFC 9111 section 5.2.2.2: where a stored response may not stand in, that is what the viewer is told.
        let refusesStale = request.traits.selectsByVary && (purpose.expired?.facts.freshness.forbidsStale ?? false)
        let page = EdgeError(status: refusesStale ? 504 : error.status, message: error.pageMessage)
        guard request.traits.remembersFailures, request.isCacheable,
            !purpose.passesThrough || request.behavior.policy.disablesCaching
        else {
            permit.fill.resolve(.failed(status: page.status, detail: page.message))
            permit.fill.end(.failure(.originFailed(error.description)))
            return
        }
        // CloudFront remembers its own 5xx answers too, for Error Caching Minimum TTL, and so spares a dead origin.
        var fields = ErrorPage.fields(now: now)
        let body = CachedBody(copying: [ErrorPage.html(page, requestID: nil)])
        fields[.contentLength] = String(body.byteCount)
        let status = HTTPResponse.Status.named(page.status)
        let lifetime = request.distribution.errorCachingMinTTL(for: page.status)
        let entry = CachedResponse(
            identity: purpose.identity ?? permit.identity,
            facts: EntryFacts(
                status: page.status, storedAt: now,
                freshness: Freshness(lifetimeSeconds: lifetime, source: .errorCachingMinTTL)),
            status: status, fields: fields, body: body)
        if lifetime > 0, error.kind != .capacity { permit.store(entry) }
        permit.fill.resolve(.entry(entry, error.kind == .capacity ? .capacityExceeded : .error))
        permit.fill.end(.success(()))
    }

    /// Lets the expired entry stand in, and remembers when to ask again; false when it may not.
    func serveStale(
        _ expired: CachedResponse, after failure: OriginFailure, _ permit: FillPermit, _ request: EdgeRequest, now: HTTPDate
    ) -> Bool {
        let status = if case .status(let code) = failure { code } else { 504 }
        guard case .serveStale(_, let retryAt) = request.personality.fallback(
            to: expired.facts, for: request.facts, after: failure, under: request.storagePolicy(for: status), at: now)
        else { return false }
        var facts = expired.facts
        facts.retryAt = retryAt
        let entry = expired.updated(facts: facts)
        cache.replace(expired, with: entry)
        permit.fill.resolve(.entry(entry, .hit))
        permit.fill.end(.success(()))
        return true
    }
}

extension OriginError {
    /// What the page tells the viewer: the kind of trouble, not the origin's address.
    fileprivate var pageMessage: String {
        if let tls { return tls.pageMessage }
        return switch kind {
        case .dns: "The origin's name could not be resolved."
        case .connect: "The edge could not connect to the origin."
        case .timeout: "The origin did not answer in time."
        case .communication: "The origin closed the connection before its answer was complete."
        case .invalidResponse: "The origin's answer was not valid HTTP."
        case .contentRangeLength: "The origin's answer to a range was not the range that it named."
        case .requestContent: "The request's content did not arrive whole."
        case .capacity: "All connections to the origin are busy."
        }
    }
}

extension OriginTLSFailure {
    /// The same for a handshake: what is wrong, without the names in the certificate.
    fileprivate var pageMessage: String {
        switch self {
        case .certificateExpired: "The origin's certificate has expired."
        case .certificateNotYetValid: "The origin's certificate is not valid yet."
        case .certificateSelfSigned: "The origin's certificate is self-signed."
        case .certificateNotTrusted: "The origin's certificate is not from a trusted authority."
        case .certificateForOtherNames: "The origin's certificate is for another name."
        case .noCommonProtocol: "The origin and the edge have no version of TLS or no cipher in common."
        case .notTLS: "The origin does not speak TLS."
        case .refused: "The TLS handshake with the origin failed."
        case .brokenOff: "The origin closed the connection during the TLS handshake."
        }
    }
}
