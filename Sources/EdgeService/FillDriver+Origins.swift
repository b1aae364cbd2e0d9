// Which origin answers a fetch: the only one, or of a group the primary and, where that fails, the secondary. Each is asked in
// its own way: address, attempts and times, path, custom headers, signature.

import DistributionModel
import EdgeFigures
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Logging
import OriginFetch

extension FillDriver {
    /// Asks the behaviour's origin, or its group's. What comes back says whose answer it is.
    func ask(_ request: EdgeRequest, _ purpose: FillPurpose, for permit: FillPermit, now: HTTPDate) async throws -> FetchResponse {
        let primary = request.behavior.origin
        guard let failover = request.behavior.failover, request.mayFailOver else {
            return try await ask(primary, request, purpose, permit, now: now)
        }
        do {
            let response = try await ask(primary, request, purpose, permit, now: now)
            guard failover.takes(response.status.code) else { return response }
            logger.info("origin failed over", metadata: failoverFacts(failover, request, "status \(response.status.code)"))
            response.content.drain(announced: response.contentLength)
        } catch let error as OriginError where failover.takes(error) {
            logger.warning("origin failed over", metadata: failoverFacts(failover, request, error.description))
        }
        return try await ask(failover.secondary, request, purpose, permit, now: clock.now())
    }

    /// Asks one origin, or its shield.
    private func ask(
        _ origin: ServedOrigin, _ request: EdgeRequest, _ purpose: FillPurpose, _ permit: FillPermit, now: HTTPDate
    ) async throws -> FetchResponse {
        if let answer = try await askShield(of: origin, request, purpose, permit, now: now) { return answer }
        var outgoing = outgoingRequest(to: origin, request, purpose, now: now)
        let (fill, isShared) = (permit.fill, request.isCacheable)
        outgoing.onInterim = { fill.sendInterim(InterimResponse($0, isShared: isShared)) }
        let began = clock.nanoseconds()
        var response: FetchResponse
        do {
            response = try await fetch(outgoing, from: origin.endpoint(for: request), request, layer: .edge)
        } catch let error as OriginError {
            origin.figures.countFailure(error.kind.rawValue)
            throw error
        }
        let waited = clock.nanoseconds() - began
        origin.figures.count(status: response.status.code, nanoseconds: waited)
        figures.countOriginLatency(nanoseconds: waited)
        response.originID = origin.model.id
        clock.carryAlong(&response.fields)
        return response
    }

    func fetch(
        _ outgoing: FetchRequest, from endpoint: OriginEndpoint, _ request: EdgeRequest, layer: ServerTiming.Layer
    ) async throws -> FetchResponse {
        guard let timing = request.timing else { return try await fetcher.fetch(outgoing, from: endpoint) }
        return try await timing.fetching(
            { try await fetcher.fetch(outgoing, from: endpoint) }, connecting: \.connectDuration, layer: layer)
    }

    private func outgoingRequest(
        to origin: ServedOrigin, _ request: EdgeRequest, _ purpose: FillPurpose, now: HTTPDate
    ) -> FetchRequest {
        let now = clock.worldTime(at: now)
        if purpose.passesThrough {
            return request.toOrigin(
                origin, method: request.method, conditionals: purpose.conditionals.map { .replace($0) } ?? .pass, passesRange: true, now: now)
        }
        // What is fetched for the cache is fetched whole and without the viewer's conditions, which are answered from it.
        let method: HTTPRequest.Method = request.method == .head ? .get : request.method
        return request.toOrigin(
            origin, method: method, conditionals: purpose.conditionals.map { .replace($0) } ?? .drop, passesRange: purpose.forwardsRange, now: now)
    }

    private func failoverFacts(_ failover: OriginFailover, _ request: EdgeRequest, _ reason: String) -> Logger.Metadata {
        [
            "from": "\(request.behavior.origin.model.id)", "to": "\(failover.secondary.model.id)", "reason": "\(reason)",
            "request": "\(request.requestID)",
        ]
    }
}

extension EdgeRequest {
    /// GET, HEAD and OPTIONS; anything else may already have had its effect.
    var mayFailOver: Bool { content == nil && (method == .get || method == .head || method == .options) }
}

extension FetchContent {
    /// Bytes that are read to keep a connection rather than make another.
    private static var drainedBytesMax: Int { 64 * 1024 }

    /// Reads what nobody wants to its end if that is near, so that the connection can be used again.
    func drain(announced length: Int?) {
        guard let length, length <= Self.drainedBytesMax else { return }
        Task { while try await next() != nil {} }
    }
}
