import Foundation
import GRDB
package import ObjectStorage

extension DiskObjectStore {
    package func createBucket(_ bucket: Bucket) async throws(ObjectStoreError) {
        try await committer.submit { mutation in
            let owner = try String.fetchOne(
                mutation.db.cachedStatement(sql: "SELECT owner FROM bucket WHERE name = ?"), arguments: [bucket.name])
            if let owner { throw ObjectStoreError.bucketAlreadyExists(bucket: bucket.name, owner: owner) }
            try mutation.execute(
                "INSERT INTO bucket (name, owner, region, created) VALUES (?, ?, ?, ?)",
                [bucket.name, bucket.owner, bucket.region, bucket.created.millisecondsSince1970])
        }
    }

    package func deleteBucket(_ bucket: String) async throws(ObjectStoreError) {
        try await committer.submit(.frees) { mutation in
            let id = try mutation.reader.bucketID(bucket)
            let isUsed = try Int.fetchOne(
                mutation.db.cachedStatement(sql: "SELECT 1 FROM object WHERE bucket = ? LIMIT 1"), arguments: [id])
            guard isUsed == nil else { throw ObjectStoreError.bucketNotEmpty(bucket) }
            let uploads = try Int64.fetchAll(
                mutation.db.cachedStatement(sql: "SELECT id FROM upload WHERE bucket = ?"), arguments: [id])
            for upload in uploads { try mutation.removeUpload(upload) }
            try mutation.execute("DELETE FROM bucket_configuration WHERE bucket = ?", [id])
            try mutation.execute("DELETE FROM bucket WHERE id = ?", [id])
        }
    }

    package func bucket(_ bucket: String) async throws(ObjectStoreError) -> Bucket {
        try await lookup("head bucket") { try $0.bucket(bucket) }
    }

    package func listBuckets(_ query: BucketListQuery) async throws(ObjectStoreError) -> BucketListPage {
        let entriesMax = min(max(query.entriesMax, 0), ObjectStoreLimits.bucketPageEntriesMax)
        guard entriesMax > 0 else { return BucketListPage(buckets: [], next: nil) }
        return try await lookup("list buckets") { reader in
            let owned = query.owner == nil ? "" : "owner = ? AND "
            let sql = """
                SELECT name, owner, region, created FROM bucket
                WHERE \(owned)name > ? AND name >= ? ORDER BY name
                """
            var arguments: StatementArguments = query.owner.map { [$0] } ?? []
            arguments += [query.after ?? "", query.prefix]
            var page = BucketListPage(buckets: [], next: nil)
            let rows = try Row.fetchCursor(reader.db.cachedStatement(sql: sql), arguments: arguments)
            while let row = try rows.next() {
                let bucket = IndexReader.bucket(row)
                guard bucket.name.utf8.starts(with: query.prefix.utf8) else { break }
                if page.buckets.count == entriesMax {
                    page.next = page.buckets.last?.name
                    break
                }
                page.buckets.append(bucket)
            }
            return page
        }
    }

    package func configuration(
        _ kind: BucketConfigurationKind, of bucket: String
    ) async throws(ObjectStoreError) -> [UInt8]? {
        try await lookup("read bucket configuration") { reader in
            try Row.fetchOne(
                reader.db.cachedStatement(
                    sql: "SELECT document FROM bucket_configuration WHERE bucket = ? AND kind = ?"),
                arguments: [try reader.bucketID(bucket), kind.rawValue]
            )?.bytes(0)
        }
    }

    package func configurations(
        of bucket: String
    ) async throws(ObjectStoreError) -> [BucketConfigurationKind: [UInt8]] {
        try await lookup("read bucket configuration") { reader in
            let rows = try Row.fetchAll(
                reader.db.cachedStatement(sql: "SELECT kind, document FROM bucket_configuration WHERE bucket = ?"),
                arguments: [try reader.bucketID(bucket)])
            return Dictionary(
                rows.map { (BucketConfigurationKind(rawValue: $0[0]), $0.bytes(1)) }, uniquingKeysWith: { $1 })
        }
    }

    package func setConfiguration(
        _ kind: BucketConfigurationKind, of bucket: String, to document: [UInt8]
    ) async throws(ObjectStoreError) {
        let max = ObjectStoreLimits.configurationBytesMax
        guard document.count <= max else {
            throw .configurationTooLarge(kind: kind.rawValue, bytes: document.count, max: max)
        }
        try await committer.submit { mutation in
            try mutation.execute(
                "INSERT OR REPLACE INTO bucket_configuration VALUES (?, ?, ?)",
                [try mutation.reader.bucketID(bucket), kind.rawValue, Data(document)])
        }
    }

    package func removeConfiguration(
        _ kind: BucketConfigurationKind, of bucket: String
    ) async throws(ObjectStoreError) {
        try await committer.submit(.frees) { mutation in
            try mutation.execute(
                "DELETE FROM bucket_configuration WHERE bucket = ? AND kind = ?",
                [try mutation.reader.bucketID(bucket), kind.rawValue])
        }
    }
}
