// Who listens on a port, as far as Linux tells this user.

import Foundation

/// A process that has a port.
struct PortOwner {
    var name: String
    var process: Int

    /// Nil when nobody listens there, or it is another user's process.
    static func of(port: Int) -> PortOwner? {
        let sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listening(on: port, in: $0) }
        guard !sockets.isEmpty, let processes = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else { return nil }
        for process in processes.compactMap(Int.init).sorted() {
            let folder = "/proc/\(process)/fd"
            for descriptor in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + descriptor),
                    sockets.contains(target)
                else { continue }
                let name = (try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)) ?? "a process"
                return PortOwner(name: name.trimmingCharacters(in: .whitespacesAndNewlines), process: process)
            }
        }
        return nil
    }

    /// Listening sockets of a port, as links of descriptors name them. Lines: `sl local_address rem_address st ... inode ...`.
    private static func listening(on port: Int, in file: String) -> [String] {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count > 9, columns[3] == "0A", let colon = columns[1].lastIndex(of: ":"),
                Int(columns[1][columns[1].index(after: colon)...], radix: 16) == port
            else { return nil }
            return "socket:[\(columns[9])]"
        }
    }
}
