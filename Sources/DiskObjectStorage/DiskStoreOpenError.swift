/// Why a data directory cannot be opened; each says what to do about it.
package enum DiskStoreOpenError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another process has the directory open; `pid` is nil when it has not written its number yet.
    case locked(directory: String, pid: Int32?)
    /// The index was written by a newer version of the program.
    case newerSchema(found: Int, supported: Int)
    /// There is a database at the index's place, and it is not ours.
    case foreignIndex(path: String)
    case fileSystem(FileSystemError)
    case index(detail: String)

    package var description: String {
        switch self {
        case .locked(let directory, let pid):
            "data directory \(directory) is in use by another process\(pid.map { " (pid \($0))" } ?? ""); stop it first"
        case .newerSchema(let found, let supported):
            "the index has schema version \(found), this program knows versions up to \(supported); use a newer program"
        case .foreignIndex(let path): "\(path) is not an object index of this program"
        case .fileSystem(let error): "cannot open the data directory: \(error)"
        case .index(let detail): "cannot open the index: \(detail)"
        }
    }
}
