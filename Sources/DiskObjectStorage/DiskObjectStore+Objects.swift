import Foundation
import GRDB
package import ObjectStorage

extension DiskObjectStore {
    package func beginPut(bucket: String, key: String) async throws(ObjectStoreError) -> any ObjectWriter {
        _ = try await lookup("begin put") { try $0.bucketID(bucket) }
        return DiskObjectWriter(store: self, bucket: bucket, key: key)
    }

    package func head(bucket: String, key: String) async throws(ObjectStoreError) -> ObjectMetadata {
        try await lookup("head") { try $0.object(bucket: bucket, key: key).metadata }
    }

    package func read(bucket: String, key: String) async throws(ObjectStoreError) -> StoredObject {
        try await readPool.run { [self] () throws(ObjectStoreError) in
            for _ in 0..<DiskStoreLimits.readAttempts {
                if let object = try open(bucket: bucket, key: key) { return object }
            }
            throw .overloaded
        }
    }

    /// Opens the object; nil when it was replaced between the look at the index and the lease on its files. Blocks.
    private func open(bucket: String, key: String) throws(ObjectStoreError) -> StoredObject? {
        let (row, inline) = try index.read("read") { reader in
            let row = try reader.object(bucket: bucket, key: key)
            guard case .inline(let id) = row.content else { return (row, [UInt8]()) }
            return (row, try reader.inlineBytes(id))
        }
        guard case .files(let pieces) = row.content, let first = pieces.first else {
            return StoredObject(metadata: row.metadata, content: MemoryContent([inline[...]]))
        }
        let lease = files.lease(Set(pieces.map(\.id)))
        let isCurrent = try index.read("read") { reader in
            try reader.object(bucket: bucket, key: key).metadata.generation == row.metadata.generation
        }
        guard isCurrent else { return nil }
        let source = DiskContentSource(files: files, pool: readPool, lease: lease)
        _ = try source.open(first.id)
        return StoredObject(
            metadata: row.metadata, content: DiskContent(size: row.metadata.size, pieces: pieces, source: source))
    }

    package func parts(
        ofObject key: String, bucket: String, _ query: PartListQuery
    ) async throws(ObjectStoreError) -> PartListPage<ObjectPart> {
        try await lookup("list object parts") { reader in
            let row = try Row.fetchOne(
                reader.db.cachedStatement(sql: "SELECT parts FROM object WHERE bucket = ? AND key = ?"),
                arguments: [try reader.bucketID(bucket), Data(key.utf8)])
            guard let row else { throw ObjectStoreError.noSuchKey(bucket: bucket, key: key) }
            let record: Data? = row[0]
            return query.page(of: try record.map { try [ObjectPart](record: Array($0)) } ?? [], number: \.number)
        }
    }

    package func deleteObject(
        bucket: String, key: String, precondition: WritePrecondition
    ) async throws(ObjectStoreError) -> DeletionOutcome {
        try await committer.submit(.frees) { mutation in
            try mutation.delete(
                bucket: bucket, id: mutation.reader.bucketID(bucket),
                ObjectDeletion(key: key, precondition: precondition))
        }
    }

    package func deleteObjects(
        bucket: String, _ deletions: [ObjectDeletion]
    ) async throws(ObjectStoreError) -> [DeletionOutcome] {
        let max = ObjectStoreLimits.batchDeletionsMax
        guard deletions.count <= max else { throw .tooManyDeletions(count: deletions.count, max: max) }
        return try await committer.submit(.frees) { mutation in
            let id = try mutation.reader.bucketID(bucket)
            return try deletions.map { deletion in
                do {
                    return try mutation.delete(bucket: bucket, id: id, deletion)
                } catch let error as ObjectStoreError {
                    // A condition is judged before anything is changed, so the others go on.
                    switch error {
                    case .preconditionFailed, .noSuchKey: return .refused(error)
                    default: throw error
                    }
                }
            }
        }
    }

    package func copyObject(_ copy: ObjectCopy) async throws(ObjectStoreError) -> ObjectMetadata {
        try await committer.submit { mutation in
            _ = try mutation.reader.bucketID(copy.bucket)
            let source = try mutation.reader.source(copy.source)
            let parts = try Row.fetchOne(
                mutation.db.cachedStatement(sql: "SELECT parts FROM object WHERE bucket = ? AND key = ?"),
                arguments: [try mutation.reader.bucketID(copy.source.bucket), Data(copy.source.key.utf8)]
            ).flatMap { $0[0] as Data? }.map { try [ObjectPart](record: Array($0)) }
            // Before the old target is released, which may be the source itself.
            try mutation.retain(source.content)
            var metadata = source.metadata
            metadata.apply(copy)
            return try mutation.store(metadata, source.content, parts: parts, in: copy.bucket, if: copy.precondition)
        }
    }
}
