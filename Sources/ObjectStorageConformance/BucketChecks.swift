import ObjectStorage

extension ObjectStorageConformance {
    static let bucketChecks: [ConformanceCheck] = [
        ConformanceCheck("a bucket is found as it was created") { store in
            let bucket = Bucket(name: "site", owner: "alice", region: "eu-north-1", created: instant(5))
            try await expectThrows(.noSuchBucket("site"), "before") { () throws(ObjectStoreError) in
                try await store.bucket("site")
            }
            try await store.createBucket(bucket)
            try expectEqual(try await store.bucket("site"), bucket, "head bucket")
        },
        ConformanceCheck("a bucket name is taken once, and the error names the owner") { store in
            try await store.makeBucket("site", owner: "alice")
            try await expectThrows(.bucketAlreadyExists(bucket: "site", owner: "alice"), "create again") {
                () throws(ObjectStoreError) in try await store.makeBucket("site", owner: "bob")
            }
            try expectEqual(try await store.bucket("site").owner, "alice", "owner")
        },
        ConformanceCheck("buckets are listed by name, owner and prefix, in pages") { store in
            for name in ["b2", "a", "b1", "c"] { try await store.makeBucket(name, owner: name == "b1" ? "bob" : "alice") }
            let all = try await store.listBuckets(BucketListQuery())
            try expectEqual(all.buckets.map(\.name), ["a", "b1", "b2", "c"], "all")
            let mine = try await store.listBuckets(BucketListQuery(owner: "alice", entriesMax: 2))
            try expectEqual(mine.buckets.map(\.name), ["a", "b2"], "first page")
            try expectEqual(mine.next, "b2", "next")
            let rest = try await store.listBuckets(BucketListQuery(owner: "alice", after: mine.next, entriesMax: 2))
            try expectEqual(rest, BucketListPage(buckets: [try await store.bucket("c")], next: nil), "second page")
            let prefixed = try await store.listBuckets(BucketListQuery(prefix: "b"))
            try expectEqual(prefixed.buckets.map(\.name), ["b1", "b2"], "prefix")
            let none = try await store.listBuckets(BucketListQuery(entriesMax: 0))
            try expectEqual(none, BucketListPage(buckets: [], next: nil), "zero entries")
        },
        ConformanceCheck("only an empty bucket can be deleted, and its name is free again") { store in
            try await store.makeBucket("site")
            try await store.put("site", "k", [1])
            try await expectThrows(.bucketNotEmpty("site"), "with an object") { () throws(ObjectStoreError) in
                try await store.deleteBucket("site")
            }
            _ = try await store.deleteObject(bucket: "site", key: "k", precondition: .none)
            try await store.setConfiguration(.policy, of: "site", to: [1])
            let upload = try await store.startUpload("site", "u")
            try await store.putPart(1, pattern(10), of: upload)
            try await store.deleteBucket("site")
            try await expectThrows(.noSuchBucket("site"), "delete again") { () throws(ObjectStoreError) in
                try await store.deleteBucket("site")
            }
            try await store.makeBucket("site", owner: "bob")
            try expectEqual(try await store.configurations(of: "site"), [:], "configuration of the new bucket")
            try expectEqual(
                try await store.listUploads(UploadListQuery(bucket: "site")), UploadListPage(), "uploads of the new bucket")
            try await expectThrows(.noSuchUpload(upload.id), "the old upload") { () throws(ObjectStoreError) in
                try await store.upload(upload)
            }
        },
        ConformanceCheck("configuration documents are set, replaced, read and removed by kind") { store in
            try await store.makeBucket("site")
            try expectEqual(try await store.configuration(.policy, of: "site"), nil, "unset")
            try await store.setConfiguration(.policy, of: "site", to: [1, 2])
            try await store.setConfiguration(.website, of: "site", to: [])
            try await store.setConfiguration(.policy, of: "site", to: [3])
            try expectEqual(try await store.configuration(.policy, of: "site"), [3], "replaced")
            try expectEqual(try await store.configuration(.website, of: "site"), [], "empty document")
            try expectEqual(try await store.configurations(of: "site"), [.policy: [3], .website: []], "all")
            try await store.removeConfiguration(.policy, of: "site")
            try await store.removeConfiguration(.policy, of: "site")
            try expectEqual(try await store.configurations(of: "site"), [.website: []], "after removal")
            try await expectThrows(.noSuchBucket("no"), "unknown bucket") { () throws(ObjectStoreError) in
                try await store.setConfiguration(.policy, of: "no", to: [1])
            }
        },
        ConformanceCheck("a configuration document has a largest size") { store in
            try await store.makeBucket("site")
            let max = ObjectStoreLimits.configurationBytesMax
            try await store.setConfiguration(.cors, of: "site", to: pattern(max))
            try await expectThrows(.configurationTooLarge(kind: "cors", bytes: max + 1, max: max), "one more") {
                () throws(ObjectStoreError) in
                try await store.setConfiguration(.cors, of: "site", to: pattern(max + 1))
            }
            try expectEqual(try await store.configuration(.cors, of: "site")?.count, max, "kept")
        },
    ]
}
