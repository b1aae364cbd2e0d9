// A bucket as a website: the decisions are WebsiteRouting's, this file answers its questions from the store and the
// bucket's policy, and turns its decision into a response. Visitors are anonymous whatever they send.

import BucketPolicy
import HTTPTransport
import HTTPTypes
import Logging
import ObjectStorage
import S3Model
import WebsiteRouting

struct WebsiteEndpoint: Sendable {
    let origin: BucketServer
    let exchange: ServerExchange
    let id: RequestID
    let now: StoreInstant

    /// A failure that ends the visit with an HTML page.
    private struct Failure: Error {
        var failure: WebsiteFailure
        var message: String?
        var details: [(name: String, value: String)] = []
        var fields: HTTPFields = [:]
        var errorDocument: WebsiteDecision.ErrorDocumentFailure?
    }

    func answer(_ address: WebsiteAddress) async -> S3Answer {
        do {
            return try await perform(address)
        } catch let failure as Failure {
            return page(failure)
        } catch {
            let mapped = ErrorMapping.s3Error(error)
            if ErrorMapping.isInternal(mapped) {
                origin.logger.error("website request failed", metadata: ["request": "\(id.requestID)", "error": "\(error)"])
            }
            return page(
                Failure(
                    failure: .other(mapped.code), message: mapped.message, details: mapped.details.map { (name: $0.name, value: $0.value) },
                    fields: mapped.fields))
        }
    }

    private func perform(_ address: WebsiteAddress) async throws -> S3Answer {
        let head = exchange.head
        let name: BucketName
        switch address {
        case .root: return S3Answer(.movedPermanently, [.location: origin.configuration.productPage])
        case .invalid(let label): throw S3Error(.noSuchBucket).with("BucketName", label)
        case .bucket(let bucket): name = bucket
        }
        guard head.method == .get || head.method == .head else {
            throw S3Error(.methodNotAllowed, fields: [.allow: "GET, HEAD"]).with("Method", head.method.rawValue).with("ResourceType", "OBJECT")
        }
        let access = try await Authorization.access(to: name, server: origin)
        guard let document = try await origin.store.configuration(.website, of: name.description) else {
            throw S3Error(.noSuchWebsiteConfiguration).with("BucketName", name.description)
        }
        let configuration = try WebsiteConfiguration(xml: document)
        let key = try S3Address(host: "", path: "/b" + head.path, baseHosts: []).key ?? ""
        var route = WebsiteRoute(
            WebsiteRequest(
                scheme: exchange.connection.isSecure ? .https : .http, authority: head.authority, rawPath: head.path, rawQuery: head.query,
                key: key),
            configuration: configuration)
        return try await run(&route, name, access)
    }

    private func run(_ route: inout WebsiteRoute, _ bucket: BucketName, _ access: BucketAccess) async throws -> S3Answer {
        var found: ReadableObject?
        var step = route.start()
        while true {
            switch step {
            case .ask(let key):
                let (answer, object) = try await lookup(key, bucket, access)
                found = object
                step = route.answer(answer)
            case .decided(let decision): return try carryOut(decision, found)
            }
        }
    }

    /// What an anonymous visitor may find out about a key.
    private func lookup(_ text: String, _ bucket: BucketName, _ access: BucketAccess) async throws -> (KeyAnswer, ReadableObject?) {
        guard let key = ObjectKey(text) else { throw S3Error(.keyTooLongError) }
        let object = ObjectAddress(bucket: bucket, key: key)
        do {
            let found = try await origin.store.readable(exchange.head.method, bucket: bucket.description, key: text)
            guard allows("s3:GetObject", .object(object), access) else { return (.denied, nil) }
            return (.found(redirectLocation: found.metadata.attributes.websiteRedirectLocation), found)
        } catch ObjectStoreError.noSuchKey {
            return (.missing(isVisible: allows("s3:ListBucket", .bucket(bucket), access, prefix: text)), nil)
        }
    }

    private func allows(_ action: String, _ resource: AccessResource, _ access: BucketAccess, prefix: String? = nil) -> Bool {
        var sender = S3Request(origin: origin, exchange: exchange, id: id, now: now).senderValues
        if let prefix { sender[.prefix] = [prefix] }
        return access.allows(
            AccessRequest(principal: .anonymous, action: action, resource: resource.arn, secondsSince1970: now.secondsSince1970, context: sender))
    }

    private func carryOut(_ decision: WebsiteDecision, _ found: ReadableObject?) throws -> S3Answer {
        switch decision {
        case .redirect(let status, let location, _):
            return S3Answer(.init(code: status), [.location: location])
        case .object:
            guard let found else { throw S3Error(.internalError) }
            return try ObjectReading(requestFields: exchange.head.fields, method: exchange.head.method, now: now).answer(found)
        case .errorDocument(_, let failure):
            guard let found else { throw S3Error(.internalError) }
            var fields = ObjectReading.representationFields(found.metadata, overrides: ResponseOverrides())
            // Conditions and ranges are about the page that was asked for, not about the error page.
            fields[.acceptRanges] = nil
            addErrorFields(failure, nil, &fields)
            let range = 0..<found.metadata.size
            return S3Answer(.init(code: failure.status), fields, found.content.map { .object($0, range) } ?? .lengthOnly(found.metadata.size))
        case .errorPage(let failure, let key, let errorDocument):
            throw Failure(failure: failure, details: [("Key", key)], errorDocument: errorDocument)
        }
    }

    private func page(_ failure: Failure) -> S3Answer {
        let html = ErrorPage.html(
            failure.failure, message: failure.message, details: failure.details, requestID: id.requestID, hostID: id.hostID,
            errorDocument: failure.errorDocument)
        var fields = failure.fields
        fields[.contentType] = "text/html; charset=utf-8"
        addErrorFields(failure.failure, failure.message, &fields)
        return S3Answer(.init(code: failure.failure.status), fields, .document(Array(html.utf8)))
    }

    private func addErrorFields(_ failure: WebsiteFailure, _ message: String?, _ fields: inout HTTPFields) {
        fields[.xAmzErrorCode] = failure.code.rawValue
        fields[.xAmzErrorMessage] = message ?? failure.code.message
    }
}
