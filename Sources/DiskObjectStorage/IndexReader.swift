import Foundation
import GRDB
import ObjectStorage

/// Questions to the index, inside one snapshot or transaction.
struct IndexReader {
    let db: Database

    func bucketID(_ name: String) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT id FROM bucket WHERE name = ?")
        guard let id = try Int64.fetchOne(statement, arguments: [name]) else { throw ObjectStoreError.noSuchBucket(name) }
        return id
    }

    func bucket(_ name: String) throws -> Bucket {
        let statement = try db.cachedStatement(sql: "SELECT name, owner, region, created FROM bucket WHERE name = ?")
        guard let row = try Row.fetchOne(statement, arguments: [name]) else { throw ObjectStoreError.noSuchBucket(name) }
        return Self.bucket(row)
    }

    static func bucket(_ row: Row) -> Bucket {
        Bucket(
            name: row[0], owner: row[1], region: row[2], created: StoreInstant(millisecondsSince1970: row[3]))
    }

    /// The object under a key; nil when there is none.
    func object(bucket: Int64, key: String) throws -> ObjectRow? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT generation, size, etag, modified, part_count, attributes, checksums, content FROM object
                WHERE bucket = ? AND key = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [bucket, Data(key.utf8)]) else { return nil }
        let metadata = ObjectMetadata(
            key: key, size: row[1], etag: row[2], checksums: try [ObjectChecksum](record: row.bytes(6)),
            lastModified: StoreInstant(millisecondsSince1970: row[3]),
            attributes: try ObjectAttributes(record: row.bytes(5)), partCount: row[4], generation: row[0])
        return ObjectRow(metadata: metadata, content: try Content(record: row.bytes(7)))
    }

    func object(bucket: String, key: String) throws -> ObjectRow {
        guard let row = try object(bucket: bucketID(bucket), key: key) else {
            throw ObjectStoreError.noSuchKey(bucket: bucket, key: key)
        }
        return row
    }

    /// The source of a copy, if it is still what the caller looked at.
    func source(_ source: CopySource) throws -> ObjectRow {
        let row = try object(bucket: source.bucket, key: source.key)
        if let generation = source.generation, generation != row.metadata.generation {
            throw ObjectStoreError.copySourceChanged(bucket: source.bucket, key: source.key)
        }
        return row
    }

    func etag(bucket: Int64, key: String) throws -> String? {
        let statement = try db.cachedStatement(sql: "SELECT etag FROM object WHERE bucket = ? AND key = ?")
        return try String.fetchOne(statement, arguments: [bucket, Data(key.utf8)])
    }

    func inlineBytes(_ id: Int64) throws -> [UInt8] {
        let statement = try db.cachedStatement(sql: "SELECT bytes FROM inline WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]) else {
            throw ObjectStoreError.damaged("inline content \(id) is missing")
        }
        return row.bytes(0)
    }

    /// The upload with its row number.
    func upload(_ reference: UploadReference) throws -> (id: Int64, upload: MultipartUpload) {
        let statement = try db.cachedStatement(
            sql: "SELECT id, initiated, record FROM upload WHERE bucket = ? AND key = ? AND upload_id = ?")
        let arguments: StatementArguments = [try bucketID(reference.bucket), Data(reference.key.utf8), reference.id]
        guard let row = try Row.fetchOne(statement, arguments: arguments) else {
            throw ObjectStoreError.noSuchUpload(reference.id)
        }
        let upload = try NewUpload(
            bucket: reference.bucket, key: reference.key, initiated: StoreInstant(millisecondsSince1970: row[1]),
            record: row.bytes(2))
        return (row[0], MultipartUpload(id: reference.id, upload: upload))
    }

    static let partColumns = "number, size, etag, modified, checksums, content"

    static func part(_ row: Row) throws -> (part: UploadPart, content: Content) {
        let part = UploadPart(
            number: row[0], size: row[1], etag: row[2], checksums: try [ObjectChecksum](record: row.bytes(4)),
            lastModified: StoreInstant(millisecondsSince1970: row[3]))
        return (part, try Content(record: row.bytes(5)))
    }

    func part(_ number: Int, ofUpload upload: Int64) throws -> (part: UploadPart, content: Content)? {
        let statement = try db.cachedStatement(
            sql: "SELECT \(Self.partColumns) FROM part WHERE upload = ? AND number = ?")
        return try Row.fetchOne(statement, arguments: [upload, number]).map(Self.part)
    }
}

/// An object as the index has it.
struct ObjectRow: Sendable {
    var metadata: ObjectMetadata
    var content: Content
}

extension Row {
    func bytes(_ column: Int) -> [UInt8] {
        let data: Data = self[column]
        return Array(data)
    }
}
