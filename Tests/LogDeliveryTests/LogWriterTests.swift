import AccessLogs
import ContentCoding
import Foundation
import HTTPCaching
import HTTPSemantics
import Logging
import Synchronization
import Testing

@testable import LogDelivery

/// A folder of a test's own, and the time.
final class Place: Sendable {
    let path: String
    private let seconds = Mutex<Int64>(1_795_570_959)
    private let numbers = Mutex<UInt32>(0)

    init() throws {
        path = NSTemporaryDirectory() + "/skerry-logs-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var now: HTTPDate { HTTPDate(secondsSince1970: seconds.withLock { $0 }) }
    func advance(_ count: Int64) { seconds.withLock { $0 += count } }

    func writer(_ change: (inout LogDeliveryLimits) -> Void = { _ in }, wait: @escaping @Sendable (Duration) async throws -> Void = { _ in }) -> LogWriter {
        var limits = LogDeliveryLimits()
        limits.spoolDirectory = path + "/spool"
        change(&limits)
        return LogWriter(
            limits: limits, now: { self.now }, unique: { self.numbers.withLock { $0 += 1; return $0 } }, wait: wait,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    func plan(_ id: String = "E1", format: LogFormat = .cloudFront, store: (any LogStore)? = nil, prefix: String = "") -> LogPlan {
        LogPlan(
            distributionID: id, layout: LogLayout(format: format, includesCookies: false, edgeLocation: "P"),
            destination: store.map { .store($0, name: "store") } ?? .directory(path + "/logs"), prefix: prefix)
    }

    /// Paths below the folder, hidden files included.
    var files: [String] {
        (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(path)/\($0)", isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }

    func text(_ file: String) throws -> String { try Self.text(Array(Data(contentsOf: URL(filePath: "\(path)/\(file)")))) }

    static func text(_ bytes: [UInt8]) throws -> String {
        String(decoding: try Decompressor.decompressed(bytes, .gzip, atMost: 1 << 24), as: UTF8.self)
    }

    func append(_ path: String, to queue: LogQueue?) throws {
        let outcome = RequestOutcome(
            finishedAt: now, status: 200, bytesSent: 1, bytesReceived: 1, resultAtStart: .hit, result: .hit, timeTaken: 0,
            timeToFirstByte: 0, clientPort: 1, isSecure: false)
        try #require(queue).append(outcome, RequestStrings([.path: path]))
    }
}

/// A store in memory that can be told to fail.
final class MemoryStore: LogStore {
    private let state = Mutex((files: [String: [UInt8]](), failures: 0, calls: 0))
    var files: [String: [UInt8]] { state.withLock { $0.files } }
    var calls: Int { state.withLock { $0.calls } }
    func fail(_ times: Int) { state.withLock { $0.failures = times } }

    func put(_ key: String, _ bytes: [UInt8]) async throws {
        try state.withLock { state in
            state.calls += 1
            guard state.failures == 0 else {
                state.failures -= 1
                throw LogDeliveryError(path: key, reason: "scripted")
            }
            state.files[key] = bytes
        }
    }
}

func until(_ what: String, _ condition: () -> Bool) async {
    for _ in 0..<1_000_000 {
        if condition() { return }
        await Task.yield()
    }
    Issue.record("never happened: \(what)")
}

@Suite struct LogWriterTests {
    @Test func `lines are in a hidden file until it is closed, and then under the name of their hour`() throws {
        let place = try Place()
        let writer = place.writer()
        let queue = try writer.queues(for: [place.plan(prefix: "site/")])["E1"]
        writer.flush()
        #expect(place.files == [])
        try place.append("/a", to: queue)
        writer.flush()
        #expect(place.files == ["logs/site/.E1.2026-11-25-01.00000001.gz.part"])
        place.advance(299)
        try place.append("/b", to: queue)
        writer.flush()
        #expect(place.files == ["logs/site/.E1.2026-11-25-01.00000001.gz.part"])
        place.advance(1)
        writer.flush()
        #expect(place.files == ["logs/site/E1.2026-11-25-01.00000001.gz"])
        let text = try place.text("logs/site/E1.2026-11-25-01.00000001.gz")
        #expect(text.hasPrefix("#Version: 1.0\n#Fields: date time "))
        #expect(try LogReader.entries(of: text).map { $0[.path] } == ["/a", "/b"])
        #expect(writer.statistics.linesWritten == 2)
        #expect(writer.statistics.filesClosed == 1)
    }

    @Test func `the end of an hour closes a file`() throws {
        let place = try Place()
        let writer = place.writer { $0.rotateSeconds = 86_400 }
        let queue = try writer.queues(for: [place.plan()])["E1"]
        try place.append("/a", to: queue)
        writer.flush()
        place.advance(3_600)
        try place.append("/b", to: queue)
        writer.flush()
        #expect(place.files == ["logs/.E1.2026-11-25-02.00000002.gz.part", "logs/E1.2026-11-25-01.00000001.gz"])
    }

    @Test func `a file is closed when it is large enough`() throws {
        let place = try Place()
        let writer = place.writer { $0.rotateBytes = 1 }
        let queue = try writer.queues(for: [place.plan()])["E1"]
        for path in ["/a", "/b"] {
            try place.append(path, to: queue)
            writer.flush()
        }
        #expect(place.files == ["logs/E1.2026-11-25-01.00000001.gz", "logs/E1.2026-11-25-01.00000002.gz"])
        #expect(try place.text(place.files[1]).hasPrefix("#Version"))
    }

    @Test func `stopping writes and closes everything`() async throws {
        let place = try Place()
        let writer = place.writer()
        try place.append("/a", to: try writer.queues(for: [place.plan(format: .json)])["E1"])
        await writer.stop(patience: .seconds(5))
        #expect(place.files == ["logs/E1.2026-11-25-01.00000001.gz"])
        #expect(try place.text(place.files[0]).hasPrefix("{\"date\":\"2026-11-25\""))
    }

    @Test func `what a crash leaves behind gets its name on the next start`() throws {
        let place = try Place()
        // The first writer is let go of without being stopped, as a process that is killed.
        do {
            let writer = place.writer()
            try place.append("/a", to: try writer.queues(for: [place.plan()])["E1"])
            writer.flush()
        }
        let part = "\(place.path)/logs/.E1.2026-11-25-01.00000001.gz.part"
        // Its descriptor stays open in this process: a copy stands for the file of a process that is gone.
        let bytes = try Data(contentsOf: URL(filePath: part))
        try FileManager.default.removeItem(atPath: part)
        try bytes.write(to: URL(filePath: part))
        _ = try place.writer().queues(for: [place.plan()])
        #expect(place.files == ["logs/E1.2026-11-25-01.00000001.gz"])
        #expect(try LogReader.entries(of: place.text(place.files[0])).map { $0[.path] } == ["/a"])
    }

    @Test func `a file that another writer is at is left alone`() throws {
        let place = try Place()
        let first = place.writer()
        try place.append("/a", to: try first.queues(for: [place.plan()])["E1"])
        first.flush()
        let second = place.writer()
        try place.append("/b", to: try second.queues(for: [place.plan()])["E1"])
        second.flush()
        #expect(place.files == ["logs/.E1.2026-11-25-01.00000001.gz.part", "logs/.E1.2026-11-25-01.00000002.gz.part"])
    }

    @Test func `a folder that can't be made is told at the start`() throws {
        let place = try Place()
        try Data().write(to: URL(filePath: place.path + "/logs"))
        #expect(throws: LogDeliveryError(path: place.path + "/logs", reason: "cannot be made a folder for log files")) {
            try place.writer().queues(for: [place.plan()])
        }
    }

    @Test func `a folder that goes away costs lines, which are counted, until it is back`() throws {
        let place = try Place()
        let writer = place.writer()
        let queue = try writer.queues(for: [place.plan()])["E1"]
        try FileManager.default.removeItem(atPath: place.path + "/logs")
        try place.append("/a", to: queue)
        writer.flush()
        #expect(writer.statistics.linesDropped == 1)
        try FileManager.default.createDirectory(atPath: place.path + "/logs", withIntermediateDirectories: true)
        try place.append("/b", to: queue)
        writer.flush()
        #expect(writer.statistics.linesWritten == 1)
        #expect(writer.statistics.linesDropped == 1)
    }

    @Test func `a full queue's losses are counted`() throws {
        let place = try Place()
        let writer = place.writer { $0.queueBytes = 1 }
        let queue = try writer.queues(for: [place.plan()])["E1"]
        for _ in 0..<3 { try place.append("/a", to: queue) }
        writer.flush()
        #expect(writer.statistics.linesDropped == 3)
        #expect(place.files == [])
    }

    @Test func `logs that go on as they were keep their queue over a reload`() throws {
        let place = try Place()
        let writer = place.writer()
        let before = try writer.queues(for: [place.plan("E1"), place.plan("E2")])
        let after = try writer.queues(for: [place.plan("E1", format: .json), place.plan("E2")])
        #expect(before["E2"] === after["E2"])
        #expect(before["E1"] !== after["E1"])
        // A request that began before the reload is still logged.
        try place.append("/late", to: before["E1"])
        try place.append("/new", to: after["E1"])
        writer.flush()
        #expect(writer.statistics.linesWritten == 2)
        #expect(try writer.queues(for: [place.plan("E1"), place.plan("E2")])["E1"] === before["E1"])
    }
}

@Suite struct LogSpoolTests {
    @Test func `a finished file goes to its store and leaves the spool`() async throws {
        let place = try Place()
        let store = MemoryStore()
        let writer = place.writer()
        try place.append("/a", to: try writer.queues(for: [place.plan(store: store, prefix: "cdn/")])["E1"])
        writer.flush()
        #expect(writer.statistics.spooledBytes > 0)
        await writer.stop(patience: .seconds(20))
        #expect(Array(store.files.keys) == ["cdn/E1.2026-11-25-01.00000001.gz"])
        #expect(try LogReader.entries(of: Place.text(try #require(store.files.values.first))).map { $0[.path] } == ["/a"])
        #expect(place.files == [])
        #expect(writer.statistics.spooledBytes == 0)
        #expect(writer.statistics.filesStored == 1)
    }

    @Test func `a store that fails is tried again with growing pauses and loses nothing`() async throws {
        let place = try Place()
        let store = MemoryStore()
        store.fail(8)
        let pauses = Mutex<[Duration]>([])
        let writer = place.writer({ $0.rotateBytes = 1 }) { pause in pauses.withLock { $0.append(pause) } }
        let queue = try writer.queues(for: [place.plan(store: store)])["E1"]
        for path in ["/a", "/b", "/c"] {
            try place.append(path, to: queue)
            writer.flush()
        }
        await until("all files are stored") { store.files.count == 3 }
        #expect(pauses.withLock { $0 } == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
        #expect(writer.statistics.storeFailures == 8)
        #expect(writer.statistics.linesDropped == 0)
        await until("the spool is empty") { writer.statistics.spooledBytes == 0 }
    }

    @Test func `a full spool drops lines and counts them, and what fits is kept`() async throws {
        let place = try Place()
        let store = MemoryStore()
        store.fail(.max)
        let (pause, resume) = AsyncStream.makeStream(of: Void.self)
        let writer = place.writer({
            $0.rotateBytes = 1
            $0.spoolBytes = 1_000
        }) { _ in
            for await _ in pause { return }
        }
        let queue = try writer.queues(for: [place.plan(store: store)])["E1"]
        for number in 0..<20 {
            try place.append("/\(number)", to: queue)
            writer.flush()
        }
        let kept = writer.statistics
        #expect(kept.spooledBytes <= 1_000)
        #expect(kept.linesDropped > 0)
        #expect(kept.linesWritten + kept.linesDropped == 20)
        store.fail(0)
        resume.yield()
        await writer.stop(patience: .seconds(20))
        #expect(store.files.count == kept.linesWritten)
    }

    @Test func `files of an earlier life are stored on the next start`() async throws {
        let place = try Place()
        let store = MemoryStore()
        store.fail(.max)
        let first = place.writer()
        try place.append("/a", to: try first.queues(for: [place.plan(store: store)])["E1"])
        await first.stop(patience: .seconds(20))
        #expect(place.files == ["spool/E1/E1.2026-11-25-01.00000001.gz"])
        store.fail(0)
        let second = place.writer()
        _ = try second.queues(for: [place.plan(store: store)])
        await until("the file is stored") { store.files.count == 1 }
        await second.stop(patience: .seconds(20))
        #expect(second.statistics.spooledBytes == 0)
    }
}
