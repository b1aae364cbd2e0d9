// A server process that `skerry up` runs: the same binary, its standard input held open for as long as we live, its
// standard output read for the lines that say it is ready.
//
// Spawned directly rather than through Foundation, for three things: a process group of its own, so that Ctrl-C reaches only
// `up`, which then stops its children in order; default signal handling in the child; and pipes no other child inherits.

import Foundation
import Synchronization

/// How a child process ended.
enum ChildExit: Sendable, Equatable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)

    /// From a status of waitpid.
    init(status: Int32) {
        let signal = status & 0x7F
        self = signal == 0 ? .code((status >> 8) & 0xFF) : .signal(signal)
    }

    var description: String {
        switch self {
        case .code(let code): "ended with exit code \(code)"
        case .signal(let signal): "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
        }
    }
}

/// What a child reports, in the order it happens.
enum ChildEvent: Sendable {
    case ready(ReadyLine)
    case exited(ChildExit)
}

final class ChildProcess: Sendable {
    let name: String
    let pid: pid_t
    /// Its end of file tells the child that we are gone. Never written to.
    private let lifeline: Int32
    private let exited = Mutex(false)

    /// Starts this program with other arguments; `report` is called from threads of its own.
    init(name: String, arguments: [String], report: @escaping @Sendable (ChildEvent) -> Void) throws(CommandFailure) {
        self.name = name
        let input = try Self.pipe()
        let output = try Self.pipe()
        pid = try Self.spawn(["skerry"] + arguments, input: input.read, output: output.write)
        close(input.read)
        close(output.write)
        lifeline = input.write
        Thread.detachNewThread {
            Self.readLines(of: output.read) { line in
                if let ready = ReadyLine(line) {
                    report(.ready(ready))
                } else {
                    Terminal.note("\(name): \(line)")
                }
            }
        }
        let pid = pid
        Thread.detachNewThread { [self] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            exited.withLock { $0 = true }
            report(.exited(ChildExit(status: status)))
        }
    }

    /// Sends a signal unless the process is known to have ended.
    func send(_ signal: Int32) {
        exited.withLock { exited in if !exited { kill(pid, signal) } }
    }

    var hasExited: Bool { exited.withLock { $0 } }

    private static func pipe() throws(CommandFailure) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Foundation.pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            throw CommandFailure("cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        return (ends[0], ends[1])
    }

    private static func spawn(_ arguments: [String], input: Int32, output: Int32) throws(CommandFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGPIPE] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        posix_spawnattr_setsigmask(&attributes, &unblocked)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        argv.append(nil)
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, executable, &actions, &attributes, argv, environ)
        guard failure == 0 else {
            throw CommandFailure("cannot start skerry \(arguments.dropFirst().first ?? ""): \(String(cString: strerror(failure)))")
        }
        return pid
    }

    /// This program's own file: by its path, so that process lists show its name, or, where the file has been replaced
    /// meanwhile, by the kernel's handle on it.
    private static var executable: String {
        let handle = "/proc/self/exe"
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: handle)) ?? handle
        return FileManager.default.isExecutableFile(atPath: path) ? path : handle
    }

    private static func readLines(of descriptor: Int32, _ line: (String) -> Void) {
        var pending: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            pending += buffer[..<count]
            while let newline = pending.firstIndex(of: 0x0A) {
                line(String(decoding: pending[..<newline], as: UTF8.self))
                pending.removeSubrange(...newline)
            }
            // A line nobody ends is cut rather than collected.
            if pending.count > 1 << 16 { pending = [] }
        }
        close(descriptor)
    }
}
