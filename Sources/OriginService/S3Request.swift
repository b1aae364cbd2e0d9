// One request to the S3 API from its head to its answer. The order of steps is written down in `perform`, once.

import HTTPTransport
import HTTPTypes
import Logging
import ObjectStorage
import S3Model
import SigV4

/// A request in progress, with what every action may need.
struct S3Request: Sendable {
    let origin: BucketServer
    let exchange: ServerExchange
    let id: RequestID
    let now: StoreInstant

    var store: any ObjectStore { origin.store }
    var configuration: BucketServer.Configuration { origin.configuration }
    /// The header section, and the `x-amz-*` parameters that a presigned query has in its place.
    let fields: HTTPFields

    init(origin: BucketServer, exchange: ServerExchange, id: RequestID, now: StoreInstant) {
        self.origin = origin
        self.exchange = exchange
        self.id = id
        self.now = now
        fields = PresignedFields.merged(exchange.head)
    }

    /// The answer, an error document included.
    func answer() async -> S3Answer {
        do {
            return try await perform()
        } catch {
            let mapped = ErrorMapping.s3Error(error)
            if ErrorMapping.isInternal(mapped) {
                origin.logger.error("request failed", metadata: ["request": "\(id.requestID)", "error": "\(error)"])
            }
            return ErrorMapping.answer(mapped, resource: exchange.head.path, id: id)
        }
    }

    /// Address, operation, caller, permission, action.
    private func perform() async throws -> S3Answer {
        let head = exchange.head
        let address = try S3Address(host: head.authority, path: head.path, baseHosts: configuration.s3Hosts)
        let query = try S3Query(head.query ?? "")
        let operation = try S3Operation.parse(method: head.method, address: address, query: query, fields: fields)
        let signed = SigV4Request(
            method: head.method.rawValue, path: head.path, query: head.query ?? "", headers: Self.signableHeaders(head))
        let authentication = try origin.authenticator.authenticate(
            signed, virtualHostBucket: address.isVirtualHosted ? address.bucket : nil, at: SigningTime(secondsSince1970: now.secondsSince1970))
        var context = ActionContext(request: self, query: query, signed: signed, authentication: authentication, bucket: nil)
        try await Authorization.authorize(operation, &context)
        return try await context.act(operation)
    }

    /// The fields as the signature sees them.
    ///
    /// `host` is the authority that the request is for, never a Host field beside a target in absolute form (RFC 9112
    /// section 3.2.2): the bucket that is acted on must be the one that was signed for.
    private static func signableHeaders(_ head: RequestHead) -> [(name: String, value: String)] {
        var headers = head.fields.map { (name: $0.name.rawName, value: $0.value) }
        headers.removeAll { $0.name.lowercased() == "host" }
        headers.append((name: "host", value: head.authority))
        return headers
    }
}
