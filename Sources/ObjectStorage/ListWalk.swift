/// A position in rows ordered by key bytes.
package protocol OrderedCursor {
    associatedtype Row
    /// The next `next` gives the first row whose key is not below `bound`. Cost: one search.
    mutating func seek(to bound: [UInt8]) throws(ObjectStoreError)
    /// The row at hand, then moves on; nil at the end. Cost: constant.
    mutating func next() throws(ObjectStoreError) -> (key: [UInt8], row: Row)?
}

/// The listing rule of S3, over any ordered rows: prefix, delimiter, roll-up, page size, position.
///
/// A common prefix costs one row and one seek past everything that shares it, so a page of n entries touches at most
/// n + 1 rows and seeks, whatever the bucket's size. Rows of equal keys (uploads) are entries of their own.
package struct ListWalk: Sendable {
    package enum Start: Sendable, Hashable {
        case at([UInt8])
        case behind([UInt8])
    }

    package struct Page<Row> {
        package var rows: [(key: [UInt8], row: Row)] = []
        package var commonPrefixes: [[UInt8]] = []
        /// The last entry was a common prefix.
        package var endsWithPrefix = false
        package var isTruncated = false

        /// The last entry's bytes.
        package var last: [UInt8]? { endsWithPrefix ? commonPrefixes.last : rows.last?.key }
    }

    package let prefix: [UInt8]
    package let delimiter: [UInt8]
    package let entriesMax: Int

    package init(prefix: String, delimiter: String, entriesMax: Int) {
        self.prefix = Array(prefix.utf8)
        self.delimiter = Array(delimiter.utf8)
        self.entriesMax = min(max(entriesMax, 0), ObjectStoreLimits.pageEntriesMax)
    }

    /// Where a page that follows the entry `after` begins.
    package func start(after: String) -> Start {
        let after = Array(after.utf8)
        if after.isEmpty || after.lexicographicallyPrecedes(prefix) { return .at(prefix) }
        if let group = commonPrefix(of: after) { return .at(Self.successor(of: group)) }
        return .behind(after)
    }

    /// The common prefix a key is rolled up into; nil when it stands for itself.
    package func commonPrefix(of key: [UInt8]) -> [UInt8]? {
        guard !delimiter.isEmpty, key.starts(with: prefix), key.count >= prefix.count + delimiter.count else { return nil }
        var at = prefix.count
        while at + delimiter.count <= key.count {
            if key[at] == delimiter[0], key[at...].starts(with: delimiter) { return Array(key[..<(at + delimiter.count)]) }
            at += 1
        }
        return nil
    }

    /// Walks one page from where `cursor` stands, which is at or behind `start(after:)`.
    package func page<Cursor: OrderedCursor>(_ cursor: inout Cursor) throws(ObjectStoreError) -> Page<Cursor.Row> {
        var page = Page<Cursor.Row>()
        guard entriesMax > 0 else { return page }
        while let (key, row) = try cursor.next(), key.starts(with: prefix) {
            if page.rows.count + page.commonPrefixes.count == entriesMax {
                page.isTruncated = true
                break
            }
            if let group = commonPrefix(of: key) {
                page.commonPrefixes.append(group)
                page.endsWithPrefix = true
                try cursor.seek(to: Self.successor(of: group))
            } else {
                page.rows.append((key, row))
                page.endsWithPrefix = false
            }
        }
        return page
    }

    /// The least byte string above everything that starts with `prefix`. Precondition: UTF-8, not empty, so no byte is 0xFF.
    package static func successor(of prefix: [UInt8]) -> [UInt8] {
        var next = prefix
        next[next.count - 1] += 1
        return next
    }
}

extension UploadListQuery {
    /// The page's first position, and the id behind which it begins when uploads of the marker's key may follow.
    package func start(_ walk: ListWalk) -> (start: ListWalk.Start, behindID: String?) {
        let start = walk.start(after: keyMarker)
        guard case .behind = start, let uploadIDMarker else { return (start, nil) }
        return (start, uploadIDMarker)
    }
}

extension UploadListPage {
    package init(_ page: ListWalk.Page<MultipartUpload>) {
        var next: Position?
        if page.isTruncated, let last = page.last {
            next = Position(
                keyMarker: String(decoding: last, as: UTF8.self),
                uploadIDMarker: page.endsWithPrefix ? nil : page.rows.last?.row.id)
        }
        self.init(
            uploads: page.rows.map(\.row),
            commonPrefixes: page.commonPrefixes.map { String(decoding: $0, as: UTF8.self) }, next: next)
    }
}

extension ObjectListPage {
    package init(_ page: ListWalk.Page<ObjectListEntry>) {
        self.init(
            objects: page.rows.map(\.row),
            commonPrefixes: page.commonPrefixes.map { String(decoding: $0, as: UTF8.self) },
            next: page.isTruncated ? page.last.map { String(decoding: $0, as: UTF8.self) } : nil)
    }
}
