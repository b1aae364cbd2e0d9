// Statistics as a table for people; beside counts stand rates since the last look, when there was one.

import EdgeFigures
import Foundation

struct StatisticsTable {
    private let now: EdgeStatistics
    private let last: EdgeStatistics?
    private let seconds: Double

    /// - Parameter last: an earlier look at the same process; one at another is ignored.
    init(_ now: EdgeStatistics, since last: EdgeStatistics? = nil) {
        self.now = now
        self.last = last?.startedAt == now.startedAt ? last : nil
        seconds = Double(max(1, now.sampledAt - (last?.sampledAt ?? now.startedAt)))
    }

    var text: String {
        var lines = [summary, ""]
        lines += traffic + [""]
        lines += behaviors
        lines += section("NON-HITS", now.nonHits, last?.nonHits)
        lines += section("ERRORS", now.errors, last?.errors)
        lines += section("NOT STORED", now.notStored, last?.notStored)
        lines += latencies
        lines += origins
        lines += rest
        return lines.joined(separator: "\n")
    }

    private var summary: String {
        let up = Duration.seconds(now.sampledAt - now.startedAt).formatted(.units(allowed: [.days, .hours, .minutes, .seconds], width: .narrow))
        let ratio = now.total.hitRatio
        return "up \(up)   \(now.total.requests) requests\(rate(now.total.requests, last?.total.requests))   "
            + "hit ratio \(Self.percent(ratio.objects)) of objects, \(Self.percent(ratio.bytes)) of bytes "
            + "(with RefreshHits \(Self.percent(ratio.objectsWithRefreshHits)), \(Self.percent(ratio.bytesWithRefreshHits)))"
    }

    private var traffic: [String] {
        var rows = [["RESULT", "REQUESTS", "", "SENT", ""]]
        for (result, count) in now.total.requestsByResult.sorted(by: { $0.value > $1.value }) {
            let (bytes, before) = (now.total.bytesByResult[result, default: 0], last?.total)
            rows.append([
                result, String(count), rate(count, before.map { $0.requestsByResult[result, default: 0] }), Self.bytes(bytes),
                byteRate(bytes, before.map { $0.bytesByResult[result, default: 0] }),
            ])
        }
        rows.append([
            "all", String(now.total.requests), rate(now.total.requests, last?.total.requests), Self.bytes(now.total.bytesSent),
            byteRate(now.total.bytesSent, last?.total.bytesSent),
        ])
        let classes = now.total.requestsByStatusClass.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "   ")
        return Self.columns(rows) + ["status   \(classes)   cut short \(now.total.cutShort)"]
    }

    private var behaviors: [String] {
        let rows = now.behaviors.filter { $0.traffic.requests > 0 }.map { row in
            let before = last?.behaviors.first { $0.distribution == row.distribution && $0.pathPattern == row.pathPattern }
            return [
                row.distribution, row.pathPattern, String(row.traffic.requests), rate(row.traffic.requests, before?.traffic.requests),
                Self.bytes(row.traffic.bytesSent), Self.percent(row.traffic.hitRatio.objects), Self.percent(row.traffic.hitRatio.bytes),
            ]
        }
        guard !rows.isEmpty else { return [] }
        return Self.columns([["DISTRIBUTION", "BEHAVIOR", "REQUESTS", "", "SENT", "HITS", "BYTES"]] + rows) + [""]
    }

    private func section(_ title: String, _ counts: [String: Int], _ before: [String: Int]?) -> [String] {
        guard !counts.isEmpty else { return [] }
        let rows = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { key, count in
            [key, String(count), rate(count, before.map { $0[key, default: 0] })]
        }
        return Self.columns([[title, "REQUESTS", ""]] + rows) + [""]
    }

    private var latencies: [String] {
        var rows = now.latency.filter { $0.value.count > 0 }.sorted { $0.key < $1.key }.map { Self.row($0.key, $0.value) }
        if now.originLatency.count > 0 { rows.append(Self.row("origin's first byte", now.originLatency)) }
        guard !rows.isEmpty else { return [] }
        return Self.columns([["LATENCY", "COUNT", "P50", "P90", "P99", "P99.9", "MAX"]] + rows) + [""]
    }

    private var origins: [String] {
        let rows = now.origins.filter { $0.fetches > 0 }.map { row in
            let failures = row.failures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            let before = last?.origins.first { $0.distribution == row.distribution && $0.origin == row.origin }
            return [
                row.distribution, row.origin, String(row.fetches), rate(row.fetches, before?.fetches),
                Self.time(row.waitedSeconds / Double(row.fetches)), failures.isEmpty ? "-" : failures,
            ]
        }
        guard !rows.isEmpty else { return [] }
        return Self.columns([["DISTRIBUTION", "ORIGIN", "FETCHES", "", "MEAN WAIT", "FAILURES"]] + rows) + [""]
    }

    private var rest: [String] {
        let cache = now.cache
        let connections = now.connections.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let logs = now.accessLogs
        let disk = now.disk.map { disk in
            "disk     \(disk.entries) entries, \(Self.bytes(disk.bytes)) of \(Self.bytes(disk.bytesMax)); \(disk.hits) hits\(rate(disk.hits, last?.disk?.hits)), "
                + "\(disk.writes) written, \(disk.skippedWrites) skipped, \(disk.evictions) evicted, \(disk.damaged) damaged, \(disk.errors) errors"
                + (disk.isResting ? "; at rest" : "")
        }
        return [
            "cache    \(cache.entries) entries, \(Self.bytes(cache.bytes)) of \(Self.bytes(cache.bytesMax)); \(cache.insertions) stored, "
                + "\(cache.evictions) evicted\(rate(cache.evictions, last?.cache.evictions)), \(cache.invalidations) invalidated, \(cache.fills) fills",
        ] + (disk.map { [$0] } ?? []) + [
            "open     connections: \(connections.isEmpty ? "none" : connections); requests under way: \(now.requestsUnderWay)",
            "logs     \(logs.linesWritten) lines written, \(logs.linesDropped) dropped, \(logs.filesClosed) files, "
                + "\(Self.bytes(logs.spooledBytes)) in the spool",
        ]
    }

    private func rate(_ count: Int, _ before: Int?) -> String {
        guard let before, last != nil else { return "" }
        return " \(String(format: "%.1f", Double(count - before) / seconds))/s"
    }

    private func byteRate(_ count: Int, _ before: Int?) -> String {
        guard let before, last != nil else { return "" }
        return " \(Self.bytes(Int(Double(count - before) / seconds)))/s"
    }

    private static func row(_ name: String, _ latency: EdgeStatistics.Latency) -> [String] {
        [name, String(latency.count)] + [latency.p50, latency.p90, latency.p99, latency.p999, latency.max].map { $0.map(time) ?? "-" }
    }

    private static func percent(_ share: Double?) -> String { share.map { String(format: "%.1f%%", $0 * 100) } ?? "-" }

    private static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<0.001: String(format: "%.0fus", seconds * 1e6)
        case ..<1: String(format: "%.1fms", seconds * 1e3)
        default: String(format: "%.2fs", seconds)
        }
    }

    private static func bytes(_ count: Int) -> String {
        var (value, units) = (Double(count), ["B", "KiB", "MiB", "GiB", "TiB"][...])
        while value >= 1024, units.count > 1 {
            value /= 1024
            units.removeFirst()
        }
        return units.first == "B" ? "\(count)B" : String(format: "%.1f", value) + (units.first ?? "")
    }

    /// Rows with their columns under each other.
    private static func columns(_ rows: [[String]]) -> [String] {
        let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in rows.compactMap { $0.indices.contains(column) ? $0[column].count : nil }.max() ?? 0 }
        return rows.map { row in
            let line = row.enumerated().map { $1.padding(toLength: widths[$0], withPad: " ", startingAt: 0) }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
