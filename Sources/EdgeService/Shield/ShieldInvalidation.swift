// Invalidations on their way to shields. They get there before this edge forgets, since what it then fetches comes from there.

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
        var failures: [String] = []
        for shield in distribution.shields {
            do {
                let response = try await driver.fetcher.fetch(invalidation(path, document, distributionID, shield), from: shield.endpoint)
                response.content.drain(announced: response.contentLength)
                guard response.status.code != 201 else { continue }
                failures.append("\(shield.region) answered \(response.status.code) (\(response.fields[ShieldCall.fieldName] ?? "no reason"))")
            } catch {
                failures.append("\(shield.region): \((error as? OriginError)?.detail ?? "\(error)")")
            }
        }
        return failures
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
