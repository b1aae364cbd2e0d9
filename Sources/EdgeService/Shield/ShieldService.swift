// The listener for other edges, whose shield this edge is: reads for their caches, answered from this edge's cache or by its
// origins, and invalidations that they pass on. Whatever is not signed by an edge is refused.

package import HTTPTransport
import ByteStreaming
import Cryptography
import DistributionModel
import HTTPCaching
import HTTPSemantics
import HTTPTypes
import Logging
package import NIOCore

/// Serves edges.
package struct ShieldService: HTTPService {
    /// Bytes of an invalidation.
    static let documentBytesMax = 16 * 1024 * 1024
    static let digestName = HTTPField.Name.known("X-Edge-Content-SHA256")

    private let edge: EdgeService
    private let control: any HTTPService

    /// - Parameter control: carries out invalidations, and passes them on to nobody.
    package init(edge: EdgeService, control: any HTTPService) {
        self.edge = edge
        self.control = control
    }

    package func handle(_ exchange: ServerExchange) async {
        let snapshot = edge.snapshot
        do {
            do throws(ShieldCall.Refusal) {
                guard let secrets = ShieldSecrets(snapshot.configuration.shielding.secrets) else { throw .unsigned }
                let head = exchange.head
                let envelope = ShieldCall.Envelope(
                    method: head.method.rawValue, target: head.target, host: head.fields[.hostField] ?? "", fields: head.fields)
                let call = try ShieldCall.verified(
                    envelope, with: secrets, edgeID: edge.edgeID, now: edge.clock.now().secondsSince1970)
                if head.method == .post, head.path.hasPrefix("/2020-05-31/distribution/"), head.path.hasSuffix("/invalidation") {
                    return await invalidate(exchange)
                }
                guard snapshot.distribution(forHost: head.authority)?.model.id == call.distributionID else { throw .distribution }
                guard head.method == .get || head.method == .options, exchange.body.expectedBytes == 0 else { throw .method }
                let trace = RequestTrace(requestID: call.requestID, began: edge.clock.nanoseconds())
                await RequestPipeline(service: edge, exchange: exchange, trace: trace).run(for: call)
            } catch {
                try await refuse(error, exchange)
            }
        } catch {
            exchange.abort()
        }
    }

    private func refuse(_ reason: ShieldCall.Refusal, _ exchange: ServerExchange) async throws {
        edge.logger.warning(
            "refused a request at the shield's listener",
            metadata: ["reason": "\(reason.rawValue)", "client": "\(exchange.connection.clientAddress)"])
        var fields = ErrorPage.fields(now: edge.clock.now())
        fields[ShieldCall.fieldName] = "refused \(reason.rawValue)"
        let body = ErrorPage.html(
            EdgeError(status: reason.status, message: "This address is for edges (\(reason.rawValue))."), requestID: nil)
        fields[.contentLength] = String(body.readableBytes)
        try await exchange.respond(ResponseHead(status: .named(reason.status), fields: fields), body: exchange.head.method == .head ? nil : body)
    }

    /// Hands the document on once it is known to be the one that was signed.
    private func invalidate(_ exchange: ServerExchange) async {
        do {
            guard let document = try await exchange.body.collect(upTo: Self.documentBytesMax),
                let digest = exchange.head.fields[Self.digestName], digest == Self.digest(of: document)
            else { return try await refuse(.signature, exchange) }
            await control.handle(exchange.replacing(body: RequestBody(document)))
        } catch {
            exchange.abort()
        }
    }

    static func digest(of document: ByteBuffer) -> String { Hex.encode(DigestAlgorithm.sha256.digest(of: document.readableBytesView)) }

    package func refusal(of error: RequestError, on connection: ConnectionInfo) -> (ResponseHead, ByteBuffer) {
        edge.refusal(of: error, on: connection)
    }
}

extension RequestPipeline {
    /// The steps for another edge: what is for viewers - protocol, signature, error pages, response headers - is that edge's to do.
    func run(for call: ShieldCall) async {
        let delivery = Delivery(
            exchange: TracedExchange(exchange: exchange, trace: trace, clock: service.clock), requestID: trace.requestID, clock: service.clock,
            driver: service.driver)
        do {
            var request = try route(in: service.snapshot)
            request.isFromEdge = true
            request.timing = nil
            request.fields[ShieldCall.fieldName] = nil
            request.viewerAddress = call.viewerAddress
            request.viewer = ViewerFacts(
                address: call.viewerAddress, port: call.viewerPort, httpVersion: call.viewerVersion, isSecure: call.viewerIsSecure,
                fields: request.fields)
            do {
                try checkMethod(request)
                try await delivery.deliver(FinalAnswer(answer: try await answer(request)), to: request)
            } catch is StoredContentLost {
                try await delivery.deliver(FinalAnswer(answer: try await answer(request)), to: request)
            } catch let error as EdgeError {
                try await delivery.deliver(FinalAnswer(answer: .edge(error, .error)), to: request)
            }
        } catch let error as EdgeError {
            do { try await delivery.deliver(error) } catch { noteCut(by: error) }
        } catch {
            noteCut(by: error)
            exchange.abort()
        }
    }
}
