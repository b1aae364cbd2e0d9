// What can be wrong with a configuration file, said so that nobody has to look the rule up.

/// A place in a text: line and column count from 1, the column in Unicode scalars.
package struct SourceLocation: Sendable, Hashable, Comparable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (a: SourceLocation, b: SourceLocation) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

/// One finding: where, at which key, what stands there and what should.
package struct ConfigurationProblem: Sendable, Hashable {
    package enum Severity: String, Sendable, Hashable {
        case error
        /// The file is usable, yet some of it cannot have the effect it seems to ask for.
        case warning
    }

    package var severity: Severity
    package var file: String
    package var location: SourceLocation
    /// Such as `distributions[0].origins[1].domain_name`; empty for the file as a whole.
    package var keyPath: String
    package var found: String
    package var expected: String

    package init(
        severity: Severity = .error, file: String, location: SourceLocation, keyPath: String, found: String, expected: String
    ) {
        self.severity = severity
        self.file = file
        self.location = location
        self.keyPath = keyPath
        self.found = found
        self.expected = expected
    }
}

extension ConfigurationProblem: CustomStringConvertible {
    /// `edge.conf:12:5: error: distributions[0].id: found "x", expected ...`
    package var description: String {
        let key = keyPath.isEmpty ? "" : keyPath + ": "
        return "\(file):\(location.line):\(location.column): \(severity.rawValue): \(key)found \(found), expected \(expected)"
    }
}

/// Every problem of a file that has at least one error, in file order.
package struct ConfigurationErrors: Error, Sendable, Hashable, CustomStringConvertible {
    package var problems: [ConfigurationProblem]

    package init(_ problems: [ConfigurationProblem]) { self.problems = problems }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// A configuration that can be used, with the warnings its reader had to give.
package struct CheckedConfiguration<Value: Sendable>: Sendable {
    package var value: Value
    package var warnings: [ConfigurationProblem]

    package init(value: Value, warnings: [ConfigurationProblem]) {
        self.value = value
        self.warnings = warnings
    }
}
