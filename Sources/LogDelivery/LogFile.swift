// One log file while it is written to. It has a temporary name until it is closed, so that whoever looks into the folder sees whole
// files alone. Each round of writing adds a gzip member of its own (RFC 1952 section 2.2), so that what is there after a crash is
// a whole file too: it gets its name on the next start.

import AccessLogs
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An open file of one hour.
struct LogFile {
    static let temporarySuffix = ".part"

    let descriptor: Int32
    let temporaryPath: String
    let path: String
    let hour: Int64
    /// Seconds since 1970.
    let openedAt: Int64
    private(set) var bytes = 0

    /// Makes a new file in a folder that exists.
    init(directory: String, distributionID: String, hour: Int64, openedAt: Int64, unique: () -> UInt32) throws(LogDeliveryError) {
        for _ in 0..<8 {
            let name = LogFileName(distributionID: distributionID, hour: hour, unique: unique()).text
            let (final, temporary) = ("\(directory)/\(name)", "\(directory)/.\(name)\(Self.temporarySuffix)")
            guard access(final, F_OK) != 0 else { continue }
            let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o640)
            if descriptor < 0, errno == EEXIST { continue }
            guard descriptor >= 0 else { throw LogDeliveryError(path: temporary, reason: Self.message(errno)) }
            // Held as long as the process lives: a file that nobody holds was left behind by a crash.
            _ = flock(descriptor, LOCK_EX | LOCK_NB)
            self.descriptor = descriptor
            self.path = final
            self.temporaryPath = temporary
            self.hour = hour
            self.openedAt = openedAt
            return
        }
        throw LogDeliveryError(path: directory, reason: "no name for a new file is free")
    }

    /// Adds a whole gzip member. What was written of one that does not fit is taken back.
    mutating func append(_ member: [UInt8]) throws(LogDeliveryError) {
        var done = 0
        while done < member.count {
            let count = member.withUnsafeBytes { write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let reason = Self.message(errno)
                ftruncate(descriptor, off_t(bytes))
                lseek(descriptor, off_t(bytes), SEEK_SET)
                throw LogDeliveryError(path: temporaryPath, reason: reason)
            }
            done += count
        }
        bytes += member.count
    }

    /// Closes the file and gives it its name; one without content goes.
    func finish() throws(LogDeliveryError) {
        close(descriptor)
        guard bytes > 0 else {
            unlink(temporaryPath)
            return
        }
        guard rename(temporaryPath, path) == 0 else { throw LogDeliveryError(path: temporaryPath, reason: Self.message(errno)) }
    }

    /// Gives the files that a crash has left behind their names.
    static func adopt(in directory: String, distributionID: String) {
        for name in names(in: directory) where name.hasPrefix(".\(distributionID).") && name.hasSuffix(temporarySuffix) {
            let temporary = "\(directory)/\(name)"
            let descriptor = open(temporary, O_RDWR | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            // Another process is still at it.
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { continue }
            if lseek(descriptor, 0, SEEK_END) == 0 {
                unlink(temporary)
            } else {
                rename(temporary, "\(directory)/\(name.dropFirst().dropLast(temporarySuffix.count))")
            }
        }
    }

    /// The finished files of one distribution, oldest first.
    static func finished(in directory: String, distributionID: String) -> [(path: String, name: String, bytes: Int)] {
        names(in: directory).filter { $0.hasPrefix("\(distributionID).") && $0.hasSuffix(".gz") }.sorted().compactMap { name in
            var status = stat()
            let path = "\(directory)/\(name)"
            guard stat(path, &status) == 0 else { return nil }
            return (path, name, Int(status.st_size))
        }
    }

    static func makeDirectory(_ path: String) throws(LogDeliveryError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw LogDeliveryError(path: path, reason: "cannot be made a folder for log files")
        }
        guard access(path, W_OK | X_OK) == 0 else { throw LogDeliveryError(path: path, reason: message(errno)) }
    }

    private static func names(in directory: String) -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] }

    static func message(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
}
