import Foundation
import GRDB
import ObjectStorage
import ObjectStorageConformance
import Testing

@testable import DiskObjectStorage

@Suite struct FaultTests {
    @Test(arguments: [
        (FaultyFileSystem.Fault.writes(code: ENOSPC), ObjectStoreError.storageFull(during: "write")),
        (.writes(code: EDQUOT), .storageFull(during: "write")),
        (.writes(code: EIO), .ioFailure(during: "write", detail: "write : Input/output error (errno 5)")),
        (.creations(code: EROFS), .readOnly(during: "write")),
        (.creations(code: EACCES), .readOnly(during: "write")),
        (.syncs(code: EIO), .ioFailure(during: "write", detail: "fdatasync : Input/output error (errno 5)")),
        (.syncs(code: ENOSPC), .storageFull(during: "write")),
        (.directorySyncs(code: ENOSPC), .storageFull(during: "commit")),
    ])
    func `a put that cannot be stored throws, shows nothing, and leaves no file`(
        fault: FaultyFileSystem.Fault, expected: ObjectStoreError
    ) async throws {
        let directory = TemporaryDirectory()
        let fileSystem = FaultyFileSystem()
        try await directory.with(fileSystem) { store in
            try await store.makeBucket("site")
            try await store.put("site", "k", pattern(100_000))
            let upload = try await store.startUpload("site", "u")
            // The directory of the new files exists, so its first sync is the commit's.
            fileSystem.set(fault)
            var found = await #expect(throws: ObjectStoreError.self) { try await store.put("site", "k", pattern(300_000, seed: 1)) }
            #expect(found == expected)
            found = await #expect(throws: ObjectStoreError.self) { try await store.put("site", "new", pattern(300_000)) }
            #expect(found == expected)
            found = await #expect(throws: ObjectStoreError.self) { try await store.putPart(1, pattern(10), of: upload) }
            #expect(found == expected)
            // Reads go on, and so do small writes, which need no file.
            #expect(try await store.bytes("site", "k") == pattern(100_000))
            #expect(try await store.walk(ObjectListQuery(bucket: "site")) == ["K k"])
            try await store.put("site", "small", [1])
            fileSystem.set(.none)
            try await store.put("site", "k", pattern(300_000, seed: 1))
            #expect(try await store.bytes("site", "k") == pattern(300_000, seed: 1))
            try await drain(store)
            #expect(directory.payloadFiles.count == 1)
        }
    }

    @Test func `a full device is noticed at any write of an object`() async throws {
        let directory = TemporaryDirectory()
        let fileSystem = FaultyFileSystem()
        try await directory.with(fileSystem) { store in
            try await store.makeBucket("site")
            let bytes = pattern(900_000)
            try await store.put("site", "k", bytes, chunk: 300_000)
            let writes = fileSystem.writes
            #expect(writes == 3)
            for number in 1...writes {
                fileSystem.set(.write(number: fileSystem.writes + number, code: ENOSPC))
                let found = await #expect(throws: ObjectStoreError.self) {
                    try await store.put("site", "k", pattern(900_000, seed: 1), chunk: 300_000)
                }
                #expect(found == .storageFull(during: "write"), "write \(number)")
                let kept = try await store.bytes("site", "k")
                #expect(kept == bytes)
            }
        }
    }

    @Test func `bug: nothing could be deleted from a full device, so it stayed full`() async throws {
        let directory = TemporaryDirectory()
        let fileSystem = FaultyFileSystem()
        try await directory.with(fileSystem) { store in
            try await store.makeBucket("site")
            try await store.put("site", "large", pattern(100_000))
            try await store.put("site", "small", pattern(100))
            let upload = try await store.startUpload("site", "u")
            fileSystem.set(space: FileSystemSpace(total: 1 << 40, available: DiskStoreLimits.reservedBytes))
            for size in [100, 100_000] {
                let found = await #expect(throws: ObjectStoreError.self) { try await store.put("site", "new", pattern(size)) }
                guard case .storageFull = found else {
                    Issue.record("\(size) bytes: \(String(describing: found))")
                    continue
                }
            }
            await #expect(throws: ObjectStoreError.self) { try await store.makeBucket("other") }
            #expect(try await store.bytes("site", "large") == pattern(100_000))
            #expect(try await store.deleteObject(bucket: "site", key: "large", precondition: .none) == .deleted)
            #expect(try await store.deleteObjects(bucket: "site", [ObjectDeletion(key: "small")]) == [.deleted])
            try await store.abortUpload(upload)
            try await drain(store)
            #expect(directory.payloadFiles.isEmpty)
            fileSystem.set(space: FileSystemSpace(total: 1 << 40, available: DiskStoreLimits.reservedBytes + 100_000))
            try await store.put("site", "large", pattern(100_000))
            try await store.deleteObject(bucket: "site", key: "large", precondition: .none)
            try await store.deleteBucket("site")
        }
    }

    private static let rooms: [(total: Int64, available: Int64, bytes: Int64, has: Bool)] = [
        (1_000_000_000_000, 67_108_869, 5, true), (1_000_000_000_000, 67_108_868, 5, false), (16_000, 1005, 5, true),
        (16_000, 1004, 5, false), (0, 0, 1, false),
    ]

    @Test(arguments: rooms)
    func `the reserve is 64 MiB, of a small device a sixteenth`(row: (total: Int64, available: Int64, bytes: Int64, has: Bool)) {
        #expect(FileSystemSpace(total: row.total, available: row.available).hasRoom(for: row.bytes) == row.has)
    }

    @Test func `short writes are continued`() async throws {
        let directory = TemporaryDirectory()
        let fileSystem = FaultyFileSystem()
        fileSystem.setWriteBytesMax(1000)
        try await directory.with(fileSystem) { store in
            try await store.makeBucket("site")
            try await store.put("site", "k", pattern(123_456))
            let bytes = try await store.bytes("site", "k")
            #expect(bytes == pattern(123_456))
            #expect(fileSystem.writes == 124)
        }
    }

    @Test func `a failing read is an error of that read alone`() async throws {
        let directory = TemporaryDirectory()
        let fileSystem = FaultyFileSystem()
        try await directory.with(fileSystem) { store in
            try await store.makeBucket("site")
            try await store.put("site", "k", pattern(100_000))
            let open = try await store.read(bucket: "site", key: "k")
            fileSystem.set(.reads(code: EIO))
            await #expect(throws: ObjectStoreError.ioFailure(during: "read", detail: "pread : Input/output error (errno 5)")) {
                try await open.content.readAll()
            }
            await #expect(throws: ObjectStoreError.self) { try await store.read(bucket: "site", key: "k") }
            #expect(try await store.head(bucket: "site", key: "k").size == 100_000)
            fileSystem.set(.none)
            let bytes = try await open.content.readAll()
            #expect(bytes == pattern(100_000))
        }
    }

    @Test func `an index that is full refuses writes and serves reads`() async throws {
        let directory = TemporaryDirectory()
        try await directory.with { store in
            try await store.makeBucket("site")
            try await store.put("site", "k", pattern(1000))
            func limitPages(_ pages: Int) async throws {
                _ = try await store.index.pool.writeWithoutTransaction { db in
                    try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
                }
            }
            let used = try await store.index.pool.read { try Int.fetchOne($0, sql: "PRAGMA page_count") } ?? 0
            try await limitPages(used)
            for size in [60_000, 100_000] {
                let key = "new\(size)"
                do throws(ObjectStoreError) {
                    // A file needs little of the index: write until it is full.
                    for number in 0..<2000 { try await store.put("site", "\(key)-\(number)", pattern(size)) }
                    Issue.record("the index never filled up")
                } catch { #expect(error == .storageFull(during: "commit")) }
                if size == 60_000 { break }
            }
            let bytes = try await store.bytes("site", "k")
            #expect(bytes == pattern(1000))
            await #expect(throws: ObjectStoreError.storageFull(during: "commit")) {
                try await store.put("site", "another", pattern(60_000))
            }
            try await limitPages(1_000_000)
            try await store.put("site", "another", pattern(60_000))
            let another = try await store.bytes("site", "another")
            #expect(another == pattern(60_000))
        }
    }

    @Test func `one refused mutation does not undo its neighbours in the batch`() async throws {
        let directory = TemporaryDirectory()
        try await directory.with { store in
            try await store.makeBucket("site")
            try await store.put("site", "taken", [1])
            let refused = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        do {
                            try await store.put("site", number % 2 == 0 ? "taken" : "k\(number)", [2], if: .absent)
                            return false
                        } catch ObjectStoreError.preconditionFailed { return true }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(refused == 50)
            let keys = try await store.listObjects(ObjectListQuery(bucket: "site", prefix: "k"))
            #expect(keys.objects.count == 50)
            let inline = try await store.index.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM inline") }
            #expect(inline == 51, "refused bytes stay out of the index")
        }
    }

    /// What an overwrite of `k` (a file) by another file, a new file, and a joined upload go through, step by step.
    private func work(_ store: DiskObjectStore, acknowledged: inout [String: [UInt8]]) async throws {
        try await store.put("site", "k", pattern(200_000, seed: 2))
        acknowledged["k"] = pattern(200_000, seed: 2)
        try await store.put("site", "small", pattern(10, seed: 2))
        acknowledged["small"] = pattern(10, seed: 2)
        try await store.put("site", "new", pattern(150_000, seed: 2))
        acknowledged["new"] = pattern(150_000, seed: 2)
        let upload = try await store.startUpload("site", "joined")
        let parts = [
            try await store.putPart(1, pattern(70_000, seed: 3), of: upload),
            try await store.putPart(2, pattern(20, seed: 4), of: upload),
        ]
        _ = try await store.completeUpload(
            UploadCompletion(
                upload: upload, parts: parts.map { .init(number: $0.number, etag: $0.etag) }, lastModified: instant(0)))
        acknowledged["joined"] = pattern(70_000, seed: 3) + pattern(20, seed: 4)
        _ = try await store.deleteObject(bucket: "site", key: "k", precondition: .none)
        acknowledged["k"] = []
    }

    @Test func `a power cut at any step leaves the old or the new object, and all that was acknowledged`() async throws {
        var cut = 1
        var cutsThatHit = 0
        while true {
            let directory = TemporaryDirectory()
            try await directory.with { store in
                try await store.makeBucket("site")
                try await store.put("site", "k", pattern(100_000, seed: 1))
            }
            let fileSystem = FaultyFileSystem()
            var acknowledged: [String: [UInt8]] = ["k": pattern(100_000, seed: 1)]
            var isCut = false
            let store = try directory.open(fileSystem)
            fileSystem.set(.powerCut(atChange: fileSystem.changes + cut))
            do { try await work(store, acknowledged: &acknowledged) } catch { isCut = true }
            await store.close()
            try fileSystem.losePower()

            let before = acknowledged
            try await directory.with { store in
                #expect(store.recovery.filesDamaged == 0, "cut at change \(cut)")
                for (key, bytes) in before {
                    if bytes.isEmpty {
                        await #expect(throws: ObjectStoreError.noSuchKey(bucket: "site", key: key)) {
                            try await store.head(bucket: "site", key: key)
                        }
                        continue
                    }
                    let found = try await store.bytes("site", key)
                    #expect(found == bytes, "cut at change \(cut): \(key) is not what was acknowledged")
                }
                let keys = try await store.walk(ObjectListQuery(bucket: "site"))
                #expect(Set(keys).isSubset(of: ["K joined", "K k", "K new", "K small"]))
                for key in keys { _ = try await store.bytes("site", String(key.dropFirst(2))) }
                let named = try await store.index.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM file") }
                #expect(directory.payloadFiles.count == named, "cut at change \(cut): files without a name in the index")
            }
            if isCut { cutsThatHit += 1 }
            // Removals after the last commit are changes too; once none of them is hit, every step has been.
            if fileSystem.changes < cut { break }
            cut += 1
        }
        #expect(cutsThatHit > 15, "only \(cutsThatHit) steps")
    }
}
