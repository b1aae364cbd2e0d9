// Asking the shield in an origin's place. It gets the request as the viewer sent it, since it serves the same distribution under
// the same key and makes its own request to the origin of it. What it can't answer is asked of the origin itself.

import DistributionModel
import EdgeStorage
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Logging
import OriginFetch

extension FillDriver {
    /// The shield's answer; nil when there is no shield for this request, or it can't be had.
    func askShield(
        of origin: ServedOrigin, _ request: EdgeRequest, _ purpose: FillPurpose, _ permit: FillPermit, now: HTTPDate
    ) async throws -> FetchResponse? {
        // Only what the shield could keep is worth the way; and a shield asks no other.
        guard let shield = origin.shield, request.isCacheable, !purpose.passesThrough, !request.isFromEdge, shield.rest.mayAsk(at: now) else {
            return nil
        }
        var outgoing = request.toShield(shield, purpose, edgeID: edgeID, now: now)
        let fill = permit.fill
        outgoing.onInterim = { fill.sendInterim(InterimResponse($0, isShared: true)) }
        do {
            var response = try await fetch(outgoing, from: shield.endpoint, request, layer: .originShield)
            if let answer = ShieldAnswer(response.fields) {
                shield.rest.end()
                response.fields[ShieldCall.fieldName] = nil
                response.shield = .init(isHit: answer.isHit, isCompressed: answer.isCompressed)
                response.originID = origin.model.id
                return response
            }
            let reason = response.fields[ShieldCall.fieldName] ?? "what answered is no shield"
            passOver(shield, request, "status \(response.status.code): \(reason)")
            response.content.drain(announced: response.contentLength)
        } catch let error as OriginError where error.kind != .requestContent {
            passOver(shield, request, error.description)
        }
        return nil
    }

    private func passOver(_ shield: ServedShield, _ request: EdgeRequest, _ reason: String) {
        // From now on, and not from the request's beginning: the shield may have taken its time.
        shield.rest.begin(at: clock.now())
        logger.warning(
            "origin shield passed over",
            metadata: [
                "region": "\(shield.region)", "shield": "\(shield.endpoint.name)", "reason": "\(reason)", "request": "\(request.requestID)",
            ])
    }
}

extension EdgeRequest {
    /// The request as it goes to a shield.
    func toShield(_ shield: ServedShield, _ purpose: FillPurpose, edgeID: String, now: HTTPDate) -> FetchRequest {
        var outgoing = HopByHop.stripped(fields)
        outgoing.removeAll { $0.name.canonicalName.hasPrefix("x-edge-") || $0.name == .contentLength || $0.name == .expect }
        outgoing[.hostField] = viewerHost
        if !purpose.forwardsRange { outgoing[.range] = nil }
        (purpose.conditionals ?? ConditionalFields()).apply(to: &outgoing)
        outgoing.append(
            HTTPField(name: .via, value: traits.marks.via(version: viewer.httpVersion, domain: distribution.viaName)))
        let method: HTTPRequest.Method = self.method == .head ? .get : self.method
        let target = query.map { "\(path)?\($0)" } ?? path
        let call = ShieldCall(
            edgeID: edgeID, distributionID: distribution.model.id, time: now.secondsSince1970, requestID: requestID,
            viewerAddress: viewerAddress, viewerPort: viewer.port, viewerVersion: viewer.httpVersion, viewerIsSecure: viewer.isSecure)
        let envelope = ShieldCall.Envelope(method: method.rawValue, target: target, host: viewerHost, fields: outgoing)
        outgoing[ShieldCall.fieldName] = call.signed(envelope, with: shield.secrets)
        return FetchRequest(method: method, target: target, fields: outgoing)
    }

    /// Tells an edge how this one had the answer.
    func addShieldAnswer(to fields: inout HTTPFields, _ type: ResultType, isCompressed: Bool) {
        guard isFromEdge else { return }
        fields[ShieldCall.fieldName] = ShieldAnswer(result: type.rawValue, isCompressed: isCompressed).fieldValue
    }
}
