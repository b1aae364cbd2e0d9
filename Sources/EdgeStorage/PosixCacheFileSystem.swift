import Glibc

/// The real file system.
package struct PosixCacheFileSystem: CacheFileSystem {
    package init() {}

    package func createDirectory(_ path: String) throws(CacheFileError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("mkdir", path) }
    }

    package func createFile(_ path: String) throws(CacheFileError) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("create", path) }
        return descriptor
    }

    package func openFile(_ path: String, forWriting: Bool) throws(CacheFileError) -> Int32 {
        let descriptor = open(path, (forWriting ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("open", path) }
        return descriptor
    }

    package func closeFile(_ descriptor: Int32) { _ = close(descriptor) }

    package func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int) throws(CacheFileError) -> Int {
        while true {
            let count = pwrite(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
            if count > 0 || bytes.isEmpty { return max(count, 0) }
            // A write that takes nothing without saying why is a full device.
            if count == 0 { throw CacheFileError(call: "write", path: "", code: ENOSPC) }
            if errno != EINTR { throw failure("write", "") }
        }
    }

    package func read(
        into bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int
    ) throws(CacheFileError) -> Int {
        while true {
            let count = pread(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
            if count >= 0 { return count }
            if errno != EINTR { throw failure("read", "") }
        }
    }

    package func truncate(_ descriptor: Int32, to size: Int) throws(CacheFileError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw failure("truncate", "") }
    }

    package func size(of descriptor: Int32) throws(CacheFileError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("stat", "") }
        return Int(status.st_size)
    }

    package func adviseReading(_ descriptor: Int32, offset: Int, length: Int) {
        _ = posix_fadvise(descriptor, off_t(offset), off_t(length), POSIX_FADV_WILLNEED)
    }

    package func rename(_ path: String, to target: String) throws(CacheFileError) {
        guard Glibc.rename(path, target) == 0 else { throw failure("rename", path) }
    }

    package func remove(_ path: String) throws(CacheFileError) {
        guard unlink(path) == 0 else { throw failure("remove", path) }
    }

    package func syncDirectory(_ path: String) throws(CacheFileError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync", path) }
    }

    package func entries(of directory: String) throws(CacheFileError) -> [String] {
        guard let stream = opendir(directory) else { throw failure("list", directory) }
        defer { _ = closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw failure("list", directory) }
                return names
            }
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    package func sizes(in directory: String) throws(CacheFileError) -> [Int] {
        var sizes: [Int] = []
        for name in try entries(of: directory) {
            var status = stat()
            guard lstat(directory + "/" + name, &status) == 0 else {
                if errno == ENOENT { continue }
                throw failure("stat", directory + "/" + name)
            }
            sizes.append(Int(status.st_size))
        }
        return sizes
    }

    package func lock(_ path: String) throws(CacheFileError) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = failure("lock", path)
            _ = close(descriptor)
            throw error
        }
        return descriptor
    }

    package func isOpen(_ descriptor: Int32, at path: String) -> Bool {
        var (open, named) = (stat(), stat())
        guard fstat(descriptor, &open) == 0, lstat(path, &named) == 0 else { return false }
        return open.st_ino == named.st_ino && open.st_dev == named.st_dev
    }

    private func failure(_ call: String, _ path: String) -> CacheFileError { CacheFileError(call: call, path: path, code: errno) }
}

func systemMessage(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "error" }
    return String(cString: text)
}

extension CacheFileError {
    /// The device or a quota is full: there is nothing wrong with what is on it.
    var isForWantOfRoom: Bool { code == ENOSPC || code == EDQUOT }
    /// The file, or a directory on its way, is not there.
    var isAbsence: Bool { code == ENOENT || code == ENOTDIR || code == ESTALE }
    /// Another process has the lock.
    package var isHeldElsewhere: Bool { code == EWOULDBLOCK }
    /// The process has too many files open, or no memory: the file itself may be good.
    var isShortageHere: Bool { code == EMFILE || code == ENFILE || code == ENOMEM }
}
