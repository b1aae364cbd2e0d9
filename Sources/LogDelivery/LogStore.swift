// Where finished log files can go, seen from the writer; and what it tells about itself.

package import AccessLogs

/// Keeps files under keys, such as a bucket.
package protocol LogStore: Sendable {
    /// Puts a whole file under a key. Throws when it can't be known to be there; it is then put again.
    func put(_ key: String, _ bytes: [UInt8]) async throws
}

/// Why logs can't be written at all; found out at the start.
package struct LogDeliveryError: Error, Sendable, Equatable, CustomStringConvertible {
    package var path: String
    package var reason: String

    package var description: String { "\(path): \(reason)" }
}

/// Bounds of a writer, and its temper.
package struct LogDeliveryLimits: Sendable {
    /// Between two rounds of writing, in seconds.
    package var flushSeconds: Int64 = 1
    /// From a file's first line to its closing, in seconds.
    package var rotateSeconds: Int64 = 300
    /// Compressed size from which a file is closed, in bytes.
    package var rotateBytes = 16 << 20
    /// Lines of one log that may wait in memory, in bytes.
    package var queueBytes = 8 << 20
    package var spoolDirectory = ""
    /// All files that wait for a store, in bytes.
    package var spoolBytes = 256 << 20

    package init() {}
}

/// Counts since the start.
package struct LogDeliveryStatistics: Sendable, Equatable {
    package var linesWritten = 0
    /// For want of room in memory or in the spool, or because a file could not be written.
    package var linesDropped = 0
    /// Compressed.
    package var bytesWritten = 0
    package var filesClosed = 0
    package var filesStored = 0
    package var storeFailures = 0
    /// Files that wait for their store, in bytes.
    package var spooledBytes = 0

    package init() {}
}

/// One log that is to be written.
package struct LogPlan: Sendable {
    package enum Destination: Sendable {
        case directory(String)
        /// `name` tells stores apart, also over reloads.
        case store(any LogStore, name: String)
    }

    package var distributionID: String
    package var format: LogLayout
    package var destination: Destination
    /// Empty, or ending in a slash.
    package var prefix: String

    package init(distributionID: String, layout: LogLayout, destination: Destination, prefix: String) {
        self.distributionID = distributionID
        self.format = layout
        self.destination = destination
        self.prefix = prefix
    }

    /// What makes two plans one and the same log.
    var identity: String {
        let place =
            switch destination {
            case .directory(let folder): "d:\(folder)"
            case .store(_, let name): "s:\(name)"
            }
        return "\(distributionID)\n\(format.format.rawValue)\n\(format.includesCookies)\n\(place)\n\(prefix)"
    }
}
