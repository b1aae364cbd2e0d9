// Invalidations on their way to shields: to all at one time, each for a bounded time.

import Cryptography
import DistributionModel
import HTTPSemantics
import HTTPTypes
package import NIOCore
import OriginFetch
import Synchronization

extension EdgeService {
    /// Passes an invalidation on to every shield of a distribution; answers which could not be told, and why.
    ///
    /// - Parameters:
    ///   - path: the request target, as the control API has it.
    ///   - document: the request's content.
    package func passOn(invalidationAt path: String, _ document: ByteBuffer, of distributionID: String) async -> [String] {
        guard let distribution = snapshot.distributions.first(where: { $0.model.id == distributionID }) else { return [] }
        let failures = await withTaskGroup(of: (Int, String?).self) { group in
            for (place, shield) in distribution.shields.enumerated() {
                group.addTask { (place, await self.failure(to: path, document, distributionID, shield)) }
            }
            return await group.reduce(into: [(Int, String?)]()) { $0.append($1) }
        }
        return failures.sorted { $0.0 < $1.0 }.compactMap(\.1)
    }

    /// Tells one shield; nil once it has confirmed.
    private func failure(to path: String, _ document: ByteBuffer, _ distributionID: String, _ shield: ServedShield) async -> String? {
        do {
            let request = invalidation(path, document, distributionID, shield)
            let response = try await driver.fetcher.fetch(request, from: shield.boundedEndpoint)
            response.content.drain(announced: response.contentLength)
            guard response.status.code != 201 else { return nil }
            return "\(shield.region) answered \(response.status.code) (\(response.fields[ShieldCall.fieldName] ?? "no reason"))"
        } catch {
            return "\(shield.region): \((error as? OriginError)?.detail ?? "\(error)")"
        }
    }

    private func invalidation(_ path: String, _ document: ByteBuffer, _ distributionID: String, _ shield: ServedShield) -> FetchRequest {
        let host = shield.endpoint.name
        var fields: HTTPFields = [.hostField: host, .contentType: "text/xml", ShieldService.digestName: ShieldService.digest(of: document)]
        let call = ShieldCall(
            edgeID: edgeID, distributionID: distributionID, time: clock.now().secondsSince1970, requestID: requestIDs.next(),
            viewerAddress: "-", viewerPort: 0, viewerVersion: "1.1", viewerIsSecure: false)
        let envelope = ShieldCall.Envelope(method: "POST", target: path, host: host, fields: fields)
        fields[ShieldCall.fieldName] = call.signed(envelope, with: shield.secrets)
        return FetchRequest(method: .post, target: path, fields: fields, content: DocumentContent(document))
    }
}

/// A document as a request's content.
private final class DocumentContent: FetchRequestContent {
    private let document: ByteBuffer
    private let isRead = Atomic(false)

    init(_ document: ByteBuffer) { self.document = document }

    var byteCount: Int? { document.readableBytes }

    func nextChunk() async throws -> ByteBuffer? {
        isRead.exchange(true, ordering: .relaxed) ? nil : document
    }
}
