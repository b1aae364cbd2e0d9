// The authority's folder: `ca.pem` to be trusted by clients, `ca-key.pem` for nobody else's eyes. The folder appears whole or
// not at all, so that two processes that make it at one time end up with the same authority.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension LocalCertificateAuthority {
    package static let certificateFile = "ca.pem"
    package static let privateKeyFile = "ca-key.pem"

    /// The authority of a folder, made if there is none: folder 0700, files 0600.
    ///
    /// Throws when the folder holds something else, when others may read the key, or when the certificate has expired.
    ///
    /// - Parameter now: seconds since 1970.
    package static func open(
        directory: String, now: Int64
    ) throws(LocalCertificateAuthorityError) -> LocalCertificateAuthority {
        let certificatePath = directory + "/" + certificateFile
        let keyPath = directory + "/" + privateKeyFile
        if access(certificatePath, F_OK) != 0, access(keyPath, F_OK) != 0 {
            try make(now: now).write(to: directory)
        }
        let certificate = try read(certificatePath)
        let key = try read(keyPath, onlyOwner: true)
        let authority: LocalCertificateAuthority
        do { authority = try LocalCertificateAuthority(certificatePEM: certificate, privateKeyPEM: key) } catch {
            throw LocalCertificateAuthorityError("\(certificatePath): \(error.description)")
        }
        guard authority.notValidAfter > now else {
            throw LocalCertificateAuthorityError(
                "\(certificatePath): the local CA has expired; remove \(directory) so that a new one is made, and trust that")
        }
        return authority
    }

    /// Writes to a folder beside it, which then takes the folder's place.
    private func write(to directory: String) throws(LocalCertificateAuthorityError) {
        if let slash = directory.lastIndex(of: "/"), slash > directory.startIndex {
            try Self.createDirectories(String(directory[..<slash]))
        }
        let temporary = "\(directory).new.\(getpid())"
        guard mkdir(temporary, 0o700) == 0 else { throw Self.failure("make", temporary) }
        do throws(LocalCertificateAuthorityError) {
            try Self.write(certificatePEM, to: temporary + "/" + Self.certificateFile)
            try Self.write(privateKeyPEM, to: temporary + "/" + Self.privateKeyFile)
            if rename(temporary, directory) == 0 { return }
            let why = errno
            Self.remove(temporary)
            // Somebody else was faster: theirs is the one.
            if why == ENOTEMPTY || why == EEXIST, access(directory + "/" + Self.certificateFile, F_OK) == 0 { return }
            errno = why
            throw Self.failure("make", directory)
        } catch {
            Self.remove(temporary)
            throw error
        }
    }

    private static func remove(_ folder: String) {
        unlink(folder + "/" + certificateFile)
        unlink(folder + "/" + privateKeyFile)
        rmdir(folder)
    }

    private static func createDirectories(_ path: String) throws(LocalCertificateAuthorityError) {
        if access(path, F_OK) == 0 { return }
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex { try createDirectories(String(path[..<slash])) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("make", path) }
    }

    private static func write(_ text: String, to path: String) throws(LocalCertificateAuthorityError) {
        let descriptor = Self.openNew(path)
        guard descriptor >= 0 else { throw failure("create", path) }
        defer { close(descriptor) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            bytes = bytes.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw failure("write", path) }
    }

    private static func openNew(_ path: String) -> Int32 {
        systemOpen(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }

    private static func read(_ path: String, onlyOwner: Bool = false) throws(LocalCertificateAuthorityError) -> String {
        let descriptor = systemOpen(path, O_RDONLY | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw failure("read", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read", path) }
        if onlyOwner, status.st_mode & 0o077 != 0 {
            throw LocalCertificateAuthorityError("\(path): others may read it; its mode must be 0600")
        }
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let capacity = bytes.count
        let count = bytes.withUnsafeMutableBytes { systemRead(descriptor, $0.baseAddress, capacity) }
        guard count >= 0 else { throw failure("read", path) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private static func failure(_ what: String, _ path: String) -> LocalCertificateAuthorityError {
        LocalCertificateAuthorityError("cannot \(what) \(path): \(String(cString: strerror(errno)))")
    }
}

// The members above are called like these functions.
private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 { open(path, flags, mode) }
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int { write(descriptor, bytes, count) }
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int { read(descriptor, bytes, count) }
