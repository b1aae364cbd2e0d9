import GRDB

/// The tables of the index and their version.
///
/// Keys are blobs, so they compare byte for byte. `object` and `part` are clustered by what listings walk.
/// `inline` and `file` hold each stretch of bytes once, with the number of places that use it.
enum IndexSchema {
    /// Marks a database as ours: "Skry".
    static let applicationID: Int32 = 0x536B_7279
    /// Raised with every change of the tables; stored as `user_version`.
    static let version = 1

    static let tables = """
        CREATE TABLE store (epoch INTEGER NOT NULL) STRICT;
        INSERT INTO store VALUES (0);
        CREATE TABLE bucket (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, region TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX bucket_owner ON bucket (owner, name);
        CREATE TABLE bucket_configuration (
            bucket INTEGER NOT NULL, kind TEXT NOT NULL, document BLOB NOT NULL, PRIMARY KEY (bucket, kind)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE object (
            bucket INTEGER NOT NULL, key BLOB NOT NULL, generation INTEGER NOT NULL, size INTEGER NOT NULL,
            etag TEXT NOT NULL, modified INTEGER NOT NULL, part_count INTEGER, attributes BLOB NOT NULL,
            checksums BLOB NOT NULL, content BLOB NOT NULL, parts BLOB, PRIMARY KEY (bucket, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE inline (id INTEGER PRIMARY KEY, refs INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
        CREATE TABLE file (id INTEGER PRIMARY KEY, refs INTEGER NOT NULL, size INTEGER NOT NULL) STRICT;
        CREATE TABLE upload (
            id INTEGER PRIMARY KEY, bucket INTEGER NOT NULL, key BLOB NOT NULL, upload_id TEXT NOT NULL,
            initiated INTEGER NOT NULL, record BLOB NOT NULL, UNIQUE (bucket, key, upload_id)
        ) STRICT;
        CREATE TABLE part (
            upload INTEGER NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
            modified INTEGER NOT NULL, checksums BLOB NOT NULL, content BLOB NOT NULL, PRIMARY KEY (upload, number)
        ) STRICT, WITHOUT ROWID;
        """

    /// Makes the tables in a new database; refuses one that is newer or not ours.
    static func prepare(_ db: Database, path: String) throws {
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let tableCount = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if application == 0, found == 0, tableCount == 0 {
            try db.inTransaction(.immediate) {
                try db.execute(sql: tables)
                try db.execute(sql: "PRAGMA application_id = \(applicationID)")
                try db.execute(sql: "PRAGMA user_version = \(version)")
                return .commit
            }
            return
        }
        guard application == applicationID, found > 0 else { throw DiskStoreOpenError.foreignIndex(path: path) }
        guard found <= version else { throw DiskStoreOpenError.newerSchema(found: found, supported: version) }
    }
}
