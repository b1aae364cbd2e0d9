// Finished files on their way to a store: tried one by one, oldest first, again and again with growing pauses, until each is there.
// A store that fails holds up nothing but its own files.

import Foundation
import Logging
import Synchronization

/// The files of one distribution that wait for a store.
final class LogSpool: Sendable {
    /// The longest pause between two attempts.
    static let pauseSecondsMax: Int64 = 60

    let directory: String
    let distributionID: String
    private let prefix: String
    private let store: any LogStore
    private let counts: LogCounts
    private let logger: Logger
    private let wait: @Sendable (Duration) async throws -> Void
    private let signal: AsyncStream<Void>.Continuation
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(
        directory: String, distributionID: String, prefix: String, store: any LogStore, counts: LogCounts, logger: Logger,
        wait: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.directory = directory
        self.distributionID = distributionID
        self.prefix = prefix
        self.store = store
        self.counts = counts
        self.logger = logger
        self.wait = wait
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        signal = continuation
        task.withLock { $0 = Task { [weak self] in for await _ in signals { await self?.storeWithPauses() } } }
    }

    /// There may be files.
    func wake() { signal.yield() }

    private func storeWithPauses() async {
        var pause: Int64 = 1
        while !Task.isCancelled {
            if await storeAll() { return }
            guard (try? await wait(.seconds(pause))) != nil else { return }
            pause = min(Self.pauseSecondsMax, pause * 2)
        }
    }

    /// Stores what there is; false when the store fails.
    private func storeAll() async -> Bool {
        for file in LogFile.finished(in: directory, distributionID: distributionID) {
            guard !Task.isCancelled else { return false }
            do {
                try await store.put(prefix + file.name, Array(try Data(contentsOf: URL(filePath: file.path))))
            } catch {
                counts.change { $0.storeFailures += 1 }
                logger.warning(
                    "a log file could not be stored and will be tried again",
                    metadata: ["distribution": "\(distributionID)", "file": "\(file.name)", "error": "\(error)"])
                return false
            }
            try? FileManager.default.removeItem(atPath: file.path)
            counts.change {
                $0.filesStored += 1
                $0.spooledBytes -= file.bytes
            }
        }
        return true
    }

    /// One last round; what is left then waits for the next start.
    func finish() async {
        let running = task.withLock { task in
            defer { task = nil }
            return task
        }
        signal.finish()
        running?.cancel()
        await running?.value
        _ = await storeAll()
    }
}

/// The statistics, shared by a writer and its spools.
final class LogCounts: Sendable {
    private let state = Mutex(LogDeliveryStatistics())

    var now: LogDeliveryStatistics { state.withLock { $0 } }
    func change(_ change: (inout LogDeliveryStatistics) -> Void) { state.withLock { change(&$0) } }
}
