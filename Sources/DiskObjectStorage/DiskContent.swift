import ObjectStorage
import Synchronization

/// The bytes of an object in pieces of files, which stay on disk while this is held.
struct DiskContent: ObjectContent {
    let size: Int64
    let pieces: [Content.Piece]
    let source: DiskContentSource

    func slices(_ range: Range<Int64>) -> any ContentSlices {
        precondition(range.lowerBound >= 0 && range.upperBound <= size, "a range of content lies within it")
        return DiskSlices(pieces.cut(range), source)
    }

    func read(_ range: Range<Int64>) async throws(ObjectStoreError) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= size, "a range of content lies within it")
        let wanted = pieces.cut(range)
        return try await source.pool.run { [source] () throws(ObjectStoreError) in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(range.count)
            for piece in wanted { bytes += try source.bytes(of: piece) }
            return bytes
        }
    }
}

/// Opens the files of one object as they are needed; holds the lease on all of them, and the file opened last.
final class DiskContentSource: Sendable {
    let pool: BlockingPool
    private let files: SegmentFiles
    private let lease: SegmentLease
    private let latest = Mutex<OpenSegment?>(nil)

    init(files: SegmentFiles, pool: BlockingPool, lease: SegmentLease) {
        self.files = files
        self.pool = pool
        self.lease = lease
    }

    /// The open file with this number; blocks.
    func open(_ id: Int64) throws(ObjectStoreError) -> OpenSegment {
        if let latest = latest.withLock({ $0 }), latest.id == id { return latest }
        let path = files.path(id)
        let descriptor: Int32
        do throws(FileSystemError) { descriptor = try files.fileSystem.openFile(path) } catch {
            if error.code == noSuchFile { throw .damaged("segment file \(path) is missing") }
            throw ObjectStoreError(error, during: "read")
        }
        let segment = OpenSegment(id: id, descriptor: descriptor, fileSystem: files.fileSystem, lease: lease)
        latest.withLock { $0 = segment }
        return segment
    }

    func bytes(of piece: Content.Piece) throws(ObjectStoreError) -> [UInt8] {
        let segment = try open(piece.id)
        var failure: ObjectStoreError?
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(piece.length)) { buffer, count in
            let all = UnsafeMutableRawBufferPointer(buffer)
            do throws(FileSystemError) {
                while count < all.count {
                    let got = try files.fileSystem.read(
                        into: UnsafeMutableRawBufferPointer(rebasing: all[count...]), from: segment.descriptor,
                        at: piece.offset + Int64(count))
                    guard got > 0 else {
                        failure = .damaged("segment file \(files.path(piece.id)) is too short")
                        return
                    }
                    count += got
                }
            } catch { failure = ObjectStoreError(error, during: "read") }
        }
        if let failure { throw failure }
        return bytes
    }
}

/// A descriptor that closes with its last holder.
final class OpenSegment: Sendable {
    let id: Int64
    let descriptor: Int32
    private let fileSystem: any FileSystem
    private let lease: SegmentLease

    init(id: Int64, descriptor: Int32, fileSystem: any FileSystem, lease: SegmentLease) {
        self.id = id
        self.descriptor = descriptor
        self.fileSystem = fileSystem
        self.lease = lease
    }

    deinit { fileSystem.closeFile(descriptor) }
}

/// Hands out pieces one after the other, each with its file open.
final class DiskSlices: ContentSlices {
    private let rest: Mutex<ArraySlice<Content.Piece>>
    private let source: DiskContentSource

    init(_ pieces: [Content.Piece], _ source: DiskContentSource) {
        self.rest = Mutex(pieces[...])
        self.source = source
    }

    func next() async throws(ObjectStoreError) -> ContentSlice? {
        guard let piece = rest.withLock({ $0.popFirst() }) else { return nil }
        let segment = try await source.pool.run { [source] () throws(ObjectStoreError) in try source.open(piece.id) }
        return .file(
            FileSlice(descriptor: segment.descriptor, offset: piece.offset, length: piece.length, lease: segment))
    }
}
