// An object that is stored in parts: a small head entry, which knows the whole, and an entry for each stretch of its content.
// Head and parts are ordinary entries under keys made from the object's, so that they are counted, evicted, invalidated and
// kept on disk like any other; a part that has gone is simply missing.
//
// A part's key holds the generation of its head, a number that is drawn when a head is made anew. So parts of two versions
// never share a key, and parts whose head has gone are out of reach.

package import HTTPCaching
package import HTTPSemantics
package import HTTPTypes
import NIOCore

/// What is known of an object that is stored in parts.
package struct PartedObject: Sendable {
    /// The head entry: the fields and facts of the whole as a 200 would have them.
    package let entry: CachedResponse
    /// The object itself, under whose key a whole response would be.
    package let identity: ObjectIdentity
    package let generation: UInt64
    /// Length and, when parts may be joined, the strong validator that they share.
    package let version: RepresentationVersion
    /// Whether the origin is known to answer ranges with the whole.
    package let originLacksRanges: Bool
    /// What was stored when the head was read; any of it may have been evicted meanwhile.
    package internal(set) var extents: ByteExtents

    package var complete: Int64 { version.complete }

    /// Makes a head.
    package init(
        _ identity: ObjectIdentity, version: RepresentationVersion, generation: UInt64, facts: EntryFacts, fields: HTTPFields,
        extents: ByteExtents = ByteExtents(), originLacksRanges: Bool = false
    ) {
        let record = PartsRecord(
            generation: generation, complete: version.complete, joins: version.validator != nil, originLacksRanges: originLacksRanges,
            extents: extents)
        var fields = fields
        fields[.contentLength] = String(version.complete)
        fields[.contentRange] = nil
        entry = CachedResponse(
            identity: identity.partsHead, facts: facts, status: .ok, fields: fields, body: CachedBody(copying: [record.bytes]))
        self.identity = identity
        self.generation = generation
        self.version = version
        self.originLacksRanges = originLacksRanges
        self.extents = extents
    }

    /// Reads a head entry; nil when it is another entry, or not as this version of the program writes them.
    package init?(_ entry: CachedResponse, now: HTTPDate) {
        guard let key = entry.identity.key.objectOfPartsHead, let record = PartsRecord(entry.body) else { return nil }
        var identity = entry.identity
        identity.key = key
        if identity.primary == key { identity.primary = nil }
        var validator: StrongValidator?
        if record.joins {
            validator = StrongValidator(entry.fields, now: now)
            if validator == nil { return nil }
        }
        self.entry = entry
        self.identity = identity
        generation = record.generation
        version = RepresentationVersion(validator: validator, complete: record.complete)
        originLacksRanges = record.originLacksRanges
        extents = record.extents
    }

    /// The head with other extents, facts or fields.
    package func updated(
        extents: ByteExtents? = nil, facts: EntryFacts? = nil, fields: HTTPFields? = nil, originLacksRanges: Bool? = nil
    ) -> PartedObject {
        PartedObject(
            identity, version: version, generation: generation, facts: facts ?? entry.facts, fields: fields ?? entry.fields,
            extents: extents ?? self.extents, originLacksRanges: originLacksRanges ?? self.originLacksRanges)
    }

    /// Takes a stretch whose part is gone out of what this value knows.
    package mutating func forget(_ extent: Range<Int64>) { _ = extents.remove(extent) }

    /// What the fetch of the part that begins at a byte is known by; the part itself lies under the same key.
    package func partIdentity(start: Int64) -> ObjectIdentity {
        var part = identity.partsHead
        part.key = identity.key.part(generation: generation, start: start)
        return part
    }

    /// The entry for a part. It says itself what it is, so that one from elsewhere is recognised.
    func part(_ range: Range<Int64>, body: CachedBody) -> CachedResponse {
        let place = ContentRange.part(range, complete: complete)
        // Parts are many, and go with their head: they don't count among the object's variants.
        var identity = partIdentity(start: range.lowerBound)
        (identity.primary, identity.selecting) = (nil, .none)
        return CachedResponse(
            identity: identity, facts: entry.facts, status: .partialContent,
            fields: [.contentRange: place.description], body: body)
    }

    /// The stretch that a part entry holds, if it is one of this object's.
    package func range(of part: CachedResponse) -> Range<Int64>? {
        guard let value = part.fields[.contentRange], case .part(let range, complete: complete) = ContentRange(value),
            range.count == part.body.byteCount, part.identity.key == identity.key.part(generation: generation, start: range.lowerBound)
        else { return nil }
        return range
    }
}

extension ObjectIdentity {
    /// What the head of the object's parts is found by. It counts among the entries of its object.
    package var partsHead: ObjectIdentity {
        var head = self
        head.key = key.partsHead
        head.primary = primary ?? key
        return head
    }

    /// What a fetch of one range as it was asked for is shared by.
    package func fetchOfRange(_ field: String) -> ObjectIdentity {
        var range = self
        range.key = CacheKey(bytes: key.bytes + [0, CacheKey.rangeTag] + Array(field.utf8))
        range.primary = primary ?? key
        return range
    }
}

extension CacheKey {
    // Tags after a zero byte. No key of `Builder` ends like that: a last item's length is not zero when bytes follow it, and
    // nothing that a request holds has a zero byte.
    private static let headTag: UInt8 = 0x68
    private static let partTag: UInt8 = 0x70
    fileprivate static let rangeTag: UInt8 = 0x72

    package var partsHead: CacheKey { CacheKey(bytes: bytes + [0, Self.headTag]) }

    /// Whether this is what a head of parts lies under.
    package var isPartsHead: Bool { bytes.suffix(2) == [0, Self.headTag] }

    /// The key of the object whose head of parts lies under this one; nil under any other.
    var objectOfPartsHead: CacheKey? { isPartsHead ? CacheKey(bytes: Array(bytes.dropLast(2))) : nil }

    func part(generation: UInt64, start: Int64) -> CacheKey {
        var bytes = bytes
        bytes.append(0)
        bytes.append(Self.partTag)
        withUnsafeBytes(of: generation.bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: start.bigEndian) { bytes.append(contentsOf: $0) }
        return CacheKey(bytes: bytes)
    }
}

/// A head entry's content: figures in network order, 16 bytes for each part.
private struct PartsRecord {
    private static let formatVersion: UInt8 = 1

    var generation: UInt64
    var complete: Int64
    var joins: Bool
    var originLacksRanges: Bool
    var extents: ByteExtents

    init(generation: UInt64, complete: Int64, joins: Bool, originLacksRanges: Bool, extents: ByteExtents) {
        self.generation = generation
        self.complete = complete
        self.joins = joins
        self.originLacksRanges = originLacksRanges
        self.extents = extents
    }

    var bytes: ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: 22 + extents.count * 16)
        buffer.writeInteger(Self.formatVersion)
        buffer.writeInteger(UInt8((joins ? 1 : 0) | (originLacksRanges ? 2 : 0)))
        buffer.writeInteger(generation)
        buffer.writeInteger(complete)
        buffer.writeInteger(UInt32(extents.count))
        for range in extents.ranges {
            buffer.writeInteger(range.lowerBound)
            buffer.writeInteger(range.upperBound)
        }
        return buffer
    }

    init?(_ body: CachedBody) {
        var buffer = ByteBuffer()
        for piece in body.pieces { buffer.writeImmutableBuffer(piece) }
        guard buffer.readInteger(as: UInt8.self) == Self.formatVersion, let flags = buffer.readInteger(as: UInt8.self),
            let generation = buffer.readInteger(as: UInt64.self), let complete = buffer.readInteger(as: Int64.self),
            let count = buffer.readInteger(as: UInt32.self), buffer.readableBytes == Int(count) * 16
        else { return nil }
        var ranges: [Range<Int64>] = []
        ranges.reserveCapacity(Int(count))
        while let (start, end) = buffer.readMultipleIntegers(as: (Int64, Int64).self) {
            guard start <= end, end <= complete else { return nil }
            ranges.append(start..<end)
        }
        guard let extents = ByteExtents(recorded: ranges) else { return nil }
        self.init(
            generation: generation, complete: complete, joins: flags & 1 != 0, originLacksRanges: flags & 2 != 0, extents: extents)
    }
}
