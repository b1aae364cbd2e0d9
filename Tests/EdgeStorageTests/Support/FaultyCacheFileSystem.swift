import Foundation
import Glibc
import Synchronization

@testable import EdgeStorage

/// A real file system that fails on order, and that stops in the middle of things, as a killed process does.
final class FaultyCacheFileSystem: CacheFileSystem {
    enum Operation: String, CaseIterable, Sendable {
        case createDirectory, createFile, open, write, read, truncate, size, rename, remove, sync, list, lock
    }

    private struct State {
        var faults: [Operation: Int32] = [:]
        /// Changes that still happen; nil for all of them.
        var changesLeft: Int?
        var changes = 0
        var isHeldAtListing = false
        var openFiles = 0
    }

    private let base = PosixCacheFileSystem()
    private let state = Mutex(State())
    private let condition = NSCondition()

    func fail(_ operation: Operation, _ code: Int32 = EIO) { state.withLock { $0.faults[operation] = code } }
    func heal() { state.withLock { $0.faults = [:] } }
    /// After so many more changes nothing happens any more; of the last one, if it is a write, half.
    func stop(afterChanges count: Int) { state.withLock { $0.changesLeft = count } }
    var changes: Int { state.withLock { $0.changes } }
    var openFiles: Int { state.withLock { $0.openFiles } }

    /// From now on directories can't be listed until `releaseListing`.
    func holdListing() {
        condition.lock()
        state.withLock { $0.isHeldAtListing = true }
        condition.unlock()
    }

    func releaseListing() {
        condition.lock()
        state.withLock { $0.isHeldAtListing = false }
        condition.broadcast()
        condition.unlock()
    }

    private func check(_ operation: Operation, _ path: String = "") throws(CacheFileError) {
        if let code = state.withLock({ $0.faults[operation] }) { throw CacheFileError(call: operation.rawValue, path: path, code: code) }
    }

    /// Counts a change; false when the process is dead by now, nil when it dies with this one.
    private func change() -> Bool? {
        state.withLock { state in
            state.changes += 1
            guard let left = state.changesLeft else { return true }
            state.changesLeft = left - 1
            return left > 1 ? true : left == 1 ? nil : false
        }
    }

    private func mayChange(_ operation: Operation, _ path: String) throws(CacheFileError) {
        try check(operation, path)
        if change() == false { throw CacheFileError(call: "dead", path: path, code: EIO) }
    }

    func createDirectory(_ path: String) throws(CacheFileError) {
        try check(.createDirectory, path)
        try base.createDirectory(path)
    }

    func createFile(_ path: String) throws(CacheFileError) -> Int32 {
        try mayChange(.createFile, path)
        return opened(try base.createFile(path))
    }

    func openFile(_ path: String, forWriting: Bool) throws(CacheFileError) -> Int32 {
        try check(.open, path)
        return opened(try base.openFile(path, forWriting: forWriting))
    }

    private func opened(_ descriptor: Int32) -> Int32 {
        state.withLock { $0.openFiles += 1 }
        return descriptor
    }

    func closeFile(_ descriptor: Int32) {
        state.withLock { $0.openFiles -= 1 }
        base.closeFile(descriptor)
    }

    func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int) throws(CacheFileError) -> Int {
        try check(.write)
        switch change() {
        case true?: return try base.write(bytes, to: descriptor, at: offset)
        case nil:
            _ = try base.write(UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)]), to: descriptor, at: offset)
            fallthrough
        case false?: throw CacheFileError(call: "dead", path: "", code: EIO)
        }
    }

    func read(into bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int) throws(CacheFileError) -> Int {
        try check(.read)
        return try base.read(into: bytes, from: descriptor, at: offset)
    }

    func truncate(_ descriptor: Int32, to size: Int) throws(CacheFileError) {
        try mayChange(.truncate, "")
        try base.truncate(descriptor, to: size)
    }

    func size(of descriptor: Int32) throws(CacheFileError) -> Int {
        try check(.size)
        return try base.size(of: descriptor)
    }

    func adviseReading(_ descriptor: Int32, offset: Int, length: Int) {}

    func rename(_ path: String, to target: String) throws(CacheFileError) {
        try mayChange(.rename, path)
        try base.rename(path, to: target)
    }

    func remove(_ path: String) throws(CacheFileError) {
        try mayChange(.remove, path)
        try base.remove(path)
    }

    func syncDirectory(_ path: String) throws(CacheFileError) {
        try mayChange(.sync, path)
        try base.syncDirectory(path)
    }

    func entries(of directory: String) throws(CacheFileError) -> [String] {
        try check(.list, directory)
        condition.lock()
        while state.withLock({ $0.isHeldAtListing }), !directory.hasSuffix("/tmp") { condition.wait() }
        condition.unlock()
        return try base.entries(of: directory)
    }

    func sizes(in directory: String) throws(CacheFileError) -> [Int] {
        try check(.list, directory)
        return try base.sizes(in: directory)
    }

    /// No real lock, so that a tier of the same process can follow one that is killed.
    func lock(_ path: String) throws(CacheFileError) -> Int32 {
        try check(.lock, path)
        return opened(try base.openFile(String(path.dropLast("/lock".count)), forWriting: false))
    }

    func isOpen(_ descriptor: Int32, at path: String) -> Bool { base.isOpen(descriptor, at: String(path.dropLast("/lock".count))) }
}
