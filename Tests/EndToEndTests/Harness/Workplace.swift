import Foundation
import Synchronization
import Testing

/// The place of one test: a folder of its own, and every process and server it has started, all gone when it ends.
final class Workplace: Sendable {
    let folder: String
    private let processes = Mutex<[ChildProcess]>([])
    private let endings = Mutex<[@Sendable () -> Void]>([])

    private init(folder: String) { self.folder = folder }

    /// Runs `body` with a fresh workplace, then ends what it started, also when it throws.
    ///
    /// What the processes had written is part of the failure when `body` throws.
    static func with<Result>(_ body: (Workplace) throws -> Result) throws -> Result {
        var template = Array((NSTemporaryDirectory() + "/skerry-e2e-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessError("no temporary folder") }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let place = Workplace(folder: path)
        defer { place.clear() }
        do {
            return try body(place)
        } catch {
            let stories = place.processes.withLock { $0.map(\.story) }.joined(separator: "\n\n")
            throw HarnessError("\(error)\n\n\(stories)")
        }
    }

    private func clear() {
        // Last started, first ended: an edge before its origin.
        for process in processes.withLock({ $0.reversed() }) { process.end() }
        for ending in endings.withLock({ $0.reversed() }) { ending() }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Starts a process that ends with this workplace.
    func start(
        _ executable: String, _ arguments: [String], environment: [String: String], directory: String? = nil, name: String
    ) throws -> ChildProcess {
        let process = try ChildProcess(
            executable, arguments, environment: environment, directory: directory, name: name)
        processes.withLock { $0.append(process) }
        return process
    }

    /// Has `ending` run when the test is over.
    func atEnd(_ ending: @escaping @Sendable () -> Void) { endings.withLock { $0.append(ending) } }

    func path(_ name: String) -> String { folder + "/" + name }

    /// Writes a file below the folder, making the folders above it, and gives its whole path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = path(name)
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name)))) }

    /// Environment for a program that is to know nothing of this machine's user.
    func environment(_ more: [String: String] = [:]) -> [String: String] {
        var variables = [
            "HOME": folder, "TMPDIR": folder, "PATH": Tools.path, "LC_ALL": "C.UTF-8", "CI": "true", "NO_COLOR": "1",
            "NO_PROXY": "*", "no_proxy": "*",
        ]
        variables.merge(more) { $1 }
        return variables
    }
}

/// Asks again until `body` gives an answer: for what only the clock of another process can bring about.
@discardableResult
func eventually<Result>(
    seconds: Double = 10, _ what: String, _ body: () throws -> Result?
) throws -> Result {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while true {
        if let result = try body() { return result }
        guard Date() < deadline else { throw HarnessError("after \(seconds) s still not so: \(what)") }
        _ = poll(nil, 0, 50)
    }
}
