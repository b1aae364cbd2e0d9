// Takes lines out of their queues, compresses them and writes them to files, off the event loops. A file is closed by the end of its
// hour, by its age and by its size. Those for a store go through a spool of bounded size.

package import AccessLogs
import ContentCoding
@preconcurrency import Dispatch
package import HTTPSemantics
package import Logging
import Synchronization

/// Writes the logs of one process.
package final class LogWriter: Sendable {
    /// A queue that no configuration names any more is listened to for so long, for requests that are still under way.
    private static let retirementSeconds: Int64 = 3_600
    /// Between two warnings about dropped lines.
    private static let warningSeconds: Int64 = 60

    private struct Log {
        let identity: String
        let queue: LogQueue
        let directory: String
        let spool: LogSpool?
        var file: LogFile?
        var retiredAt: Int64?
    }

    private struct State {
        var logs: [Log] = []
        var warnedAt: Int64?
        var droppedSinceWarning = 0
        var timer: (any DispatchSourceTimer)?
    }

    private let limits: LogDeliveryLimits
    private let now: @Sendable () -> HTTPDate
    private let unique: @Sendable () -> UInt32
    private let wait: @Sendable (Duration) async throws -> Void
    private let logger: Logger
    private let counts = LogCounts()
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "skerry.access-logs")

    /// - Parameters:
    ///   - unique: random numbers that tell the files of one hour apart.
    ///   - wait: pauses between attempts to store a file.
    package init(
        limits: LogDeliveryLimits, now: @escaping @Sendable () -> HTTPDate, unique: @escaping @Sendable () -> UInt32,
        wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }, logger: Logger
    ) {
        self.limits = limits
        self.now = now
        self.unique = unique
        self.wait = wait
        self.logger = logger
    }

    package var statistics: LogDeliveryStatistics { counts.now }

    /// The queues for the logs of a configuration, by distribution. Logs that go on as they were keep their queue and file; those that
    /// are gone are written to their end.
    package func queues(for plans: [LogPlan]) throws(LogDeliveryError) -> [String: LogQueue] {
        var prepared: [(plan: LogPlan, directory: String)] = []
        for plan in plans {
            var directory = "\(limits.spoolDirectory)/\(plan.distributionID)"
            if case .directory(let folder) = plan.destination { directory = Self.folder(folder, plan.prefix) }
            try LogFile.makeDirectory(directory)
            prepared.append((plan, directory))
        }
        let moment = now().secondsSince1970
        var result: [String: LogQueue] = [:]
        state.withLock { state in
            let identities = Set(plans.map(\.identity))
            for index in state.logs.indices where !identities.contains(state.logs[index].identity) {
                state.logs[index].retiredAt = state.logs[index].retiredAt ?? moment
            }
            for (plan, directory) in prepared {
                if let index = state.logs.firstIndex(where: { $0.identity == plan.identity }) {
                    state.logs[index].retiredAt = nil
                    result[plan.distributionID] = state.logs[index].queue
                    continue
                }
                let log = open(plan, directory)
                state.logs.append(log)
                result[plan.distributionID] = log.queue
            }
        }
        return result
    }

    private static func folder(_ folder: String, _ prefix: String) -> String {
        prefix.isEmpty ? folder : "\(folder)/\(prefix.dropLast())"
    }

    private func open(_ plan: LogPlan, _ directory: String) -> Log {
        LogFile.adopt(in: directory, distributionID: plan.distributionID)
        let log = LogQueue(distributionID: plan.distributionID, layout: plan.format, bytesMax: limits.queueBytes) { [weak self] in
            guard let self else { return }
            queue.async { self.flush() }
        }
        var spool: LogSpool?
        if case .store(let store, _) = plan.destination {
            let waiting = LogFile.finished(in: directory, distributionID: plan.distributionID).reduce(0) { $0 + $1.bytes }
            counts.change { $0.spooledBytes += waiting }
            spool = LogSpool(
                directory: directory, distributionID: plan.distributionID, prefix: plan.prefix, store: store, counts: counts, logger: logger,
                wait: wait)
            spool?.wake()
        }
        return Log(identity: plan.identity, queue: log, directory: directory, spool: spool)
    }

    /// Writes in rounds from now on.
    package func start() {
        let timer = DispatchSource.makeTimerSource(queue: queue)
        let interval = DispatchTimeInterval.seconds(Int(limits.flushSeconds))
        timer.schedule(deadline: .now() + interval, repeating: interval, leeway: .milliseconds(50))
        timer.setEventHandler { [weak self] in self?.flush() }
        state.withLock { $0.timer = timer }
        timer.resume()
    }

    /// One round: writes what waits and closes the files whose time is over.
    package func flush() { write(closing: false) }

    /// Writes what is left, closes the files, and gives each store one more chance, up to `patience`.
    package func stop(patience: Duration) async {
        state.withLock { state in
            state.timer?.cancel()
            state.timer = nil
        }
        write(closing: true)
        let spools = state.withLock { $0.logs.compactMap(\.spool) }
        guard !spools.isEmpty else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await withTaskGroup(of: Void.self) { stores in
                    for spool in spools { stores.addTask { await spool.finish() } }
                }
            }
            group.addTask { try? await Task.sleep(for: patience) }
            await group.next()
            group.cancelAll()
        }
    }

    private func write(closing: Bool) {
        let moment = now()
        state.withLock { state in
            for index in state.logs.indices {
                let (batches, dropped) = state.logs[index].queue.take()
                if dropped > 0 { drop(dropped, because: "the queue is full", &state, moment) }
                for batch in batches { write(batch, of: &state.logs[index], &state.droppedSinceWarning, moment) }
                guard let file = state.logs[index].file else { continue }
                let age = moment.secondsSince1970 - file.openedAt
                if closing || file.hour != LogFileName.hour(of: moment) || age >= limits.rotateSeconds {
                    close(&state.logs[index])
                }
            }
            state.logs.removeAll { log in
                log.file == nil && log.retiredAt.map { moment.secondsSince1970 - $0 >= Self.retirementSeconds } ?? false
            }
            warn(&state, moment)
        }
    }

    private func write(_ batch: LogBatch, of log: inout Log, _ dropped: inout Int, _ moment: HTTPDate) {
        if let file = log.file, file.hour != batch.hour { close(&log) }
        do {
            let prologue = log.file == nil ? log.queue.layout.prologue : []
            let member = try Self.compressed(prologue + batch.bytes)
            guard log.spool == nil || counts.now.spooledBytes + member.count <= limits.spoolBytes else {
                throw LogDeliveryError(path: log.directory, reason: "the spool is full")
            }
            if log.file == nil {
                log.file = try LogFile(
                    directory: log.directory, distributionID: log.queue.distributionID, hour: batch.hour,
                    openedAt: moment.secondsSince1970, unique: unique)
            }
            try log.file?.append(member)
            let isSpooled = log.spool != nil
            counts.change { counts in
                counts.linesWritten += batch.lines
                counts.bytesWritten += member.count
                if isSpooled { counts.spooledBytes += member.count }
            }
            if let file = log.file, file.bytes >= limits.rotateBytes { close(&log) }
        } catch {
            counts.change { $0.linesDropped += batch.lines }
            if dropped == 0 {
                logger.warning(
                    "log lines are dropped", metadata: ["distribution": "\(log.queue.distributionID)", "error": "\(error)", "lines": "\(batch.lines)"])
            }
            dropped += batch.lines
        }
    }

    private static func compressed(_ bytes: [UInt8]) throws(LogDeliveryError) -> [UInt8] {
        do throws(ContentCodingError) {
            return try Compressor.compressed(bytes, .gzip)
        } catch {
            throw LogDeliveryError(path: "gzip", reason: "\(error)")
        }
    }

    private func close(_ log: inout Log) {
        guard let file = log.file else { return }
        log.file = nil
        do {
            try file.finish()
            counts.change { $0.filesClosed += 1 }
        } catch {
            logger.warning("a log file did not get its name", metadata: ["error": "\(error)"])
        }
        log.spool?.wake()
    }

    private func drop(_ lines: Int, because reason: String, _ state: inout State, _ moment: HTTPDate) {
        counts.change { $0.linesDropped += lines }
        if state.droppedSinceWarning == 0 {
            logger.warning("log lines are dropped", metadata: ["error": "\(reason)", "lines": "\(lines)"])
        }
        state.droppedSinceWarning += lines
    }

    /// Lets a first warning pass at once and then one a minute.
    private func warn(_ state: inout State, _ moment: HTTPDate) {
        guard state.droppedSinceWarning > 0 else { return }
        let seconds = moment.secondsSince1970
        guard let last = state.warnedAt else {
            state.warnedAt = seconds
            return
        }
        guard seconds - last >= Self.warningSeconds else { return }
        logger.warning("log lines were dropped", metadata: ["lines": "\(state.droppedSinceWarning)"])
        state.warnedAt = nil
        state.droppedSinceWarning = 0
    }
}
