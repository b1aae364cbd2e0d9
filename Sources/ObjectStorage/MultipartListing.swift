/// One page of the uploads in progress, ordered by key (UTF-8), then by upload id.
package struct UploadListQuery: Sendable, Hashable {
    package var bucket: String
    package var prefix: String
    /// Empty for none.
    package var delimiter: String
    /// Entries behind this key; empty for the start.
    package var keyMarker: String
    /// With `keyMarker`: uploads of that very key with a greater id come too; nil leaves that key out.
    package var uploadIDMarker: String?
    /// Clamped to 0 ... `ObjectStoreLimits.pageEntriesMax`.
    package var entriesMax: Int

    package init(
        bucket: String, prefix: String = "", delimiter: String = "", keyMarker: String = "",
        uploadIDMarker: String? = nil, entriesMax: Int = ObjectStoreLimits.pageEntriesMax
    ) {
        self.bucket = bucket
        self.prefix = prefix
        self.delimiter = delimiter
        self.keyMarker = keyMarker
        self.uploadIDMarker = uploadIDMarker
        self.entriesMax = entriesMax
    }
}

package struct UploadListPage: Sendable, Hashable {
    /// Where the next page begins.
    package struct Position: Sendable, Hashable {
        package var keyMarker: String
        /// nil when the page ended with a common prefix.
        package var uploadIDMarker: String?

        package init(keyMarker: String, uploadIDMarker: String?) {
            self.keyMarker = keyMarker
            self.uploadIDMarker = uploadIDMarker
        }
    }

    package var uploads: [MultipartUpload]
    package var commonPrefixes: [String]
    /// nil at the end.
    package var next: Position?

    package init(uploads: [MultipartUpload] = [], commonPrefixes: [String] = [], next: Position? = nil) {
        self.uploads = uploads
        self.commonPrefixes = commonPrefixes
        self.next = next
    }
}

/// One page of the parts of an upload or object, ascending by number.
package struct PartListQuery: Sendable, Hashable {
    /// Parts with a greater number; 0 for the start.
    package var afterNumber: Int
    /// Clamped to 0 ... `ObjectStoreLimits.pageEntriesMax`.
    package var entriesMax: Int

    package init(afterNumber: Int = 0, entriesMax: Int = ObjectStoreLimits.pageEntriesMax) {
        self.afterNumber = afterNumber
        self.entriesMax = entriesMax
    }
}

package struct PartListPage<Part: Sendable & Hashable>: Sendable, Hashable {
    package var parts: [Part]
    /// Pass as `afterNumber` for the next page; nil at the end.
    package var next: Int?

    package init(parts: [Part], next: Int?) {
        self.parts = parts
        self.next = next
    }
}
