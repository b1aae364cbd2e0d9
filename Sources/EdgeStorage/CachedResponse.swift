// A response as the cache holds it: immutable, so that any number of requests read it while the cache replaces or evicts
// it. A confirmation by the origin makes a new value that shares the body.

package import HTTPCaching
package import HTTPTypes
package import NIOCore
import Synchronization

/// What a cached object is found by, and what invalidations know it by.
package struct ObjectIdentity: Sendable, Hashable {
    package var key: CacheKey
    package var distributionID: String
    /// The raw path under which it was asked for, without query.
    package var path: String
    /// The query string as far as it is in the key.
    package var query: String?
    /// The object's own key, where it may have several entries; nil where it has just this one.
    package var primary: CacheKey?
    /// Request fields that chose this entry among those of the object.
    package var selecting = SelectingFields.none
    /// The tags that the origin gave the stored response.
    package var tags = CacheTags.none

    package init(key: CacheKey, distributionID: String, path: String, query: String? = nil) {
        self.key = key
        self.distributionID = distributionID
        self.path = path
        self.query = query
    }
}

/// A stored response.
package final class CachedResponse: Sendable {
    /// Bytes that an entry costs beyond what can be counted: tables, references, allocator overhead.
    package static let overheadBytes = 512

    package let identity: ObjectIdentity
    package let facts: EntryFacts
    package let status: HTTPResponse.Status
    /// What every viewer gets, without the fields that differ from request to request.
    package let fields: HTTPFields
    package let body: CachedBody
    /// Whether the body is the edge's own coding of what the origin sent.
    package let isEdgeCompressed: Bool
    /// The owner's ready-made bytes for its fast path; may be empty.
    package let preparedHead: ByteBuffer

    package init(
        identity: ObjectIdentity, facts: EntryFacts, status: HTTPResponse.Status, fields: HTTPFields, body: CachedBody,
        isEdgeCompressed: Bool = false, preparedHead: ByteBuffer = ByteBuffer()
    ) {
        self.identity = identity
        self.facts = facts
        self.status = status
        self.fields = fields
        self.body = body
        self.isEdgeCompressed = isEdgeCompressed
        self.preparedHead = preparedHead
    }

    /// Bytes this entry counts against the cache's limit.
    package var costBytes: Int {
        let text = fields.reduce(0) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count + 64 }
        return body.storageBytes + preparedHead.storageCapacity + text + identity.key.bytes.count
            + (identity.primary?.bytes.count ?? 0) + identity.path.utf8.count + (identity.query?.utf8.count ?? 0)
            + identity.tags.byteCount + Self.overheadBytes
    }

    /// The same content under new facts and fields, as after a confirmation by the origin.
    package func updated(
        facts: EntryFacts, fields: HTTPFields? = nil, preparedHead: ByteBuffer? = nil, tags: CacheTags? = nil
    ) -> CachedResponse {
        var identity = identity
        if let tags { identity.tags = tags }
        return CachedResponse(
            identity: identity, facts: facts, status: status, fields: fields ?? self.fields, body: body,
            isEdgeCompressed: isEdgeCompressed, preparedHead: preparedHead ?? self.preparedHead)
    }
}

/// A response's content: in memory of its own, or in a file of the disk tier.
package struct CachedBody: Sendable {
    /// Bytes of one piece; small enough for the allocator, large enough that a hit is few writes.
    static let pieceBytes = 1024 * 1024

    /// Empty when the content is in a file.
    package let pieces: [ByteBuffer]
    package let byteCount: Int
    /// The content, when it isn't in memory.
    package let file: DiskBody?
    /// Which content it is, the same in memory and on disk; unique in this process.
    let id: UInt64

    private static let ids = Atomic<UInt64>(0)

    static func nextID() -> UInt64 { ids.add(1, ordering: .relaxed).newValue }

    /// Content that has been read from disk.
    init(piece: ByteBuffer, id: UInt64) {
        (byteCount, file, self.id) = (piece.readableBytes, nil, id)
        pieces = piece.readableBytes > 0 ? [piece] : []
    }

    /// Content that stays on disk.
    init(file: DiskBody) {
        (pieces, byteCount, self.file, id) = ([], file.byteCount, file, file.bodyID)
    }

    /// Content that has gone to a spool; good for describing it alone.
    init(spooled byteCount: Int) {
        (pieces, self.byteCount, file, id) = ([], byteCount, nil, Self.nextID())
    }

    /// Copies chunks into storage of just the right size: what came from the network sits in larger buffers.
    package init(copying chunks: [ByteBuffer]) {
        byteCount = chunks.reduce(0) { $0 + $1.readableBytes }
        var pieces: [ByteBuffer] = []
        var left = byteCount
        var piece = ByteBuffer()
        for chunk in chunks {
            var chunk = chunk
            while chunk.readableBytes > 0 {
                if piece.writableBytes == 0 || piece.readableBytes == Self.pieceBytes {
                    if piece.readableBytes > 0 { pieces.append(piece) }
                    piece = ByteBufferAllocator().buffer(capacity: min(left, Self.pieceBytes))
                }
                let room = min(Self.pieceBytes - piece.readableBytes, left)
                guard var part = chunk.readSlice(length: min(room, chunk.readableBytes)) else { break }
                left -= part.readableBytes
                piece.writeBuffer(&part)
            }
        }
        if piece.readableBytes > 0 { pieces.append(piece) }
        self.pieces = pieces
        file = nil
        id = Self.nextID()
    }

    package static let empty = CachedBody(copying: [])

    package var storageBytes: Int { pieces.reduce(0) { $0 + $1.storageCapacity } }

    /// The bytes of a range, sharing storage. The range must lie within the content, and that in memory.
    package func slice(_ range: Range<Int>) -> [ByteBuffer] {
        precondition(file == nil, "content in a file is read from there")
        var slices: [ByteBuffer] = []
        var start = 0
        for piece in pieces {
            let end = start + piece.readableBytes
            let low = max(range.lowerBound, start)
            let high = min(range.upperBound, end)
            if low < high, let slice = piece.getSlice(at: piece.readerIndex + low - start, length: high - low) {
                slices.append(slice)
            }
            start = end
        }
        return slices
    }
}
