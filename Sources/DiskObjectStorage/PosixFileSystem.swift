import Glibc

/// The real file system.
package struct PosixFileSystem: FileSystem {
    package init() {}

    package func createDirectory(_ path: String) throws(FileSystemError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("mkdir", path) }
    }

    package func createFile(_ path: String) throws(FileSystemError) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("create", path) }
        return descriptor
    }

    package func openFile(_ path: String) throws(FileSystemError) -> Int32 {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        return descriptor
    }

    package func closeFile(_ descriptor: Int32) { _ = close(descriptor) }

    package func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(FileSystemError) -> Int {
        while true {
            let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            if count > 0 || bytes.isEmpty { return max(count, 0) }
            // A write that takes nothing without saying why is a full device.
            if count == 0 { throw FileSystemError(call: "write", path: "", code: ENOSPC) }
            if errno != EINTR { throw failure("write", "") }
        }
    }

    package func read(
        into bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int64
    ) throws(FileSystemError) -> Int {
        while true {
            let count = pread(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
            if count >= 0 { return count }
            if errno != EINTR { throw failure("pread", "") }
        }
    }

    package func syncData(_ descriptor: Int32) throws(FileSystemError) {
        guard fdatasync(descriptor) == 0 else { throw failure("fdatasync", "") }
    }

    package func startWriteback(_ descriptor: Int32, offset: Int64, length: Int64) {
        // Linux starts writing dirty pages that are said not to be needed, and keeps them until they are clean.
        _ = posix_fadvise(descriptor, off_t(offset), off_t(length), POSIX_FADV_DONTNEED)
    }

    package func syncDirectory(_ path: String) throws(FileSystemError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("fsync", path) }
    }

    package func rename(_ path: String, to target: String) throws(FileSystemError) {
        guard Glibc.rename(path, target) == 0 else { throw failure("rename", path) }
    }

    package func remove(_ path: String) throws(FileSystemError) {
        guard Glibc.remove(path) == 0 else { throw failure("remove", path) }
    }

    package func forEachEntry(
        of directory: String, _ body: (String) throws(FileSystemError) -> Void
    ) throws(FileSystemError) {
        guard let stream = opendir(directory) else { throw failure("opendir", directory) }
        defer { _ = closedir(stream) }
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw failure("readdir", directory) }
                return
            }
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { try body(name) }
        }
    }

    package func size(of path: String) throws(FileSystemError) -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw failure("stat", path)
        }
        return Int64(status.st_size)
    }

    package func space(at path: String) throws(FileSystemError) -> FileSystemSpace {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw failure("statvfs", path) }
        let block = Int64(clamping: status.f_frsize)
        func bytes(_ blocks: UInt) -> Int64 {
            let (product, overflow) = Int64(clamping: blocks).multipliedReportingOverflow(by: block)
            return overflow ? .max : product
        }
        return FileSystemSpace(total: bytes(status.f_blocks), available: bytes(status.f_bavail))
    }

    private func failure(_ call: String, _ path: String) -> FileSystemError {
        FileSystemError(call: call, path: path, code: errno)
    }
}

/// What an error number says about the storage as a whole.
enum StorageCondition {
    case full, readOnly, other

    init(errno code: Int32) {
        switch code {
        case ENOSPC, EDQUOT: self = .full
        case EROFS, EACCES, EPERM: self = .readOnly
        default: self = .other
        }
    }
}

func systemMessage(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error" }
    return String(cString: text)
}

/// "No space left on device".
let noSpaceLeft = ENOSPC

/// "No such file".
let noSuchFile = ENOENT
