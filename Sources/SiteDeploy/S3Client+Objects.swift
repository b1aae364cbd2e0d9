// Objects read, written on a condition, and deleted.

import Cryptography
package import HTTPSemantics
import HTTPTypes
import SigV4

/// An object with its content.
package struct S3Object: Sendable, Hashable {
    package var bytes: [UInt8]
    /// With its quotes.
    package var entityTag: String
    package var writtenAt: HTTPDate
    /// The store's own time of the answer.
    package var now: HTTPDate
}

/// What is known of an object without its content.
package struct S3ObjectHead: Sendable, Hashable {
    package var byteCount: Int
    package var entityTag: String
    /// Fields in lower case: content-type, cache-control, x-amz-meta-...
    package var fields: [String: String]
}

/// What must hold for a write or delete to happen.
package enum S3Condition: Sendable, Hashable {
    case none
    /// There is no such object.
    case absent
    /// The object has that entity tag, given with its quotes.
    case matches(String)

    var headers: [(name: String, value: String)] {
        switch self {
        case .none: []
        case .absent: [("If-None-Match", "*")]
        // Without quotes: S3 takes it so too, and Ceph's gateway compares it byte by byte with the bare tag.
        case .matches(let tag): [("If-Match", SyncPlan.unquoted(tag))]
        }
    }
}

extension S3Client {
    static func path(_ bucket: String, _ key: String) -> String { "/\(bucket)/" + URIEncoding.encode(key.utf8, keepingSlash: true) }

    /// An object whole; nil when there is none.
    package func getObject(_ bucket: String, key: String, bytesMax: Int) async throws(SiteDeployError) -> S3Object? {
        let call = S3Call(
            "GetObject \(bucket)/\(key)", .get, path: Self.path(bucket, key), accepts: [404], answerBytesMax: bytesMax)
        let answer = try await perform(call)
        if answer.status == 404 {
            try Self.requireBucket(answer, call)
            return nil
        }
        guard let writtenAt = answer.date("last-modified"), let now = answer.date("date") else {
            throw .refused(operation: call.operation, status: answer.status, code: "", message: "the answer has no Last-Modified or Date")
        }
        return S3Object(bytes: answer.bytes, entityTag: answer.entityTag, writtenAt: writtenAt, now: now)
    }

    /// What is known of an object; nil when there is none.
    package func headObject(_ bucket: String, key: String) async throws(SiteDeployError) -> S3ObjectHead? {
        let answer = try await perform(
            S3Call("HeadObject \(bucket)/\(key)", .head, path: Self.path(bucket, key), accepts: [404]))
        guard answer.status != 404 else { return nil }
        var fields: [String: String] = [:]
        for field in answer.fields { fields[field.name.canonicalName] = field.value }
        return S3ObjectHead(
            byteCount: fields["content-length"].flatMap { Int($0) } ?? 0, entityTag: answer.entityTag, fields: fields)
    }

    /// Writes an object if the condition holds: its entity tag, or nil when it does not hold.
    package func putObject(
        _ bucket: String, key: String, headers: [(name: String, value: String)] = [], body: RequestBody, if condition: S3Condition
    ) async throws(SiteDeployError) -> String? {
        let call = S3Call(
            "PutObject \(bucket)/\(key)", .put, path: Self.path(bucket, key), headers: headers + condition.headers, body: body,
            accepts: condition == .none ? [] : [404, 412])
        let answer = try await perform(call)
        // If-Match without an object is answered 404.
        if answer.status == 404 { try Self.requireBucket(answer, call) }
        return (200...299).contains(answer.status) ? answer.entityTag : nil
    }

    /// Deletes an object if the condition holds; whether it did. An object that is gone already is fine.
    @discardableResult
    package func deleteObject(_ bucket: String, key: String, if condition: S3Condition = .none) async throws(SiteDeployError) -> Bool {
        let answer = try await perform(
            S3Call(
                "DeleteObject \(bucket)/\(key)", .delete, path: Self.path(bucket, key), headers: condition.headers,
                accepts: condition == .none ? [404] : [404, 412]))
        return answer.status != 412
    }

    /// Most keys of one `deleteObjects`.
    package static let deleteKeysMax = 1000

    /// Deletes up to a thousand objects; throws for the first that could not be deleted.
    package func deleteObjects(_ bucket: String, keys: [String]) async throws(SiteDeployError) {
        guard !keys.isEmpty else { return }
        precondition(keys.count <= Self.deleteKeysMax, "one request's worth of keys")
        let items = keys.map { "<Object><Key>\(escapeXML($0))</Key></Object>" }.joined()
        let document = Array("<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>\(items)</Delete>".utf8)
        let operation = "DeleteObjects \(bucket)"
        let answer = try await perform(
            S3Call(
                operation, .post, path: "/\(bucket)", query: "delete=",
                headers: [
                    ("Content-Type", "application/xml"), ("Content-MD5", Base64.standard.encode(DigestAlgorithm.md5.digest(of: document))),
                ], body: .bytes(document)))
        guard let error = AnswerText.element("Error", in: answer.text) else { return }
        throw .refused(
            operation: operation + "/" + (AnswerText.element("Key", in: error) ?? ""), status: answer.status,
            code: AnswerText.element("Code", in: error) ?? "", message: AnswerText.element("Message", in: error) ?? "")
    }

    private static func requireBucket(_ answer: S3Answer, _ call: S3Call) throws(SiteDeployError) {
        guard answer.code == "NoSuchBucket" else { return }
        throw .refused(
            operation: call.operation, status: 404, code: answer.code, message: AnswerText.element("Message", in: answer.text) ?? "")
    }
}
