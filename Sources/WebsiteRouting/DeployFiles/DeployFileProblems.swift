// Checking of the two files that a published folder may carry, `_redirects` and `_headers`, line by line. Only checked: nothing
// serves them before there are deploys, which a warning in front says.

package import ConfigurationReading

/// What is wrong with a `_redirects` or `_headers` file.
package enum DeployFileProblems {
    /// Every problem of a `_redirects` file, in file order.
    package static func redirects(in text: String, file: String) -> [ConfigurationProblem] {
        var check = RedirectsCheck(report: Report(file: file))
        for line in Line.all(in: text) { check.read(line) }
        return check.report.concluded
    }

    /// Every problem of a `_headers` file, in file order.
    package static func headers(in text: String, file: String) -> [ConfigurationProblem] {
        var check = HeadersCheck(report: Report(file: file))
        for line in Line.all(in: text) { check.read(line) }
        check.finish()
        return check.report.concluded
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

    /// The problems, behind the word that they are all there is to these files yet.
    var concluded: [ConfigurationProblem] {
        let notServed = ConfigurationProblem(
            severity: .warning, file: file, location: SourceLocation(line: 1, column: 1), keyPath: "",
            found: "a file that is checked but not served", expected: "a version with deploys before it takes effect")
        return [notServed] + problems.sorted { $0.location < $1.location }
    }
}

/// The path of a rule: literal segments, `:placeholder` segments, and one `*` at its end.
struct RulePath {
    var placeholders: Set<String> = []
    var hasSplat = false

    var isDynamic: Bool { hasSplat || !placeholders.isEmpty }

    /// What is wrong with the text, as what should stand there; nil when it is a path.
    init?(_ text: Substring, complaint: inout String?) {
        guard text.first == "/", !text.contains(where: { $0 == "?" || $0 == "#" }) else {
            complaint = "a path that starts with / and has no query"
            return nil
        }
        if let star = text.firstIndex(of: "*") {
            guard text.index(after: star) == text.endIndex else {
                complaint = "* only once and as the last character"
                return nil
            }
            hasSplat = true
        }
        for segment in text.split(separator: "/") where segment.first == ":" {
            let name = segment.dropFirst()
            guard !name.isEmpty, name.utf8.allSatisfy(isNameByte), name != "splat", placeholders.insert(String(name)).inserted else {
                complaint = "placeholders such as :name, each once, other than :splat"
                return nil
            }
        }
    }
}

/// Letters, digits and `_` of a placeholder's name.
func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
    default: false
    }
}
