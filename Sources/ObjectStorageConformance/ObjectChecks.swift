import ObjectStorage

extension ObjectStorageConformance {
    static let objectChecks: [ConformanceCheck] = [
        ConformanceCheck("an object reads back whole and in ranges, whatever its size") { store in
            try await store.makeBucket("site")
            for size in sizes {
                let bytes = pattern(size)
                let put = try await store.put("site", "k\(size)", bytes)
                try expectEqual(put.size, Int64(size), "size")
                let object = try await store.read(bucket: "site", key: "k\(size)")
                try expectEqual(object.metadata, put, "metadata of \(size)")
                try expect(try await object.content.readAll() == bytes, "bytes of \(size) differ")
                try expectEqual(object.content.size, Int64(size), "content size")
                let low = size / 3
                let high = size - size / 4
                try expect(
                    try await object.content.read(Int64(low)..<Int64(high)) == Array(bytes[low..<high]),
                    "range of \(size) differs")
                try expectEqual(try await object.content.read(0..<0), [], "empty range")
                let slices = object.content.slices(Int64(low)..<Int64(high))
                var count: Int64 = 0
                while let slice = try await slices.next() {
                    try expect(slice.count > 0, "an empty slice")
                    count += slice.count
                }
                try expectEqual(count, Int64(high - low), "bytes in slices of \(size)")
            }
        },
        ConformanceCheck("every attribute comes back as it was given") { store in
            try await store.makeBucket("site")
            let attributes = ObjectAttributes(
                contentType: "text/html; charset=utf-8", cacheControl: "max-age=60", contentDisposition: "attachment",
                contentEncoding: "gzip", contentLanguage: "de", expires: "not a date",
                userMetadata: [.init(name: "a", value: "1"), .init(name: "ü", value: ""), .init(name: "a", value: "2")],
                websiteRedirectLocation: "/else", storageClass: "STANDARD_IA", owner: "bob",
                documents: ["tagging": [1, 2, 3], "acl": []])
            let checksums = [
                ObjectChecksum(algorithm: "CRC64NVME", value: "AAAA"),
                ObjectChecksum(algorithm: "SHA256", scope: .composite, value: "BBBB-2"),
            ]
            let put = try await store.put(
                "site", "k", [1], attributes: attributes, checksums: checksums, at: instant(7))
            let head = try await store.head(bucket: "site", key: "k")
            try expectEqual(head, put, "head")
            try expectEqual(head.attributes, attributes, "attributes")
            try expectEqual(head.checksums, checksums, "checksums")
            try expectEqual(head.lastModified, instant(7), "last modified")
            try expectEqual(head.etag, tag([1]), "entity tag")
            try expectEqual(head.partCount, nil, "part count")
        },
        ConformanceCheck("nothing is visible before commit, nor after abort") { store in
            try await store.makeBucket("site")
            for size in [10, 300_000] {
                let writer = try await store.beginPut(bucket: "site", key: "k")
                try await writer.write(pattern(size))
                try await expectThrows(.noSuchKey(bucket: "site", key: "k"), "uncommitted") {
                    () throws(ObjectStoreError) in try await store.head(bucket: "site", key: "k")
                }
                await writer.abort()
                try await expectThrows(.writerFinished, "write after abort") { () throws(ObjectStoreError) in
                    try await writer.write([1])
                }
                try await expectThrows(.writerFinished, "commit after abort") { () throws(ObjectStoreError) in
                    try await writer.commit(ObjectCommit(etag: "e", lastModified: instant(0)))
                }
            }
            try expectEqual(try await store.walk(ObjectListQuery(bucket: "site")), [], "listing")
        },
        ConformanceCheck("a writer commits once") { store in
            try await store.makeBucket("site")
            let writer = try await store.beginPut(bucket: "site", key: "k")
            try await writer.write([1])
            _ = try await writer.commit(ObjectCommit(etag: "e", lastModified: instant(0)))
            await writer.abort()
            try await expectThrows(.writerFinished, "again") { () throws(ObjectStoreError) in
                try await writer.commit(ObjectCommit(etag: "e", lastModified: instant(0)))
            }
            try expectEqual(try await store.bytes("site", "k"), [1], "bytes")
        },
        ConformanceCheck("a reader keeps its object while the key is overwritten and deleted") { store in
            try await store.makeBucket("site")
            for size in [10, 300_000] {
                let first = pattern(size, seed: 1)
                try await store.put("site", "k", first)
                let reader = try await store.read(bucket: "site", key: "k")
                try await store.put("site", "k", pattern(size, seed: 2))
                _ = try await store.deleteObject(bucket: "site", key: "k", precondition: .none)
                try expect(try await reader.content.readAll() == first, "the old bytes of \(size) are gone")
            }
        },
        ConformanceCheck("an overwrite has a new generation, other objects keep theirs") { store in
            try await store.makeBucket("site")
            let first = try await store.put("site", "k", [1])
            let other = try await store.put("site", "other", [1])
            let second = try await store.put("site", "k", [1])
            try expect(Set([first.generation, other.generation, second.generation]).count == 3, "generations repeat")
            try expectEqual(try await store.head(bucket: "site", key: "other"), other, "other")
        },
        ConformanceCheck("keys are bytes: case, slashes and Unicode composition all tell keys apart") { store in
            try await store.makeBucket("site")
            let keys = ["a", "A", "a/", "a//", "/", "\u{E9}", "e\u{301}", " ", "a\u{1F600}", "%2F", "."]
            for (number, key) in keys.enumerated() { try await store.put("site", key, [UInt8(number)]) }
            for (number, key) in keys.enumerated() {
                try expectEqual(try await store.bytes("site", key), [UInt8(number)], "key \(key.debugDescription)")
            }
            try expectEqual(try await store.listObjects(ObjectListQuery(bucket: "site")).objects.count, keys.count, "count")
        },
        ConformanceCheck("unknown buckets and keys are named") { store in
            try await expectThrows(.noSuchBucket("no"), "read") { () throws(ObjectStoreError) in
                try await store.read(bucket: "no", key: "k")
            }
            try await expectThrows(.noSuchBucket("no"), "put") { () throws(ObjectStoreError) in
                try await store.beginPut(bucket: "no", key: "k")
            }
            try await expectThrows(.noSuchBucket("no"), "list") { () throws(ObjectStoreError) in
                try await store.listObjects(ObjectListQuery(bucket: "no"))
            }
            try await expectThrows(.noSuchBucket("no"), "delete") { () throws(ObjectStoreError) in
                try await store.deleteObject(bucket: "no", key: "k", precondition: .none)
            }
            try await store.makeBucket("site")
            try await expectThrows(.noSuchKey(bucket: "site", key: "k"), "read key") { () throws(ObjectStoreError) in
                try await store.read(bucket: "site", key: "k")
            }
            try await expectThrows(.noSuchKey(bucket: "site", key: "k"), "parts") { () throws(ObjectStoreError) in
                try await store.parts(ofObject: "k", bucket: "site", PartListQuery())
            }
        },
        ConformanceCheck("a commit into a bucket deleted meanwhile is refused") { store in
            try await store.makeBucket("site")
            for size in [1, 300_000] {
                let writer = try await store.beginPut(bucket: "site", key: "k")
                try await writer.write(pattern(size))
                try await store.deleteBucket("site")
                try await expectThrows(.noSuchBucket("site"), "commit") { () throws(ObjectStoreError) in
                    try await writer.commit(ObjectCommit(etag: "e", lastModified: instant(0)))
                }
                try await store.makeBucket("site")
            }
        },
        ConformanceCheck("deleting says whether there was something") { store in
            try await store.makeBucket("site")
            try await store.put("site", "k", [1])
            let first = try await store.deleteObject(bucket: "site", key: "k", precondition: .none)
            try expectEqual(first, .deleted, "first")
            let second = try await store.deleteObject(bucket: "site", key: "k", precondition: .none)
            try expectEqual(second, .absent, "second")
        },
        ConformanceCheck("a batch delete answers key by key, in order, up to its limit") { store in
            try await store.makeBucket("site")
            for key in ["a", "b", "c"] { try await store.put("site", key, Array(key.utf8)) }
            let outcomes = try await store.deleteObjects(
                bucket: "site",
                [
                    ObjectDeletion(key: "c"), ObjectDeletion(key: "none"),
                    ObjectDeletion(key: "a", precondition: .matches("other")),
                    ObjectDeletion(key: "b", precondition: .matches(tag(Array("b".utf8)))), ObjectDeletion(key: "c"),
                ])
            let expected: [DeletionOutcome] = [
                .deleted, .absent, .refused(.preconditionFailed(.ifMatch, current: tag(Array("a".utf8)))), .deleted, .absent,
            ]
            try expectEqual(outcomes, expected, "outcomes")
            try expectEqual(try await store.walk(ObjectListQuery(bucket: "site")), ["K a"], "left")
            let max = ObjectStoreLimits.batchDeletionsMax
            let many = (0...max).map { ObjectDeletion(key: "\($0)") }
            try expectEqual(try await store.deleteObjects(bucket: "site", Array(many.dropLast())).count, max, "limit")
            try await expectThrows(.tooManyDeletions(count: max + 1, max: max), "one more") {
                () throws(ObjectStoreError) in try await store.deleteObjects(bucket: "site", many)
            }
        },
        ConformanceCheck("a closed store refuses") { store in
            try await store.makeBucket("site")
            await store.close()
            try await expectThrows(.closed, "read") { () throws(ObjectStoreError) in try await store.bucket("site") }
            try await expectThrows(.closed, "write") { () throws(ObjectStoreError) in try await store.makeBucket("other") }
            await store.close()
        },
    ]
}
