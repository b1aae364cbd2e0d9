// The edge's figures as the control listener gives them out: what the service counts, with the connections of its listeners and what
// became of the logs.

import ControlService
import EdgeFigures
import EdgeService
import EdgeStorage
import Foundation
import HTTPTransport
import LogDelivery
import Synchronization

/// Gathers the figures of a running edge.
final class EdgeReports: Sendable {
    private let listeners = Mutex<[Listener: HTTPListener]>([:])
    private let service: EdgeService
    private let logs: EdgeLogs

    init(service: EdgeService, logs: EdgeLogs) {
        self.service = service
        self.logs = logs
    }

    /// Counts the connections of a listener from now on.
    func watch(_ listener: HTTPListener, as name: Listener) { listeners.withLock { $0[name] = listener } }

    var statistics: EdgeStatistics {
        var statistics = service.statistics()
        for (name, listener) in listeners.withLock({ $0 }) { statistics.connections[name.rawValue] = listener.connectionCount }
        statistics.disk = service.cache.disk.map(EdgeStatistics.Disk.init)
        let written = logs.writer.statistics
        statistics.accessLogs.linesWritten = written.linesWritten
        statistics.accessLogs.linesDropped = written.linesDropped
        statistics.accessLogs.bytesWritten = written.bytesWritten
        statistics.accessLogs.filesClosed = written.filesClosed
        statistics.accessLogs.filesStored = written.filesStored
        statistics.accessLogs.storeFailures = written.storeFailures
        statistics.accessLogs.spooledBytes = written.spooledBytes
        return statistics
    }

    /// The documents of the control listener.
    var control: ControlReports {
        ControlReports(
            statistics: {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                return Array(try encoder.encode(self.statistics))
            },
            metrics: { self.statistics.prometheusText }, metricsContentType: EdgeStatistics.prometheusContentType)
    }
}

extension EdgeStatistics.Disk {
    fileprivate init(_ tier: DiskTier) {
        let held = tier.statistics
        self.init()
        (entries, bytes, bytesMax) = (held.entries, held.bytes, tier.settings.bytesMax)
        (hits, writes, skippedWrites, evictions) = (held.hits, held.writes, held.skippedWrites, held.evictions)
        (damaged, errors, isResting) = (held.damaged, held.errors, held.isResting)
    }
}
