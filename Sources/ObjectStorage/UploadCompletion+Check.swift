import Cryptography

extension UploadCompletion {
    /// The stored parts this completion names, in its order; throws what S3 refuses.
    ///
    /// `stored` looks a part up by number. Checked in this order: at least one part, ascending numbers, each part
    /// present with the entity tag named, each but the last at least 5 MiB, the whole within the object limit.
    package func check<Part>(
        _ limits: MultipartRules = MultipartRules(),
        stored: (Int) throws(ObjectStoreError) -> (part: UploadPart, payload: Part)?
    ) throws(ObjectStoreError) -> [(part: UploadPart, payload: Part)] {
        guard !parts.isEmpty else { throw .noParts }
        var previous = 0
        for part in parts {
            guard part.number > previous else {
                if !ObjectStoreLimits.partNumbers.contains(part.number) { throw .invalidPart(number: part.number) }
                throw .invalidPartOrder(after: previous, found: part.number)
            }
            previous = part.number
        }
        var chosen: [(part: UploadPart, payload: Part)] = []
        chosen.reserveCapacity(parts.count)
        for part in parts {
            guard let found = try stored(part.number), found.part.etag == part.etag else {
                throw .invalidPart(number: part.number)
            }
            chosen.append(found)
        }
        for (part, _) in chosen.dropLast() where part.size < limits.partBytesMin {
            throw .entityTooSmall(partNumber: part.number, bytes: part.size, minimum: limits.partBytesMin)
        }
        let total = chosen.reduce(Int64(0)) { $0 + $1.part.size }
        guard total <= ObjectStoreLimits.objectBytesMax else {
            throw .entityTooLarge(bytes: total, max: ObjectStoreLimits.objectBytesMax)
        }
        return chosen
    }

    /// S3's entity tag of a multipart object: MD5 over the parts' binary MD5s, then "-" and the number of parts.
    package static func etag(ofParts etags: [String]) -> String {
        // A tag that is not hex (parts of a store with other tags) counts with its characters.
        let digests = etags.flatMap { Hex.decode($0) ?? Array($0.utf8) }
        return Hex.encode(DigestAlgorithm.md5.digest(of: digests)) + "-\(etags.count)"
    }

    /// Where each part begins in the joined object.
    package static func objectParts(_ parts: [UploadPart]) -> [ObjectPart] {
        var offset: Int64 = 0
        return parts.map { part in
            defer { offset += part.size }
            return ObjectPart(number: part.number, offset: offset, size: part.size, checksums: part.checksums)
        }
    }
}

/// The rules of multipart uploads that a store is opened with; S3's unless a test wants small parts.
package struct MultipartRules: Sendable, Hashable {
    /// Bytes every part but the last must have.
    package var partBytesMin: Int64

    package init(partBytesMin: Int64 = ObjectStoreLimits.partBytesMin) { self.partBytesMin = partBytesMin }
}

/// Ids of uploads: twelve hex digits of the time of initiation, then twenty of chance, so that they sort by time.
package enum UploadIdentifier {
    package static func make(initiated: StoreInstant, random: () -> UInt64) -> String {
        let time = UInt64(max(initiated.millisecondsSince1970, 0)) & 0xFFFF_FFFF_FFFF
        return padded(time, 12) + padded(random(), 16) + padded(random() & 0xFFFF, 4)
    }

    private static func padded(_ value: UInt64, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }
}
