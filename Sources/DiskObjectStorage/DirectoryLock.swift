import Glibc

/// The exclusive hold on a data directory: `flock` on a file in it that names the holder's process.
///
/// The kernel lets go when the process ends, however it ends, so a stale file never blocks a start.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    init(directory: String) throws(DiskStoreOpenError) {
        let path = directory + "/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .fileSystem(FileSystemError(call: "open", path: path, code: errno)) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            var text = [UInt8](repeating: 0, count: 32)
            let count = pread(descriptor, &text, text.count, 0)
            _ = close(descriptor)
            guard code == EWOULDBLOCK else {
                throw .fileSystem(FileSystemError(call: "flock", path: path, code: code))
            }
            let digits = String(decoding: text.prefix(max(count, 0)).prefix { $0 >= 48 && $0 <= 57 }, as: UTF8.self)
            throw .locked(directory: directory, pid: Int32(digits))
        }
        let pid = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, pid, pid.count, 0) == pid.count else {
            let code = errno
            _ = close(descriptor)
            throw .fileSystem(FileSystemError(call: "write", path: path, code: code))
        }
        self.descriptor = descriptor
    }

    deinit { _ = close(descriptor) }
}
