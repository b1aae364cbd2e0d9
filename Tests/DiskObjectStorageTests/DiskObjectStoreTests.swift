import Foundation
import GRDB
import ObjectStorage
import ObjectStorageConformance
import Synchronization
import Testing

@testable import DiskObjectStorage

@Suite struct DiskObjectStoreTests {
    @Test(arguments: ObjectStorageConformance.checks)
    func `the disk store conforms`(check: ConformanceCheck) async throws {
        let directory = TemporaryDirectory()
        try await directory.with { try await check.body($0) }
    }

    @Test func `everything is there after the store was closed and opened again`() async throws {
        let directory = TemporaryDirectory()
        let attributes = ObjectAttributes(contentType: "text/plain", userMetadata: [.init(name: "a", value: "b")])
        let upload = try await directory.with { store in
            try await store.makeBucket("site")
            try await store.setConfiguration(.policy, of: "site", to: [1, 2, 3])
            try await store.put("site", "small", pattern(10), attributes: attributes)
            try await store.put("site", "large", pattern(200_000))
            let upload = try await store.startUpload("site", "parts")
            try await store.putPart(1, pattern(500), of: upload)
            return upload
        }
        try await directory.with { store in
            #expect(store.recovery == RecoveryReport())
            #expect(try await store.configuration(.policy, of: "site") == [1, 2, 3])
            #expect(try await store.head(bucket: "site", key: "small").attributes == attributes)
            #expect(try await store.bytes("site", "small") == pattern(10))
            #expect(try await store.bytes("site", "large") == pattern(200_000))
            let second = try await store.putPart(2, pattern(7), of: upload)
            let first = try await store.listParts(of: upload, PartListQuery()).parts[0]
            _ = try await store.completeUpload(
                UploadCompletion(
                    upload: upload, parts: [first, second].map { .init(number: $0.number, etag: $0.etag) },
                    lastModified: instant(0)))
            #expect(try await store.bytes("site", "parts") == pattern(500) + pattern(7))
        }
    }

    @Test(arguments: [
        (DiskStoreLimits.inlineBytesMax, 0), (DiskStoreLimits.inlineBytesMax + 1, 1),
    ])
    func `small objects live in the index, larger ones in a file of their own`(size: Int, files: Int) async throws {
        let directory = TemporaryDirectory()
        try await directory.with { store in
            try await store.makeBucket("site")
            try await store.put("site", "k", pattern(size))
            #expect(directory.payloadFiles.count == files)
        }
    }

    @Test func `every commit syncs the log`() async throws {
        let directory = TemporaryDirectory()
        try await directory.with { store in
            let (synchronous, journal) = try await store.index.pool.writeWithoutTransaction { db in
                (try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"))
            }
            #expect(synchronous == 2)
            #expect(journal == "wal")
        }
    }

    @Test func `concurrent puts share commits`() async throws {
        let directory = TemporaryDirectory()
        try await directory.with { store in
            try await store.makeBucket("site")
            let before = store.committer.commits.load(ordering: .relaxed)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<256 { group.addTask { try await store.put("site", "k\(number)", pattern(100)) } }
                try await group.waitForAll()
            }
            let commits = store.committer.commits.load(ordering: .relaxed) - before
            #expect(commits < 128, "256 concurrent puts took \(commits) commits")
            #expect(try await store.listObjects(ObjectListQuery(bucket: "site")).objects.count == 256)
        }
    }

    @Test func `slices name the file and where to read in it`() async throws {
        let directory = TemporaryDirectory()
        try await directory.with { store in
            try await store.makeBucket("site")
            let bytes = pattern(100_000)
            let upload = try await store.startUpload("site", "k")
            let one = try await store.putPart(1, bytes, of: upload)
            let two = try await store.putPart(2, bytes, of: upload)
            _ = try await store.completeUpload(
                UploadCompletion(
                    upload: upload, parts: [one, two].map { .init(number: $0.number, etag: $0.etag) }, lastModified: instant(0)))
            let content = try await store.read(bucket: "site", key: "k").content
            _ = try await store.deleteObject(bucket: "site", key: "k", precondition: .none)
            try await drain(store)
            let slices = content.slices(99_000..<101_000)
            var read: [UInt8] = []
            var lengths: [Int64] = []
            while case .file(let slice)? = try await slices.next() {
                lengths.append(slice.length)
                var buffer = [UInt8](repeating: 0, count: Int(slice.length))
                #expect(pread(slice.descriptor, &buffer, buffer.count, off_t(slice.offset)) == buffer.count)
                read += buffer
            }
            #expect(lengths == [1000, 1000])
            #expect(read == Array(bytes[99_000...]) + Array(bytes[..<1000]))
        }
    }

    @Test func `files go when nobody uses them any more, not earlier`() async throws {
        let directory = TemporaryDirectory()
        try await directory.with { store in
            try await store.makeBucket("site")
            try await store.put("site", "k", pattern(100_000))
            let source = CopySource(bucket: "site", key: "k")
            _ = try await store.copyObject(ObjectCopy(source: source, bucket: "site", key: "c", lastModified: instant(0)))
            #expect(directory.payloadFiles.count == 1)
            try await store.put("site", "k", [1])
            try await drain(store)
            #expect(directory.payloadFiles.count == 1, "the copy uses it")
            var reader: StoredObject? = try await store.read(bucket: "site", key: "c")
            _ = try await store.deleteObject(bucket: "site", key: "c", precondition: .none)
            try await drain(store)
            #expect(directory.payloadFiles.count == 1, "a reader uses it")
            #expect(reader?.content.size == 100_000)
            reader = nil
            try await drain(store)
            #expect(directory.payloadFiles.isEmpty)
        }
    }

    @Test func `what was never committed leaves no file`() async throws {
        let directory = TemporaryDirectory()
        try await directory.with { store in
            try await store.makeBucket("site")
            try await store.put("site", "k", [1])
            await #expect(throws: ObjectStoreError.preconditionFailed(.ifNoneMatch, current: tag([1]))) {
                try await store.put("site", "k", pattern(400_000), if: .absent)
            }
            let aborted = try await store.beginPut(bucket: "site", key: "a")
            try await aborted.write(pattern(400_000))
            await aborted.abort()
            do {
                let dropped = try await store.beginPut(bucket: "site", key: "d")
                try await dropped.write(pattern(400_000))
            }
            let upload = try await store.startUpload("site", "u")
            try await store.putPart(1, pattern(10), of: upload)
            try await store.putPart(1, pattern(10), of: upload)
            try await store.abortUpload(upload)
            try await drain(store)
            #expect(directory.payloadFiles.isEmpty)
        }
    }

    @Test func `writers dropped by the thousand hold nothing up`() async throws {
        // A spool whose last reference is the job that just ran is let go by the pool's own thread.
        let directory = TemporaryDirectory()
        try await directory.with { store in
            try await store.makeBucket("site")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<200 {
                            let writer = try await store.beginPut(bucket: "site", key: "k")
                            try await writer.write(pattern(262_144 / 64))
                            try await writer.write([UInt8](repeating: 1, count: 262_144))
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await drain(store)
            try await drain(store)
            #expect(directory.payloadFiles.isEmpty)
        }
    }

    @Test(arguments: [100, 2000])
    func `a page costs the same in a small bucket and in a large one`(count: Int) async throws {
        let directory = TemporaryDirectory()
        try await directory.with { store in
            try await store.makeBucket("site")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count {
                    group.addTask { try await store.put("site", "g\(number % 10)/k\(number)", []) }
                }
                try await group.waitForAll()
            }
            func cost(_ query: ObjectListQuery) async throws -> (rows: Int, seeks: Int) {
                let rows = store.effort.rows.load(ordering: .relaxed)
                let seeks = store.effort.seeks.load(ordering: .relaxed)
                _ = try await store.listObjects(query)
                return (
                    store.effort.rows.load(ordering: .relaxed) - rows, store.effort.seeks.load(ordering: .relaxed) - seeks
                )
            }
            #expect(try await cost(ObjectListQuery(bucket: "site", delimiter: "/")) == (11, 11))
            #expect(try await cost(ObjectListQuery(bucket: "site", delimiter: "/", after: "g3/", entriesMax: 2)) == (3, 3))
            #expect(try await cost(ObjectListQuery(bucket: "site", prefix: "g5/", entriesMax: 4)) == (5, 1))
        }
    }

    @Test(arguments: [ObjectCursor.sql, UploadCursor.sql])
    func `a listing is a search in an index, without sorting`(sql: String) async throws {
        let directory = TemporaryDirectory()
        try await directory.with { store in
            let plan = try await store.index.pool.read { db in
                let arguments: StatementArguments = sql == ObjectCursor.sql ? [1, Data()] : [1, Data(), ""]
                return try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments).map { $0["detail"] as String }
            }
            #expect(plan.count == 1, "\(plan)")
            #expect(plan[0].hasPrefix("SEARCH"), "\(plan)")
            #expect(plan[0].contains("key"), "\(plan)")
        }
    }
}
