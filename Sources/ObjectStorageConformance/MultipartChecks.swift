import Cryptography
import ObjectStorage

extension ObjectStorageConformance {
    /// The completion that names `parts` as they were stored.
    static func completion(
        _ upload: UploadReference, _ parts: [UploadPart], if precondition: WritePrecondition = .none
    ) -> UploadCompletion {
        UploadCompletion(
            upload: upload, parts: parts.map { .init(number: $0.number, etag: $0.etag) }, lastModified: instant(2),
            precondition: precondition)
    }

    static let multipartChecks: [ConformanceCheck] = [
        ConformanceCheck("parts stored in any order are joined in theirs") { store in
            try await store.makeBucket("site")
            let attributes = ObjectAttributes(contentType: "video/mp4", userMetadata: [.init(name: "a", value: "b")])
            let upload = try await store.startUpload("site", "big", attributes: attributes)
            let last = try await store.putPart(10_000, pattern(7, seed: 3), of: upload)
            let first = try await store.putPart(1, pattern(100_000, seed: 1), of: upload)
            try await store.putPart(5, pattern(50, seed: 8), of: upload)
            let second = try await store.putPart(5, pattern(200, seed: 2), of: upload)
            try await store.putPart(6, pattern(300, seed: 4), of: upload)
            let object = try await store.completeUpload(completion(upload, [first, second, last]))
            let expected = pattern(100_000, seed: 1) + pattern(200, seed: 2) + pattern(7, seed: 3)
            try expect(try await store.bytes("site", "big") == expected, "bytes differ")
            let digests = [first, second, last].flatMap { Hex.decode($0.etag) ?? [] }
            try expectEqual(object.etag, Hex.encode(DigestAlgorithm.md5.digest(of: digests)) + "-3", "entity tag")
            try expectEqual(object.size, Int64(expected.count), "size")
            try expectEqual(object.partCount, 3, "parts")
            try expectEqual(object.attributes, attributes, "attributes")
            try expectEqual(object.lastModified, instant(2), "last modified")
            try expectEqual(try await store.head(bucket: "site", key: "big"), object, "head")
            let crossing = try await store.read(bucket: "site", key: "big").content.read(99_990..<100_203)
            try expectEqual(crossing, Array(expected[99_990..<100_203]), "a range over three parts")
            let parts = try await store.parts(ofObject: "big", bucket: "site", PartListQuery(entriesMax: 2))
            let expectedParts = [
                ObjectPart(number: 1, offset: 0, size: 100_000, checksums: []),
                ObjectPart(number: 5, offset: 100_000, size: 200, checksums: []),
            ]
            try expectEqual(parts, PartListPage(parts: expectedParts, next: 5), "object parts")
            try await expectThrows(.noSuchUpload(upload.id), "the upload is gone") { () throws(ObjectStoreError) in
                try await store.listParts(of: upload, PartListQuery())
            }
        },
        ConformanceCheck("a completion that is refused leaves the upload as it was") { store in
            try await store.makeBucket("site")
            let upload = try await store.startUpload("site", "big")
            let one = try await store.putPart(1, pattern(99), of: upload)
            let two = try await store.putPart(2, pattern(100, seed: 1), of: upload)
            let three = try await store.putPart(3, pattern(1), of: upload)
            let rows: [(parts: [UploadCompletion.Part], expected: ObjectStoreError)] = [
                ([], .noParts),
                ([.init(number: 2, etag: two.etag), .init(number: 1, etag: one.etag)], .invalidPartOrder(after: 2, found: 1)),
                ([.init(number: 2, etag: two.etag), .init(number: 2, etag: two.etag)], .invalidPartOrder(after: 2, found: 2)),
                ([.init(number: 2, etag: one.etag)], .invalidPart(number: 2)),
                ([.init(number: 2, etag: two.etag), .init(number: 4, etag: two.etag)], .invalidPart(number: 4)),
                ([.init(number: 0, etag: two.etag)], .invalidPart(number: 0)),
                (
                    [.init(number: 1, etag: one.etag), .init(number: 2, etag: two.etag)],
                    .entityTooSmall(partNumber: 1, bytes: 99, minimum: 100)
                ),
            ]
            for row in rows {
                try await expectThrows(row.expected, "\(row.parts)") { () throws(ObjectStoreError) in
                    try await store.completeUpload(
                        UploadCompletion(upload: upload, parts: row.parts, lastModified: instant(0)))
                }
            }
            let listed = try await store.listParts(of: upload, PartListQuery())
            try expectEqual(listed, PartListPage(parts: [one, two, three], next: nil), "parts")
            _ = try await store.completeUpload(completion(upload, [two, three]))
            try expectEqual(try await store.bytes("site", "big"), pattern(100, seed: 1) + pattern(1), "bytes")
        },
        ConformanceCheck("a completion obeys its condition") { store in
            try await store.makeBucket("site")
            try await store.put("site", "k", [1])
            let upload = try await store.startUpload("site", "k")
            let part = try await store.putPart(1, pattern(10), of: upload)
            try await expectThrows(.preconditionFailed(.ifNoneMatch, current: tag([1])), "absent") {
                () throws(ObjectStoreError) in
                try await store.completeUpload(completion(upload, [part], if: .absent))
            }
            try await expectThrows(.preconditionFailed(.ifMatch, current: tag([1])), "other") {
                () throws(ObjectStoreError) in
                try await store.completeUpload(completion(upload, [part], if: .matches("e")))
            }
            _ = try await store.completeUpload(completion(upload, [part], if: .matches(tag([1]))))
            try expectEqual(try await store.bytes("site", "k"), pattern(10), "bytes")
        },
        ConformanceCheck("an aborted upload is gone, with parts on their way") { store in
            try await store.makeBucket("site")
            let upload = try await store.startUpload("site", "k")
            let writer = try await store.beginPart(1, of: upload)
            try await writer.write(pattern(100_000))
            try await store.putPart(2, pattern(10), of: upload)
            try await store.abortUpload(upload)
            try await expectThrows(.noSuchUpload(upload.id), "late part") { () throws(ObjectStoreError) in
                try await writer.commit(PartCommit(etag: "e", lastModified: instant(0)))
            }
            try await expectThrows(.noSuchUpload(upload.id), "abort again") { () throws(ObjectStoreError) in
                try await store.abortUpload(upload)
            }
            try await expectThrows(.noSuchUpload(upload.id), "complete") { () throws(ObjectStoreError) in
                try await store.completeUpload(
                    UploadCompletion(upload: upload, parts: [.init(number: 1, etag: "e")], lastModified: instant(0)))
            }
        },
        ConformanceCheck("an upload is known only under its own key") { store in
            try await store.makeBucket("site")
            let upload = try await store.startUpload("site", "k")
            let other = UploadReference(bucket: "site", key: "other", id: upload.id)
            try await expectThrows(.noSuchUpload(upload.id), "other key") { () throws(ObjectStoreError) in
                try await store.beginPart(1, of: other)
            }
            for number in [0, -1, 10_001] {
                try await expectThrows(.invalidPartNumber(number), "part \(number)") { () throws(ObjectStoreError) in
                    try await store.beginPart(number, of: upload)
                }
            }
        },
        ConformanceCheck("a part copies a range of an object and outlives it") { store in
            try await store.makeBucket("site")
            for size in [1000, 300_000] {
                let bytes = pattern(size)
                try await store.put("site", "source", bytes)
                let upload = try await store.startUpload("site", "k")
                func copy(_ number: Int, _ range: Range<Int64>?) async throws(ObjectStoreError) -> UploadPart {
                    try await store.copyPart(
                        PartCopy(
                            source: CopySource(bucket: "site", key: "source"), range: range, upload: upload,
                            partNumber: number, commit: PartCommit(etag: "\(number)", lastModified: instant(0))))
                }
                let one = try await copy(1, 100..<900)
                try expectEqual(one.size, 800, "size")
                let two = try await copy(2, nil)
                for range in [Int64(size)..<Int64(size + 1), 10..<10, -1..<5] as [Range<Int64>] {
                    let error = ObjectStoreError.rangeNotSatisfiable(
                        lower: range.lowerBound, upper: range.upperBound, size: Int64(size))
                    try await expectThrows(error, "range \(range)") { () throws(ObjectStoreError) in
                        try await copy(3, range)
                    }
                }
                _ = try await store.deleteObject(bucket: "site", key: "source", precondition: .none)
                _ = try await store.completeUpload(completion(upload, [one, two]))
                try expect(try await store.bytes("site", "k") == Array(bytes[100..<900]) + bytes, "bytes differ")
            }
        },
        ConformanceCheck("a joined object is overwritten, copied and copied in part like any other") { store in
            try await store.makeBucket("site")
            let upload = try await store.startUpload("site", "k")
            let one = try await store.putPart(1, pattern(70_000, seed: 1), of: upload)
            let two = try await store.putPart(2, pattern(70_000, seed: 2), of: upload)
            _ = try await store.completeUpload(completion(upload, [one, two]))
            let whole = pattern(70_000, seed: 1) + pattern(70_000, seed: 2)
            let copy = try await store.copyObject(
                ObjectCopy(source: CopySource(bucket: "site", key: "k"), bucket: "site", key: "c", lastModified: instant(0)))
            try expectEqual(copy.partCount, 2, "parts of the copy")
            try expectEqual(
                try await store.parts(ofObject: "c", bucket: "site", PartListQuery()).parts.map(\.size), [70_000, 70_000],
                "part sizes of the copy")
            let second = try await store.startUpload("site", "d")
            let part = try await store.copyPart(
                PartCopy(
                    source: CopySource(bucket: "site", key: "c"), range: 60_000..<80_000, upload: second, partNumber: 1,
                    commit: PartCommit(etag: "e", lastModified: instant(0))))
            let reader = try await store.read(bucket: "site", key: "k")
            try await store.put("site", "k", [1])
            try await store.put("site", "c", [1])
            _ = try await store.completeUpload(completion(second, [part]))
            try expect(try await store.bytes("site", "d") == Array(whole[60_000..<80_000]), "bytes of the part copy differ")
            try expect(try await reader.content.readAll() == whole, "the reader lost its bytes")
        },
    ]
}
