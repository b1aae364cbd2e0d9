// What is printed where. Colours and progress only on a terminal, never with NO_COLOR; progress never with CI.

import Foundation

/// Standard output for results, standard error for people.
enum Terminal {
    private static let environment = ProcessInfo.processInfo.environment

    static func isSet(_ variable: String) -> Bool { environment[variable].map { !$0.isEmpty && $0 != "false" && $0 != "0" } ?? false }

    static let hasTerminal = isatty(STDERR_FILENO) == 1
    static let outputIsTerminal = isatty(STDOUT_FILENO) == 1
    /// NO_COLOR counts when it is set to anything but nothing (no-color.org).
    static let usesColour = hasTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    /// The same for standard output, where results go.
    static let resultsUseColour = isatty(STDOUT_FILENO) == 1 && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    static let showsProgress = hasTerminal && !isSet("CI")

    /// A line of result.
    static func result(_ text: String) { write(text + "\n", to: FileHandle.standardOutput) }

    /// A line for people.
    static func note(_ text: String) { write(text + "\n", to: FileHandle.standardError) }

    static func error(_ text: String) { note(paint("error: ", "31") + text) }
    static func warning(_ text: String) { note(paint("warning: ", "33") + text) }

    /// Replaces the current line on a terminal; nothing elsewhere.
    static func progress(_ text: String) {
        guard showsProgress else { return }
        write("\r\u{1B}[K" + text, to: FileHandle.standardError)
    }

    /// Ends what `progress` wrote.
    static func progressDone() { progress("") }

    static func paint(_ text: String, _ code: String) -> String { usesColour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }

    /// A reader that has gone away ends the output, not the process.
    private static func write(_ text: String, to handle: FileHandle) { try? handle.write(contentsOf: Data(text.utf8)) }

    /// A value as JSON on one line with sorted keys.
    static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        result(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
