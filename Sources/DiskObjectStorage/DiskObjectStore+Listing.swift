import Foundation
import GRDB
package import ObjectStorage
import Synchronization

/// What listings have cost: rows stepped over and searches made.
final class ListingEffort: Sendable {
    let rows = Atomic<Int>(0)
    let seeks = Atomic<Int>(0)
}

extension DiskObjectStore {
    package func listObjects(_ query: ObjectListQuery) async throws(ObjectStoreError) -> ObjectListPage {
        let effort = effort
        return try await lookup("list objects") { reader in
            let walk = ListWalk(prefix: query.prefix, delimiter: query.delimiter, entriesMax: query.entriesMax)
            var cursor = ObjectCursor(db: reader.db, bucket: try reader.bucketID(query.bucket), effort: effort)
            switch walk.start(after: query.after) {
            case .at(let bound): try cursor.seek(to: bound)
            // The least byte string above a key is the key and a zero.
            case .behind(let key): try cursor.seek(to: key + [0])
            }
            return ObjectListPage(try walk.page(&cursor))
        }
    }

    package func listUploads(_ query: UploadListQuery) async throws(ObjectStoreError) -> UploadListPage {
        let effort = effort
        return try await lookup("list uploads") { reader in
            let walk = ListWalk(prefix: query.prefix, delimiter: query.delimiter, entriesMax: query.entriesMax)
            var cursor = UploadCursor(
                db: reader.db, bucketName: query.bucket, bucket: try reader.bucketID(query.bucket), effort: effort)
            switch query.start(walk) {
            case (.at(let bound), _): try cursor.seek(to: bound)
            case (.behind(let key), let id?): try cursor.seek(behind: key, id: id)
            case (.behind(let key), nil): try cursor.seek(to: key + [0])
            }
            return UploadListPage(try walk.page(&cursor))
        }
    }
}

/// Objects of one bucket by key; steps through SQLite's cursor, so a row costs only when it is reached.
struct ObjectCursor: OrderedCursor {
    static let sql = """
        SELECT key, size, etag, modified, attributes, checksums FROM object
        WHERE bucket = ? AND key >= ? ORDER BY key
        """

    let db: Database
    let bucket: Int64
    let effort: ListingEffort
    private var rows: RowCursor?

    init(db: Database, bucket: Int64, effort: ListingEffort) {
        self.db = db
        self.bucket = bucket
        self.effort = effort
    }

    mutating func seek(to bound: [UInt8]) throws(ObjectStoreError) {
        effort.seeks.wrappingAdd(1, ordering: .relaxed)
        do {
            rows = try GRDB.Row.fetchCursor(db.cachedStatement(sql: Self.sql), arguments: [bucket, Data(bound)])
        } catch { throw ObjectStoreError(indexError: error, during: "list objects") }
    }

    mutating func next() throws(ObjectStoreError) -> (key: [UInt8], row: ObjectListEntry)? {
        effort.rows.wrappingAdd(1, ordering: .relaxed)
        do {
            guard let row = try rows?.next() else { return nil }
            let key = row.bytes(0)
            let listed = try ObjectAttributes.listed(record: row.bytes(4))
            let entry = ObjectListEntry(
                key: String(decoding: key, as: UTF8.self), size: row[1], etag: row[2],
                lastModified: StoreInstant(millisecondsSince1970: row[3]), storageClass: listed.storageClass,
                owner: listed.owner, checksums: try [ObjectChecksum](record: row.bytes(5)))
            return (key, entry)
        } catch { throw ObjectStoreError(indexError: error, during: "list objects") }
    }
}

/// Uploads of one bucket by key, then id.
struct UploadCursor: OrderedCursor {
    /// No id is empty, so "behind (key, '')" is "at key".
    static let sql = """
        SELECT key, upload_id, initiated, record FROM upload
        WHERE bucket = ? AND (key, upload_id) > (?, ?) ORDER BY key, upload_id
        """

    let db: Database
    let bucketName: String
    let bucket: Int64
    let effort: ListingEffort
    private var rows: RowCursor?

    init(db: Database, bucketName: String, bucket: Int64, effort: ListingEffort) {
        self.db = db
        self.bucketName = bucketName
        self.bucket = bucket
        self.effort = effort
    }

    mutating func seek(to bound: [UInt8]) throws(ObjectStoreError) { try seek(behind: bound, id: "") }

    mutating func seek(behind key: [UInt8], id: String) throws(ObjectStoreError) {
        effort.seeks.wrappingAdd(1, ordering: .relaxed)
        do {
            rows = try GRDB.Row.fetchCursor(db.cachedStatement(sql: Self.sql), arguments: [bucket, Data(key), id])
        } catch { throw ObjectStoreError(indexError: error, during: "list uploads") }
    }

    mutating func next() throws(ObjectStoreError) -> (key: [UInt8], row: MultipartUpload)? {
        effort.rows.wrappingAdd(1, ordering: .relaxed)
        do {
            guard let row = try rows?.next() else { return nil }
            let key = row.bytes(0)
            let upload = try NewUpload(
                bucket: bucketName, key: String(decoding: key, as: UTF8.self),
                initiated: StoreInstant(millisecondsSince1970: row[2]), record: row.bytes(3))
            return (key, MultipartUpload(id: row[1], upload: upload))
        } catch { throw ObjectStoreError(indexError: error, during: "list uploads") }
    }
}
