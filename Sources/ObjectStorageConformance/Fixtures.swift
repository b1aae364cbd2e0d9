package import ObjectStorage

/// Times that mean nothing beyond their order.
package func instant(_ seconds: Int64) -> StoreInstant { StoreInstant(secondsSince1970: 1_700_000_000 + seconds) }

/// `count` bytes that differ by `seed` and position.
package func pattern(_ count: Int, seed: UInt8 = 0) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) ^ seed }
}

/// An entity tag that stands for the MD5 of `bytes`: 32 hex digits; stores take it as given.
package func tag(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
}

extension ObjectStore {
    /// Writes an object in chunks and commits it.
    @discardableResult
    package func put(
        _ bucket: String, _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes = ObjectAttributes(),
        checksums: [ObjectChecksum] = [], at time: StoreInstant = instant(0), if precondition: WritePrecondition = .none,
        chunk: Int = 50_000
    ) async throws(ObjectStoreError) -> ObjectMetadata {
        let writer = try await beginPut(bucket: bucket, key: key)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            try await writer.write(Array(bytes[start..<min(start + chunk, bytes.count)]))
        }
        return try await writer.commit(
            ObjectCommit(
                etag: tag(bytes), checksums: checksums, lastModified: time, attributes: attributes,
                precondition: precondition))
    }

    @discardableResult
    package func putPart(
        _ number: Int, _ bytes: [UInt8], of upload: UploadReference
    ) async throws(ObjectStoreError) -> UploadPart {
        let writer = try await beginPart(number, of: upload)
        try await writer.write(bytes)
        return try await writer.commit(PartCommit(etag: tag(bytes), lastModified: instant(1)))
    }

    /// Starts an upload; returns its reference.
    package func startUpload(
        _ bucket: String, _ key: String, at time: StoreInstant = instant(0),
        attributes: ObjectAttributes = ObjectAttributes()
    ) async throws(ObjectStoreError) -> UploadReference {
        let made = try await createUpload(
            NewUpload(bucket: bucket, key: key, initiator: "alice", initiated: time, attributes: attributes))
        return UploadReference(bucket: bucket, key: key, id: made.id)
    }

    package func bytes(_ bucket: String, _ key: String) async throws(ObjectStoreError) -> [UInt8] {
        try await read(bucket: bucket, key: key).content.readAll()
    }

    package func makeBucket(_ name: String, owner: String = "alice") async throws(ObjectStoreError) {
        try await createBucket(Bucket(name: name, owner: owner, region: "", created: instant(0)))
    }

    /// All keys and common prefixes of a listing, page by page, marked "K " or "P ", in page order.
    package func walk(_ query: ObjectListQuery) async throws(ObjectStoreError) -> [String] {
        var query = query
        var found: [String] = []
        while true {
            let page = try await listObjects(query)
            found += page.entries
            guard let next = page.next else { return found }
            query.after = next
        }
    }
}

extension ObjectListPage {
    /// Keys ("K ") and common prefixes ("P ") merged in UTF-8 order.
    package var entries: [String] {
        let all = objects.map { ("K ", $0.key) } + commonPrefixes.map { ("P ", $0) }
        return all.sorted { $0.1.utf8.lexicographicallyPrecedes($1.1.utf8) }.map { $0.0 + $0.1 }
    }
}

/// Content sizes on both sides of what a store may treat differently.
let sizes = [0, 1, 65_535, 65_536, 65_537, 300_000]
