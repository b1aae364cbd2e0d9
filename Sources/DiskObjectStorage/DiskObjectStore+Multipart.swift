import Foundation
import GRDB
package import ObjectStorage

extension DiskObjectStore {
    package func createUpload(_ upload: NewUpload) async throws(ObjectStoreError) -> MultipartUpload {
        let made = MultipartUpload(
            id: UploadIdentifier.make(initiated: upload.initiated, random: random), upload: upload)
        try await committer.submit { mutation in
            try mutation.execute(
                "INSERT INTO upload (bucket, key, upload_id, initiated, record) VALUES (?, ?, ?, ?, ?)",
                [
                    try mutation.reader.bucketID(upload.bucket), Data(upload.key.utf8), made.id,
                    upload.initiated.millisecondsSince1970, Data(upload.record),
                ])
        }
        return made
    }

    package func upload(_ upload: UploadReference) async throws(ObjectStoreError) -> MultipartUpload {
        try await lookup("read upload") { try $0.upload(upload).upload }
    }

    package func beginPart(_ number: Int, of upload: UploadReference) async throws(ObjectStoreError) -> any PartWriter {
        guard ObjectStoreLimits.partNumbers.contains(number) else { throw .invalidPartNumber(number) }
        _ = try await lookup("begin part") { try $0.upload(upload).id }
        return DiskPartWriter(store: self, upload: upload, number: number)
    }

    package func copyPart(_ copy: PartCopy) async throws(ObjectStoreError) -> UploadPart {
        guard ObjectStoreLimits.partNumbers.contains(copy.partNumber) else { throw .invalidPartNumber(copy.partNumber) }
        let inline: [UInt8]? = try await lookup("copy part") { reader in
            _ = try reader.upload(copy.upload)
            let source = try reader.source(copy.source)
            guard case .inline(let id) = source.content else { return nil }
            let range = try copy.checkedRange(sourceSize: source.metadata.size)
            return Array(try reader.inlineBytes(id)[Int(range.lowerBound)..<Int(range.upperBound)])
        }
        if let inline {
            // Parts are always files, so that a joined object is: these few bytes become one.
            let spool = partSpool()
            try await spool.write(inline)
            return try await commitPart(copy.partNumber, try await spool.finish(), copy.commit, of: copy.upload)
        }
        return try await committer.submit { mutation in
            let source = try mutation.reader.source(copy.source)
            if case .inline = source.content {
                throw ObjectStoreError.copySourceChanged(bucket: copy.source.bucket, key: copy.source.key)
            }
            let range = try copy.checkedRange(sourceSize: source.metadata.size)
            let pieces = source.content.pieces.cut(range)
            let content: Content = pieces.isEmpty ? .empty : .files(pieces)
            try mutation.retain(content)
            return try mutation.storePart(
                copy.partNumber, size: range.upperBound - range.lowerBound, content, copy.commit, of: copy.upload)
        }
    }

    func partSpool() -> SegmentSpool { SegmentSpool(files: files, pool: writePool, inlineBytesMax: -1) }

    func commitPart(
        _ number: Int, _ finished: SegmentSpool.Finished, _ commit: PartCommit, of upload: UploadReference
    ) async throws(ObjectStoreError) -> UploadPart {
        try await self.commit(finished) { mutation, content, size in
            try mutation.storePart(number, size: size, content, commit, of: upload)
        }
    }

    package func listParts(
        of upload: UploadReference, _ query: PartListQuery
    ) async throws(ObjectStoreError) -> PartListPage<UploadPart> {
        try await lookup("list parts") { reader in
            let id = try reader.upload(upload).id
            let statement = try reader.db.cachedStatement(
                sql: """
                    SELECT \(IndexReader.partColumns) FROM part WHERE upload = ? AND number > ? ORDER BY number LIMIT ?
                    """)
            let rows = try Row.fetchAll(statement, arguments: [id, query.afterNumber, query.clampedMax + 1])
            return query.page(of: try rows.map { try IndexReader.part($0).part }, number: \.number)
        }
    }

    package func completeUpload(_ completion: UploadCompletion) async throws(ObjectStoreError) -> ObjectMetadata {
        let rules = rules
        return try await committer.submit { mutation in
            let reference = completion.upload
            let (id, upload) = try mutation.reader.upload(reference)
            let rows = try Row.fetchAll(
                mutation.db.cachedStatement(sql: "SELECT \(IndexReader.partColumns) FROM part WHERE upload = ?"),
                arguments: [id])
            var stored: [Int: (part: UploadPart, payload: Content)] = [:]
            for row in rows {
                let (part, content) = try IndexReader.part(row)
                stored[part.number] = (part, content)
            }
            let parts = try completion.check(rules) { stored[$0] }
            let pieces = parts.flatMap(\.payload.pieces)
            guard pieces.count <= DiskStoreLimits.piecesPerObjectMax else {
                throw ObjectStoreError.tooFragmented(pieces: pieces.count, max: DiskStoreLimits.piecesPerObjectMax)
            }
            let metadata = ObjectMetadata(
                key: reference.key, size: parts.reduce(0) { $0 + $1.part.size },
                etag: UploadCompletion.etag(ofParts: parts.map(\.part.etag)), checksums: completion.checksums,
                lastModified: completion.lastModified, attributes: upload.upload.attributes, partCount: parts.count,
                generation: 0)
            // The parts' uses of their files become the object's.
            let object = try mutation.store(
                metadata, pieces.isEmpty ? .empty : .files(pieces),
                parts: UploadCompletion.objectParts(parts.map(\.part)), in: reference.bucket,
                if: completion.precondition)
            try mutation.removeUpload(id, keeping: Set(parts.map(\.part.number)))
            return object
        }
    }

    package func abortUpload(_ upload: UploadReference) async throws(ObjectStoreError) {
        try await committer.submit(.frees) { mutation in try mutation.removeUpload(try mutation.reader.upload(upload).id) }
    }
}
