// Changes in a folder, as the kernel tells of them (inotify). An event is in the queue before the call that made the change returns,
// so whoever asks afterwards knows of it: no time passes in which a change has happened and is not seen.

import Glibc

/// A watch on a folder and the folders in it, as they are when it is made. Hidden ones are passed over, as they are not published.
///
/// It tells that something happened, once: then a new watch is made, before the folder is read again.
package final class FolderWatch: Sendable {
    /// Readable once something has happened; -1 when the system gives no watch.
    package let descriptor: Int32
    /// Folders that can't be watched, for want of permission or because the system allows no more (`fs.inotify.max_user_watches`).
    package let unwatchedCount: Int
    private let root: String
    /// The folder that the path led to.
    private let identity: [UInt64]

    private static let events = UInt32(
        IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB)

    package init(_ root: String) {
        self.root = root
        identity = Self.identity(of: root)
        descriptor = inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC))
        var unwatched = 0
        if descriptor >= 0 { Self.add(root, to: descriptor, depth: 0, &unwatched) } else { unwatched = 1 }
        unwatchedCount = unwatched
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether a change can't be missed, links to elsewhere aside.
    package var isComplete: Bool { unwatchedCount == 0 }

    private static func identity(of path: String) -> [UInt64] {
        var status = stat()
        return stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : []
    }

    /// Whether something happened since the watch was made: in the folder, or to a link that leads to it.
    package var hasEvents: Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return descriptor >= 0 && Glibc.poll(&poll, 1, 0) > 0 || Self.identity(of: root) != identity
    }

    private static func add(_ folder: String, to descriptor: Int32, depth: Int, _ unwatched: inout Int) {
        guard depth <= SiteFolder.depthMax else { return }
        // Before its names are read, so that a folder made meanwhile is an event.
        guard inotify_add_watch(descriptor, folder, events | UInt32(IN_ONLYDIR)) >= 0 else {
            // Gone by now: that is an event of the folder above it.
            if errno != ENOENT && errno != ENOTDIR || depth == 0 { unwatched += 1 }
            return
        }
        guard let stream = opendir(folder) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let type = entry.pointee.d_type
            guard type == UInt8(DT_DIR) || type == UInt8(DT_UNKNOWN) else { continue }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") || name == ".well-known" else { continue }
            add(folder.hasSuffix("/") ? folder + name : folder + "/" + name, to: descriptor, depth: depth + 1, &unwatched)
        }
    }
}
