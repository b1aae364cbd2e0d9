// Large objects in parts: each part is retried by itself, and nothing shows before all are there.

import HTTPTypes

/// One part that the store has.
package struct UploadedPart: Sendable, Hashable {
    package var number: Int
    package var entityTag: String
}

extension S3Client {
    /// Most parts of one object.
    package static let partsMax = 10_000

    package func createUpload(
        _ bucket: String, key: String, headers: [(name: String, value: String)]
    ) async throws(SiteDeployError) -> String {
        let operation = "CreateMultipartUpload \(bucket)/\(key)"
        let answer = try await perform(S3Call(operation, .post, path: Self.path(bucket, key), query: "uploads=", headers: headers))
        guard let id = AnswerText.element("UploadId", in: answer.text) else {
            throw .refused(operation: operation, status: answer.status, code: "", message: "the answer holds no UploadId")
        }
        return id
    }

    package func uploadPart(
        _ bucket: String, key: String, upload: String, number: Int, body: RequestBody
    ) async throws(SiteDeployError) -> UploadedPart {
        let answer = try await perform(
            S3Call(
                "UploadPart \(number) of \(bucket)/\(key)", .put, path: Self.path(bucket, key),
                query: Self.query([("partNumber", String(number)), ("uploadId", upload)]), body: body))
        return UploadedPart(number: number, entityTag: answer.entityTag)
    }

    package func completeUpload(
        _ bucket: String, key: String, upload: String, parts: [UploadedPart]
    ) async throws(SiteDeployError) {
        let items = parts.sorted { $0.number < $1.number }.map {
            "<Part><PartNumber>\($0.number)</PartNumber><ETag>\(escapeXML($0.entityTag))</ETag></Part>"
        }
        let document =
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(items.joined())</CompleteMultipartUpload>"
        let operation = "CompleteMultipartUpload \(bucket)/\(key)"
        let answer = try await perform(
            S3Call(
                operation, .post, path: Self.path(bucket, key), query: Self.query([("uploadId", upload)]),
                headers: [("Content-Type", "application/xml")], body: .bytes(Array(document.utf8))))
        // S3 may answer 200 before it knows, and put an error into the body.
        guard AnswerText.element("ETag", in: answer.text) != nil else {
            throw .refused(
                operation: operation, status: answer.status, code: answer.code,
                message: AnswerText.element("Message", in: answer.text) ?? "")
        }
    }

    package func abortUpload(_ bucket: String, key: String, upload: String) async throws(SiteDeployError) {
        _ = try await perform(
            S3Call(
                "AbortMultipartUpload \(bucket)/\(key)", .delete, path: Self.path(bucket, key),
                query: Self.query([("uploadId", upload)]), accepts: [404]))
    }
}
