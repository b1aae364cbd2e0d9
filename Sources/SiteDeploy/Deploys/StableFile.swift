// A local file read as one moment's content: what changed while it was read is read again, and at last refused.

import Cryptography
import DeployModel
import Glibc

/// Reading of files that others may be writing.
enum StableFile {
    /// Bytes read at a time.
    static let chunkBytes = 256 * 1024
    /// Times a file is read before it counts as never at rest.
    static let attemptsMax = 3

    /// What tells that a file has been written to.
    struct Stamp: Equatable, Sendable {
        var device: UInt
        var inode: UInt
        var size: Int
        var modified: (Int, Int)
        var changed: (Int, Int)

        /// Nil for what is no regular file.
        init?(_ descriptor: Int32) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return nil }
            self.init(status)
        }

        init?(path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            self.init(status)
        }

        private init?(_ status: stat) {
            guard status.st_mode & S_IFMT == S_IFREG else { return nil }
            device = UInt(status.st_dev)
            inode = UInt(status.st_ino)
            size = Int(status.st_size)
            modified = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
            changed = (status.st_ctim.tv_sec, status.st_ctim.tv_nsec)
        }

        static func == (a: Self, b: Self) -> Bool {
            a.device == b.device && a.inode == b.inode && a.size == b.size && a.modified == b.modified && a.changed == b.changed
        }
    }

    /// The hash and size of a file. Memory: one chunk.
    static func blob(at path: String) throws(SiteDeployError) -> Blob {
        for _ in 0..<attemptsMax {
            var digest = Digest(.sha256)
            var byteCount = 0
            let isWhole = try read(path) { chunk in
                digest.update(UnsafeRawBufferPointer(chunk))
                byteCount += chunk.count
            }
            guard isWhole, let hash = BlobHash(Hex.encode(digest.finalize())) else { continue }
            return Blob(hash: hash, byteCount: byteCount)
        }
        throw .file(path: path, reason: "changes while it is read")
    }

    /// Hash and size of a file, and what S3 will call its content when it is sent in parts of `partBytes` of its size.
    static func identity(
        at path: String, partBytes: (Int) -> Int?
    ) throws(SiteDeployError) -> (blob: Blob, entityTag: String) {
        for _ in 0..<attemptsMax {
            var status = stat()
            guard stat(path, &status) == 0 else { throw failure(path) }
            let size = partBytes(Int(status.st_size))
            var digest = Digest(.sha256)
            var part = Digest(.md5)
            var parts: [[UInt8]] = []
            var inPart = 0
            var byteCount = 0
            let isWhole = try read(path) { chunk in
                digest.update(UnsafeRawBufferPointer(chunk))
                byteCount += chunk.count
                var rest = chunk[...]
                while let size, inPart + rest.count >= size {
                    let head = rest.prefix(size - inPart)
                    part.update(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: head)))
                    parts.append(part.current())
                    part.reset()
                    inPart = 0
                    rest = rest.dropFirst(head.count)
                }
                part.update(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: rest)))
                inPart += rest.count
            }
            guard isWhole, byteCount == Int(status.st_size), let hash = BlobHash(Hex.encode(digest.finalize())) else { continue }
            if size != nil, inPart > 0 { parts.append(part.current()) }
            let tag =
                size == nil
                ? Hex.encode(part.current()) : "\(Hex.encode(DigestAlgorithm.md5.digest(of: parts.flatMap { $0 })))-\(parts.count)"
            return (Blob(hash: hash, byteCount: byteCount), tag)
        }
        throw .file(path: path, reason: "changes while it is read")
    }

    /// The content of a file of at most `bytesMax` bytes.
    static func bytes(at path: String, bytesMax: Int) throws(SiteDeployError) -> [UInt8] {
        for _ in 0..<attemptsMax {
            var bytes: [UInt8] = []
            let isWhole = try read(path) { chunk in if bytes.count <= bytesMax { bytes.append(contentsOf: chunk) } }
            guard bytes.count <= bytesMax else { throw .file(path: path, reason: "has more than \(bytesMax) bytes") }
            if isWhole { return bytes }
        }
        throw .file(path: path, reason: "changes while it is read")
    }

    /// Whether the file stayed the same from the first byte to the last.
    private static func read(_ path: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void) throws(SiteDeployError) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard let before = Stamp(descriptor) else { throw .file(path: path, reason: "is no file any more") }
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: min(chunkBytes, max(before.size, 1)))
        defer { buffer.deallocate() }
        var total = 0
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { break }
            total += count
            body(UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
        return Stamp(descriptor) == before && total == before.size
    }

    static func failure(_ path: String) -> SiteDeployError {
        .file(path: path, reason: "cannot be read: \(String(cString: strerror(errno)))")
    }
}

/// Parts of a large file, in order, while its whole digest is computed along.
final class FileParts {
    private let path: String
    private let descriptor: Int32
    private var digest = Digest(.sha256)

    init(path: String) throws(SiteDeployError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StableFile.failure(path) }
    }

    deinit { close(descriptor) }

    /// Up to `byteCount` further bytes; empty at the end.
    func next(_ byteCount: Int) throws(SiteDeployError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, filled in
            while filled < byteCount {
                let count = Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, byteCount - filled)
                if count < 0, errno == EINTR { continue }
                failed = count < 0
                if count <= 0 { break }
                filled += count
            }
        }
        if failed { throw StableFile.failure(path) }
        digest.update(bytes)
        return bytes
    }

    /// The digest of all that was read.
    var hash: BlobHash? { BlobHash(Hex.encode(digest.current())) }
}
