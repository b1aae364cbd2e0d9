import HTTPTypes
import ObjectStorage
import S3Model

extension ActionContext {
    /// DELETE /BUCKET/KEY - an absent key is deleted successfully.
    func deleteObject(_ object: ObjectAddress, _ condition: WriteCondition) async throws -> S3Answer {
        _ = try await store.deleteObject(
            bucket: object.bucket.description, key: object.key.description, precondition: condition.precondition)
        return S3Answer(.noContent)
    }

    /// POST /BUCKET?delete - every key is permitted or refused on its own.
    func deleteObjects(_ bucket: BucketName) async throws -> S3Answer {
        let request = try DeleteObjectsRequest(try await document(bytesMax: RequestDocumentLimit.deleteBytesMax))
        var results: [ObjectDocument.Deletion?] = []
        var permitted: [(index: Int, deletion: ObjectDeletion)] = []
        for item in request.items {
            if let failure = refusal(item, bucket) {
                results.append(.failed(key: item.key, versionID: item.versionID, failure.code, message: failure.message))
            } else {
                let precondition: WritePrecondition
                switch item.eTag {
                case nil: precondition = .none
                case "*"?: precondition = WritePrecondition(ifMatch: .any)
                case let tag?: precondition = .matches(WriteCondition.unquoted(tag))
                }
                permitted.append((results.count, ObjectDeletion(key: item.key, precondition: precondition)))
                results.append(nil)
            }
        }
        let outcomes = try await store.deleteObjects(bucket: bucket.description, permitted.map(\.deletion))
        for ((index, deletion), outcome) in zip(permitted, outcomes) {
            let versionID = request.items[index].versionID
            switch outcome {
            case .deleted, .absent: results[index] = .deleted(key: deletion.key, versionID: versionID)
            case .refused(let error):
                let mapped = ErrorMapping.s3Error(error)
                results[index] = .failed(key: deletion.key, versionID: versionID, mapped.code, message: mapped.message)
            }
        }
        return .xml(ObjectDocument.deletions(results.compactMap { $0 }, isQuiet: request.isQuiet))
    }

    private func refusal(_ item: DeleteObjectsRequest.Item, _ bucket: BucketName) -> S3Error? {
        guard let key = ObjectKey(item.key) else { return S3Error(.keyTooLongError) }
        guard allows("s3:DeleteObject", .object(ObjectAddress(bucket: bucket, key: key))) else { return S3Error(.accessDenied) }
        if let version = item.versionID, version != "null" { return S3Error(.noSuchVersion) }
        return nil
    }
}
