// `DIR/credentials`: the key pairs that the origin makes on its first start, in the format of the AWS shared credentials
// file, so that `AWS_SHARED_CREDENTIALS_FILE=DIR/credentials aws ...` works. Profile `default` is the root user, profile
// `cloudfront` the service credential of edges. Other profiles and keys in the file are kept and not looked at.

package import ConfigurationReading
import Cryptography
import Glibc
import S3Model

/// An access key id with its secret.
package struct KeyPair: Sendable, Hashable {
    package var accessKeyID: String
    package var secretAccessKey: String

    package init(accessKeyID: String, secretAccessKey: String) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }

    /// 20 characters of A-Z and 2-7, and 40 characters of base 64.
    package init(prefix: String, randomBytes: (Int) -> [UInt8]) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        accessKeyID = prefix + String(randomBytes(20 - prefix.utf8.count).map { alphabet[Int($0 & 31)] })
        secretAccessKey = Base64.standard.encode(randomBytes(30))
    }
}

/// The two key pairs that every origin has.
package struct OriginCredentials: Sendable, Hashable {
    package var root: KeyPair
    package var service: KeyPair

    package static let rootProfile = "default"
    package static let serviceProfile = "cloudfront"

    package init(root: KeyPair, service: KeyPair) {
        self.root = root
        self.service = service
    }
}

/// Reading and making the file.
package enum CredentialsFile {
    static let bytesMax = 64 * 1024

    /// Reads the file, or makes it with fresh keys when there is none.
    ///
    /// The file appears whole or not at all, readable by its owner only. Blocks.
    package static func loadOrCreate(path: String, randomBytes: (Int) -> [UInt8] = { secureRandomBytes($0) }) throws(CredentialsFileError)
        -> (credentials: OriginCredentials, isNew: Bool)
    {
        if let text = try read(path) {
            return (try parse(text, path: path), false)
        }
        let credentials = OriginCredentials(
            root: KeyPair(prefix: "SKERRY", randomBytes: randomBytes), service: KeyPair(prefix: "SKERRYCF", randomBytes: randomBytes))
        try write(render(credentials), path: path)
        return (credentials, true)
    }

    package static func render(_ credentials: OriginCredentials) -> String {
        func profile(_ name: String, _ pair: KeyPair) -> String {
            "[\(name)]\naws_access_key_id = \(pair.accessKeyID)\naws_secret_access_key = \(pair.secretAccessKey)\n"
        }
        return "# Made by skerry origin on its first start. Anyone who can read this file can do everything to the buckets.\n"
            + profile(OriginCredentials.rootProfile, credentials.root) + "\n# What an edge signs its requests with.\n"
            + profile(OriginCredentials.serviceProfile, credentials.service)
    }

    package static func parse(_ text: String, path: String) throws(CredentialsFileError) -> OriginCredentials {
        let file = try SharedCredentialsFile(text, file: path)
        func pair(_ profile: String) throws(CredentialsFileError) -> KeyPair {
            let pair = try file.keyPair(profile: profile)
            return KeyPair(accessKeyID: pair.accessKeyID, secretAccessKey: pair.secretAccessKey)
        }
        return OriginCredentials(root: try pair(OriginCredentials.rootProfile), service: try pair(OriginCredentials.serviceProfile))
    }

    /// The file's text; nil when there is no such file.
    private static func read(_ path: String) throws(CredentialsFileError) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path, "cannot be opened")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: bytesMax)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw failure(path, "cannot be read") }
        guard let text = String(validating: bytes[..<count], as: UTF8.self) else { throw CredentialsFileError(file: path, line: nil, message: "not UTF-8") }
        return text
    }

    private static func write(_ text: String, path: String) throws(CredentialsFileError) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(temporary, "cannot be made") }
        let bytes = Array(text.utf8)
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let isSynced = written == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isSynced, rename(temporary, path) == 0 else {
            let error = failure(path, "cannot be written")
            unlink(temporary)
            throw error
        }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    private static func failure(_ path: String, _ what: String) -> CredentialsFileError {
        CredentialsFileError(file: path, line: nil, message: "\(what): \(String(cString: strerror(errno)))")
    }
}
