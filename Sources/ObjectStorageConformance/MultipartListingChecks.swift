import ObjectStorage

extension ObjectStorageConformance {
    static let multipartListingChecks: [ConformanceCheck] = [
        ConformanceCheck("parts are listed by number, in pages") { store in
            try await store.makeBucket("site")
            let upload = try await store.startUpload("site", "k")
            try expectEqual(
                try await store.listParts(of: upload, PartListQuery()), PartListPage(parts: [], next: nil), "none")
            for number in [10, 2, 7, 1] { try await store.putPart(number, pattern(number), of: upload) }
            var found: [[Int]] = []
            var query = PartListQuery(entriesMax: 2)
            while true {
                let page = try await store.listParts(of: upload, query)
                found.append(page.parts.map(\.number))
                guard let next = page.next else { break }
                query.afterNumber = next
            }
            try expectEqual(found, [[1, 2], [7, 10]], "pages")
            let zero = try await store.listParts(of: upload, PartListQuery(entriesMax: 0))
            try expectEqual(zero, PartListPage(parts: [], next: nil), "zero entries")
            let part = try await store.listParts(of: upload, PartListQuery(afterNumber: 9)).parts
            try expectEqual(
                part,
                [UploadPart(number: 10, size: 10, etag: tag(pattern(10)), checksums: [], lastModified: instant(1))], "part")
        },
        ConformanceCheck("an upload is found as it was created") { store in
            try await store.makeBucket("site")
            let upload = NewUpload(
                bucket: "site", key: "k", initiator: "bob", initiated: instant(4),
                attributes: ObjectAttributes(contentType: "a/b"), checksumAlgorithm: "CRC32C", checksumScope: .composite)
            let made = try await store.createUpload(upload)
            try expectEqual(made.upload, upload, "made")
            let reference = UploadReference(bucket: "site", key: "k", id: made.id)
            try expectEqual(try await store.upload(reference), made, "found")
        },
        ConformanceCheck("uploads are listed by key, then by time, in pages of any size") { store in
            try await store.makeBucket("site")
            var made: [String] = []
            for (key, time) in [("a", 1), ("b", 2), ("b", 3), ("b", 4), ("c/1", 5), ("c/2", 6), ("d", 7)] as [(String, Int64)] {
                made.append(try await store.startUpload("site", key, at: instant(time)).id)
            }
            let rows: [(prefix: String, delimiter: String, expected: [String])] = [
                ("", "", made), ("", "/", Array(made[0..<4]) + ["c/", made[6]]), ("b", "", Array(made[1..<4])),
                ("c/", "/", Array(made[4..<6])), ("x", "", []),
            ]
            for row in rows {
                for max in [1, 2, 3, 1000] {
                    var query = UploadListQuery(
                        bucket: "site", prefix: row.prefix, delimiter: row.delimiter, entriesMax: max)
                    var found: [String] = []
                    while true {
                        let page = try await store.listUploads(query)
                        try expect(page.uploads.count + page.commonPrefixes.count <= max, "page too long")
                        let uploads = page.uploads.map { ($0.upload.key, $0.id) } + page.commonPrefixes.map { ($0, $0) }
                        found += uploads.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
                        guard let next = page.next else { break }
                        query.keyMarker = next.keyMarker
                        query.uploadIDMarker = next.uploadIDMarker
                    }
                    try expectEqual(found, row.expected, "prefix '\(row.prefix)' delimiter '\(row.delimiter)' pages of \(max)")
                }
            }
            let behind = try await store.listUploads(UploadListQuery(bucket: "site", keyMarker: "b"))
            try expectEqual(behind.uploads.map(\.id), Array(made[4...]), "a key marker alone leaves the whole key out")
            let within = try await store.listUploads(
                UploadListQuery(bucket: "site", keyMarker: "b", uploadIDMarker: made[2]))
            try expectEqual(within.uploads.map(\.id), Array(made[3...]), "an id marker goes on within the key")
            let zero = try await store.listUploads(UploadListQuery(bucket: "site", entriesMax: 0))
            try expectEqual(zero, UploadListPage(), "zero entries")
        },
    ]
}
