import Foundation
import Glibc
import Synchronization

/// Held while a descriptor exists that is not yet marked close-on-exec, and while a child is started: otherwise a child
/// could inherit the end of another test's pipe or socket, and its end of file would never come.
let descriptorLock = Mutex(())

/// A process that a test has started, with everything it writes.
///
/// It leads a process group of its own, so that `end` also ends what it started itself. Always ended by its id.
final class ChildProcess: Sendable {
    let name: String
    let pid: pid_t
    let output: Capture
    let errors: Capture
    private let exit: Watched<ExitStatus?>

    enum ExitStatus: Sendable, Equatable, CustomStringConvertible {
        case code(Int32)
        case signal(Int32)

        var description: String {
            switch self {
            case .code(let code): "exit code \(code)"
            case .signal(let signal): "signal \(signal)"
            }
        }
    }

    /// Starts `executable` with exactly `environment`; standard input is empty.
    init(
        _ executable: String, _ arguments: [String], environment: [String: String], directory: String? = nil, name: String
    ) throws {
        self.name = name
        var command = [executable] + arguments
        if let directory { command = ["/usr/bin/env", "-C", directory] + command }
        (pid, output, errors) = try Self.spawn(command, environment)
        exit = Watched(nil)
        Thread.detachNewThread { [pid, exit] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            exit.change { $0 = signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal) }
        }
    }

    private static func spawn(
        _ command: [String], _ environment: [String: String]
    ) throws -> (pid_t, Capture, Capture) {
        try descriptorLock.withLock { _ in
            let (outputRead, outputWrite) = try makePipe()
            let (errorRead, errorWrite) = try makePipe()
            defer {
                close(outputWrite)
                close(errorWrite)
            }
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, outputWrite, 1)
            posix_spawn_file_actions_adddup2(&actions, errorWrite, 2)

            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            var none = sigset_t()
            sigemptyset(&none)
            var all = sigset_t()
            sigfillset(&all)
            posix_spawnattr_setsigmask(&attributes, &none)
            posix_spawnattr_setsigdefault(&attributes, &all)
            posix_spawnattr_setpgroup(&attributes, 0)
            posix_spawnattr_setflags(
                &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

            var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
            var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
            defer { (arguments + variables).forEach { free($0) } }
            var pid: pid_t = 0
            let error = posix_spawn(&pid, command[0], &actions, &attributes, &arguments, &variables)
            guard error == 0 else {
                close(outputRead)
                close(errorRead)
                throw HarnessError("cannot start \(command[0]): \(String(cString: strerror(error)))")
            }
            return (pid, Capture(reading: outputRead), Capture(reading: errorRead))
        }
    }

    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw HarnessError("pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    var isRunning: Bool { exit.current == nil }

    /// Sends a signal to this process, unless it has ended.
    func send(_ signal: Int32) {
        if isRunning { kill(pid, signal) }
    }

    /// The way it ended, or nil when it still runs after `seconds`.
    func waitForExit(seconds: Double) -> ExitStatus? {
        guard let status = exit.wait(seconds: seconds, until: { $0 }) else { return nil }
        // Its last words may still be in the pipes; a grandchild that holds them open is not waited for.
        output.waitForEnd(seconds: 1)
        errors.waitForEnd(seconds: 1)
        return status
    }

    /// Ends the process and whatever it has started: politely first, then by force.
    func end() {
        send(SIGTERM)
        if exit.wait(seconds: 5, until: { $0 }) == nil { send(SIGKILL) }
        kill(-pid, SIGKILL)
        _ = exit.wait(seconds: 5, until: { $0 })
    }

    /// Everything known about it, for the message of a failed test.
    var story: String {
        """
        \(name) (pid \(pid)): \(exit.current.map(\.description) ?? "still running")
        --- its output
        \(output.text.suffix(4000))
        --- its errors
        \(errors.text.suffix(8000))
        """
    }
}

/// What a process writes to one of its pipes, read as it comes.
final class Capture: Sendable {
    private let state = Watched((bytes: [UInt8](), ended: false))

    init(reading descriptor: Int32) {
        Thread.detachNewThread { [state] in
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { break }
                state.change { $0.bytes += buffer[..<count] }
            }
            close(descriptor)
            state.change { $0.ended = true }
        }
    }

    var text: String { String(decoding: state.current.bytes, as: UTF8.self) }

    func waitForEnd(seconds: Double) { _ = state.wait(seconds: seconds) { $0.ended ? true : nil } }

    /// The first complete line that `body` makes something of; nil after `seconds`, or once the end has come without one.
    func waitForLine<Result>(seconds: Double, _ body: (Substring) -> Result?) -> Result? {
        let found: Result?? = state.wait(seconds: seconds) { state in
            let text = String(decoding: state.bytes, as: UTF8.self)
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            if !state.ended { lines.removeLast() }
            for line in lines { if let result = body(line) { return .some(.some(result)) } }
            return state.ended ? .some(.none) : .none
        }
        return found ?? nil
    }
}
