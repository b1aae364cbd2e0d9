// The bucket server as an HTTP service: by Host a request goes to the S3 API or to the website endpoint. Both answer with
// an `S3Answer`; this file adds what every response carries and writes it out.

import Cryptography
package import HTTPTransport
import HTTPSemantics
import HTTPTypes
package import Logging
package import NIOCore
package import ObjectStorage
import S3Model

/// Serves the S3 API and website endpoints over an object store.
package struct BucketServer: HTTPService {
    let configuration: Configuration
    let store: any ObjectStore
    let authenticator: Authenticator
    let policies = PolicyCache()
    let logger: Logger
    let now: @Sendable () -> StoreInstant
    let randomBytes: @Sendable (Int) -> [UInt8]

    /// - Parameters:
    ///   - now: the clock that signatures, dates and policies are judged by.
    ///   - randomBytes: where request ids come from.
    package init(
        configuration: Configuration, store: any ObjectStore, logger: Logger, now: @escaping @Sendable () -> StoreInstant,
        randomBytes: @escaping @Sendable (Int) -> [UInt8] = { secureRandomBytes($0) }
    ) {
        self.configuration = configuration
        self.store = store
        authenticator = Authenticator(configuration)
        self.logger = logger
        self.now = now
        self.randomBytes = randomBytes
    }

    package func handle(_ exchange: ServerExchange) async {
        let id = RequestID(randomBytes: randomBytes(RequestID.randomBytesNeeded))
        let instant = now()
        var answer: S3Answer
        if let site = WebsiteAddress(host: exchange.head.authority, websiteHosts: configuration.websiteHosts) {
            answer = await WebsiteEndpoint(origin: self, exchange: exchange, id: id, now: instant).answer(site)
        } else if let bucket = await customDomain(exchange.head) {
            answer = await WebsiteEndpoint(origin: self, exchange: exchange, id: id, now: instant).answer(.bucket(bucket))
        } else {
            answer = await S3Request(origin: self, exchange: exchange, id: id, now: instant).answer()
        }
        id.add(to: &answer.fields)
        answer.fields[.date] = HTTPDate(secondsSince1970: instant.secondsSince1970).formatted
        answer.fields[.server] = "Skerry"
        answer.status = .init(code: answer.status.code, reasonPhrase: "\(ReasonPhrase.phrase(for: answer.status.code))")
        do {
            try await ContentDelivery.send(answer, on: exchange)
        } catch let error as ObjectStoreError {
            // The store failed before the head went out.
            await sendFailure(error, id, on: exchange)
        } catch {
            logger.debug("response not delivered", metadata: ["request": "\(id.requestID)", "reason": "\(error)"])
        }
        logger.debug(
            "request",
            metadata: [
                "request": "\(id.requestID)", "method": "\(exchange.head.method)", "host": "\(exchange.head.authority)",
                "path": "\(exchange.head.path)", "status": "\(answer.status.code)",
            ])
    }

    private func sendFailure(_ error: ObjectStoreError, _ id: RequestID, on exchange: ServerExchange) async {
        logger.error("store failed", metadata: ["request": "\(id.requestID)", "error": "\(error)"])
        var answer = ErrorMapping.answer(ErrorMapping.s3Error(error), resource: exchange.head.path, id: id)
        id.add(to: &answer.fields)
        try? await ContentDelivery.send(answer, on: exchange)
    }

    /// The bucket whose name is the Host and that has a website: a custom domain.
    ///
    /// A request that is signed, or whose host is one of the API's own, is never taken for a website visit.
    private func customDomain(_ head: RequestHead) async -> BucketName? {
        let host = S3Address.hostName(head.authority)
        guard host.contains("."), head.fields[.authorization] == nil, head.query?.contains("X-Amz-") != true,
            !configuration.s3Hosts.contains(where: { host == $0 || host.hasSuffix("." + $0) }), let bucket = BucketName(host)
        else { return nil }
        let website = try? await store.configuration(.website, of: bucket.description)
        return website == nil ? nil : bucket
    }

    /// The transport's own refusals in S3's form.
    package func refusal(of error: RequestError, on connection: ConnectionInfo) -> (ResponseHead, ByteBuffer) {
        let id = RequestID(randomBytes: randomBytes(RequestID.randomBytesNeeded))
        var head = ResponseHead(status: .init(code: error.status), fields: [.contentType: "application/xml"])
        id.add(to: &head.fields)
        let document = S3Error(.badRequest, error.reason).document(resource: "", requestID: id.requestID, hostID: id.hostID)
        return (head, ByteBuffer(bytes: document))
    }
}

/// What a website host names.
enum WebsiteAddress: Sendable, Equatable {
    /// The endpoint itself.
    case root
    case bucket(BucketName)
    /// A label that is no bucket name.
    case invalid(String)

    /// nil when the host is no website endpoint.
    init?(host: some StringProtocol, websiteHosts: [String]) {
        let name = S3Address.hostName(host)
        for base in websiteHosts {
            if name == base {
                self = .root
                return
            }
            guard name.hasSuffix("." + base) else { continue }
            let label = String(name.dropLast(base.count + 1))
            self = BucketName(label).map { .bucket($0) } ?? .invalid(label)
            return
        }
        return nil
    }
}
