// The figures in Prometheus' text exposition format, version 0.0.4: for each family its HELP and TYPE, then its samples; label
// values escaped; histograms as cumulative buckets that end in `+Inf`, with sum and count.

extension EdgeStatistics {
    package static let prometheusContentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The document of `GET /metrics`.
    package var prometheusText: String {
        var writer = MetricWriter()
        behaviors(into: &writer)
        reasons(into: &writer)
        latencies(into: &writer)
        origins(into: &writer)
        gauges(into: &writer)
        return writer.text
    }

    private func behaviors(into writer: inout MetricWriter) {
        func labels(_ row: Behavior, _ more: (String, String)...) -> [(String, String)] {
            [("distribution", row.distribution), ("behavior", row.pathPattern)] + more
        }
        writer.family("skerry_requests_total", .counter, "Requests by result when the answer began.") { family in
            for row in behaviors {
                for (result, count) in row.traffic.requestsByResult.ordered { family.sample(labels(row, ("result", result)), count) }
            }
        }
        writer.family("skerry_sent_bytes_total", .counter, "Bytes of responses, heads included, by result.") { family in
            for row in behaviors {
                for (result, count) in row.traffic.bytesByResult.ordered { family.sample(labels(row, ("result", result)), count) }
            }
        }
        writer.family("skerry_received_bytes_total", .counter, "Bytes of requests, heads included.") { family in
            for row in behaviors { family.sample(labels(row), row.traffic.bytesReceived) }
        }
        writer.family("skerry_responses_total", .counter, "Responses by status class; 000 when the viewer left first.") { family in
            for row in behaviors {
                for (name, count) in row.traffic.requestsByStatusClass.ordered { family.sample(labels(row, ("class", name)), count) }
            }
        }
        writer.family("skerry_cut_responses_total", .counter, "Responses that did not reach their end.") { family in
            for row in behaviors { family.sample(labels(row), row.traffic.cutShort) }
        }
        writer.family("skerry_uncacheable_requests_total", .counter, "Misses that no cache could have answered.") { family in
            for row in behaviors { family.sample(labels(row), row.traffic.uncacheableRequests) }
        }
    }

    private func reasons(into writer: inout MetricWriter) {
        writer.counters("skerry_non_hits_total", "Requests that the cache alone did not answer, by reason.", "reason", nonHits)
        writer.counters("skerry_errors_total", "Requests that ended as errors, by the log's detailed result.", "detail", errors)
        writer.counters("skerry_not_stored_total", "Answers of origins that were not kept, by reason.", "reason", notStored)
        writer.counters("skerry_refused_requests_total", "Requests that could not be read, by status.", "status", refused)
    }

    private func latencies(into writer: inout MetricWriter) {
        writer.family("skerry_request_duration_seconds", .histogram, "From a request to the last byte of its answer.") { family in
            for group in LatencyGroup.allCases { family.histogram([("result", group.rawValue)], latency[group.rawValue] ?? Latency()) }
        }
        writer.family("skerry_origin_first_byte_seconds", .histogram, "From a request to an origin to its first byte.") { family in
            family.histogram([], originLatency)
        }
    }

    private func origins(into writer: inout MetricWriter) {
        func labels(_ row: Origin) -> [(String, String)] { [("distribution", row.distribution), ("origin", row.origin)] }
        writer.family("skerry_origin_fetches_total", .counter, "Requests to origins.") { family in
            for row in origins { family.sample(labels(row), row.fetches) }
        }
        writer.family("skerry_origin_answers_total", .counter, "Answers of origins by status class.") { family in
            for row in origins {
                for (name, count) in row.answersByStatusClass.ordered { family.sample(labels(row) + [("class", name)], count) }
            }
        }
        writer.family("skerry_origin_failures_total", .counter, "Fetches without a whole answer, by the log's word.") { family in
            for row in origins {
                for (kind, count) in row.failures.ordered { family.sample(labels(row) + [("kind", kind)], count) }
            }
        }
        writer.family("skerry_origin_wait_seconds_total", .counter, "Waiting for the first bytes of origins.") { family in
            for row in origins { family.sample(labels(row), row.waitedSeconds) }
        }
    }

    private func gauges(of disk: Disk, into writer: inout MetricWriter) {
        writer.value("skerry_disk_entries", .gauge, "Stored responses on disk.", disk.entries)
        writer.value("skerry_disk_bytes", .gauge, "Disk of stored responses.", disk.bytes)
        writer.value("skerry_disk_max_bytes", .gauge, "The disk tier's limit.", disk.bytesMax)
        writer.value("skerry_disk_hits_total", .counter, "Look-ups that found their response on disk.", disk.hits)
        writer.value("skerry_disk_writes_total", .counter, "Responses written to disk.", disk.writes)
        writer.value("skerry_disk_skipped_writes_total", .counter, "Responses that the disk had no room or time for.", disk.skippedWrites)
        writer.value("skerry_disk_evictions_total", .counter, "Responses on disk that made room for others.", disk.evictions)
        writer.value("skerry_disk_damaged_total", .counter, "Files found not to be whole.", disk.damaged)
        writer.value("skerry_disk_errors_total", .counter, "Failed file operations.", disk.errors)
        writer.value("skerry_disk_resting", .gauge, "1 while the disk tier waits after trouble.", disk.isResting ? 1 : 0)
    }

    private func gauges(into writer: inout MetricWriter) {
        writer.value("skerry_cache_entries", .gauge, "Stored responses in memory.", cache.entries)
        writer.value("skerry_cache_bytes", .gauge, "Memory of stored responses.", cache.bytes)
        writer.value("skerry_cache_max_bytes", .gauge, "The memory tier's limit.", cache.bytesMax)
        writer.value("skerry_cache_filling_bytes", .gauge, "Content of fetches under way that is going to be stored.", cache.fillingBytes)
        writer.value("skerry_cache_fills", .gauge, "Fetches that can be joined.", cache.fills)
        writer.value("skerry_cache_insertions_total", .counter, "Responses stored.", cache.insertions)
        writer.value("skerry_cache_evictions_total", .counter, "Responses that made room for others.", cache.evictions)
        writer.value("skerry_cache_invalidations_total", .counter, "Responses removed by invalidations.", cache.invalidations)
        if let disk { gauges(of: disk, into: &writer) }
        writer.family("skerry_connections", .gauge, "Open connections by listener.") { family in
            for (listener, count) in connections.ordered { family.sample([("listener", listener)], count) }
        }
        writer.value("skerry_requests_under_way", .gauge, "Requests in the pipeline.", requestsUnderWay)
        writer.family("skerry_access_log_lines_total", .counter, "Lines of access logs, written and dropped.") { family in
            family.sample([("outcome", "written")], accessLogs.linesWritten)
            family.sample([("outcome", "dropped")], accessLogs.linesDropped)
        }
        writer.value("skerry_access_log_files_stored_total", .counter, "Log files that reached their bucket.", accessLogs.filesStored)
        writer.value("skerry_access_log_store_failures_total", .counter, "Attempts to put a log file that failed.", accessLogs.storeFailures)
        writer.value("skerry_access_log_spool_bytes", .gauge, "Log files that wait for their bucket.", accessLogs.spooledBytes)
        writer.value("process_start_time_seconds", .gauge, "Start of the process since the Unix epoch.", Int(startedAt))
    }
}

/// Writes families one after another.
private struct MetricWriter {
    enum Kind: String { case counter, gauge, histogram }

    private(set) var text = ""

    struct Family {
        let name: String
        var text = ""

        mutating func sample(_ labels: [(String, String)], _ value: some CustomStringConvertible, suffix: String = "") {
            let list = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
            text += "\(name)\(suffix)\(list.isEmpty ? "" : "{\(list)}") \(value)\n"
        }

        mutating func histogram(_ labels: [(String, String)], _ latency: EdgeStatistics.Latency) {
            for bucket in latency.buckets { sample(labels + [("le", Self.decimal(bucket.le))], bucket.count, suffix: "_bucket") }
            sample(labels + [("le", "+Inf")], latency.count, suffix: "_bucket")
            sample(labels, latency.sumSeconds, suffix: "_sum")
            sample(labels, latency.count, suffix: "_count")
        }

        /// A bound as people write it: `0.00025`, not `2.5e-04`.
        private static func decimal(_ value: Double) -> String {
            guard value < 0.001 else { return value == value.rounded() ? String(Int(value)) : "\(value)" }
            let digits = String(Int((value * 1e6).rounded()))
            var text = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
            while text.hasSuffix("0") { text.removeLast() }
            return "0." + text
        }

        private static func escaped(_ value: String) -> String {
            value.reduce(into: "") { result, character in
                switch character {
                case "\\": result += "\\\\"
                case "\"": result += "\\\""
                case "\n": result += "\\n"
                default: result.append(character)
                }
            }
        }
    }

    mutating func family(_ name: String, _ kind: Kind, _ help: String, _ body: (inout Family) -> Void) {
        var family = Family(name: name)
        body(&family)
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n\(family.text)"
    }

    mutating func value(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
        family(name, kind, help) { $0.sample([], value) }
    }

    mutating func counters(_ name: String, _ help: String, _ label: String, _ counts: [String: Int]) {
        family(name, .counter, help) { family in
            for (key, count) in counts.ordered { family.sample([(label, key)], count) }
        }
    }
}

extension [String: Int] {
    fileprivate var ordered: [(key: String, value: Int)] { sorted { $0.key < $1.key } }
}
