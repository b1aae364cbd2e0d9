import ObjectStorage

extension ObjectStorageConformance {
    static let listingChecks: [ConformanceCheck] = [
        ConformanceCheck("a listing is in UTF-8 order, not in any alphabet's") { store in
            try await store.makeBucket("site")
            let keys = ["Z", "a", "z", "\u{E9}", "\u{FF5E}", "\u{1F600}", "e\u{301}", "ab", "a/b", "a b", "~"]
            for key in keys { try await store.put("site", key, []) }
            let expected = keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            try expectEqual(
                try await store.listObjects(ObjectListQuery(bucket: "site")).objects.map { Array($0.key.utf8) },
                expected.map { Array($0.utf8) }, "order")
            for max in 1...4 {
                let found = try await store.walk(ObjectListQuery(bucket: "site", entriesMax: max))
                try expectEqual(found, expected.map { "K " + $0 }, "pages of \(max)")
            }
        },
        ConformanceCheck("a listing says size, tag, time, class, owner and checksums") { store in
            try await store.makeBucket("site")
            let checksum = ObjectChecksum(algorithm: "SHA1", value: "v")
            let put = try await store.put(
                "site", "k", [1, 2], attributes: ObjectAttributes(storageClass: "GLACIER", owner: "bob"),
                checksums: [checksum], at: instant(3))
            let expected = ObjectListEntry(
                key: "k", size: 2, etag: put.etag, lastModified: instant(3), storageClass: "GLACIER", owner: "bob",
                checksums: [checksum])
            let page = try await store.listObjects(ObjectListQuery(bucket: "site"))
            try expectEqual(page, ObjectListPage(objects: [expected]), "page")
        },
        ConformanceCheck("a delimiter rolls keys up into common prefixes that count as entries") { store in
            try await store.makeBucket("site")
            let keys = ["a", "b/", "b/1", "b/2/3", "b//", "b0", "c//d", "c/d", "d", "/", "//", "/x"]
            for key in keys { try await store.put("site", key, []) }
            let rows: [(prefix: String, delimiter: String, expected: [String])] = [
                ("", "/", ["P /", "K a", "P b/", "K b0", "P c/", "K d"]),
                ("b/", "/", ["K b/", "P b//", "K b/1", "P b/2/"]),
                ("b", "/", ["P b/", "K b0"]),
                ("c/", "/", ["P c//", "K c/d"]),
                ("c//", "/", ["K c//d"]),
                ("/", "/", ["K /", "P //", "K /x"]),
                ("", "//", ["K /", "P //", "K /x", "K a", "K b/", "P b//", "K b/1", "K b/2/3", "K b0", "P c//", "K c/d", "K d"]),
                ("", "b/2", ["K /", "K //", "K /x", "K a", "K b/", "K b//", "K b/1", "P b/2", "K b0", "K c//d", "K c/d", "K d"]),
                ("b/2/3", "/", ["K b/2/3"]),
                ("b/2/34", "/", []),
                ("zz", "", []),
                ("", "z", keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "K " + $0 }),
            ]
            for row in rows {
                for max in [1, 2, 3, 5, 1000] {
                    let query = ObjectListQuery(
                        bucket: "site", prefix: row.prefix, delimiter: row.delimiter, entriesMax: max)
                    try expectEqual(
                        try await store.walk(query), row.expected,
                        "prefix '\(row.prefix)' delimiter '\(row.delimiter)' pages of \(max)")
                }
            }
        },
        ConformanceCheck("a page begins strictly behind its position, whether or not that key exists") { store in
            try await store.makeBucket("site")
            for key in ["a", "b", "b/1", "b/2", "c"] { try await store.put("site", key, []) }
            let rows: [(after: String, delimiter: String, expected: [String])] = [
                ("", "", ["K a", "K b", "K b/1", "K b/2", "K c"]), ("a", "", ["K b", "K b/1", "K b/2", "K c"]),
                ("aa", "", ["K b", "K b/1", "K b/2", "K c"]), ("b/1", "", ["K b/2", "K c"]), ("c", "", []), ("d", "", []),
                ("b", "/", ["P b/", "K c"]), ("b/", "/", ["K c"]), ("b/1", "/", ["K c"]), ("b/zzz", "/", ["K c"]),
            ]
            for row in rows {
                let page = try await store.listObjects(
                    ObjectListQuery(bucket: "site", delimiter: row.delimiter, after: row.after))
                try expectEqual(page.entries, row.expected, "after '\(row.after)' delimiter '\(row.delimiter)'")
                try expectEqual(page.next, nil, "next")
            }
            let below = try await store.listObjects(ObjectListQuery(bucket: "site", prefix: "b/", after: "a"))
            try expectEqual(below.entries, ["K b/1", "K b/2"], "position before the prefix")
            let above = try await store.listObjects(ObjectListQuery(bucket: "site", prefix: "b/", after: "b0"))
            try expectEqual(above.entries, [], "position behind the prefix")
        },
        ConformanceCheck("a page is cut exactly at its size, and knows whether more follow") { store in
            try await store.makeBucket("site")
            for key in ["a", "b/1", "b/2"] { try await store.put("site", key, []) }
            let zero = try await store.listObjects(ObjectListQuery(bucket: "site", entriesMax: 0))
            try expectEqual(zero, ObjectListPage(), "zero entries")
            let exact = try await store.listObjects(ObjectListQuery(bucket: "site", delimiter: "/", entriesMax: 2))
            try expectEqual(exact.next, nil, "the last prefix ends the listing")
            let cut = try await store.listObjects(ObjectListQuery(bucket: "site", entriesMax: 2))
            try expectEqual(cut.next, "b/1", "cut")
            try await store.put("site", "c", [])
            let prefix = try await store.listObjects(ObjectListQuery(bucket: "site", delimiter: "/", entriesMax: 2))
            try expectEqual(prefix.next, "b/", "cut behind a prefix")
        },
        ConformanceCheck("a page holds a thousand entries at most") { store in
            try await store.makeBucket("site")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<1003 { group.addTask { try await store.put("site", "k\(10_000 + number)", []) } }
                try await group.waitForAll()
            }
            let page = try await store.listObjects(ObjectListQuery(bucket: "site", entriesMax: 5000))
            try expectEqual(page.objects.count, 1000, "first page")
            try expectEqual(page.next, "k10999", "next")
            let rest = try await store.listObjects(ObjectListQuery(bucket: "site", after: "k10999"))
            try expectEqual(rest.entries, ["K k11000", "K k11001", "K k11002"], "second page")
        },
    ]
}
