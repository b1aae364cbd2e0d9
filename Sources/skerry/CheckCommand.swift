import ArgumentParser
import ConfigurationReading

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate configuration files.",
        discussion: "Prints file:line:column: severity: key: what was found and what was expected. Exits 1 if there is an error.")

    @Argument(help: "edge.conf, origin.conf, seed.conf, _redirects, _headers: told apart by their names.", completion: .file())
    var files: [String]

    @Option(help: "What the files are: edge, origin, seed, redirects or headers.")
    var kind: CheckedFileKind?

    @Flag(help: "Print the problems as a JSON list.")
    var json = false

    func validate() throws {
        for file in files where kind == nil && CheckedFileKind(fileName: file) == nil {
            throw ValidationError("\(file): name does not say what it is; add --kind edge, origin, seed, redirects or headers")
        }
    }

    func run() throws {
        var problems: [ConfigurationProblem] = []
        for file in files {
            guard let kind = kind ?? CheckedFileKind(fileName: file) else { continue }
            problems += kind.problems(in: try ConfigurationFiles.text(of: file), file: file)
        }
        if json {
            try Terminal.json(problems.map(ProblemRow.init))
        } else {
            for problem in problems { Terminal.result(problem.description) }
        }
        let errors = problems.count { $0.severity == .error }
        func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
        let (checked, warnings) = (counted(files.count, "file"), counted(problems.count - errors, "warning"))
        Terminal.note("\(checked) checked: \(counted(errors, "error")), \(warnings)")
        if errors > 0 { throw ExitCode(ExitStatus.failed.rawValue) }
    }
}

extension CheckedFileKind: ExpressibleByArgument {}
extension ConfigurationKind: ExpressibleByArgument {}

private struct ProblemRow: Encodable {
    var file: String
    var line: Int
    var column: Int
    var severity: String
    var key: String
    var found: String
    var expected: String

    init(_ problem: ConfigurationProblem) {
        file = problem.file
        line = problem.location.line
        column = problem.location.column
        severity = problem.severity.rawValue
        key = problem.keyPath
        found = problem.found
        expected = problem.expected
    }
}
