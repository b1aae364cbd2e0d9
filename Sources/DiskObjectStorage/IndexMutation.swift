import Foundation
import GRDB
import ObjectStorage

/// Changes to the index inside the committer's transaction; lives for one savepoint.
final class IndexMutation {
    let db: Database
    let generation: Int64
    /// Files nobody uses any more once this is committed.
    private(set) var retired: [Int64] = []

    init(db: Database, generation: Int64) {
        self.db = db
        self.generation = generation
    }

    var reader: IndexReader { IndexReader(db: db) }

    func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    // MARK: Bytes and their uses

    /// Takes new bytes into the index, used once.
    func addInline(_ id: Int64, _ bytes: [UInt8]) throws {
        try execute("INSERT INTO inline VALUES (?, 1, ?)", [id, Data(bytes)])
    }

    /// Takes a published file into the index, used once.
    func addFile(_ id: Int64, size: Int64) throws {
        try execute("INSERT INTO file VALUES (?, 1, ?)", [id, size])
    }

    /// One more place uses the bytes.
    func retain(_ content: Content) throws {
        switch content {
        case .empty: break
        case .inline(let id): try execute("UPDATE inline SET refs = refs + 1 WHERE id = ?", [id])
        case .files(let pieces):
            for piece in pieces { try execute("UPDATE file SET refs = refs + 1 WHERE id = ?", [piece.id]) }
        }
    }

    /// One place less uses the bytes; what nobody uses leaves the index.
    func release(_ content: Content) throws {
        switch content {
        case .empty: break
        case .inline(let id):
            try execute("UPDATE inline SET refs = refs - 1 WHERE id = ?", [id])
            try execute("DELETE FROM inline WHERE id = ? AND refs <= 0", [id])
        case .files(let pieces):
            for piece in pieces {
                try execute("UPDATE file SET refs = refs - 1 WHERE id = ?", [piece.id])
                try execute("DELETE FROM file WHERE id = ? AND refs <= 0", [piece.id])
                if db.changesCount > 0 { retired.append(piece.id) }
            }
        }
    }

    // MARK: Objects

    /// Puts the object in place if the condition holds. Its content must already count this use.
    func store(
        _ metadata: ObjectMetadata, _ content: Content, parts: [ObjectPart]? = nil, in bucket: String,
        if precondition: WritePrecondition
    ) throws -> ObjectMetadata {
        let id = try reader.bucketID(bucket)
        let key = Data(metadata.key.utf8)
        let current = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT etag, content FROM object WHERE bucket = ? AND key = ?"),
            arguments: [id, key])
        try precondition.evaluate(currentETag: current?[0], bucket: bucket, key: metadata.key)
        if let current { try release(try Content(record: current.bytes(1))) }
        var metadata = metadata
        metadata.generation = generation
        try execute(
            "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                id, key, generation, metadata.size, metadata.etag, metadata.lastModified.millisecondsSince1970,
                metadata.partCount, Data(metadata.attributes.record), Data(metadata.checksums.record),
                Data(content.record), parts.map { Data($0.record) },
            ])
        return metadata
    }

    func delete(bucket: String, id: Int64, _ deletion: ObjectDeletion) throws -> DeletionOutcome {
        let key = Data(deletion.key.utf8)
        let current = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT etag, content FROM object WHERE bucket = ? AND key = ?"),
            arguments: [id, key])
        try deletion.precondition.evaluate(currentETag: current?[0], bucket: bucket, key: deletion.key)
        guard let current else { return .absent }
        try release(try Content(record: current.bytes(1)))
        try execute("DELETE FROM object WHERE bucket = ? AND key = ?", [id, key])
        return .deleted
    }

    // MARK: Uploads

    /// Puts a part in place of any with its number. Its content must already count this use.
    func storePart(
        _ number: Int, size: Int64, _ content: Content, _ commit: PartCommit, of upload: UploadReference
    ) throws -> UploadPart {
        let id = try reader.upload(upload).id
        if let old = try reader.part(number, ofUpload: id) { try release(old.content) }
        try execute(
            "INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                id, number, size, commit.etag, commit.lastModified.millisecondsSince1970,
                Data(commit.checksums.record), Data(content.record),
            ])
        return UploadPart(
            number: number, size: size, etag: commit.etag, checksums: commit.checksums, lastModified: commit.lastModified)
    }

    /// Removes an upload; releases the content of all parts except `keeping`.
    func removeUpload(_ id: Int64, keeping kept: Set<Int> = []) throws {
        let statement = try db.cachedStatement(sql: "SELECT number, content FROM part WHERE upload = ?")
        var dropped: [Content] = []
        let rows = try Row.fetchCursor(statement, arguments: [id])
        while let row = try rows.next() {
            if kept.contains(row[0]) { continue }
            dropped.append(try Content(record: row.bytes(1)))
        }
        for content in dropped { try release(content) }
        try execute("DELETE FROM part WHERE upload = ?", [id])
        try execute("DELETE FROM upload WHERE id = ?", [id])
    }
}
