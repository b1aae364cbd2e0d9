// Content that stays in its file. A chunk is read and compared with its digest before its first byte leaves, once for each
// chunk and start of the process; from then on the kernel may send it straight from the file. The file stays open as long as
// someone holds it, so that replacing or evicting the entry disturbs nobody.

import HTTPCaching
package import NIOCore
import NIOPosix
import Synchronization

/// Why content could not be had from its file.
package struct DiskBodyError: Error, Sendable {
    package var reason: String
}

/// The content of a large entry on disk.
package final class DiskBody: Sendable {
    /// Bytes that are read or sent in one step.
    package static let stepBytes = 4 * DiskEntryFormat.chunkBytes

    package let byteCount: Int
    let bodyID: UInt64
    private let tier: DiskTier
    private let file: DiskFile
    private let key: CacheKey
    private let table: [ShortDigest]
    private let checked: CheckedChunks

    init(
        tier: DiskTier, file: DiskFile, key: CacheKey, bodyID: UInt64, byteCount: Int, table: [ShortDigest], checked: CheckedChunks
    ) {
        (self.tier, self.file, self.key, self.bodyID, self.byteCount) = (tier, file, key, bodyID, byteCount)
        (self.table, self.checked) = (table, checked)
    }

    /// Makes sure that what a range begins with is whole, before anything is promised to a viewer. A damaged entry is gone
    /// from the cache when this throws.
    package func prepare(_ range: Range<Int>) async throws(DiskBodyError) {
        try await check(range.lowerBound..<min(range.upperBound, range.lowerBound + DiskTierLimits.checkedAheadBytes))
    }

    /// Lends the open file to send a range from, which is checked first. The range is of at most `stepBytes`.
    package func withRegion(_ range: Range<Int>, _ send: (FileRegion) async throws -> Void) async throws {
        try await check(range)
        // The handle only borrows the descriptor and must not close it.
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: file.descriptor)
        defer { _ = try? handle.takeDescriptorOwnership() }
        try await send(FileRegion(fileHandle: handle, readerIndex: range.lowerBound, endIndex: range.upperBound))
        withExtendedLifetime(self) {}
    }

    /// The bytes of a range of at most `stepBytes`, checked.
    package func read(_ range: Range<Int>) async throws(DiskBodyError) -> ByteBuffer {
        try await onThread { [self] () throws(DiskReadFailure) in
            try checkNow(range)
            return try tier.buffer(range, of: file)
        }
    }

    private func check(_ range: Range<Int>) async throws(DiskBodyError) {
        guard !range.isEmpty else { return }
        let isChecked = chunks(of: range).allSatisfy(checked.contains)
        if isChecked, range.count <= Self.stepBytes, !isCold(range) { return }
        try await onThread { [self] () throws(DiskReadFailure) in
            try checkNow(range)
            // What follows is asked for now, so that an event loop finds it in memory when it comes to send it.
            tier.files.adviseReading(file.descriptor, offset: range.lowerBound, length: range.count + Self.stepBytes)
        }
    }

    /// Whether the kernel is better told of what comes next: at the beginning of each step.
    private func isCold(_ range: Range<Int>) -> Bool { range.count > 64 * 1024 }

    private func chunks(of range: Range<Int>) -> Range<Int> {
        range.lowerBound / DiskEntryFormat.chunkBytes..<(range.upperBound + DiskEntryFormat.chunkBytes - 1) / DiskEntryFormat.chunkBytes
    }

    private func checkNow(_ range: Range<Int>) throws(DiskReadFailure) {
        for chunk in chunks(of: range) where !checked.contains(chunk) {
            let start = chunk * DiskEntryFormat.chunkBytes
            let bytes = try tier.buffer(start..<min(start + DiskEntryFormat.chunkBytes, byteCount), of: file)
            guard bytes.withUnsafeReadableBytes({ ShortDigest(of: $0) }) == table[chunk] else { throw .flaw(.contentDamaged) }
            checked.insert(chunk)
        }
    }

    private func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws(DiskReadFailure) -> Value
    ) async throws(DiskBodyError) -> Value {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, DiskReadFailure>, Never>) in
            tier.readThreads.submit { status in
                guard status == .active else { return continuation.resume(returning: .failure(.flaw(.tooShort))) }
                do throws(DiskReadFailure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        switch result {
        case .success(let value): return value
        case .failure(let failure):
            tier.lost(key, ShortDigest(key), bodyID, because: failure)
            throw DiskBodyError(reason: "\(failure)")
        }
    }
}
