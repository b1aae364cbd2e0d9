// What files were when they were last hashed, for whoever reads one folder again and again.

import DeployModel
import Glibc
import Synchronization

/// Hashes of files by path, good as long as a file's stamp stays.
package final class KnownBlobs: Sendable {
    /// A file written so shortly before it was hashed is hashed again next time: the next write may leave its stamp as it is, as the
    /// system's time stamps advance in steps of some milliseconds.
    static let settledNanoseconds: Int64 = 100_000_000
    /// Files remembered; beyond, all are forgotten.
    static let countMax = 2 * DeployLimits.filesMax

    private struct Known {
        var stamp: StableFile.Stamp
        var blob: Blob
    }

    private let files = Mutex<[String: Known]>([:])

    package init() {}

    /// The hash and size of a file, from memory or by reading it.
    func blob(at path: String) throws(SiteDeployError) -> Blob {
        let stamp = StableFile.Stamp(path: path)
        if let stamp, let known = files.withLock({ $0[path] }), known.stamp == stamp { return known.blob }
        let blob = try StableFile.blob(at: path)
        guard let stamp, StableFile.Stamp(path: path) == stamp, stamp.age >= Self.settledNanoseconds else { return blob }
        files.withLock { files in
            if files.count >= Self.countMax { files.removeAll() }
            files[path] = Known(stamp: stamp, blob: blob)
        }
        return blob
    }
}

extension StableFile.Stamp {
    /// Nanoseconds since the file or what is known of it last changed; 0 for a time to come.
    fileprivate var age: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let last = max(Int64(changed.0) * 1_000_000_000 + Int64(changed.1), Int64(modified.0) * 1_000_000_000 + Int64(modified.1))
        return max(0, Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) - last)
    }
}
