// Reading of the two files that a published folder may carry, `_redirects` and `_headers`, line by line: every problem where
// it stands, and the rules of the lines that are sound. A deploy takes the rules along; no edge serves them yet, which a warning
// in front of what `skerry check` prints says.

package import ConfigurationReading
package import DeployModel

/// The rules of a `_redirects` file, each with its line, and its problems. With an error among them it can't be used.
package struct RedirectsFile: Sendable {
    package var rules: [(line: Int, rule: RedirectRule)]
    package var problems: [ConfigurationProblem]

    package init(reading text: String, file: String) {
        var check = RedirectsCheck(report: Report(file: file))
        for line in Line.all(in: text) { check.read(line) }
        rules = check.rules
        problems = check.report.sorted
    }
}

/// The rules of a `_headers` file and its problems. With an error among them it can't be used.
package struct HeadersFile: Sendable {
    package var rules: [(line: Int, rule: HeaderRule)]
    package var problems: [ConfigurationProblem]

    package init(reading text: String, file: String) {
        var check = HeadersCheck(report: Report(file: file))
        for line in Line.all(in: text) { check.read(line) }
        check.finish()
        rules = check.rules
        problems = check.report.sorted
    }
}

/// What is wrong with a `_redirects` or `_headers` file.
package enum DeployFileProblems {
    /// Every problem of a `_redirects` file, in file order.
    package static func redirects(in text: String, file: String) -> [ConfigurationProblem] {
        concluded(RedirectsFile(reading: text, file: file).problems, file)
    }

    /// Every problem of a `_headers` file, in file order.
    package static func headers(in text: String, file: String) -> [ConfigurationProblem] {
        concluded(HeadersFile(reading: text, file: file).problems, file)
    }

    /// The problems, behind the word on who follows these files: `skerry serve` does, an edge with viewers does not yet.
    private static func concluded(_ problems: [ConfigurationProblem], _ file: String) -> [ConfigurationProblem] {
        let whoFollows = ConfigurationProblem(
            severity: .warning, file: file, location: SourceLocation(line: 1, column: 1), keyPath: "",
            found: "a file that only skerry serve follows", expected: "an edge that serves deploys before it takes effect for viewers")
        return [whoFollows] + problems
    }
}

/// A line that says something: neither blank nor a comment.
struct Line {
    /// Counted from 1.
    var number: Int
    var text: Substring

    var isIndented: Bool { text.first == " " || text.first == "\t" }

    /// Its words with the column each starts at, counted from 1.
    var words: [(column: Int, text: Substring)] {
        text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map { word in
            (text.unicodeScalars.distance(from: text.startIndex, to: word.startIndex) + 1, word)
        }
    }

    static func all(in text: String) -> [Line] {
        // CR LF is one character to Swift.
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.enumerated().compactMap { index, line in
            guard let first = line.first(where: { $0 != " " && $0 != "\t" }), first != "#" else { return nil }
            return Line(number: index + 1, text: line)
        }
    }
}

/// Problems as they are found.
struct Report {
    let file: String
    private(set) var problems: [ConfigurationProblem] = []

    init(file: String) { self.file = file }

    mutating func add(
        _ severity: ConfigurationProblem.Severity = .error, line: Int, column: Int = 1, _ key: String, found: String, expected: String
    ) {
        problems.append(
            ConfigurationProblem(
                severity: severity, file: file, location: SourceLocation(line: line, column: column), keyPath: key, found: found,
                expected: expected))
    }

    var sorted: [ConfigurationProblem] { problems.sorted { $0.location < $1.location } }
}
