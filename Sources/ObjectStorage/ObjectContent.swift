/// The bytes of an object or part, readable for as long as this value (or a slice of it) is held.
///
/// Overwriting or deleting the key meanwhile changes nothing for the holder. Two ways to read: `slices`, made
/// for `sendfile` and for passing memory on, and `read`, which copies.
package protocol ObjectContent: Sendable {
    /// Bytes.
    var size: Int64 { get }

    /// The bytes of `range` in order; an empty range has no slices. Precondition: `range` lies within 0 ..< size.
    func slices(_ range: Range<Int64>) -> any ContentSlices

    /// A copy of the bytes of `range`. Callers bound its length: it is all held in memory.
    func read(_ range: Range<Int64>) async throws(ObjectStoreError) -> [UInt8]
}

/// A one-way walk over slices; used by one task at a time.
package protocol ContentSlices: AnyObject, Sendable {
    /// The next slice, never empty; nil at the end. A file is opened when its turn comes, not before.
    func next() async throws(ObjectStoreError) -> ContentSlice?
}

package enum ContentSlice: Sendable {
    case bytes(ArraySlice<UInt8>)
    case file(FileSlice)

    /// Bytes in this slice.
    package var count: Int64 {
        switch self {
        case .bytes(let bytes): Int64(bytes.count)
        case .file(let file): file.length
        }
    }
}

/// Part of a file that is open for reading. The descriptor stays open while `lease` is alive; never close it, and
/// read with positions (`pread`, `sendfile` with an offset), because slices share descriptors.
package struct FileSlice: Sendable {
    package var descriptor: Int32
    /// Bytes from the start of the file.
    package var offset: Int64
    /// Bytes.
    package var length: Int64
    package var lease: any AnyObject & Sendable

    package init(descriptor: Int32, offset: Int64, length: Int64, lease: any AnyObject & Sendable) {
        self.descriptor = descriptor
        self.offset = offset
        self.length = length
        self.lease = lease
    }
}

extension ObjectContent {
    /// All slices.
    package func slices() -> any ContentSlices { slices(0..<size) }
    /// A copy of everything; for documents and tests.
    package func readAll() async throws(ObjectStoreError) -> [UInt8] { try await read(0..<size) }
}
