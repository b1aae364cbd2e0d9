import ObjectStorage

extension ObjectStorageConformance {
    static let copyChecks: [ConformanceCheck] = [
        ConformanceCheck("a copy has the source's bytes and outlives it") { store in
            try await store.makeBucket("a")
            try await store.makeBucket("b")
            for size in [0, 10, 300_000] {
                let bytes = pattern(size)
                let checksum = ObjectChecksum(algorithm: "CRC32", value: "x")
                let source = try await store.put(
                    "a", "k", bytes, attributes: ObjectAttributes(contentType: "text/css"), checksums: [checksum])
                let copy = try await store.copyObject(
                    ObjectCopy(source: CopySource(bucket: "a", key: "k"), bucket: "b", key: "c", lastModified: instant(9)))
                try expectEqual(copy.etag, source.etag, "entity tag")
                try expectEqual(copy.checksums, [checksum], "checksums")
                try expectEqual(copy.attributes, source.attributes, "attributes")
                try expectEqual(copy.lastModified, instant(9), "last modified")
                _ = try await store.deleteObject(bucket: "a", key: "k", precondition: .none)
                try expect(try await store.bytes("b", "c") == bytes, "bytes of \(size) differ")
                try await store.put("b", "c", [7])
                try expectEqual(try await store.bytes("b", "c"), [7], "overwritten")
            }
        },
        ConformanceCheck("a copy onto itself replaces attributes and keeps the bytes") { store in
            try await store.makeBucket("a")
            for size in [10, 300_000] {
                try await store.put("a", "k", pattern(size))
                for round in 0..<3 {
                    let attributes = ObjectAttributes(contentType: "type/\(round)")
                    let copy = try await store.copyObject(
                        ObjectCopy(
                            source: CopySource(bucket: "a", key: "k"), bucket: "a", key: "k", attributes: attributes,
                            lastModified: instant(1)))
                    try expectEqual(copy.attributes, attributes, "attributes")
                    try expect(try await store.bytes("a", "k") == pattern(size), "bytes differ")
                }
            }
        },
        ConformanceCheck("a copy can insist on the source it looked at") { store in
            try await store.makeBucket("a")
            let first = try await store.put("a", "k", [1])
            try await store.put("a", "k", [2])
            let source = CopySource(bucket: "a", key: "k", generation: first.generation)
            try await expectThrows(.copySourceChanged(bucket: "a", key: "k"), "changed") {
                () throws(ObjectStoreError) in
                try await store.copyObject(ObjectCopy(source: source, bucket: "a", key: "c", lastModified: instant(0)))
            }
        },
        ConformanceCheck("a copy obeys the condition on its target, and names what is missing") { store in
            try await store.makeBucket("a")
            try await store.put("a", "k", [1])
            try await store.put("a", "c", [2])
            let source = CopySource(bucket: "a", key: "k")
            try await expectThrows(.preconditionFailed(.ifNoneMatch, current: tag([2])), "condition") {
                () throws(ObjectStoreError) in
                try await store.copyObject(
                    ObjectCopy(source: source, bucket: "a", key: "c", lastModified: instant(0), precondition: .absent))
            }
            try await expectThrows(.noSuchKey(bucket: "a", key: "no"), "source key") { () throws(ObjectStoreError) in
                try await store.copyObject(
                    ObjectCopy(source: CopySource(bucket: "a", key: "no"), bucket: "a", key: "c", lastModified: instant(0)))
            }
            try await expectThrows(.noSuchBucket("no"), "target bucket") { () throws(ObjectStoreError) in
                try await store.copyObject(ObjectCopy(source: source, bucket: "no", key: "c", lastModified: instant(0)))
            }
            try expectEqual(try await store.bytes("a", "c"), [2], "target")
        },
    ]
}
