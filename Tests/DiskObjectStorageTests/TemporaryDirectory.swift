import Foundation
import Logging
import ObjectStorage
import ObjectStorageConformance

@testable import DiskObjectStorage

/// A directory for one test, removed with the last reference.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "skerry-store-" + UUID().uuidString
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Opens the store in `path/data`.
    func open(
        _ fileSystem: any FileSystem = PosixFileSystem(), logger: Logger = quiet
    ) throws(DiskStoreOpenError) -> DiskObjectStore {
        try DiskObjectStore(
            directory: path + "/data", fileSystem: fileSystem,
            rules: MultipartRules(partBytesMin: ConformanceCheck.partBytesMin), logger: logger)
    }

    /// Opens, runs, closes.
    func with<T>(
        _ fileSystem: any FileSystem = PosixFileSystem(), _ body: (DiskObjectStore) async throws -> T
    ) async throws -> T {
        let store = try open(fileSystem)
        do {
            let value = try await body(store)
            await store.close()
            return value
        } catch {
            await store.close()
            throw error
        }
    }

    /// Paths of all files under `segments` and `tmp`.
    var payloadFiles: [String] {
        ["segments", "tmp"].flatMap { folder in
            (try? FileManager.default.subpathsOfDirectory(atPath: "\(path)/data/\(folder)"))?
                .map { "\(path)/data/\(folder)/\($0)" } ?? []
        }.filter { path in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
        }.sorted()
    }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Waits, without a clock, until everything queued on the store's writing threads has run.
func drain(_ store: DiskObjectStore) async throws {
    // Every thread has to come by once: as many jobs as threads meet at one point.
    let count = DiskStoreLimits.writeThreads
    let meeting = Meeting(count)
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<count {
            group.addTask { try await store.writePool.run { () throws(ObjectStoreError) in meeting.arrive() } }
        }
        try await group.waitForAll()
    }
}

/// A point that threads leave only when all have arrived. `@unchecked Sendable`: `missing` is touched under `condition`.
private final class Meeting: @unchecked Sendable {
    private let condition = NSCondition()
    private var missing: Int

    init(_ count: Int) { missing = count }

    func arrive() {
        condition.lock()
        missing -= 1
        condition.broadcast()
        while missing > 0 { condition.wait() }
        condition.unlock()
    }
}
