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
    /// Longest answer that is read where no other bound is given, in bytes.
    static let answerBytesMax = 4 << 20
    /// Longest error document that is read, in bytes.
    static let errorBytesMax = 64 * 1024

    private let endpoint: OriginEndpoint
    private let signer: SigV4Signer
    private let fetcher: any OriginFetcher
    private let now: @Sendable () -> SigningTime
    private let wait: @Sendable (Duration) async throws -> Void
    private let jitter: @Sendable () -> Double
    private let attemptsMax: Int

    /// `now` and `wait` are the clock: signing needs the one, retries the other. `jitter` draws from 0 to 1.
    package init(
        endpoint: OriginEndpoint, credentials: SigningCredentials, region: String, fetcher: any OriginFetcher,
        now: @escaping @Sendable () -> SigningTime, wait: @escaping @Sendable (Duration) async throws -> Void,
        jitter: @escaping @Sendable () -> Double = { 1 }, attemptsMax: Int = S3Client.attemptsMax
    ) {
        self.endpoint = endpoint
        signer = SigV4Signer(credentials: credentials, region: region)
        self.fetcher = fetcher
        self.now = now
        self.wait = wait
        self.jitter = jitter
        self.attemptsMax = attemptsMax
    }

    /// The Host field: a scheme's own port is left out, as clients of S3 do.
    private var authority: String {
        endpoint.port == (endpoint.tls == nil ? 80 : 443) ? endpoint.host : endpoint.name
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
        try await send("PutObject \(bucket)/\(key)", .put, path: Self.path(bucket, key), headers: headers, body: body)
    }

    /// Sends a request whose answer's content does not matter.
    private func send(
        _ operation: String, _ method: HTTPRequest.Method, path: String, query: String = "",
        headers: [(name: String, value: String)] = [], body: RequestBody = .bytes([])
    ) async throws(SiteDeployError) {
        _ = try await perform(S3Call(operation, method, path: path, query: query, headers: headers, body: body))
    }

    /// Sends a request until there is an answer, at most `attemptsMax` times.
    ///
    /// Returns answers of success, and those whose status the call accepts; throws all others.
    func perform(_ call: S3Call) async throws(SiteDeployError) -> S3Answer {
        var failure = SiteDeployError.cancelled
        for attempt in 1...attemptsMax {
            if attempt > 1 { try await pause(backOff(before: attempt)) }
            do throws(SiteDeployError) {
                let answer = try await exchange(call)
                if (200...299).contains(answer.status) || call.accepts.contains(answer.status) { return answer }
                failure = .refused(
                    operation: call.operation, status: answer.status, code: answer.code,
                    message: AnswerText.element("Message", in: answer.text) ?? "")
                guard [429, 500, 502, 503, 504].contains(answer.status) || answer.isBusy else { throw failure }
            } catch .unreachable(let operation, let endpoint, let reason) {
                failure = .unreachable(operation: operation, endpoint: endpoint, reason: reason)
            }
        }
        throw failure
    }

    /// Doubles with each attempt; the random half of it keeps many clients from coming back at once.
    func backOff(before attempt: Int) -> Duration {
        let milliseconds = 100 << min(attempt - 2, 6)
        return .microseconds(Int(Double(milliseconds) * 500 * (1 + min(max(jitter(), 0), 1))))
    }

    func pause(_ duration: Duration) async throws(SiteDeployError) {
        do { try await wait(duration) } catch { throw .cancelled }
    }

    private func exchange(_ call: S3Call) async throws(SiteDeployError) -> S3Answer {
        var signed = SigV4Request(
            method: call.method.rawValue, path: call.path, query: call.query, headers: [("Host", authority)] + call.headers)
        signer.sign(&signed, payload: call.body.payloadHash, at: now())
        var fields = HTTPFields()
        for (name, value) in signed.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        let content: (any FetchRequestContent)? = call.method == .put || call.method == .post ? try call.body.content() : nil
        let request = FetchRequest(
            method: call.method, target: call.query.isEmpty ? call.path : "\(call.path)?\(call.query)", fields: fields, content: content)
        do {
            let response = try await fetcher.fetch(request, from: endpoint)
            let isWanted = (200...299).contains(response.status.code)
            let bytesMax = isWanted ? call.answerBytesMax : Self.errorBytesMax
            var bytes: [UInt8] = []
            while let chunk = try await response.content.next() {
                if bytes.count + chunk.readableBytes <= bytesMax {
                    bytes.append(contentsOf: chunk.readableBytesView)
                } else if isWanted {
                    throw SiteDeployError.refused(
                        operation: call.operation, status: response.status.code, code: "",
                        message: "the answer has more than \(bytesMax) bytes")
                }
            }
            return S3Answer(status: response.status.code, fields: response.fields, bytes: bytes)
        } catch let error as SiteDeployError {
            throw error
        } catch is CancellationError {
            throw .cancelled
        } catch let error as OriginError where error.tls?.mayPass == false {
            let hint = error.tls?.wantsAuthority == true ? "; AWS_CA_BUNDLE names a file with its authority's certificate" : ""
            throw .untrusted(operation: call.operation, endpoint: endpoint.name, reason: error.detail + hint)
        } catch let error as OriginError {
            throw .unreachable(operation: call.operation, endpoint: endpoint.name, reason: error.detail)
        } catch {
            throw .unreachable(operation: call.operation, endpoint: endpoint.name, reason: "\(error)")
        }
    }
}
