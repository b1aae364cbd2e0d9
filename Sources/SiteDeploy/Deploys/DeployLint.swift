// What is silently wrong elsewhere, said before anything is uploaded.

package import ConfigurationReading

/// One finding about a folder that is to be deployed.
package struct DeployLint: Sendable, Hashable, CustomStringConvertible {
    package enum Severity: String, Sendable, Hashable {
        /// The deploy is refused.
        case error
        case warning
    }

    package var severity: Severity
    /// Relative to the folder, or a path outside of it.
    package var file: String
    /// Counted from 1; nil for the file as a whole.
    package var line: Int?
    package var message: String

    package init(_ severity: Severity, _ file: String, line: Int? = nil, _ message: String) {
        self.severity = severity
        self.file = file
        self.line = line
        self.message = message
    }

    package init(_ problem: ConfigurationProblem) {
        let key = problem.keyPath.isEmpty ? "" : problem.keyPath + ": "
        self.init(
            problem.severity == .error ? .error : .warning, problem.file, line: problem.location.line,
            "\(key)found \(problem.found), expected \(problem.expected)")
    }

    package var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(severity.rawValue): \(message)" }
}
