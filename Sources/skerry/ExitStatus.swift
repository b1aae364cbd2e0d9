// How a command ends.

import Foundation

/// The exit codes of every command.
enum ExitStatus: Int32 {
    case done = 0
    case failed = 1
    case usage = 2
    /// The server said no: not found, denied.
    case refused = 3
    /// No server answered.
    case unreachable = 4

    static func exit(_ status: ExitStatus) -> Never { Foundation.exit(status.rawValue) }
}

/// Why a command could not do what it was asked, for people, with the exit code for scripts.
struct CommandFailure: Error, CustomStringConvertible {
    var message: String
    var status: ExitStatus

    init(_ message: String, _ status: ExitStatus = .failed) {
        self.message = message
        self.status = status
    }

    var description: String { message }
}
