import Foundation
import GRDB
import Logging
import ObjectStorage

/// What opening a store found: a start after a crash has leftovers, damage needs a person.
package struct RecoveryReport: Sendable, Hashable {
    /// Temporary files and segment files that no object named, removed.
    package var leftoversRemoved = 0
    /// Segment files the index names that are missing or shorter than they were.
    package var filesDamaged = 0
    /// Objects ("bucket/key") and uploads that need those files; at most `DiskStoreLimits.damagedObjectsLoggedMax`.
    package var damagedObjects: [String] = []
}

/// Brings files and index together before a store serves: removes what a crash left, reports what is lost.
///
/// Walks in steps of `DiskStoreLimits.sweepBatch`; memory does not grow with the store. Cost: one directory entry and
/// one index search per file, one `stat` per file of the index.
struct Recovery {
    let index: Index
    let files: SegmentFiles
    let logger: Logger

    func run() throws(DiskStoreOpenError) -> RecoveryReport {
        var report = RecoveryReport()
        do {
            try sweepTemporary(&report)
            try sweepSegments(&report)
            try findDamage(&report)
        } catch let error as FileSystemError {
            throw .fileSystem(error)
        } catch {
            throw .index(detail: "\(error)")
        }
        return report
    }

    private var fileSystem: any FileSystem { files.fileSystem }

    private func sweepTemporary(_ report: inout RecoveryReport) throws(FileSystemError) {
        try fileSystem.forEachEntry(of: files.temporaryDirectory) { (name) throws(FileSystemError) in
            try fileSystem.remove(files.temporaryDirectory + "/" + name)
            report.leftoversRemoved += 1
        }
    }

    private func sweepSegments(_ report: inout RecoveryReport) throws {
        var directories: [String] = []
        try fileSystem.forEachEntry(of: files.directory) { directories.append($0) }
        for directory in directories { try sweep(files.directory + "/" + directory, &report) }
    }

    /// Removes the files of one directory that the index does not know, and the directory when nothing is left.
    private func sweep(_ directory: String, _ report: inout RecoveryReport) throws {
        var batch: [Int64] = []
        var unknown: [Int64] = []
        var kept = 0
        func judge() throws {
            let named = try index.pool.read { db in
                let list = batch.map(String.init).joined(separator: ",")
                return try Set(Int64.fetchAll(db, sql: "SELECT id FROM file WHERE id IN (\(list))"))
            }
            kept += named.count
            unknown += batch.filter { !named.contains($0) }
            batch.removeAll(keepingCapacity: true)
        }
        var names: [String] = []
        try fileSystem.forEachEntry(of: directory) { names.append($0) }
        for name in names {
            guard let id = SegmentFiles.number(name) else {
                logger.warning("file of unknown origin", metadata: ["path": "\(directory)/\(name)"])
                kept += 1
                continue
            }
            batch.append(id)
            if batch.count == DiskStoreLimits.sweepBatch { try judge() }
        }
        try judge()
        for id in unknown {
            try fileSystem.remove(directory + "/" + SegmentFiles.name(id))
            report.leftoversRemoved += 1
        }
        if kept == 0 { try? fileSystem.remove(directory) }
    }

    // MARK: Damage

    private func findDamage(_ report: inout RecoveryReport) throws {
        var lost: Set<Int64> = []
        var last: Int64 = -1
        while true {
            let page = try index.pool.read { [last] db in
                try Row.fetchAll(
                    db, sql: "SELECT id, size FROM file WHERE id > ? ORDER BY id LIMIT ?",
                    arguments: [last, DiskStoreLimits.sweepBatch]
                ).map { (id: $0[0] as Int64, size: $0[1] as Int64) }
            }
            guard let end = page.last else { break }
            last = end.id
            for (id, size) in page where (try fileSystem.size(of: files.path(id)) ?? -1) < size {
                report.filesDamaged += 1
                if lost.count < DiskStoreLimits.damagedObjectsLoggedMax { lost.insert(id) }
            }
        }
        if !lost.isEmpty { try name(lost, &report) }
    }

    /// Says which objects need the lost files.
    private func name(_ lost: Set<Int64>, _ report: inout RecoveryReport) throws {
        let found = try index.pool.read { db in
            let statements = [
                "SELECT b.name, o.key, o.content FROM object o JOIN bucket b ON b.id = o.bucket",
                """
                SELECT b.name, u.key, p.content FROM part p JOIN upload u ON u.id = p.upload
                JOIN bucket b ON b.id = u.bucket
                """,
            ]
            var found: [String] = []
            for sql in statements {
                let rows = try Row.fetchCursor(db, sql: sql)
                while found.count < DiskStoreLimits.damagedObjectsLoggedMax, let row = try rows.next() {
                    let pieces = try Content(record: row.bytes(2)).pieces
                    guard pieces.contains(where: { lost.contains($0.id) }) else { continue }
                    found.append((row[0] as String) + "/" + String(decoding: row.bytes(1), as: UTF8.self))
                }
            }
            return found
        }
        report.damagedObjects = found
        for object in found { logger.warning("object has lost bytes", metadata: ["object": "\(object)"]) }
    }
}
