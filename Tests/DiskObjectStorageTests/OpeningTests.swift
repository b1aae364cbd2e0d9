import Foundation
import GRDB
import ObjectStorage
import ObjectStorageConformance
import Testing

@testable import DiskObjectStorage

@Suite struct OpeningTests {
    @Test func `a missing directory is made for its owner alone`() async throws {
        let directory = TemporaryDirectory()
        try await directory.with { _ in }
        for path in [directory.path, directory.path + "/data", directory.path + "/data/segments", directory.path + "/data/tmp"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o700, "\(path)")
        }
        let index = try FileManager.default.attributesOfItem(atPath: directory.path + "/data/index.sqlite")
        #expect((index[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test func `a second opening is refused and names the holder`() async throws {
        let directory = TemporaryDirectory()
        let data = directory.path + "/data"
        try await directory.with { _ in
            let error = #expect(throws: DiskStoreOpenError.self) { try directory.open() }
            #expect(error == .locked(directory: data, pid: getpid()))
            #expect(error?.description == "data directory \(data) is in use by another process (pid \(getpid())); stop it first")
        }
        try await directory.with { _ in }
    }

    @Test func `a newer index is refused, and stays as it is`() async throws {
        let directory = TemporaryDirectory()
        try await directory.with { store in
            try await store.makeBucket("site")
            try await store.index.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
        }
        let newer = DiskStoreOpenError.newerSchema(found: 99, supported: IndexSchema.version)
        #expect(throws: newer) { try directory.open() }
        #expect(throws: newer) { try directory.open() }
    }

    @Test func `a database of others is refused`() async throws {
        let directory = TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.path + "/data", withIntermediateDirectories: true)
        let path = directory.path + "/data/index.sqlite"
        do {
            let queue = try DatabaseQueue(path: path)
            try await queue.write { try $0.execute(sql: "CREATE TABLE theirs (a)") }
            try queue.close()
        }
        #expect(throws: DiskStoreOpenError.foreignIndex(path: path)) { try directory.open() }
    }

    @Test func `a file where the directory should be is refused`() throws {
        let directory = TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: directory.path + "/data"))
        let error = #expect(throws: DiskStoreOpenError.self) { try directory.open() }
        #expect(error?.description.hasPrefix("cannot open the data directory") == true)
    }

    @Test func `leftovers of a crash are removed, known files and those of others stay`() async throws {
        let directory = TemporaryDirectory()
        try await directory.with { store in
            try await store.makeBucket("site")
            try await store.put("site", "k", pattern(100_000))
        }
        let kept = directory.payloadFiles
        #expect(kept.count == 1)
        let segments = directory.path + "/data/segments"
        let known = (kept[0] as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: segments + "/00000000000ff", withIntermediateDirectories: true)
        for path in [
            "\(directory.path)/data/tmp/00000000000000aa", "\(known)/00000000000000bb", "\(segments)/00000000000ff/00000000000ff001",
        ] {
            try Data([1]).write(to: URL(fileURLWithPath: path))
        }
        try Data([1]).write(to: URL(fileURLWithPath: known + "/notes.txt"))
        try await directory.with { store in
            #expect(store.recovery.leftoversRemoved == 3)
            let bytes = try await store.bytes("site", "k")
            #expect(bytes == pattern(100_000))
        }
        #expect(directory.payloadFiles.sorted() == (kept + [known + "/notes.txt"]).sorted())
        #expect(!FileManager.default.fileExists(atPath: segments + "/00000000000ff"))
    }

    @Test func `lost bytes are reported with the objects that need them, and the rest is served`() async throws {
        let directory = TemporaryDirectory()
        let upload = try await directory.with { store in
            try await store.makeBucket("site")
            try await store.put("site", "gone", pattern(100_000))
            try await store.put("site", "short", pattern(100_001))
            let upload = try await store.startUpload("site", "part")
            try await store.putPart(1, pattern(9), of: upload)
            return upload
        }
        for path in directory.payloadFiles {
            if try Data(contentsOf: URL(fileURLWithPath: path)).count == 100_001 {
                try Data([1]).write(to: URL(fileURLWithPath: path))
            } else {
                try FileManager.default.removeItem(atPath: path)
            }
        }
        try await directory.with { store in
            #expect(store.recovery.filesDamaged == 3)
            #expect(store.recovery.damagedObjects == ["site/gone", "site/short", "site/part"])
            await #expect(throws: ObjectStoreError.self) { try await store.read(bucket: "site", key: "gone") }
            #expect(try await store.head(bucket: "site", key: "gone").size == 100_000)
            try await store.put("site", "gone", pattern(100_000))
            #expect(try await store.bytes("site", "gone") == pattern(100_000))
            try await store.abortUpload(upload)
            _ = try await store.deleteObject(bucket: "site", key: "short", precondition: .none)
        }
        try await directory.with { #expect($0.recovery.filesDamaged == 0) }
    }
}
