/// One page of a bucket: which keys, grouped how, from where.
package struct ObjectListQuery: Sendable, Hashable {
    package var bucket: String
    package var prefix: String
    /// Keys that hold it behind the prefix are rolled up into common prefixes; empty for none.
    package var delimiter: String
    /// Entries (keys or common prefixes) strictly behind this one in UTF-8 order: V1's marker, V2's start-after, or
    /// a page's `next`. Keys inside a common prefix that is not behind it are skipped with the prefix.
    package var after: String
    /// Clamped to 0 ... `ObjectStoreLimits.pageEntriesMax`; 0 gives an empty, untruncated page.
    package var entriesMax: Int

    package init(
        bucket: String, prefix: String = "", delimiter: String = "", after: String = "",
        entriesMax: Int = ObjectStoreLimits.pageEntriesMax
    ) {
        self.bucket = bucket
        self.prefix = prefix
        self.delimiter = delimiter
        self.after = after
        self.entriesMax = entriesMax
    }
}

/// Objects and common prefixes, each in UTF-8 order; together they count against `entriesMax`.
package struct ObjectListPage: Sendable, Hashable {
    package var objects: [ObjectListEntry]
    package var commonPrefixes: [String]
    /// The last entry of this page (a key or a common prefix) when more follow; pass it as `after`.
    package var next: String?

    package init(objects: [ObjectListEntry] = [], commonPrefixes: [String] = [], next: String? = nil) {
        self.objects = objects
        self.commonPrefixes = commonPrefixes
        self.next = next
    }

    package var isTruncated: Bool { next != nil }
}

/// What a listing says of an object.
package struct ObjectListEntry: Sendable, Hashable {
    package var key: String
    package var size: Int64
    package var etag: String
    package var lastModified: StoreInstant
    package var storageClass: String
    /// Canonical id of the object's owner; nil means the bucket's.
    package var owner: String?
    package var checksums: [ObjectChecksum]

    package init(
        key: String, size: Int64, etag: String, lastModified: StoreInstant, storageClass: String, owner: String?,
        checksums: [ObjectChecksum]
    ) {
        self.key = key
        self.size = size
        self.etag = etag
        self.lastModified = lastModified
        self.storageClass = storageClass
        self.owner = owner
        self.checksums = checksums
    }

    package init(_ metadata: ObjectMetadata) {
        self.init(
            key: metadata.key, size: metadata.size, etag: metadata.etag, lastModified: metadata.lastModified,
            storageClass: metadata.attributes.storageClass, owner: metadata.attributes.owner,
            checksums: metadata.checksums)
    }
}
