// Objects in parts, as entries of the cache. A head is changed by putting a new one in its place if it is still the one that
// was read, so that two parts that come in at one time are both recorded.

import Eviction
import HTTPCaching
package import HTTPSemantics
package import NIOCore
import Synchronization

extension EdgeCache {
    /// Times a head is read anew when others change it at the same moment.
    private static let attemptsMax = 64

    /// The object's head, if it is stored in parts; counts as a use of it.
    package func partedObject(_ identity: ObjectIdentity, now: HTTPDate) -> PartedObject? {
        lookup(identity.key.partsHead).flatMap { PartedObject($0, now: now) }
    }

    /// The same from either tier.
    package func partedObjectInTiers(_ identity: ObjectIdentity, now: HTTPDate) async -> PartedObject? {
        if let object = partedObject(identity, now: now) { return object }
        return await lookupOnDisk(identity.partsHead).flatMap { PartedObject($0, now: now) }
    }

    /// The part that begins where a recorded stretch does, from either tier; nil when it has been evicted. Counts as a use of it.
    package func partInTiers(_ extent: Range<Int64>, of object: PartedObject) async -> CachedResponse? {
        if let part = part(extent, of: object) { return part }
        var identity = object.partIdentity(start: extent.lowerBound)
        (identity.primary, identity.selecting) = (nil, .none)
        guard let entry = await lookupOnDisk(identity), object.range(of: entry) == extent else { return nil }
        return entry
    }

    /// Whether either tier has the part that begins where a recorded stretch does. No use of it.
    package func hasPart(_ extent: Range<Int64>, of object: PartedObject) -> Bool {
        let key = object.partIdentity(start: extent.lowerBound).key
        if state.withLock({ $0.slots[key] != nil }) { return true }
        return disk?.state.withLock { $0.pending[key] != nil || $0.index[key] != nil } ?? false
    }

    /// The part in memory that begins where a recorded stretch does. Counts as a use of it.
    package func part(_ extent: Range<Int64>, of object: PartedObject) -> CachedResponse? {
        guard let entry = lookup(object.partIdentity(start: extent.lowerBound).key), object.range(of: entry) == extent else { return nil }
        return entry
    }

    /// Bytes that the parts of one object may take together.
    package var partsOfObjectBytesMax: Int {
        limits.partsOfObjectBytesMax ?? max(limits.memoryBytesMax, disk?.settings.bytesMax ?? 0) / 2
    }

    /// Whether another part of so many bytes may be kept.
    package func hasRoom(forPart bytes: Int, of object: PartedObject) -> Bool {
        bytes <= limits.objectBytesMax && object.extents.count < limits.partsPerObjectMax
            && object.extents.byteCount + Int64(bytes) <= Int64(partsOfObjectBytesMax)
    }

    /// Stores a part at the end of its fetch, and records it in the head. False when it isn't kept: the fetch is outdated, the
    /// object has gone or is another by now, or has as many parts as it may have.
    ///
    /// - Parameter chunks: the whole part, beginning with what the permit has been given so far.
    @discardableResult
    package func storePart(
        _ range: Range<Int64>, of object: PartedObject, chunks: [ByteBuffer], permit: FillPermit, now: HTTPDate
    ) -> Bool {
        let body = CachedBody(copying: chunks)
        guard body.byteCount == range.count else { return false }
        let part = object.part(range, body: body)
        guard permit.store(part) else { return false }
        let isRecorded = changeHead(of: object, now: now) { current in
            guard hasRoom(forPart: range.count, of: current) else { return nil }
            var extents = current.extents
            return extents.insert(range) ? current.updated(extents: extents) : nil
        }
        if !isRecorded { remove(part) }
        return isRecorded
    }

    /// Forgets a stretch whose part was evicted.
    package func forget(_ extent: Range<Int64>, of object: PartedObject, now: HTTPDate) {
        changeHead(of: object, now: now) { current in
            var extents = current.extents
            return extents.remove(extent) ? current.updated(extents: extents) : nil
        }
    }

    /// Puts a changed head in the place of the object's present one; false when that is no longer of this generation, or when
    /// nothing is to change.
    @discardableResult
    package func changeHead(of object: PartedObject, now: HTTPDate, _ change: (PartedObject) -> PartedObject?) -> Bool {
        for _ in 0..<Self.attemptsMax {
            guard let current = partedObject(object.identity, now: now), current.generation == object.generation,
                let changed = change(current)
            else { return false }
            if swap(current.entry, for: changed.entry) { return true }
        }
        return false
    }

    /// Takes out an object's head and the parts it knows of; with a generation, only if it is that one.
    package func removeParts(of identity: ObjectIdentity, generation: UInt64? = nil, now: HTTPDate) {
        guard let object = partedObject(identity, now: now) else {
            if generation == nil { disk?.discard(identity.key.partsHead) }
            return
        }
        guard generation == nil || generation == object.generation else { return }
        remove(object.entry)
        for extent in object.extents.ranges {
            if let part = part(extent, of: object) { remove(part) }
        }
    }

    /// The whole as one body, if every byte is stored and it fits an entry.
    package func wholeBody(of object: PartedObject) -> CachedBody? {
        guard object.complete <= Int64(limits.objectBytesMax), object.extents.covers(0..<object.complete) else { return nil }
        var pieces: [ByteBuffer] = []
        for extent in object.extents.ranges {
            guard let part = part(extent, of: object) else { return nil }
            guard part.body.file == nil else { return nil }
            pieces += part.body.slice(0..<part.body.byteCount)
        }
        return CachedBody(copying: pieces)
    }

    /// Puts `new` in the place of `old`; false when the key has come to hold something else.
    ///
    /// Unlike `replace` for entries that share their content: this is another body, which the disk has to write too.
    private func swap(_ old: CachedResponse, for new: CachedResponse) -> Bool {
        let cost = new.costBytes
        let key = new.identity.key
        let (isSwapped, ticket) = state.withLock { state -> (Bool, DiskTicket?) in
            guard let slot = state.slots[key], state.entries[Int(slot)] === old else { return (false, nil) }
            state.statistics.bytes += cost - state.costs[Int(slot)]
            state.costs[Int(slot)] = cost
            state.entries[Int(slot)] = new
            state.policy.didResize(slot, bytes: cost)
            state.didUse(slot)
            disk?.discard(key)
            let ticket = disk?.announce(new, isInMemory: true)
            _ = state.makeRoom(for: 0, limit: limits.memoryBytesMax)
            return (true, ticket)
        }
        if let ticket { disk?.write(ticket) }
        return isSwapped
    }
}
