import ArgumentParser
import CacheSimulation
import Eviction
import Foundation
import Synchronization
import TraceFormats
import TraceReplay

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Replay a trace or an access log into caches of many sizes and policies.",
        discussion: """
            Prints the share of requests and of bytes that miss, with the policies that the edge runs; below them what no \
            cache of that size can go below. TRACE is an access log of CloudFront, S3, Apache or nginx, a CSV file, a trace \
            of webcachesim or LRB, or one of libCacheSim's in oracleGeneral; gzip and zstd are unpacked. - is standard input. \
            make:NAME=NUMBER,... is traffic made up by rules: \(TrafficShape.names.joined(separator: ", ")).
            SIZE is in bytes (500MB, 2GiB) or a share of the working set, the sizes of all objects asked for (1%).
            POLICY is one of \(EvictionPolicyName.allCases.map(\.rawValue).joined(separator: ", ")), \
            with an admission policy behind a plus if wanted (lru+second-hit; there are \
            \(AdmissionPolicyName.allCases.filter { $0 != .all }.map(\.rawValue).joined(separator: ", "))); \
            \(OfflinePolicyName.allCases.map(\.rawValue).joined(separator: " and ")) know the future.
            Examples: skerry replay access.log.gz --size 1%,10%,2GiB --policy lru,sieve,w-tinylfu
            skerry replay make:objects=20000,zipf=0.8,crawl-share=0.05
            """)

    @Argument(help: "The trace, or the log.", completion: .file())
    var trace: String

    @Option(help: ArgumentHelp("Sizes of the cache.", valueName: "size,..."))
    var size = "1%,5%,10%,25%"

    @Option(help: ArgumentHelp("Policies to compare; all of them by default.", valueName: "policy,..."))
    var policy: String?

    @Option(help: "The trace's format: auto, \(TraceFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = "auto"

    @Option(
        help: ArgumentHelp(
            "A column of a CSV file that has another name than the usual ones: time, object, size or ttl, and its name. May be repeated.",
            valueName: "what=name"))
    var column: [String] = []

    @Option(help: "Seconds for which an object may be used where the trace does not say; without it, for ever.")
    var ttl: Int?

    @Option(
        help: ArgumentHelp(
            "Exit with 1 if a smaller share of the requests hits, with any of the policies that the edge runs at any of the sizes; 0 to 1.",
            valueName: "share"))
    var failIfHitRatioBelow: Double?

    @Option(help: ArgumentHelp("The same for bytes.", valueName: "share"))
    var failIfByteHitRatioBelow: Double?

    @Option(help: ArgumentHelp("Also write the report as a page with curves, in one file.", valueName: "file"), completion: .file())
    var html: String?

    @Flag(help: "Print comma separated values.")
    var csv = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        do {
            _ = try plan()
            _ = try chosenFormat()
            _ = try columns()
            _ = try shape()
        } catch let error as ReplayError {
            throw ValidationError(error.description)
        } catch let error as TrafficShapeError {
            throw ValidationError(error.description)
        }
        if csv, json { throw ValidationError("--csv and --json exclude each other") }
        for (name, share) in [("hit", failIfHitRatioBelow), ("byte-hit", failIfByteHitRatioBelow)] {
            guard let share else { continue }
            guard (0...1).contains(share) else { throw ValidationError("--fail-if-\(name)-ratio-below takes a share from 0 to 1") }
            let judged = (try? plan())?.contenders.contains { if case .online = $0 { true } else { false } } ?? false
            guard judged else { throw ValidationError("--fail-if-\(name)-ratio-below: no policy that the edge can run is in --policy") }
        }
        if let ttl, !(0...Int(Int32.max)).contains(ttl) { throw ValidationError("--ttl takes 0 to \(Int32.max) seconds") }
    }

    func run() async throws {
        let plan = try plan()
        let trace = try load()
        let report = try await run(plan, trace)
        if json {
            try Terminal.json(ReplayJSON(report, trace))
        } else if csv {
            Terminal.result(ReplayTable.csv(report))
        } else {
            Terminal.result(ReplayTable.text(report) { Terminal.resultsUseColour ? "\u{1B}[1m\($0)\u{1B}[0m" : $0 })
            if let advice = ReplayAdvice(report) { Terminal.result("\n" + advice.text(sizes: report.sizes)) }
        }
        if let html { try write(ReplayPage.html(report, title: self.trace, summary: Self.summary(trace), partial: trace.fault?.description), to: html) }
        if let fault = trace.fault {
            throw CommandFailure("these are the results of the first \(trace.references.count) requests alone: \(fault)")
        }
        let shortfalls = HitRatioGate(requests: failIfHitRatioBelow, bytes: failIfByteHitRatioBelow).shortfalls(report)
        if !shortfalls.isEmpty { throw CommandFailure(shortfalls.map(\.description).joined(separator: "\n")) }
    }

    private func load() throws -> LoadedTrace {
        if let shape = try shape() {
            let made = LoadedTrace.made(shape, name: trace)
            describe(made)
            return made
        }
        do {
            let trace = try LoadedTrace.load(path: trace, format: chosenFormat(), columns: columns()) { read, total in
                guard Terminal.showsProgress else { return }
                Terminal.progress("reading \(read >> 20) MiB" + (total.map { " of \($0 >> 20)" } ?? ""))
            }
            Terminal.progressDone()
            describe(trace)
            return trace
        } catch let error as ReplayError {
            Terminal.progressDone()
            throw CommandFailure(error.description)
        }
    }

    private func write(_ page: String, to path: String) throws {
        do {
            try Data(page.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure("cannot write \(path): \(error.localizedDescription)")
        }
    }

    private static func summary(_ trace: LoadedTrace) -> String {
        let index = trace.index
        return """
            \(trace.format?.rawValue ?? "made up"): \(index.requests) requests for \(index.objects) objects in \(time(trace.seconds)); \
            \(bytes(index.requestedBytes)) asked for, working set \(bytes(index.workingSetBytes))
            """
    }

    private func describe(_ trace: LoadedTrace) {
        Terminal.note(Self.summary(trace))
        if !trace.skippedText.isEmpty { Terminal.note("left out: \(trace.skippedText)") }
        if let fault = trace.fault { Terminal.warning("\(fault); going on with what came before") }
    }

    private func run(_ plan: ReplayPlan, _ trace: LoadedTrace) async throws -> ReplayReport {
        let total = trace.references.count * plan.contenders.count * plan.sizes.count
        let done = Mutex((requests: 0, percent: -1))
        let report = try await Replay.run(plan, over: trace) { requests in
            guard Terminal.showsProgress, total > 0 else { return }
            done.withLock { done in
                done.requests += requests
                let percent = done.requests * 100 / total
                guard percent > done.percent else { return }
                done.percent = percent
                let bar = String(repeating: "#", count: percent / 4) + String(repeating: ".", count: 25 - percent / 4)
                Terminal.progress("simulating [\(bar)] \(percent)%")
            }
        }
        Terminal.progressDone()
        return report
    }

    private func plan() throws -> ReplayPlan {
        func list(_ text: String) -> [String] { text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
        let sizes = try list(size).map { try CacheSize($0) }
        guard !sizes.isEmpty else { throw ReplayError.badSize(text: size) }
        let contenders = try policy.map { try list($0).map { try Contender($0) } } ?? Contender.all
        guard !contenders.isEmpty else { throw ReplayError.unknownPolicy(text: "", known: EvictionPolicyName.allCases.map(\.rawValue)) }
        return ReplayPlan(contenders: contenders, sizes: sizes, defaultTTLSeconds: ttl.map { Int32(clamping: $0) } ?? -1)
    }

    /// The rules of made-up traffic; nil when TRACE is a file.
    private func shape() throws -> TrafficShape? {
        let prefix = "make:"
        return trace.hasPrefix(prefix) ? try TrafficShape(String(trace.dropFirst(prefix.count))) : nil
    }

    private func chosenFormat() throws -> TraceFormat? {
        if format == "auto" { return nil }
        guard let chosen = TraceFormat(rawValue: format) else {
            throw ValidationError("--format \(format): expected auto, \(TraceFormat.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return chosen
    }

    private func columns() throws -> [TraceColumn: String] {
        var columns: [TraceColumn: String] = [:]
        for text in column {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let what = TraceColumn(rawValue: parts[0]) else {
                throw ValidationError(
                    "--column \(text): expected \(TraceColumn.allCases.map { $0.rawValue + "=NAME" }.joined(separator: ", "))")
            }
            columns[what] = parts[1]
        }
        return columns
    }

    private static func time(_ seconds: Int64) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(ReplayTable.decimal(Double(seconds) / 60, 1)) min"
        case ..<172_800: "\(ReplayTable.decimal(Double(seconds) / 3600, 1)) h"
        default: "\(ReplayTable.decimal(Double(seconds) / 86_400, 1)) days"
        }
    }

    private static func bytes(_ bytes: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var (value, unit) = (Double(bytes), 0)
        while value >= 1000, unit + 1 < units.count { (value, unit) = (value / 1000, unit + 1) }
        return "\(ReplayTable.decimal(value, unit == 0 ? 0 : 1)) \(units[unit])"
    }
}

/// The report in the shape of `--json`.
private struct ReplayJSON: Encodable {
    struct Trace: Encodable {
        var path: String
        /// Absent for made-up traffic.
        var format: String?
        var requests, objects, requestedBytes, workingSetBytes: Int
        var seconds: Int64
        var skipped: [String: Int]
        /// Why the trace was not read to its end; absent when it was.
        var partial: String?
    }

    struct Result: Encodable {
        var policy, size: String
        var capacityBytes, requests, misses, revalidations, requestedBytes, missedBytes, insertions, evictions, evictedBytes, refusals: Int
        var requestMissRatio, byteMissRatio, seconds: Double
    }

    struct Floor: Encodable {
        var size: String
        var capacityBytes: Int
        var requestMissRatio, byteMissRatio: Double
    }

    struct Advice: Encodable {
        var size, eviction, admission: String
        var capacityBytes: Int
        var requestMissRatio, byteMissRatio: Double
    }

    /// Absent when no policy of the edge was asked for.
    var advice: Advice?
    var trace: Trace
    var results: [Result]
    var floors: [Floor]

    init(_ report: ReplayReport, _ trace: LoadedTrace) {
        self.trace = Trace(
            path: trace.path, format: trace.format?.rawValue, requests: trace.index.requests, objects: trace.index.objects,
            requestedBytes: trace.index.requestedBytes, workingSetBytes: trace.index.workingSetBytes, seconds: trace.seconds,
            skipped: Dictionary(uniqueKeysWithValues: trace.skipped.map { ($0.rawValue, $1) }), partial: trace.fault?.description)
        results = zip(report.contenders, report.cells).flatMap { contender, row in
            zip(report.sizes, row).map { size, cell in
                Result(
                    policy: contender.description, size: size.description, capacityBytes: cell.capacityBytes, requests: cell.counts.requests,
                    misses: cell.counts.misses, revalidations: cell.counts.revalidations, requestedBytes: cell.counts.requestedBytes,
                    missedBytes: cell.counts.missedBytes, insertions: cell.counts.insertions, evictions: cell.counts.evictions,
                    evictedBytes: cell.counts.evictedBytes, refusals: cell.counts.refusals,
                    requestMissRatio: cell.counts.requestMissRatio, byteMissRatio: cell.counts.byteMissRatio,
                    seconds: ReplayTable.seconds(cell.duration))
            }
        }
        advice = ReplayAdvice(report).map {
            Advice(
                size: report.sizes[$0.size].description, eviction: $0.eviction.rawValue, admission: $0.admission.rawValue,
                capacityBytes: $0.capacityBytes, requestMissRatio: $0.requestMissRatio, byteMissRatio: $0.byteMissRatio)
        }
        floors = zip(report.sizes, report.floors).map {
            Floor(size: $0.description, capacityBytes: $1.capacityBytes, requestMissRatio: $1.requestMissRatio, byteMissRatio: $1.byteMissRatio)
        }
    }
}
