// The few S3 operations a deploy needs, signed, path-style, with a bounded number of attempts.
//
// Each attempt is signed anew. A transient failure (no answer, 500, 503, 429 SlowDown) is tried again after a wait that doubles;
// everything else is an answer. All operations here are idempotent, so a lost answer does no harm.

import HTTPTypes
import NIOCore
package import OriginFetch
package import SigV4

/// A client for one S3 endpoint and one key pair.
package struct S3Client: Sendable {
    /// Largest object of a single PUT, in bytes: S3's 5 GiB.
    package static let singlePutBytesMax = 5 << 30
    package static let attemptsMax = 4
    /// Longest error document that is read, in bytes.
    static let errorBytesMax = 64 * 1024

    private let endpoint: OriginEndpoint
    private let signer: SigV4Signer
    private let fetcher: any OriginFetcher
    private let now: @Sendable () -> SigningTime
    private let wait: @Sendable (Duration) async throws -> Void

    /// `now` and `wait` are the clock: signing needs the one, retries the other.
    package init(
        endpoint: OriginEndpoint, credentials: SigningCredentials, region: String, fetcher: any OriginFetcher,
        now: @escaping @Sendable () -> SigningTime, wait: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.endpoint = endpoint
        signer = SigV4Signer(credentials: credentials, region: region)
        self.fetcher = fetcher
        self.now = now
        self.wait = wait
    }

    /// Makes a bucket; one that is already ours is fine.
    package func createBucket(_ bucket: String) async throws(SiteDeployError) {
        do {
            try await send("CreateBucket \(bucket)", .put, path: "/\(bucket)")
        } catch .refused(_, 409, "BucketAlreadyOwnedByYou", _) {
            return
        }
    }

    /// Lifts all public access blocks of a bucket.
    package func deletePublicAccessBlock(_ bucket: String) async throws(SiteDeployError) {
        try await send("DeletePublicAccessBlock \(bucket)", .delete, path: "/\(bucket)", query: "publicAccessBlock=")
    }

    package func putBucketPolicy(_ policy: ReadPolicy) async throws(SiteDeployError) {
        try await send(
            "PutBucketPolicy \(policy.bucket)", .put, path: "/\(policy.bucket)", query: "policy=",
            headers: [("Content-Type", "application/json")], body: .bytes(Array(policy.json.utf8)))
    }

    package func putBucketWebsite(_ bucket: String, _ website: Website) async throws(SiteDeployError) {
        try await send(
            "PutBucketWebsite \(bucket)", .put, path: "/\(bucket)", query: "website=",
            headers: [("Content-Type", "application/xml")], body: .bytes(Array(website.xml.utf8)))
    }

    package func putObject(
        _ bucket: String, key: String, headers: [(name: String, value: String)], body: RequestBody
    ) async throws(SiteDeployError) {
        let path = "/\(bucket)/" + URIEncoding.encode(key.utf8, keepingSlash: true)
        try await send("PutObject \(bucket)/\(key)", .put, path: path, headers: headers, body: body)
    }

    private func send(
        _ operation: String, _ method: HTTPRequest.Method, path: String, query: String = "",
        headers: [(name: String, value: String)] = [], body: RequestBody = .bytes([])
    ) async throws(SiteDeployError) {
        var failure = SiteDeployError.cancelled
        for attempt in 1...Self.attemptsMax {
            if attempt > 1 { try await pause(.milliseconds(100 << (attempt - 2))) }
            do throws(SiteDeployError) {
                let response = try await exchange(operation, method, path, query, headers, body)
                if (200...299).contains(response.status) { return }
                failure = .refused(
                    operation: operation, status: response.status, code: AnswerText.element("Code", in: response.text) ?? "",
                    message: AnswerText.element("Message", in: response.text) ?? "")
                guard [429, 500, 502, 503, 504].contains(response.status) else { throw failure }
            } catch .unreachable(let operation, let endpoint, let reason) {
                failure = .unreachable(operation: operation, endpoint: endpoint, reason: reason)
            }
        }
        throw failure
    }

    private func pause(_ duration: Duration) async throws(SiteDeployError) {
        do { try await wait(duration) } catch { throw .cancelled }
    }

    private func exchange(
        _ operation: String, _ method: HTTPRequest.Method, _ path: String, _ query: String,
        _ headers: [(name: String, value: String)], _ body: RequestBody
    ) async throws(SiteDeployError) -> (status: Int, text: String) {
        var signed = SigV4Request(method: method.rawValue, path: path, query: query, headers: [("Host", endpoint.name)] + headers)
        signer.sign(&signed, payload: body.payloadHash, at: now())
        var fields = HTTPFields()
        for (name, value) in signed.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        let content: (any FetchRequestContent)? = method == .put ? try body.content() : nil
        let request = FetchRequest(
            method: method, target: query.isEmpty ? path : "\(path)?\(query)", fields: fields, content: content)
        do {
            let response = try await fetcher.fetch(request, from: endpoint)
            var bytes: [UInt8] = []
            while let chunk = try await response.content.next() {
                if bytes.count < Self.errorBytesMax { bytes.append(contentsOf: chunk.readableBytesView) }
            }
            return (response.status.code, String(decoding: bytes, as: UTF8.self))
        } catch let error as SiteDeployError {
            throw error
        } catch is CancellationError {
            throw .cancelled
        } catch let error as OriginError {
            throw .unreachable(operation: operation, endpoint: endpoint.name, reason: error.detail)
        } catch {
            throw .unreachable(operation: operation, endpoint: endpoint.name, reason: "\(error)")
        }
    }
}
