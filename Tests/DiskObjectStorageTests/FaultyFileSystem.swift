import Foundation
import Synchronization

@testable import DiskObjectStorage

/// A real file system that fails on order, and that can lose what was not synced, as a power cut does.
///
/// Operations that change something are counted from 1. Data of a file counts as kept after `syncData`; a creation,
/// rename or removal after `syncDirectory` of its directory. SQLite's files are not behind this: its commits are
/// synced by SQLite itself, and what it did not commit is not there after a restart.
final class FaultyFileSystem: FileSystem {
    enum Fault: Sendable {
        case none
        /// Writes fail with this code while set.
        case writes(code: Int32)
        /// The n-th write fails with this code, others succeed.
        case write(number: Int, code: Int32)
        case syncs(code: Int32)
        case directorySyncs(code: Int32)
        case creations(code: Int32)
        case reads(code: Int32)
        /// The n-th change and all that follow fail: the machine is off.
        case powerCut(atChange: Int)
    }

    private struct State {
        var fault = Fault.none
        var changes = 0
        var writes = 0
        /// Paths of open files.
        var paths: [Int32: String] = [:]
        var unsyncedData: Set<String> = []
        /// Directory entries made since their directory was synced: path, and where it was before.
        var unsyncedNames: [(path: String, before: String?)] = []
        /// What the file system says of its room; nil for the truth.
        var space: FileSystemSpace?
        /// Largest number of bytes one write takes.
        var writeBytesMax = Int.max
    }

    private let base = PosixFileSystem()
    private let state = Mutex(State())

    func set(_ fault: Fault) { state.withLock { $0.fault = fault } }
    func set(space: FileSystemSpace?) { state.withLock { $0.space = space } }
    func setWriteBytesMax(_ count: Int) { state.withLock { $0.writeBytesMax = count } }
    var changes: Int { state.withLock { $0.changes } }
    var writes: Int { state.withLock { $0.writes } }

    /// Undoes what a power cut may undo: names go back, unsynced files keep only the first half of their bytes.
    func losePower() throws {
        let (names, data) = state.withLock { ($0.unsyncedNames, $0.unsyncedData) }
        for path in data where FileManager.default.fileExists(atPath: path) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: path))
        }
        for (path, before) in names.reversed() where FileManager.default.fileExists(atPath: path) {
            if let before {
                try FileManager.default.moveItem(atPath: path, toPath: before)
            } else {
                try FileManager.default.removeItem(atPath: path)
            }
        }
    }

    /// Counts one change, and throws if it is not to happen.
    private func change(_ call: String, _ path: String, code: (Fault) -> Int32? = { _ in nil }) throws(FileSystemError) {
        let failure: Int32? = state.withLock { state in
            state.changes += 1
            if case .powerCut(let number) = state.fault { return state.changes >= number ? EIO : nil }
            return code(state.fault)
        }
        if let failure { throw FileSystemError(call: call, path: path, code: failure) }
    }

    func createDirectory(_ path: String) throws(FileSystemError) {
        try change("mkdir", path)
        let isNew = try base.size(of: path) == nil
        try base.createDirectory(path)
        if isNew { state.withLock { $0.unsyncedNames.append((path, nil)) } }
    }

    func createFile(_ path: String) throws(FileSystemError) -> Int32 {
        try change("create", path) { if case .creations(let code) = $0 { code } else { nil } }
        let descriptor = try base.createFile(path)
        state.withLock {
            $0.paths[descriptor] = path
            $0.unsyncedData.insert(path)
            $0.unsyncedNames.append((path, nil))
        }
        return descriptor
    }

    func openFile(_ path: String) throws(FileSystemError) -> Int32 {
        if case .reads(let code) = state.withLock({ $0.fault }) {
            throw FileSystemError(call: "open", path: path, code: code)
        }
        return try base.openFile(path)
    }

    func closeFile(_ descriptor: Int32) {
        state.withLock { $0.paths[descriptor] = nil }
        base.closeFile(descriptor)
    }

    func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(FileSystemError) -> Int {
        let (number, max) = state.withLock { state in
            state.writes += 1
            return (state.writes, state.writeBytesMax)
        }
        try change("write", "") { fault in
            switch fault {
            case .writes(let code): code
            case .write(let failing, let code): failing == number ? code : nil
            default: nil
            }
        }
        return try base.write(UnsafeRawBufferPointer(rebasing: bytes.prefix(max)), to: descriptor)
    }

    func read(
        into bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int64
    ) throws(FileSystemError) -> Int {
        if case .reads(let code) = state.withLock({ $0.fault }) {
            throw FileSystemError(call: "pread", path: "", code: code)
        }
        return try base.read(into: bytes, from: descriptor, at: offset)
    }

    func syncData(_ descriptor: Int32) throws(FileSystemError) {
        try change("fdatasync", "") { if case .syncs(let code) = $0 { code } else { nil } }
        try base.syncData(descriptor)
        state.withLock { state in
            if let path = state.paths[descriptor] { state.unsyncedData.remove(path) }
        }
    }

    func startWriteback(_ descriptor: Int32, offset: Int64, length: Int64) {}

    func syncDirectory(_ path: String) throws(FileSystemError) {
        try change("fsync", path) { if case .directorySyncs(let code) = $0 { code } else { nil } }
        try base.syncDirectory(path)
        state.withLock { state in
            state.unsyncedNames.removeAll { ($0.path as NSString).deletingLastPathComponent == path }
        }
    }

    func rename(_ path: String, to target: String) throws(FileSystemError) {
        try change("rename", path)
        try base.rename(path, to: target)
        state.withLock { state in
            if state.unsyncedData.remove(path) != nil { state.unsyncedData.insert(target) }
            // Creation and rename are lost together, or the rename alone: the old name comes back.
            state.unsyncedNames.removeAll { $0.path == path }
            state.unsyncedNames.append((target, path))
        }
    }

    func remove(_ path: String) throws(FileSystemError) {
        try change("remove", path)
        try base.remove(path)
        state.withLock { state in
            state.unsyncedData.remove(path)
            state.unsyncedNames.removeAll { $0.path == path }
        }
    }

    func forEachEntry(
        of directory: String, _ body: (String) throws(FileSystemError) -> Void
    ) throws(FileSystemError) {
        try base.forEachEntry(of: directory, body)
    }

    func size(of path: String) throws(FileSystemError) -> Int64? { try base.size(of: path) }

    func space(at path: String) throws(FileSystemError) -> FileSystemSpace {
        if let space = state.withLock({ $0.space }) { return space }
        return try base.space(at: path)
    }
}
